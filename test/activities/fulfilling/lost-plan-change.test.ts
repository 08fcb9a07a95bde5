import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { latePaymentActivities } from '../../../activities/afterwards/late-payment.js';
import { changePlanActivities } from '../../../activities/fulfilling/change-plan.js';
import { fallbackActivities } from '../../../activities/fulfilling/fallback.js';
import {
  lostPlanChangeActivities,
  type LostPlanChangeInput,
} from '../../../activities/fulfilling/lost-plan-change.js';
import { recordStateActivities } from '../../../activities/fulfilling/record-state.js';
import type { AttemptInput } from '../../../src/domain/attempt.js';
import { attemptId, workflowId } from '../../../src/domain/ids.js';
import { MockActivityEnvironment } from '@temporalio/testing';
import { openShop, type Shop } from '../shop.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const WINDOW = 20 * MINUTE;

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
beforeEach(() => {
  shop.sandbox.control.clearFaults();
  shop.pass(MINUTE);
});
afterAll(() => shop.close());

/** A basic plan whose owner has accepted the pro plan. */
async function accepted(card?: string) {
  const bought = await shop.buy('prod_basic_plan', card === undefined ? {} : { card });
  const evaluation = await shop.evaluate(bought.payment_id);
  if (evaluation.kind !== 'presented') throw new Error(`No offer: ${JSON.stringify(evaluation)}.`);
  const { presented, snapshot } = evaluation;
  const action = snapshot.offers.pro?.action;
  if (action?.kind !== 'change_plan') throw new Error('A plan change was expected.');
  const subscriptionId = bought.subscription_id ?? '';
  const { presentationId, customerId, productId, quantity, currency, dueNow, priceHash } = presented;
  const attempt = (n: number) => attemptId(workflowId.planChange(subscriptionId), presentationId, n);
  const acceptedAt = shop.now().toISOString();
  const input: AttemptInput = {
    attemptId: attempt(1),
    presentationId,
    purchaseId: bought.payment_id,
    paymentId: bought.payment_id,
    customerId,
    subscriptionId,
    paymentMethodId: presented.paymentMethodId,
    quantity,
    offer: { action },
    price: { currency, dueNow, hash: priceHash },
    acceptedAt,
    sendBefore: shop.now().getTime() + MINUTE,
    runStartedAt: acceptedAt,
  };
  const lost: LostPlanChangeInput = {
    purchaseId: bought.payment_id,
    presentationId,
    customerId,
    subscriptionId,
    productId,
    quantity,
    dueNow,
    since: acceptedAt,
    lostAt: shop.now().getTime(),
    reconcileWindowMs: WINDOW,
  };
  return { ...bought, input, lost, attempt, presentationId };
}

const changePlan = (input: AttemptInput) => changePlanActivities(shop.context).changePlan(input);
const lookUp = (input: LostPlanChangeInput) =>
  lostPlanChangeActivities(shop.context).lookUpLostPlanChange(input);
const openFallback = (input: AttemptInput, errorCode?: string) =>
  fallbackActivities(shop.context).openFallback({ ...input, failed: { errorCode }, asked: false });
const settleLate = (paymentId: string, id: string) =>
  new MockActivityEnvironment().run(
    (input: { paymentId: string; attemptId: string }) =>
      latePaymentActivities(shop.context).settleLatePayment(input),
    { paymentId, attemptId: id },
  );
const DECLINES_LATER = '4000000000000341';

describe('a plan change of which nobody knows how it ended', () => {
  it('is fulfilled when it was paid and the plan is changed', async () => {
    const { input, lost, attempt } = await accepted();
    await changePlan(input);
    expect(await lookUp(lost)).toMatchObject({
      kind: 'fulfilled',
      paidVia: 'attempt',
      newSubscription: false,
      attemptId: attempt(1),
      payment: { status: 'succeeded', amount: 5000 },
    });
  });

  it('is a review when another amount was charged, and then what a person says of it', async () => {
    for (const paid of [true, false]) {
      const { input, lost, presentationId, customer_id } = await accepted();
      await shop.sandbox.control.nextCharges(customer_id, { amount: 5001 });
      await changePlan(input);
      expect(await lookUp(lost)).toEqual({ kind: 'open' });
      expect(await lookUp(lost)).toEqual({ kind: 'open' });
      const { ledger } = shop.context;
      const [review, ...more] = await ledger.reviews({ presentationId, limit: 10 });
      expect(more).toEqual([]);
      expect(review).toMatchObject({ kind: 'payment_differs', status: 'open', amount: 5001 });
      expect(await ledger.payment(review?.paymentId ?? '')).toMatchObject({ verdict: 'review' });
      const word = { paid, reason: 'looked at', by: 'operator' };
      await ledger.resolveReview(review?.reviewId ?? '', word, shop.now().toISOString());
      expect(await lookUp(lost)).toMatchObject(
        paid ? { kind: 'fulfilled', payment: { amount: 5001 } } : { kind: 'failed' },
      );
    }
  });

  it('is a review when another amount was charged, though the plan does not show the change', async () => {
    const { input, lost, presentationId, customer_id } = await accepted();
    await shop.sandbox.control.nextCharges(customer_id, { amount: 5001 });
    shop.pass(MINUTE / 2);
    await changePlan(input);
    shop.sandbox.control.lagReads({ kind: 'subscription', ms: MINUTE / 4 });
    expect(await lookUp(lost)).toEqual({ kind: 'open' });
    expect(await shop.context.ledger.reviews({ presentationId, limit: 10 })).toMatchObject([
      { kind: 'payment_differs', status: 'open', amount: 5001 },
    ]);
  });

  it('is open while its payment is, and fulfilled or failed with it', async () => {
    for (const status of ['succeeded', 'failed'] as const) {
      const { input, lost, customer_id } = await accepted();
      await shop.sandbox.control.nextCharges(customer_id, { status: 'processing' });
      await changePlan(input);
      expect(await lookUp(lost)).toEqual({ kind: 'open' });
      const [payment] = shop.sandbox.books
        .payments({ customerId: customer_id })
        .filter((one) => one.status === 'processing');
      await shop.sandbox.control.settlePayment(payment?.payment_id ?? '', { status });
      expect((await lookUp(lost)).kind).toBe(status === 'succeeded' ? 'fulfilled' : 'failed');
    }
  });

  it('has failed when it was not sent, once no activity can send it any more', async () => {
    const { lost } = await accepted();
    expect(await lookUp(lost)).toEqual({ kind: 'open' });
    shop.pass(6 * MINUTE);
    expect(await lookUp(lost)).toEqual({ kind: 'failed' });
  });

  it('is absent only after the window in which a late request may arrive', async () => {
    const { input, lost } = await accepted();
    shop.sandbox.control.addFault({
      match: { method: 'POST', path: '/change-plan$' },
      kind: 'drop_before',
    });
    expect(await changePlan(input)).toMatchObject({ kind: 'unknown' });
    expect(await lookUp(lost)).toEqual({ kind: 'open' });
    shop.pass(WINDOW + MINUTE);
    expect(await lookUp(lost)).toEqual({ kind: 'failed' });
  });

  it('cannot be told while Dodo cannot be read', async () => {
    const { input, lost } = await accepted();
    await changePlan(input);
    shop.sandbox.control.addFault({
      match: { method: 'GET', path: '^/payments' },
      kind: 'status_before',
      status: 500,
      times: 20,
    });
    await expect(lookUp(lost)).rejects.toThrow();
  });

  it('is bought anew when its fallback was paid; until the link lapses, that may still happen', async () => {
    const { input, lost, attempt } = await accepted(DECLINES_LATER);
    await changePlan(input);
    const opened = await openFallback({ ...input, attemptId: attempt(2) }, 'INSUFFICIENT_FUNDS');
    if (opened.kind !== 'checkout') throw new Error('A checkout was expected.');
    expect(await lookUp(lost)).toEqual({ kind: 'open' });
    await shop.sandbox.control.payCheckout(opened.sessionId, { card: '4242424242424242' });
    expect(await lookUp(lost)).toMatchObject({
      kind: 'fulfilled',
      paidVia: 'fallback',
      newSubscription: true,
      attemptId: attempt(2),
      payment: { amount: 7900 },
    });
  });

  it('has failed when its fallback has lapsed', async () => {
    const { input, lost, attempt } = await accepted(DECLINES_LATER);
    await changePlan(input);
    await openFallback({ ...input, attemptId: attempt(2) }, 'INSUFFICIENT_FUNDS');
    shop.pass(DAY + 30 * MINUTE);
    expect(await lookUp(lost)).toEqual({ kind: 'failed' });
  });

  it('is told as it is when a late payment has settled it', async () => {
    const { input, lost, attempt, customer_id, presentationId } = await accepted(DECLINES_LATER);
    await changePlan(input);
    const opened = await openFallback({ ...input, attemptId: attempt(2) }, 'INSUFFICIENT_FUNDS');
    if (opened.kind !== 'checkout') throw new Error('A checkout was expected.');
    await shop.sandbox.control.payCheckout(opened.sessionId, { card: '4242424242424242' });
    await shop.context.ledger.updatePresentation(presentationId, { status: 'failed' });
    const paid = shop.sandbox.books.payments({ customerId: customer_id, status: 'succeeded' }).at(-1);
    expect(await settleLate(paid?.payment_id ?? '', attempt(2))).toMatchObject({ kind: 'fulfilled' });
    expect(await lookUp(lost)).toMatchObject({
      kind: 'fulfilled',
      paidVia: 'fallback',
      newSubscription: false,
      payment: { paymentId: paid?.payment_id, amount: 7900 },
      told: true,
    });
  });
});

describe('a fallback that the customer gave up for another change', () => {
  it('shows no link any more, and what is paid there goes back with its subscription', async () => {
    const { input, attempt, customer_id, presentationId } = await accepted(DECLINES_LATER);
    await changePlan(input);
    const opened = await openFallback({ ...input, attemptId: attempt(2) }, 'INSUFFICIENT_FUNDS');
    if (opened.kind !== 'checkout') throw new Error('A checkout was expected.');
    await recordStateActivities(shop.context).recordState({
      attemptId: attempt(2),
      presentationId,
      status: 'superseded',
    });
    const shown = await shop.context.ledger.presentation(presentationId);
    expect(shown).toMatchObject({ status: 'failed' });
    expect(shown?.checkoutUrl ?? shown?.updatePaymentMethodUrl).toBeUndefined();

    const bought = await shop.sandbox.control.payCheckout(opened.sessionId, { card: '4242424242424242' });
    const paid = shop.sandbox.books.payments({ customerId: customer_id, status: 'succeeded' }).at(-1);
    expect(await settleLate(paid?.payment_id ?? '', attempt(2))).toEqual({
      kind: 'refunded',
      unwanted: [{ subscriptionId: bought.subscription_id, presentationId }],
    });
    expect(shop.sandbox.books.refunds({ customerId: customer_id })).toMatchObject([
      { payment_id: paid?.payment_id, amount: 7900 },
    ]);
    expect(await shop.context.ledger.presentation(presentationId)).toMatchObject({ status: 'failed' });
  });

  it('leaves a declined change in the way at Dodo: the customer is asked for another card', async () => {
    const { input, attempt } = await accepted(DECLINES_LATER);
    await changePlan(input);
    const again = { ...input, attemptId: attempt(3) };
    expect(await changePlan(again)).toEqual({ kind: 'rejected', code: 'PENDING_PLAN_CHANGE_EXISTS' });
    const replacing = { ...input, attemptId: attempt(4), replaces: { link: false } };
    expect(await changePlan(replacing)).toEqual({ kind: 'rejected', code: 'DECLINED_PLAN_CHANGE_PENDING' });
    expect(
      await openFallback({ ...replacing, attemptId: attempt(5) }, 'DECLINED_PLAN_CHANGE_PENDING'),
    ).toEqual({ kind: 'update_method' });
  });
});
