import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { janitorActivities } from '../../../activities/afterwards/janitor.js';
import { latePaymentActivities } from '../../../activities/afterwards/late-payment.js';
import type { Repairs } from '../../../activities/afterwards/janitor/round.js';
import { attemptId, workflowId } from '../../../src/domain/ids.js';
import { CATALOG, openShop, type Shop } from '../shop.js';
import { fakeRuns, look, offered, paymentsOf, take, type FakeRuns, type Taken } from '../offers-taken.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const INPUT = { windowMs: 48 * HOUR, reconcileWindowMs: 20 * MINUTE, graceMs: 5 * MINUTE };

let shop: Shop;
let runs: FakeRuns;
beforeAll(async () => {
  shop = await openShop();
});
beforeEach(async () => {
  shop.sandbox.control.clearFaults();
  runs = fakeRuns();
  shop.context.runs = runs;
  // What earlier tests have left goes on, as far as this one knows.
  const left = await shop.context.ledger.unsettledPresentations({
    before: '2999-01-01T00:00:00Z',
    limit: 100,
  });
  for (const { workflowId: run } of left) runs.running.add(run);
});
afterAll(() => shop.close());

type Task = keyof ReturnType<typeof janitorActivities>;
const janitor = (task: Task): Promise<Repairs> =>
  new MockActivityEnvironment().run(() => janitorActivities(shop.context)[task](INPUT));
const settleLate = (payment: { paymentId: string; attemptId: string } | undefined) =>
  new MockActivityEnvironment().run(() =>
    latePaymentActivities(shop.context).settleLatePayment({ paymentId: '', attemptId: '', ...payment }),
  );
const presentation = ({ presentationId }: Taken) => shop.context.ledger.presentation(presentationId);
const reviews = (presentationId: string, status: 'open' | 'resolved' = 'open') =>
  shop.context.ledger.reviews({ status, presentationId, limit: 10 });
const isFree = async ({ customer_id }: Taken) =>
  (await shop.context.ledger.currentPresentation(customer_id, '2999-01-01T00:00:00Z')) === undefined;

describe('an offer whose run is gone', () => {
  it('is withdrawn when it was open, and its purchase is settled', async () => {
    const shown = await offered(shop);
    shop.pass(6 * MINUTE);
    expect(await janitor('mendPresentations')).toEqual({ presentation_settled: 1 });
    expect(await presentation(shown)).toMatchObject({ status: 'withdrawn', decision: 'withdrawn' });
    expect(await isFree(shown)).toBe(true);
    // The run was told of nothing any more; its notifier would wait for ever.
    expect(runs.notifiersEnded).toContain(shown.run);
    const purchase = await shop.purchase(shown.payment_id);
    expect(purchase).toMatchObject({ status: 'settled', outcome: 'withdrawn' });
    expect(purchase.timeline).toContainEqual(
      expect.objectContaining({
        type: 'repaired',
        detail: expect.objectContaining({ what: 'presentation_settled' }) as object,
      }),
    );
    expect(await janitor('mendPresentations')).toEqual({});
  });

  it('is left alone while its run goes on, and while it is young', async () => {
    const shown = await take(shop, await offered(shop));
    expect(await janitor('mendPresentations')).toEqual({});
    runs.running.add(shown.run);
    shop.pass(HOUR);
    expect(await janitor('mendPresentations')).toEqual({});
    expect(await presentation(shown)).toMatchObject({ status: 'charging' });
    runs.running.delete(shown.run);
    expect(await janitor('mendPresentations')).toEqual({ late_payment_started: 1 });
  });

  it('gets a late-payment run when its attempt was paid, and is paid then', async () => {
    const shown = await take(shop, await offered(shop));
    shop.pass(6 * MINUTE);
    expect(await janitor('mendPresentations')).toEqual({ late_payment_started: 1 });
    const [paid] = paymentsOf(shop, shown);
    expect(runs.late).toEqual([{ paymentId: paid?.payment_id, attemptId: shown.attemptId }]);
    await settleLate(runs.late[0]);
    expect(await presentation(shown)).toMatchObject({ status: 'paid', paymentId: paid?.payment_id });
    expect(await janitor('mendPresentations')).toEqual({});
  });

  it('frees its customer while the bank waits for them, with the money under review until Dodo says what is so', async () => {
    const shown = await offered(shop);
    await shop.sandbox.control.nextCharges(shown.customer_id, { status: 'requires_customer_action' });
    await take(shop, shown);
    await look(shop, shown);
    expect(await presentation(shown)).toMatchObject({ status: 'requires_action' });
    expect(await isFree(shown)).toBe(false);
    shop.pass(HOUR);

    expect(await janitor('mendPresentations')).toEqual({ review_opened: 1 });
    expect(await isFree(shown)).toBe(true);
    expect(await presentation(shown)).toMatchObject({ status: 'needs_review' });
    expect(await shop.purchase(shown.payment_id)).toMatchObject({
      status: 'settled',
      outcome: 'needs_review',
    });
    expect(await reviews(shown.presentationId)).toMatchObject([
      { kind: 'run_ended', attemptId: shown.attemptId, customerId: shown.customer_id, amount: 14_900 },
    ]);
    expect(await janitor('mendPresentations')).toEqual({});
    expect(await janitor('mendReviews')).toEqual({});
    expect(runs.closings).toEqual([]);

    const [payment] = paymentsOf(shop, shown);
    await shop.sandbox.control.settlePayment(payment?.payment_id ?? '', { status: 'failed' });
    expect(await janitor('mendReviews')).toMatchObject({ presentation_settled: 1, review_resolved: 1 });
    expect(await presentation(shown)).toMatchObject({ status: 'failed' });
    expect(await shop.purchase(shown.payment_id)).toMatchObject({ outcome: 'payment_failed' });
    expect(runs.closings).toEqual([shown.presentationId]);
    expect(await reviews(shown.presentationId)).toEqual([]);
    expect(await reviews(shown.presentationId, 'resolved')).toMatchObject([
      { resolution: { paid: false, by: 'proof' } },
    ]);
  });

  it('is paid when the payment under review succeeds after all', async () => {
    const shown = await offered(shop);
    await shop.sandbox.control.nextCharges(shown.customer_id, { status: 'processing' });
    await look(shop, await take(shop, shown));
    shop.pass(HOUR);
    await janitor('mendPresentations');
    const [payment] = paymentsOf(shop, shown);
    await shop.sandbox.control.settlePayment(payment?.payment_id ?? '', { status: 'succeeded' });
    expect(await janitor('mendReviews')).toMatchObject({ late_payment_started: 1 });
    await settleLate(runs.late[0]);
    expect(await presentation(shown)).toMatchObject({ status: 'paid' });
    expect(await reviews(shown.presentationId, 'resolved')).toMatchObject([
      { resolution: { paid: true, paymentId: payment?.payment_id, by: 'proof' } },
    ]);
  });

  it('counts as unpaid only when a search finds nothing after the reconcile window', async () => {
    const shown = await offered(shop);
    shop.sandbox.control.addFault({ on: 'charge', kind: 'drop_before' });
    await take(shop, shown);
    shop.pass(6 * MINUTE);
    expect(await janitor('mendPresentations')).toEqual({});
    expect(await presentation(shown)).toMatchObject({ status: 'reconciling' });
    shop.pass(20 * MINUTE);
    expect(await janitor('mendPresentations')).toEqual({ presentation_settled: 1 });
    expect(await presentation(shown)).toMatchObject({ status: 'failed' });
    expect(runs.closings).toEqual([shown.presentationId]);
    expect(await shop.context.ledger.attempt(shown.attemptId)).toMatchObject({ status: 'absent' });
    expect(await shop.purchase(shown.payment_id)).toMatchObject({ outcome: 'payment_failed' });
    expect(await isFree(shown)).toBe(true);
  });

  it('counts as nothing while Dodo cannot be read', async () => {
    const shown = await offered(shop);
    shop.sandbox.control.addFault({ on: 'charge', kind: 'drop_before' });
    await take(shop, shown);
    shop.pass(HOUR);
    shop.sandbox.control.addFault({
      match: { method: 'GET', path: '^/payments$' },
      kind: 'status_before',
      status: 500,
      times: 10,
    });
    expect(await janitor('mendPresentations')).toEqual({});
    expect(await presentation(shown)).toMatchObject({ status: 'reconciling' });
    shop.sandbox.control.clearFaults();
    expect(await janitor('mendPresentations')).toEqual({ presentation_settled: 1 });
  });

  it('is put before a person when what was paid is not what was accepted', async () => {
    const shown = await offered(shop);
    await shop.sandbox.control.nextCharges(shown.customer_id, { amount: 14_899 });
    await take(shop, shown);
    shop.pass(HOUR);
    expect(await janitor('mendPresentations')).toEqual({ review_opened: 1 });
    const [payment] = paymentsOf(shop, shown);
    expect(await reviews(shown.presentationId)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          kind: 'payment_differs',
          paymentId: payment?.payment_id,
          amount: 14_899,
        }),
      ]),
    );
    expect(await shop.context.ledger.payment(payment?.payment_id ?? '')).toMatchObject({
      verdict: 'review',
      verdictDetail: 'amount_differs',
    });
    expect(await isFree(shown)).toBe(true);
    expect(runs.late).toEqual([]);
  });
});

describe('a purchase', () => {
  async function registered() {
    const purchaseId = `pur_${crypto.randomUUID().replaceAll('-', '')}`;
    const session = await shop.context.dodo.checkoutSessions.create({
      product_cart: [{ product_id: 'prod_starter_course', quantity: 1 }],
      customer: { email: `${purchaseId}@example.com` },
      metadata: { purchase_id: purchaseId },
    });
    await shop.context.ledger.recordPurchase(
      {
        purchaseId,
        workflowId: workflowId.purchase(purchaseId),
        trigger: 'purchase',
        checkoutSessionId: session.session_id,
        productIds: ['prod_starter_course'],
      },
      'awaiting_payment',
    );
    return { purchaseId, sessionId: session.session_id };
  }
  /** The ledger's own clock is the database's. */
  const later = (ms: number) => {
    shop.context.now = () => new Date(Date.now() + ms);
  };
  beforeEach(() => {
    shop.context.deliverPayment = () => Promise.reject(new Error('Unexpected delivery.'));
    return () => {
      shop.context.now = () => shop.now();
    };
  });

  it('that was registered and not paid in time is abandoned, and not before', async () => {
    const { purchaseId } = await registered();
    later(24 * HOUR);
    await janitor('mendPurchases');
    expect(await shop.purchase(purchaseId)).toMatchObject({ status: 'awaiting_payment' });
    later(26 * HOUR);
    expect(await janitor('mendPurchases')).toMatchObject({ purchase_settled: 1 });
    expect(await shop.purchase(purchaseId)).toMatchObject({
      status: 'settled',
      outcome: 'abandoned',
      timeline: [{ type: 'closed', detail: { outcome: 'abandoned' } }, { type: 'repaired' }],
    });
  });

  describe('whose checkout Dodo does not show', () => {
    const unreadable = () =>
      shop.sandbox.control.addFault({
        match: { method: 'GET', path: '^/checkouts/' },
        kind: 'status_before',
        status: 500,
        times: 99,
      });
    const reviewOf = async (purchaseId: string) =>
      (await shop.context.ledger.reviews({ kind: 'run_ended', limit: 99 })).find(
        (review) => review.purchaseId === purchaseId,
      );

    it('is put before a person after a day, once, and is settled when Dodo shows it after all', async () => {
      const unpaid = await registered();
      const paid = await registered();
      const { payment_id } = await shop.sandbox.control.payCheckout(paid.sessionId);
      unreadable();
      later(48 * HOUR);
      await janitor('mendPurchases');
      expect(await reviewOf(unpaid.purchaseId)).toBeUndefined();
      later(50 * HOUR);
      expect(await janitor('mendPurchases')).toEqual({ review_opened: 2 });
      expect(await janitor('mendPurchases')).toEqual({});
      expect(await reviewOf(unpaid.purchaseId)).toMatchObject({
        status: 'open',
        detail: expect.stringContaining(unpaid.sessionId) as string,
      });

      shop.sandbox.control.clearFaults();
      const told: string[] = [];
      shop.context.deliverPayment = async ({ paymentId }) => Boolean(told.push(paymentId));
      expect(await janitor('mendPurchases')).toMatchObject({ purchase_delivered: 1, purchase_settled: 1 });
      expect(told).toEqual([payment_id]);
      expect(await shop.purchase(unpaid.purchaseId)).toMatchObject({ outcome: 'abandoned' });
      expect(await reviewOf(unpaid.purchaseId)).toMatchObject({ resolution: { paid: false, by: 'proof' } });
      expect(await reviewOf(paid.purchaseId)).toMatchObject({ resolution: { paid: true, by: 'proof' } });
      await shop.context.ledger.settle({
        purchaseId: paid.purchaseId,
        outcome: 'withdrawn',
        at: shop.now().toISOString(),
        timeline: [],
      });
    });

    it('is abandoned when a person says that it was not paid', async () => {
      const { purchaseId } = await registered();
      unreadable();
      later(50 * HOUR);
      await janitor('mendPurchases');
      const { reviewId = '' } = (await reviewOf(purchaseId)) ?? {};
      const word = { paid: false, reason: 'asked them', by: 'op' };
      await shop.context.ledger.resolveReview(reviewId, word, shop.now().toISOString());
      expect(await janitor('mendPurchases')).toEqual({ purchase_settled: 1 });
      expect(await shop.purchase(purchaseId)).toMatchObject({ status: 'settled', outcome: 'abandoned' });
      expect(runs.notifiersEnded).toContain(workflowId.purchase(purchaseId));
    });
  });

  it('whose payment no webhook told of is delivered to its run, once', async () => {
    const { purchaseId, sessionId } = await registered();
    const paid = await shop.sandbox.control.payCheckout(sessionId);
    const told: string[] = [];
    shop.context.deliverPayment = async ({ paymentId }) => {
      told.push(paymentId);
      return true;
    };
    later(26 * HOUR);
    expect(await janitor('mendPurchases')).toMatchObject({ purchase_delivered: 1 });
    expect(told).toEqual([paid.payment_id]);
    expect(await shop.purchase(purchaseId)).toMatchObject({ status: 'awaiting_payment' });
  });

  it('whose run ended while it evaluated is settled; one with a live run is not', async () => {
    const gone = `pay_${crypto.randomUUID()}`;
    const alive = `pay_${crypto.randomUUID()}`;
    for (const purchaseId of [gone, alive])
      await shop.context.ledger.recordPurchase(
        { purchaseId, workflowId: workflowId.purchase(purchaseId), trigger: 'purchase', productIds: [] },
        'evaluating',
      );
    runs.running.add(workflowId.purchase(alive));
    later(HOUR);
    await janitor('mendPurchases');
    expect(await shop.purchase(gone)).toMatchObject({ status: 'settled', outcome: 'withdrawn' });
    expect(await shop.purchase(alive)).toMatchObject({ status: 'evaluating' });
  });
});

describe('a reversal whose webhook was lost', () => {
  async function paidOffer() {
    const shown = await take(shop, await offered(shop));
    const paymentId = paymentsOf(shop, shown)[0]?.payment_id ?? '';
    await settleLate({ paymentId, attemptId: shown.attemptId });
    return { ...shown, paidWith: paymentId };
  }

  it('is told to a reversal run: a refund of an offer, of a first purchase, a lost dispute; and nobody else', async () => {
    const { dodo } = shop.context;
    const refunded = await paidOffer();
    const disputed = await paidOffer();
    const stranger = await shop.buy('prod_basic_plan');
    const ofOffer = await dodo.refunds.create({ payment_id: refunded.paidWith });
    const ofPurchase = await dodo.refunds.create({ payment_id: disputed.payment_id });
    await dodo.refunds.create({ payment_id: stranger.payment_id });
    const { dispute_id } = await shop.sandbox.control.openDispute({ payment_id: disputed.paidWith });
    await shop.sandbox.control.moveDispute(dispute_id, 'lost');

    expect(await janitor('findReversals')).toMatchObject({ reversal_started: 3 });
    expect(runs.reversals).toHaveLength(3);
    expect(runs.reversals).toEqual(
      expect.arrayContaining([
        {
          kind: 'refund',
          id: ofOffer.refund_id,
          paymentId: refunded.paidWith,
          type: 'refund.succeeded',
          amount: ofOffer.amount,
          currency: 'USD',
        },
        {
          kind: 'refund',
          id: ofPurchase.refund_id,
          paymentId: disputed.payment_id,
          type: 'refund.succeeded',
          amount: ofPurchase.amount,
          currency: 'USD',
        },
        {
          kind: 'dispute',
          id: dispute_id,
          paymentId: disputed.paidWith,
          type: 'dispute.lost',
          amount: 14_900,
          currency: 'USD',
        },
      ]),
    );
    expect(await janitor('findReversals')).toEqual({});
  });
});

it('tells of a refund although other rows of the list name nothing', async () => {
  const { payment_id } = await offered(shop);
  const { refund_id } = await shop.context.dodo.refunds.create({ payment_id });
  const odd = [null, { payment_id: null }, { refund_id: null }, { status: 'pending' }, { payment_id: 7 }];
  for (const row of odd) {
    const other = await shop.buy('prod_starter_course');
    const { refund_id: id } = await shop.context.dodo.refunds.create({ payment_id: other.payment_id });
    shop.sandbox.control.overrideRows(
      row === null ? { kind: 'refund', id, row } : { kind: 'refund', id, fields: row },
    );
  }
  const told: string[] = [];
  shop.context.runs.tellReversal = async ({ id }) => {
    told.push(id);
    return true;
  };
  await janitor('findReversals');
  shop.sandbox.control.clearFaults();
  expect(told).toContain(refund_id);
});

it('tells of a refund again as long as the ledger does not have it, however its run ended', async () => {
  const { payment_id } = await offered(shop);
  await shop.context.dodo.refunds.create({ payment_id });
  const told: string[] = [];
  shop.context.runs.tellReversal = async ({ paymentId }) => {
    told.push(paymentId);
    return true;
  };
  // A bank may take days for a refund, and its webhook was lost then.
  shop.pass(13 * 24 * HOUR);
  await janitor('findReversals');
  await janitor('findReversals');
  expect(told.filter((paymentId) => paymentId === payment_id)).toHaveLength(2);
});

describe('a retention offer whose run is gone', () => {
  const COPY = 'copy: { headline: "{product}", accept: "Yes", decline: "No" }';
  async function taken(action: string, trialDays: number) {
    shop.sell(`
version: 1
offers:
  keep: { type: downsell, action: ${action}, window: 1h, ${COPY} }
funnels:
  limit: { trigger: limit_approaching, steps: [{ id: keep, offer: keep }] }
`);
    const { customer_id: customerId, subscription_id } = await shop.buy('prod_basic_plan', {
      ...(trialDays > 0 && { subscription_data: { trial_period_days: trialDays } }),
    });
    const subscriptionId = subscription_id ?? '';
    const evaluation = await shop.evaluateTrigger('limit_approaching', { customerId, subscriptionId });
    if (evaluation.kind !== 'presented') throw new Error(`No offer: ${JSON.stringify(evaluation)}.`);
    const { presentationId } = evaluation.presented;
    const run = workflowId.planChange(subscriptionId);
    const at = shop.now().toISOString();
    await shop.context.ledger.recordAttempt(
      {
        attemptId: attemptId(run, presentationId, 1),
        presentationId,
        workflowId: run,
        kind: trialDays > 0 ? 'extend_trial' : 'pause',
        status: 'recorded',
        amount: 0,
        currency: 'USD',
        createdAt: at,
      },
      { status: 'charging', decision: 'accepted', decidedAt: at },
      [],
    );
    const shown = await shop.context.ledger.presentation(presentationId);
    shop.pass(HOUR);
    return { subscriptionId, presentationId, nextBillingAt: shown?.price.nextBillingAt };
  }
  const statusOf = async (id: string) => (await shop.context.ledger.presentation(id))?.status;

  it.each([
    ['{ kind: pause, for: 30d }', 0],
    ['{ kind: extend_trial, by: 14d }', 30],
  ])('has failed when Dodo shows that nothing was changed: %s', async (action, trialDays) => {
    const { presentationId } = await taken(action, trialDays);
    expect(await janitor('mendPresentations')).toEqual({ presentation_settled: 1 });
    expect(await statusOf(presentationId)).toBe('failed');
    expect(await reviews(presentationId)).toEqual([]);
  });

  it.each([
    ['{ kind: pause, for: 30d }', 0],
    ['{ kind: extend_trial, by: 14d }', 30],
  ])(
    'is put before a person when the subscription has it: somebody has to see to its end: %s',
    async (action, trialDays) => {
      const { presentationId, subscriptionId, nextBillingAt } = await taken(action, trialDays);
      await shop.context.dodo.subscriptions.update(
        subscriptionId,
        trialDays > 0 ? { next_billing_date: nextBillingAt } : { status: 'paused' },
      );
      expect(await janitor('mendPresentations')).toEqual({ review_opened: 1 });
      expect(await statusOf(presentationId)).toBe('needs_review');
    },
  );
});

it('an offer whose run is gone is put before a person when Dodo cannot be read for a day', async () => {
  shop.sell(CATALOG);
  const shown = await take(shop, await offered(shop));
  const unreadable = () =>
    shop.sandbox.control.addFault({ match: { method: 'GET' }, kind: 'status_before', status: 500, times: 9 });
  shop.pass(23 * HOUR);
  unreadable();
  expect(await janitor('mendPresentations')).toEqual({});
  shop.pass(2 * HOUR);
  shop.sandbox.control.clearFaults();
  unreadable();
  expect(await janitor('mendPresentations')).toEqual({ review_opened: 1 });
  expect(await presentation(shown)).toMatchObject({ status: 'needs_review' });
  expect(await isFree(shown)).toBe(true);
  expect(runs.closings).toEqual([]);
});

describe('a compensation', () => {
  it('that nobody follows becomes a review when what it was for cannot be told', async () => {
    const { ledger } = shop.context;
    const { presentationId, payment_id: purchaseId } = await offered(shop);
    const compensationId = 'refund/pay_unreadable';
    await ledger.openCompensation({
      compensationId,
      kind: 'refund',
      paymentId: 'pay_unreadable',
      ...{ presentationId, purchaseId },
      amount: 14_900,
      currency: 'USD',
      openedAt: shop.now().toISOString(),
    });
    shop.pass(25 * HOUR);
    shop.sandbox.control.addFault({ match: { method: 'GET' }, kind: 'status_before', status: 500, times: 9 });
    expect(await janitor('mendCompensations')).toEqual({ review_opened: 1 });
    expect(await reviews(presentationId)).toMatchObject([
      { kind: 'refund_failed', paymentId: 'pay_unreadable', amount: 14_900 },
    ]);
    expect(await ledger.compensation(compensationId)).toMatchObject({ status: 'review' });
  });

  it('that nobody follows for a day is started again, with what it was for', async () => {
    const { ledger } = shop.context;
    const shown = await take(shop, await offered(shop));
    const paymentId = paymentsOf(shop, shown)[0]?.payment_id ?? '';
    const about = { presentationId: shown.presentationId, purchaseId: shown.payment_id };
    await ledger.openCompensation({
      compensationId: `refund/${paymentId}`,
      kind: 'refund',
      paymentId,
      ...about,
      amount: 14_900,
      currency: 'USD',
      openedAt: shop.now().toISOString(),
    });
    shop.pass(23 * HOUR);
    expect(await janitor('mendCompensations')).toEqual({});
    shop.pass(2 * HOUR);
    runs.running.add(workflowId.compensation(`refund/${paymentId}`));
    expect(await janitor('mendCompensations')).toEqual({});
    runs.running.clear();
    expect(await janitor('mendCompensations')).toEqual({ compensation_started: 1 });
    expect(runs.compensations).toEqual([
      { kind: 'refund', ...about, paymentId, attemptId: shown.attemptId, amount: 14_900, currency: 'USD' },
    ]);
  });
});

describe('a review', () => {
  const openAbout = (fields: object) =>
    shop.context.ledger.openReview({
      kind: 'subscription_lives_on',
      subject: crypto.randomUUID(),
      openedAt: shop.now().toISOString(),
      ...fields,
    });
  const statusOf = async (reviewId: string) => (await shop.context.ledger.review(reviewId))?.status;

  it('about a subscription ends when the subscription has ended, and not before', async () => {
    const { subscription_id } = await shop.buy('prod_basic_plan');
    const { reviewId } = await openAbout({ subscriptionId: subscription_id });
    await janitor('mendReviews');
    expect(await statusOf(reviewId)).toBe('open');
    await shop.context.dodo.subscriptions.update(subscription_id ?? '', { status: 'cancelled' });
    expect(await janitor('mendReviews')).toMatchObject({ review_resolved: 1 });
    expect(await statusOf(reviewId)).toBe('resolved');
  });

  it.each(['refund_failed', 'purchase_paid_twice', 'payment_unmatched'])(
    'of kind %s ends when all of the money has gone back',
    async (kind) => {
      const { payment_id } = await shop.buy('prod_starter_course');
      const { reviewId } = await openAbout({ kind, paymentId: payment_id });
      await janitor('mendReviews');
      expect(await statusOf(reviewId)).toBe('open');
      await shop.context.dodo.refunds.create({ payment_id });
      await janitor('mendReviews');
      expect(await statusOf(reviewId)).toBe('resolved');
    },
  );
});
