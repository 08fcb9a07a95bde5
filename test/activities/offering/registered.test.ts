import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sweepActivities } from '../../../activities/afterwards/sweep.js';
import { evaluateActivities } from '../../../activities/offering/evaluate.js';
import { secondPaymentActivities } from '../../../activities/offering/second-payment.js';
import type { ApiDeps } from '../../../src/http/deps.js';
import { handOver } from '../../../src/http/hand-over.js';
import { registerPurchase } from '../../../src/http/registration.js';
import { Problem } from '../../../src/http/problem.js';
import { toPaymentEvent } from '../../../src/dodo/payments.js';
import { openShop, type Shop } from '../shop.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const BODY = { productId: 'prod_starter_course', customer: { email: 'ada@example.com' } };

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterEach(() => {
  shop.sandbox.control.clearFaults();
});
afterAll(() => shop.close());

/** What runs were asked for; `answer` is that of a delivery. */
function scriptedRuns(answer: 'delivered' | 'duplicate' | 'no_run' = 'delivered') {
  const asked: unknown[][] = [];
  const ask =
    (what: string, reply?: unknown) =>
    (...args: unknown[]) => {
      asked.push([what, ...args]);
      return Promise.resolve(reply);
    };
  const runs = {
    registerPurchase: ask('registerPurchase'),
    deliver: ask('deliver', answer),
    latePurchase: ask('latePurchase', 'delivered'),
  } as unknown as ApiDeps['runs'];
  return { runs, asked };
}

const depsWith = (runs: ApiDeps['runs']) => ({ ...shop.context, runs });

function register(key?: string, body: Parameters<typeof registerPurchase>[1] = BODY) {
  return registerPurchase(depsWith(scriptedRuns().runs), body, key);
}

const sessionIn = (url: string | null) => new URL(url ?? '').pathname.split('/').at(-1) ?? '';
const sessions = () => shop.sandbox.books.requests({ method: 'POST', path: '/checkouts' }).length;
const problemOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no problem',
    (error: unknown) => (error instanceof Problem ? error.code : error),
  );

/** Registers a purchase and pays its session. */
async function bought(body = BODY) {
  const { purchaseId, checkoutUrl } = await register(undefined, body);
  const paid = await shop.sandbox.control.payCheckout(sessionIn(checkoutUrl));
  return { ...paid, purchaseId };
}

/** Pays again for a purchase, in a session of which we know nothing. */
function payAgain({ purchaseId, customer_id }: { purchaseId: string; customer_id: string }) {
  const metadata = {
    upsell_registration: purchaseId,
    upsell_proof: shop.context.proofs.ofPurchase(purchaseId),
  };
  return shop.buy('prod_starter_course', { customer_id, metadata });
}

function evaluate(purchaseId: string, paymentId: string, workflowId = `purchase/${purchaseId}`) {
  return evaluateActivities(shop.context).evaluate({
    purchaseId,
    workflowId,
    trigger: 'purchase',
    paymentId,
  });
}

async function abandon(purchaseId: string) {
  const at = shop.now().toISOString();
  await shop.context.ledger.settle({ purchaseId, outcome: 'abandoned', at, timeline: [] });
}

async function webhook(paymentId: string, answer: 'delivered' | 'duplicate' | 'no_run') {
  const { runs, asked } = scriptedRuns(answer);
  const data = await shop.context.dodo.payments.retrieve(paymentId);
  const body = { type: 'payment.succeeded', data };
  const handed = await handOver(depsWith(runs), body, 'evt_1');
  return { handed, asked };
}

const reviews = (purchaseId: string) => shop.context.ledger.reviews({ purchaseId, limit: 10 });

describe('registering a purchase', () => {
  it("proves itself at Dodo, and leaves the merchant's metadata as it is", async () => {
    const metadata = { purchase_id: 'spring-sale', source: 'mail' };
    const { purchaseId, payment_id } = await bought({ ...BODY, metadata } as typeof BODY);
    const payment = await shop.context.dodo.payments.retrieve(payment_id);
    expect(payment.metadata).toEqual({
      ...metadata,
      upsell_registration: purchaseId,
      upsell_proof: shop.context.proofs.ofPurchase(purchaseId),
    });
  });

  it('keeps where its customer comes back to', async () => {
    const { ledger } = shop.context;
    const { purchaseId } = await register(undefined, { ...BODY, returnUrl: '/orders/7' });
    expect(await ledger.returnUrlOf(purchaseId)).toBe('https://shop.example/orders/7');
    expect(await ledger.returnUrlOf('pur_unknown')).toBeUndefined();
  });

  it('again under the same key answers the same session for a day, also to two requests at once', async () => {
    const before = sessions();
    const first = await register('order-1');
    shop.pass(DAY - 1000);
    expect(await register('order-1', { customer: BODY.customer, productId: BODY.productId })).toEqual(first);
    expect(sessions()).toBe(before + 1);
    const [one, other] = await Promise.all([register('order-2'), register('order-2')]);
    expect(one).toEqual(other);
    expect(one.purchaseId).not.toBe(first.purchaseId);
  });

  it('again under the same key is refused for something else, and when the session has ended', async () => {
    await register('order-3');
    const other = { ...BODY, productId: 'prod_basic_plan' };
    expect(await problemOf(register('order-3', other))).toBe('idempotency_key_reused');
    const before = sessions();
    shop.pass(DAY);
    expect(await problemOf(register('order-3'))).toBe('idempotency_key_reused');
    expect(sessions()).toBe(before);
  });

  it('starts the run when it is repeated, because the first request may have died before', async () => {
    const { purchaseId } = await register('order-4');
    const { runs, asked } = scriptedRuns();
    await registerPurchase(depsWith(runs), BODY, 'order-4');
    expect(asked).toMatchObject([['registerPurchase', purchaseId, { productId: BODY.productId }]]);
  });
});

describe('the payment of a registered purchase', () => {
  it('goes to its run', async () => {
    const { purchaseId, payment_id } = await bought();
    const { handed, asked } = await webhook(payment_id, 'delivered');
    expect(handed).toEqual({ kind: 'handed_over', result: 'delivered' });
    expect(asked).toHaveLength(1);
    expect(asked[0]?.slice(0, 2)).toMatchObject([
      'deliver',
      { kind: 'purchase', purchaseId, registration: purchaseId },
    ]);
  });

  it('registered before there were proofs is known by its session, and by nothing else', async () => {
    const purchaseId = `pur_${'1b'.repeat(16)}`;
    const { payment_id, session_id } = await shop.buy('prod_starter_course', {
      metadata: { purchase_id: purchaseId },
    });
    const row = {
      purchaseId,
      workflowId: `purchase/${purchaseId}`,
      trigger: 'purchase' as const,
      productIds: [],
    };
    const routed = async () => (await webhook(payment_id, 'delivered')).asked[0]?.[1];
    expect(await routed()).toMatchObject({ purchaseId: payment_id });
    await shop.context.ledger.recordPurchase(
      { ...row, checkoutSessionId: session_id ?? '' },
      'awaiting_payment',
    );
    expect(await routed()).toMatchObject({ purchaseId, registration: purchaseId });

    const stranger = await shop.buy('prod_starter_course', { metadata: { purchase_id: purchaseId } });
    const { asked } = await webhook(stranger.payment_id, 'delivered');
    expect(asked[0]?.[1]).toMatchObject({ purchaseId: stranger.payment_id });
  });

  it('that comes when its run has ended has a run of its own, and is offered something under the same purchase', async () => {
    const { purchaseId, payment_id } = await bought();
    await abandon(purchaseId);
    const { handed, asked } = await webhook(payment_id, 'duplicate');
    expect(handed).toEqual({ kind: 'handed_over', result: 'delivered' });
    expect(asked[1]).toMatchObject(['latePurchase', purchaseId, { paymentId: payment_id }]);

    const run = `purchase/${payment_id}`;
    expect(await evaluate(purchaseId, payment_id, run)).toMatchObject({ kind: 'presented' });
    const view = await shop.purchase(purchaseId);
    expect(view).toMatchObject({ status: 'offering', presentations: [{ workflowId: run }] });
    expect(view).not.toMatchObject({ outcome: 'abandoned' });
    expect(view.purchase).toMatchObject({ paymentId: payment_id, workflowId: run });
    // The webhook again, when that run has ended too.
    expect((await webhook(payment_id, 'duplicate')).asked).toHaveLength(1);
  });

  it('that is too old to be offered anything is counted all the same', async () => {
    const { purchaseId, payment_id } = await bought();
    await abandon(purchaseId);
    shop.pass(80 * HOUR);
    const { asked } = await webhook(payment_id, 'no_run');
    expect(asked[1]).toMatchObject(['latePurchase', purchaseId, { paymentId: payment_id }]);
    expect(await evaluate(purchaseId, payment_id, `purchase/${payment_id}`)).toEqual({
      kind: 'ineligible',
      reason: 'purchase_too_old',
    });
    expect(await shop.purchase(purchaseId)).toMatchObject({
      outcome: 'ineligible',
      purchase: { paymentId: payment_id },
    });
  });

  it('whose run was withdrawn before it was paid is counted and offered nothing', async () => {
    const { purchaseId, payment_id } = await bought();
    const at = shop.now().toISOString();
    await shop.context.ledger.settle({ purchaseId, outcome: 'withdrawn', at, timeline: [] });
    expect(await evaluate(purchaseId, payment_id, `purchase/${payment_id}`)).toMatchObject({
      kind: 'ineligible',
    });
    expect(await shop.purchase(purchaseId)).toMatchObject({
      outcome: 'withdrawn',
      presentations: [],
      purchase: { paymentId: payment_id },
    });
  });
});

describe('the first payment of a plan that was registered', () => {
  it('is no renewal, however much younger than its subscription', async () => {
    await shop.sandbox.control.setPolicy({ chargeType: false });
    const paid = await bought({ productId: 'prod_basic_plan', customer: { email: 'late@example.com' } });
    const data = await shop.context.dodo.payments.retrieve(paid.payment_id);
    const { created_at } = await shop.context.dodo.subscriptions.retrieve(data.subscription_id ?? '');
    const late = new Date(Date.parse(created_at) + 30 * HOUR).toISOString();
    const { runs } = scriptedRuns();
    const deliver = (payment_id: string) =>
      handOver(
        depsWith(runs),
        { type: 'payment.succeeded', data: { ...data, payment_id, created_at: late } },
        payment_id,
      );
    expect(await deliver(paid.payment_id)).toMatchObject({ kind: 'handed_over' });
    await evaluate(paid.purchaseId, paid.payment_id);
    expect(await deliver('pay_renewal')).toEqual({ kind: 'ignored', why: 'renewal' });
    expect(await deliver(paid.payment_id)).toMatchObject({ kind: 'handed_over' });
    await shop.sandbox.control.setPolicy({ chargeType: true });
  });
});

describe('a registered purchase that another customer pays for', () => {
  it('is theirs: the offer, and what they own', async () => {
    const first = await shop.buy('prod_course_workbook');
    const body = { productId: 'prod_starter_course', customerId: first.customer_id };
    const { purchaseId } = await register(undefined, body);
    const payer = await shop.buy('prod_course_workbook');
    const { payment_id } = await payAgain({ purchaseId, customer_id: payer.customer_id });
    const evaluation = await evaluate(purchaseId, payment_id);
    expect(evaluation).toMatchObject({ kind: 'presented', presented: { customerId: payer.customer_id } });
    const { ledger } = shop.context;
    expect((await shop.purchase(purchaseId)).purchase.customerId).toBe(payer.customer_id);
    expect((await ledger.latestPurchase(payer.customer_id))?.purchase.purchaseId).toBe(purchaseId);
    expect(await ledger.hasBought(payer.customer_id, 'prod_starter_course')).toBe(true);
    expect(await ledger.hasBought(first.customer_id, 'prod_starter_course')).toBe(false);
  });
});

describe('a second payment of a registered purchase', () => {
  it('is recorded and reviewed by the run of its own, and nothing is offered or refunded for it', async () => {
    const first = await bought();
    await evaluate(first.purchaseId, first.payment_id);
    const second = await payAgain(first);
    const { asked } = await webhook(second.payment_id, 'duplicate');
    expect(asked[1]?.[0]).toBe('latePurchase');
    const payment = toPaymentEvent(
      await shop.context.dodo.payments.retrieve(second.payment_id),
      shop.context.proofs,
    );
    for (let time = 0; time < 2; time += 1) {
      const evaluation = await evaluateActivities(shop.context).evaluate({
        purchaseId: first.purchaseId,
        workflowId: `purchase/${second.payment_id}`,
        trigger: 'purchase',
        paymentId: second.payment_id,
        payment,
      });
      expect(evaluation).toEqual({ kind: 'ineligible', reason: 'no_matching_funnel' });
    }
    await expectReviewed(first.purchaseId, second.payment_id);
    const view = await shop.purchase(first.purchaseId);
    expect(view).toMatchObject({ status: 'offering', purchase: { paymentId: first.payment_id } });
    expect(view.presentations).toHaveLength(1);
  });

  it('is recorded and reviewed when its run tells of it, and when the sweep finds it', async () => {
    for (const see of [told, swept]) {
      const first = await bought();
      await evaluate(first.purchaseId, first.payment_id);
      const second = await payAgain(first);
      await see(first.purchaseId, second.payment_id);
      await expectReviewed(first.purchaseId, second.payment_id);
    }
  });

  it.each([true, false])(
    'is not a renewal of the plan that was bought; charge_type on the wire: %s',
    async (chargeType) => {
      await shop.sandbox.control.setPolicy({ chargeType });
      const body = { productId: 'prod_basic_plan', customer: { email: 'renews@example.com' } };
      const first = await bought(body);
      await evaluate(first.purchaseId, first.payment_id);
      shop.pass(30 * DAY);
      const renewal = await shop.sandbox.control.renew(first.subscription_id ?? '');
      expect(renewal?.metadata).toMatchObject({ upsell_registration: first.purchaseId });
      await swept(first.purchaseId, renewal?.payment_id ?? '');
      await told(first.purchaseId, renewal?.payment_id ?? '');
      const { asked } = await webhook(renewal?.payment_id ?? '', 'duplicate');
      expect(asked.filter(([what]) => what === 'latePurchase')).toEqual([]);
      expect(await reviews(first.purchaseId)).toEqual([]);
    },
  );

  async function told(purchaseId: string, paymentId: string) {
    const payment = toPaymentEvent(await shop.context.dodo.payments.retrieve(paymentId), shop.context.proofs);
    await secondPaymentActivities(shop.context).recordSecondPurchasePayment({ purchaseId, payment });
  }

  async function swept(_: string, paymentId: string) {
    const told: string[] = [];
    const sweep = sweepActivities({
      ...shop.context,
      deliverPayment: ({ paymentId: id }) => {
        told.push(id);
        return Promise.resolve(false);
      },
    });
    const since = new Date(shop.now().getTime() - HOUR).toISOString();
    await new MockActivityEnvironment().run((input: { since: string }) => sweep.sweepPayments(input), {
      since,
    });
    expect(told).not.toContain(paymentId);
  }

  async function expectReviewed(purchaseId: string, paymentId: string) {
    expect(await reviews(purchaseId)).toMatchObject([
      { kind: 'purchase_paid_twice', status: 'open', paymentId, amount: 4900, currency: 'USD' },
    ]);
    expect(await shop.context.ledger.payment(paymentId)).toMatchObject({
      verdict: 'review',
      status: 'succeeded',
      purchaseId,
    });
    expect(shop.sandbox.books.requests({ method: 'POST', path: '/refunds' })).toEqual([]);
  }
});

describe('the sweep', () => {
  it('does not read the payment of a registered purchase that is known to be paid by it', async () => {
    const { purchaseId, payment_id } = await bought();
    await evaluate(purchaseId, payment_id);
    const reads = () =>
      shop.sandbox.books.requests({ method: 'GET', path: `/payments/${payment_id}` }).length;
    const before = reads();
    const sweep = sweepActivities({ ...shop.context, deliverPayment: () => Promise.resolve(false) });
    await new MockActivityEnvironment().run((input: { since: string }) => sweep.sweepPayments(input), {
      since: new Date(shop.now().getTime() - HOUR).toISOString(),
    });
    expect(reads()).toBe(before);
  });

  it('delivers the payment of a registered purchase that was given up', async () => {
    const { purchaseId, payment_id } = await bought();
    await abandon(purchaseId);
    const told: string[] = [];
    const sweep = sweepActivities({
      ...shop.context,
      deliverPayment: ({ paymentId }) => {
        told.push(paymentId);
        return Promise.resolve(true);
      },
    });
    await new MockActivityEnvironment().run((input: { since: string }) => sweep.sweepPayments(input), {
      since: new Date(shop.now().getTime() - HOUR).toISOString(),
    });
    expect(told).toContain(payment_id);
  });
});
