import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { askAgainActivities } from '../../../activities/fulfilling/ask-again.js';
import { changePlanActivities } from '../../../activities/fulfilling/change-plan.js';
import { chargeActivities } from '../../../activities/fulfilling/charge.js';
import { fallbackActivities } from '../../../activities/fulfilling/fallback.js';
import { fenceActivities } from '../../../activities/fulfilling/fence.js';
import { lookUpActivities } from '../../../activities/fulfilling/look-up.js';
import type { AttemptInput } from '../../../src/domain/attempt.js';
import { attemptId, workflowId } from '../../../src/domain/ids.js';
import { CATALOG, openShop, type Shop } from '../shop.js';

const HOUR = 3_600_000;

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
beforeEach(async () => {
  shop.sandbox.control.clearFaults();
  await shop.sandbox.control.setPolicy({ apiKey: 'accepted' });
});
afterAll(() => shop.close());

const { charge, changePlan, openFallback, fenceAttempt, askAgain, lookUpPayment } = {
  charge: (input: AttemptInput) => chargeActivities(shop.context).charge(input),
  changePlan: (input: AttemptInput) => changePlanActivities(shop.context).changePlan(input),
  openFallback: (input: AttemptInput, failed: { errorCode?: string; unreachable?: boolean }, asked = false) =>
    fallbackActivities(shop.context).openFallback({ ...input, failed, asked }),
  fenceAttempt: (input: AttemptInput) => fenceActivities(shop.context).fenceAttempt(input),
  askAgain: (input: AttemptInput) => askAgainActivities(shop.context).askAgain(input),
  lookUpPayment: (
    { attemptId: id, presentationId, customerId, acceptedAt: since }: AttemptInput,
    paymentId: string,
  ) =>
    lookUpActivities(shop.context).lookUpPayment({
      attemptId: id,
      presentationId,
      customerId,
      since,
      paymentId,
    }),
};

/** The first attempt at an offer that was just accepted. */
async function accepted(
  bought: 'prod_starter_course' | 'prod_basic_plan',
  changes: Partial<AttemptInput> = {},
): Promise<AttemptInput> {
  const { payment_id, customer_id } = await shop.buy(bought);
  const evaluation = await shop.evaluate(payment_id);
  if (evaluation.kind !== 'presented') throw new Error(`No offer: ${JSON.stringify(evaluation)}.`);
  const { presented, snapshot } = evaluation;
  const offer = snapshot.offers[presented.offerId];
  const action = offer?.action;
  if (!offer || !action || !('productId' in action)) throw new Error('An offer for sale was expected.');
  const { subscriptionId, presentationId, step } = presented;
  const at = shop.now();
  return {
    attemptId:
      subscriptionId === undefined
        ? attemptId(workflowId.purchase(payment_id), step, 1)
        : attemptId(workflowId.planChange(subscriptionId), presentationId, 1),
    presentationId,
    purchaseId: payment_id,
    paymentId: payment_id,
    customerId: customer_id,
    subscriptionId,
    paymentMethodId: presented.paymentMethodId,
    quantity: presented.quantity,
    ifOwned: offer.ifOwned,
    offer: { action, copy: offer.copy },
    price: { currency: presented.currency, dueNow: presented.dueNow, hash: presented.priceHash },
    acceptedAt: at.toISOString(),
    sendBefore: at.getTime() + 2 * HOUR,
    runStartedAt: at.toISOString(),
    ...changes,
  };
}

const next = (input: AttemptInput): AttemptInput => ({
  ...input,
  attemptId: input.attemptId.replace(/1$/, '2'),
});
const shown = ({ presentationId }: AttemptInput) => shop.context.ledger.presentation(presentationId);
const paymentsOf = ({ customerId, purchaseId }: AttemptInput) =>
  shop.sandbox.books.payments({ customerId }).filter(({ payment_id }) => payment_id !== purchaseId);
const checkoutsOf = ({ customerId }: AttemptInput) =>
  shop.sandbox.books
    .requests({ method: 'POST', path: '/checkouts' })
    .filter(({ body }) => JSON.stringify(body).includes(customerId));

describe('a rejected API key', () => {
  it.each([401, 403])('(%i) leaves an attempt unsent, and the next one is charged once', async (status) => {
    const input = await accepted('prod_starter_course');
    // A read-only key could not preview the price either: here only the charge itself is refused.
    shop.sandbox.control.addFault({ on: 'charge', kind: 'status_before', status });
    expect(await charge(input)).toMatchObject({ kind: 'not_sent' });
    expect((await shop.context.ledger.attempt(input.attemptId))?.status).toBe('absent');
    expect(await charge(next(input))).toMatchObject({ kind: 'submitted' });
    expect(paymentsOf(input)).toHaveLength(1);
  });

  it.each(['read_only', 'rejected'] as const)(
    'that is %s does not fail an offer whose fallback is to be opened',
    async (apiKey) => {
      const charges = await accepted('prod_starter_course');
      const change = await accepted('prod_basic_plan');
      await shop.sandbox.control.setPolicy({ apiKey });
      for (const input of [charges, change]) {
        await expect(openFallback(input, { errorCode: 'CARD_DECLINED' })).rejects.toThrow();
        expect((await shown(input))?.status).not.toBe('failed');
      }
      await shop.sandbox.control.setPolicy({ apiKey: 'accepted' });
      for (const input of [charges, change])
        expect(await openFallback(input, { errorCode: 'CARD_DECLINED' })).toMatchObject({ kind: 'checkout' });
    },
  );

  it('does not fail an offer that only another payment method can save', async () => {
    const input = await accepted('prod_basic_plan');
    await shop.sandbox.control.setPolicy({ apiKey: 'read_only' });
    await expect(openFallback(input, { errorCode: 'SUBSCRIPTION_UNPAID' })).rejects.toThrow();
    expect((await shown(input))?.status).not.toBe('failed');
  });
});

describe('an offer whose acceptance could not be sent in time', () => {
  it('is open again at the same amounts, says why, and can be accepted and charged', async () => {
    const input = await accepted('prod_starter_course');
    shop.sandbox.control.addFault({ on: 'charge', kind: 'status_before', status: 429 });
    expect(await charge(input)).toMatchObject({ kind: 'not_sent' });
    const before = await shown(input);
    expect(before).toMatchObject({ status: 'charging', decision: 'accepted' });

    const price = await askAgain(input);
    expect(await askAgain(input)).toEqual(price);
    expect(price.dueNow).toBe(input.price.dueNow);
    // A click made before, and only repeated, must not be taken for a new one.
    expect(price.priceHash).not.toBe(input.price.hash);
    const reopened = await shown(input);
    expect(reopened).toMatchObject({ status: 'open', price: { ...before?.price, hash: price.priceHash } });
    expect(reopened).not.toHaveProperty('decision');
    expect(reopened?.message).toMatch(/could not be reached in time, so nothing was charged/);

    const again = { ...next(input), price: { ...input.price, hash: price.priceHash } };
    expect(await charge(again)).toMatchObject({ kind: 'submitted', dueNow: input.price.dueNow });
    expect(await shown(input)).toMatchObject({ status: 'charging', decision: 'accepted' });
    expect(await shown(input)).not.toHaveProperty('message');
    expect(paymentsOf(input)).toHaveLength(1);
  });
});

describe('an attempt whose activity died', () => {
  it('before it was recorded can no longer be sent, not even by the worker that was thought dead', async () => {
    const input = await accepted('prod_starter_course');
    expect(await fenceAttempt(input)).toEqual({ neverSent: true });
    // Temporal asks again when the answer was lost.
    expect(await fenceAttempt(input)).toEqual({ neverSent: true });
    expect(await charge(input)).toMatchObject({ kind: 'unknown' });
    expect(paymentsOf(input)).toEqual([]);
    expect(await charge(next(input))).toMatchObject({ kind: 'submitted' });
    expect(paymentsOf(input)).toHaveLength(1);
  });

  it('between the check and its record is stopped by the record', async () => {
    const input = await accepted('prod_starter_course');
    const late = {
      ...shop.context,
      ledger: {
        ...shop.context.ledger,
        async recordAttempt(...args: Parameters<typeof shop.context.ledger.recordAttempt>) {
          await fenceAttempt(input);
          return shop.context.ledger.recordAttempt(...args);
        },
      },
    };
    expect(await chargeActivities(late).charge(input)).toMatchObject({ kind: 'unknown' });
    expect(paymentsOf(input)).toEqual([]);
  });

  it('after it was recorded may have been sent', async () => {
    const input = await accepted('prod_starter_course');
    shop.sandbox.control.addFault({ on: 'charge', kind: 'drop_after' });
    expect(await charge(input)).toMatchObject({ kind: 'unknown' });
    expect(await fenceAttempt(input)).toEqual({ neverSent: false });
    expect((await shop.context.ledger.attempt(input.attemptId))?.status).toBe('unknown');
  });
});

describe('a change that costs nothing', () => {
  const free = async () => {
    const input = await accepted('prod_basic_plan');
    return { ...input, price: { ...input.price, dueNow: 0 } };
  };

  it.each([
    ['a refusal', { errorCode: 'INVALID_REQUEST_BODY' }],
    ['a decline', { errorCode: 'CARD_DECLINED' }],
    ['the end of the subscription', { errorCode: 'SUBSCRIPTION_NOT_FOUND' }],
    ['an attempt that never arrived', {}],
    ['an outage', { unreachable: true }],
  ])('is not sold after %s', async (_what, failed) => {
    await shop.sandbox.control.setPolicy({ planChangeViaPaymentLink: true });
    const input = await free();
    expect(await openFallback(input, failed)).toEqual({ kind: 'none' });
    expect(checkoutsOf(input)).toEqual([]);
    expect(paymentsOf(input)).toEqual([]);
    const after = await shown(input);
    expect(after).toMatchObject({ status: 'failed' });
    expect(after).not.toHaveProperty('checkoutUrl');
    expect(after?.message).toMatch(/could not be changed, and you were not charged/);
  });

  it('is not sold although the checkout was the way to pay', async () => {
    const input = await free();
    expect(await openFallback(input, {}, true)).toEqual({ kind: 'none' });
    expect(checkoutsOf(input)).toEqual([]);
  });
});

describe('an offer whose product the customer has bought meanwhile', () => {
  const OWNED = { kind: 'rejected', code: 'ALREADY_OWNED' };

  it('is not charged, and no fallback sells it', async () => {
    const input = await accepted('prod_starter_course');
    await shop.buy('prod_complete_bundle', { customer_id: input.customerId });
    expect(await charge(input)).toEqual(OWNED);
    expect(await openFallback(next(input), { errorCode: OWNED.code })).toEqual({ kind: 'none' });
    expect(checkoutsOf(input)).toEqual([]);
    const after = await shown(input);
    expect(after).toMatchObject({ status: 'failed' });
    expect(after?.message).toMatch(/already have this.*not charged/);
  });

  it('is not charged although its metadata claims, without a proof, that it was another offer', async () => {
    const input = await accepted('prod_starter_course');
    await shop.buy('prod_complete_bundle', {
      customer_id: input.customerId,
      metadata: { upsell_attempt_id: 'purchase/pay_1:bundle:1', upsell_product_id: 'prod_other' },
    });
    expect(await charge(input)).toEqual(OWNED);
  });

  it('is not sold at the checkout either, when that was the way to pay or Dodo was away', async () => {
    for (const asked of [true, false]) {
      const input = await accepted('prod_starter_course');
      await shop.buy('prod_complete_bundle', { customer_id: input.customerId });
      expect(await openFallback(input, asked ? {} : { unreachable: true }, asked)).toEqual({ kind: 'none' });
      expect(checkoutsOf(input)).toEqual([]);
    }
  });

  describe('as a subscription that no payment tells of', () => {
    const offersAPlan = CATALOG.replace('product_id: prod_complete_bundle', 'product_id: prod_pro_plan');
    afterAll(() => shop.sell(CATALOG));

    it.each(['active', 'on_hold', 'paused'] as const)('is not charged while that is %s', async (status) => {
      shop.sell(offersAPlan);
      const input = await accepted('prod_starter_course');
      const { subscriptions } = shop.context.dodo;
      const list = vi.spyOn(subscriptions, 'list').mockResolvedValue({ items: [{ status }] } as never);
      try {
        expect(await charge(input)).toEqual(OWNED);
        expect(list).toHaveBeenCalledWith(
          expect.objectContaining({ customer_id: input.customerId, product_id: 'prod_pro_plan' }),
        );
      } finally {
        list.mockRestore();
      }
    });

    it('is charged while that is not begun, or over', async () => {
      shop.sell(offersAPlan);
      for (const status of ['pending', 'cancelled', 'expired', 'failed']) {
        const input = await accepted('prod_starter_course');
        const { subscriptions } = shop.context.dodo;
        const list = vi.spyOn(subscriptions, 'list').mockResolvedValue({ items: [{ status }] } as never);
        expect(await charge(input)).toMatchObject({ kind: 'submitted' });
        list.mockRestore();
      }
    });
  });

  it('is charged when it may be owned, when it was refunded, and when something else was bought', async () => {
    const allowed = await accepted('prod_starter_course', { ifOwned: 'allow' });
    await shop.buy('prod_complete_bundle', { customer_id: allowed.customerId });
    const refunded = await accepted('prod_starter_course');
    const { payment_id } = await shop.buy('prod_complete_bundle', { customer_id: refunded.customerId });
    await shop.context.dodo.refunds.create({ payment_id });
    const other = await accepted('prod_starter_course');
    await shop.buy('prod_setup_session', { customer_id: other.customerId });
    for (const input of [allowed, refunded, other])
      expect(await charge(input)).toMatchObject({ kind: 'submitted' });
  });

  it('costs no request more when nothing was bought', async () => {
    const input = await accepted('prod_starter_course');
    const lists = () =>
      shop.sandbox.books
        .requests({ method: 'GET' })
        .filter(({ path }) => /^\/(payments|subscriptions)$/.test(path));
    const before = lists().length;
    await charge(input);
    expect(lists()).toHaveLength(before + 1);
  });
});

describe('an offer whose purchase was refunded', () => {
  it.each(['prod_starter_course', 'prod_basic_plan'] as const)('is not sold after %s', async (bought) => {
    const input = await accepted(bought);
    await shop.context.dodo.refunds.create({ payment_id: input.purchaseId });
    const send = bought === 'prod_basic_plan' ? changePlan : charge;
    const code = 'PURCHASE_REFUNDED';
    expect(await send(input)).toEqual({ kind: 'rejected', code });
    expect(await openFallback(next(input), { errorCode: code })).toEqual({ kind: 'none' });
    expect((await shown(input))?.message).toMatch(/was refunded/);
  });

  it('is not sold when all of it went back in parts, by a dispute, or before the run began', async () => {
    const PURCHASE_REFUNDED = { kind: 'rejected', code: 'PURCHASE_REFUNDED' };
    const ages = { runStartedAt: new Date(shop.now().getTime() + HOUR).toISOString() };
    const old = await accepted('prod_starter_course', ages);
    await shop.context.dodo.refunds.create({ payment_id: old.purchaseId });
    expect(await charge(old)).toEqual(PURCHASE_REFUNDED);

    const disputed = await accepted('prod_starter_course');
    const { dispute_id } = await shop.sandbox.control.openDispute({ payment_id: disputed.purchaseId });
    await shop.sandbox.control.moveDispute(dispute_id, 'lost');
    expect(await charge(disputed)).toEqual(PURCHASE_REFUNDED);

    const inPart = await accepted('prod_starter_course');
    const { items } = await shop.context.dodo.payments.retrieveLineItems(inPart.purchaseId);
    await shop.context.dodo.refunds.create({
      payment_id: inPart.purchaseId,
      items: [{ item_id: items[0]?.items_id ?? '', amount: 100, tax_inclusive: true }],
    });
    expect(await charge(inPart)).toMatchObject({ kind: 'submitted' });
  });
});

describe('an offer whose purchase is older than its run', () => {
  const DAY = 24 * HOUR;
  async function late() {
    const input = await accepted('prod_starter_course');
    shop.pass(DAY);
    const at = shop.now();
    const sendBefore = at.getTime() + HOUR;
    return { ...input, acceptedAt: at.toISOString(), runStartedAt: at.toISOString(), sendBefore };
  }

  it('is not sold when the purchase was refunded, or lost in a dispute', async () => {
    const code = 'PURCHASE_REFUNDED';
    const refunded = await late();
    await shop.context.dodo.refunds.create({ payment_id: refunded.purchaseId });
    expect(await charge(refunded)).toEqual({ kind: 'rejected', code });
    for (const isOld of [true, false]) {
      const input = isOld ? await late() : await accepted('prod_starter_course');
      const { control } = shop.sandbox;
      const { dispute_id } = await control.openDispute({ payment_id: input.purchaseId });
      await control.moveDispute(dispute_id, 'lost');
      expect(await charge(input)).toEqual({ kind: 'rejected', code });
    }
  });

  it('is sold when only a part went back, or nothing', async () => {
    const whole = await late();
    expect(await charge(whole)).toMatchObject({ kind: 'submitted' });
    const part = await late();
    const { control } = shop.sandbox;
    const { dispute_id } = await control.openDispute({ payment_id: part.purchaseId, amount: 100 });
    await control.moveDispute(dispute_id, 'lost');
    expect(await charge(part)).toMatchObject({ kind: 'submitted' });
  });
});

describe('a payment that the bank wants confirmed', () => {
  it.each([true, false])('says whether there is a page for it: %s', async (payment_link) => {
    const input = await accepted('prod_starter_course');
    const answer = { status: 'requires_customer_action', payment_link } as const;
    await shop.sandbox.control.nextCharges(input.customerId, answer);
    expect(await charge(input)).toMatchObject({ kind: 'submitted' });
    const [payment] = paymentsOf(input);
    const finding = await lookUpPayment(input, payment?.payment_id ?? '');
    expect(finding).toMatchObject({ kind: 'payment', link: payment_link });
    const { checkoutUrl, message } = (await shown(input)) ?? {};
    expect(Boolean(checkoutUrl)).toBe(payment_link);
    // Nobody can follow a link that is not there.
    expect(message?.includes('link')).toBe(payment_link);
  });
});

describe('the page a customer comes back to', () => {
  it.each([
    ['https://shop.example/orders/7', '', '?'],
    ['https://shop.example/orders/7?tab=extras', '', '&'],
    ['https://shop.example/orders/7?q=a%20b&flag&presentation=mine', '', '&'],
    ['https://shop.example:8443/orders/7?tab=extras', '#thanks', '&'],
  ])(
    "is the purchase's own as it was written, for a charge and for its fallback: %s%s",
    async (OWN, end, joint) => {
      const input = await accepted('prod_starter_course');
      const context = {
        ...shop.context,
        ledger: {
          ...shop.context.ledger,
          returnUrlOf: async (id: string) => (id === input.purchaseId ? `${OWN}${end}` : undefined),
        },
      };
      await chargeActivities(context).charge(input);
      await fallbackActivities(context).openFallback({ ...next(input), failed: {}, asked: false });
      const urls = checkoutsOf(input).map(({ body }) => (body as { return_url: string }).return_url);
      expect(urls).toEqual(Array(2).fill(`${OWN}${joint}presentation=${input.presentationId}${end}`));
    },
  );

  it("is the shop's thank-you page for a purchase that names none", async () => {
    const input = await accepted('prod_starter_course');
    expect(await shop.context.ledger.returnUrlOf(input.purchaseId)).toBeUndefined();
    await charge(input);
    expect(checkoutsOf(input)[0]?.body).toMatchObject({
      return_url: `https://shop.example/thank-you?presentation=${input.presentationId}`,
    });
  });
});
