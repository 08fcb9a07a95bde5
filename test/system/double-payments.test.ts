import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonClient } from '../../sandbox/demo/http.js';
import { eventually } from '../support/eventually.js';
import { testStack, type TestStack } from '../support/stack.js';
import { buy, buyWithOffer, openOffer, payLink, settled, type PurchaseReply } from '../support/purchases.js';
import { testClient } from '../support/temporal.js';
import { expectAccount, expectLive, laterPayments, moneyRequests, type SentRequest } from './account.js';
import { accept, commitLate, presentationIs } from './customer-actions.js';
import { CHANGE_PLAN, CHARGE, OFFER_KINDS, PAYMENT, type OfferKind } from './offer-kinds.js';

let stack: TestStack;
beforeAll(async () => {
  stack = await testStack({ POLL_INTERVAL: '300ms', RECONCILE_WINDOW: '1s' });
});
afterAll(() => stack.stop());

/** Loses an attempt on its way to Dodo, and waits until it counts as absent and its fallback is open. */
async function fallenBack(offer: OfferKind) {
  const bought = await buyWithOffer(stack, offer.productId);
  stack.sandbox.control.addFault({ match: offer.request(bought), kind: 'drop_before' });
  expect((await accept(stack, bought)).status).toBe(202);
  const { checkoutUrl } = await presentationIs(stack, bought.presentationId, 'fallback');
  const [lost] = moneyRequests(stack, bought);
  if (!lost) throw new Error('Nothing was sent.');
  return { ...bought, checkoutUrl, lost };
}
type FallenBack = Awaited<ReturnType<typeof fallenBack>>;

async function late(bought: FallenBack, lost: SentRequest = bought.lost): Promise<void> {
  expect(await commitLate(stack, lost)).toBe(200);
}

async function purchaseOf({ payment_id }: Pick<FallenBack, 'payment_id'>): Promise<PurchaseReply> {
  return (await stack.http.get<PurchaseReply>(`/api/purchases/${payment_id}`)).body;
}

/** Expects the later payment to be refunded once, and to be named in the timeline. */
async function expectGivenBack(bought: FallenBack, outcome: string): Promise<void> {
  const paid = laterPayments(stack, bought).filter(({ status }) => status === 'succeeded');
  expect(paid).toHaveLength(2);
  const { timeline } = await eventually('the refund in the timeline', async () => {
    const purchase = await purchaseOf(bought);
    return purchase.timeline.some(({ type }) => type === 'second_payment_refunded') && purchase;
  });
  const refunds = stack.sandbox.books.refunds({ customerId: bought.customer_id });
  expect(refunds).toHaveLength(1);
  const [refund] = refunds;
  expect(timeline.filter(({ type }) => type === 'second_payment_refunded')).toMatchObject([
    {
      detail: {
        presentationId: bought.presentationId,
        paymentId: refund?.payment_id,
        amount: refund?.amount,
      },
    },
  ]);
  // Refunding a duplicate does not take away what was bought.
  expect(await purchaseOf(bought)).toMatchObject({ status: 'settled', outcome });
  await expectAccount(stack, bought, {
    posts: 2,
    charges: paid.map(({ total_amount }) => total_amount),
    refunds: [refund?.amount ?? NaN],
  });
}

/** Redelivers every payment webhook of the customer, several times at once. */
async function redeliverAll(bought: FallenBack): Promise<void> {
  const about = laterPayments(stack, bought).map(({ payment_id }) => payment_id);
  const deliveries = stack.sandbox.books
    .deliveries()
    .filter(({ subject }) => 'id' in subject && about.includes(subject.id));
  const again = [...deliveries, ...deliveries, ...deliveries];
  const answers = await Promise.all(again.map(({ id }) => stack.sandbox.control.redeliver(id)));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
}

describe.concurrent('an attempt that was given up but goes through later', () => {
  it.each([CHARGE, PAYMENT])('is refunded once if the fallback has been paid: $kind', async (offer) => {
    const bought = await fallenBack(offer);
    await payLink(stack.sandbox, bought.checkoutUrl);
    expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'recovered' });

    await late(bought);
    await expectGivenBack(bought, 'recovered');
    await redeliverAll(bought);
    await expectGivenBack(bought, 'recovered');
    const kept = await purchaseOf(bought);
    expect(kept.presentations).toMatchObject([{ status: 'paid' }]);
  });

  it('is rejected by Dodo if the plan change was replaced by a new subscription', async () => {
    const bought = await fallenBack(CHANGE_PLAN);
    const paid = await payLink(stack.sandbox, bought.checkoutUrl);
    expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'recovered' });
    await expectLive(stack, bought, [{ subscription_id: paid.subscription_id }]);
    expect(await commitLate(stack, bought.lost)).toBe(422);
    await expectAccount(stack, bought, { posts: 2, charges: [7900] });
  });

  it.each(OFFER_KINDS)(
    'counts if nothing else was paid, and a later payment is refunded: $kind',
    async (offer) => {
      const bought = await fallenBack(offer);
      await late(bought);
      expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'converted' });
      await expectAccount(stack, bought, { posts: 2, charges: [offer.amount] });

      // The link stays valid at Dodo for a day, and the customer still had it open.
      await payLink(stack.sandbox, bought.checkoutUrl);
      await expectGivenBack(bought, 'converted');
      await redeliverAll(bought);
      await expectGivenBack(bought, 'converted');
      const plans =
        offer === CHANGE_PLAN
          ? [{ subscription_id: bought.subscription_id, product_id: 'prod_pro_plan' }]
          : [];
      await expectLive(stack, bought, plans);
    },
  );
});

describe.concurrent('a payment for a run that has ended', () => {
  it.each(OFFER_KINDS)('makes it recovered if it was unpaid: $kind', async (offer) => {
    const bought = await fallenBack(offer);
    const { client } = await testClient();
    const runs = [`purchase/${bought.payment_id}`, `plan-change/${bought.subscription_id}`];
    for (const run of offer === CHANGE_PLAN ? runs : runs.slice(0, 1)) {
      await client.workflow.getHandle(run).terminate('the test ends it');
    }
    const paid = await payLink(stack.sandbox, bought.checkoutUrl);
    const purchase = await settledAs(bought, 'recovered');
    expect(purchase.timeline).toContainEqual(
      expect.objectContaining({
        type: 'paid_late',
        detail: { presentationId: bought.presentationId, paymentId: paid.payment_id },
      }),
    );
    await redeliverAll(bought);
    const amount = laterPayments(stack, bought).find(
      (one) => one.payment_id === paid.payment_id,
    )?.total_amount;
    await expectAccount(stack, bought, { charges: [amount ?? NaN] });
    await expectLive(stack, bought, offer === CHANGE_PLAN ? [{ product_id: 'prod_pro_plan' }] : []);
  });

  it('makes it converted if no fallback had been possible', async () => {
    const bought = await buy(stack, CHARGE.productId);
    const { id } = await openOffer(stack, bought.customer_id);
    stack.sandbox.control.addFault({ match: CHARGE.request(bought), kind: 'drop_before' });
    stack.sandbox.control.addFault({
      match: { method: 'POST', path: '^/checkouts$', body: `"${bought.customer_id}"` },
      kind: 'status_before',
      status: 422,
    });
    expect((await accept(stack, bought)).status).toBe(202);
    expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'payment_failed' });
    const [lost] = moneyRequests(stack, bought);
    if (!lost) throw new Error('Nothing was sent.');
    expect(await commitLate(stack, lost)).toBe(200);
    await settledAs(bought, 'converted');
    expect(await presentationIs(stack, id, 'paid')).not.toHaveProperty('message');
    await expectAccount(stack, bought, { posts: 2, charges: [CHARGE.amount] });
  });

  async function settledAs(bought: Pick<FallenBack, 'payment_id'>, outcome: string): Promise<PurchaseReply> {
    return eventually(`outcome ${outcome}`, async () => {
      const purchase = await purchaseOf(bought);
      return purchase.outcome === outcome && purchase;
    });
  }
});

describe('an attempt and its fallback whose payments are reported together', () => {
  it.each([CHARGE, PAYMENT])('count once: $kind', async (offer) => {
    const bought = await fallenBack(offer);
    const { control } = stack.sandbox;
    await control.setWebhookPolicy({ paused: true });
    await payLink(stack.sandbox, bought.checkoutUrl);
    await late(bought);
    await control.flushWebhooks();
    await control.setWebhookPolicy({ paused: false });
    const { outcome = '' } = await settled(stack, bought.payment_id);
    expect(['converted', 'recovered']).toContain(outcome);
    await expectGivenBack(bought, outcome);
  });
});

describe('a refund that fails', () => {
  it('is asked for again, and then left to a person', async () => {
    const bought = await fallenBack(CHARGE);
    await payLink(stack.sandbox, bought.checkoutUrl);
    await settled(stack, bought.payment_id);
    await stack.sandbox.control.setPolicy({ refunds: 'fail' });
    await late(bought);
    await eventually('the failure in the timeline', async () => {
      const { timeline } = await purchaseOf(bought);
      return timeline.some(({ type }) => type === 'second_payment_refund_failed');
    });
    await stack.sandbox.control.setPolicy({ refunds: 'succeed' });
    await redeliverAll(bought);
    const refunds = stack.sandbox.books.refunds({ customerId: bought.customer_id });
    expect(refunds.map(({ status }) => status)).toEqual(['failed', 'failed', 'failed']);
    const { body } = await jsonClient(stack.url, stack.operatorKey).get<{ reviews: { kind: string }[] }>(
      '/api/reviews?status=open',
    );
    expect(body.reviews.map(({ kind }) => kind)).toContain('refund_failed');
  });
});
