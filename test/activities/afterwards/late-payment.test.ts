import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  latePaymentActivities,
  type LatePaymentSettling,
} from '../../../activities/afterwards/late-payment.js';
import { settleActivities } from '../../../activities/afterwards/settle.js';
import { recordStateActivities } from '../../../activities/fulfilling/record-state.js';
import { workflowId } from '../../../src/domain/ids.js';
import { seenPayment } from '../../../src/domain/verdict.js';
import { toPaymentEvent } from '../../../src/dodo/payments.js';
import { metadataOf, openAttempt, type OpenAttempt } from '../attempts.js';
import { openShop, type Shop } from '../shop.js';

/** The last try of an activity that has waited long enough. */
const LAST_TRY = 20;

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

function settle(
  { input }: OpenAttempt,
  payment_id: string,
  more: Partial<LatePaymentSettling> = {},
  attempt = 1,
) {
  const activities = latePaymentActivities(shop.context);
  const settling = { paymentId: payment_id, attemptId: input.attemptId, compensates: true, ...more };
  return new MockActivityEnvironment({ attempt }).run(
    (input: LatePaymentSettling) => activities.settleLatePayment(input),
    settling,
  );
}
const shownOf = ({ input }: OpenAttempt) => shop.context.ledger.presentation(input.presentationId);
const recordOf = (paymentId: string) => shop.context.ledger.payment(paymentId);
const refunds = ({ bought }: OpenAttempt) => shop.sandbox.books.refunds({ customerId: bought.customer_id });
describe('a payment that no run waits for', () => {
  it('counts when it is the first one: the offer is paid, and what Dodo says was paid is booked', async () => {
    const attempt = await openAttempt(shop);
    const { payment_id } = await attempt.pay();
    const { presentationId, purchaseId, price } = attempt.input;
    expect(await settle(attempt, payment_id)).toEqual({
      kind: 'fulfilled',
      presentationId,
      purchaseId,
      undo: [],
    });
    expect(await shownOf(attempt)).toMatchObject({
      status: 'paid',
      paymentId: payment_id,
      paidAmount: price.dueNow,
    });
    expect(await shop.context.ledger.attempt(attempt.input.attemptId)).toMatchObject({
      status: 'paid',
      paymentId: payment_id,
      paidAmount: price.dueNow,
    });
    expect(await recordOf(payment_id)).toMatchObject({
      verdict: 'counts',
      proven: true,
      amount: price.dueNow,
    });
    // The same again: what follows may not have been told when the process died.
    expect(await settle(attempt, payment_id)).toMatchObject({ kind: 'fulfilled' });
    expect(await recordOf(payment_id)).toMatchObject({ verdict: 'counts' });
  });

  it('of a plan change waits a few tries for the run that is about to record it', async () => {
    const attempt = await openAttempt(shop, { workflowId: workflowId.planChange('sub_1') });
    const { payment_id } = await attempt.pay();
    for (const n of [1, 3])
      await expect(settle(attempt, payment_id, {}, n)).rejects.toMatchObject({ type: 'about_to_settle' });
    expect(await settle(attempt, payment_id, {}, 4)).toMatchObject({ kind: 'fulfilled' });
  });

  it('is nothing to tell of when its own run has settled the offer by it', async () => {
    const attempt = await openAttempt(shop);
    const { payment_id } = await attempt.pay();
    const { presentationId, purchaseId, attemptId } = attempt.input;
    await settleActivities(shop.context).settle({
      purchaseId,
      outcome: 'converted',
      at: shop.now().toISOString(),
      presentation: {
        presentationId,
        patch: { status: 'paid', paymentId: payment_id },
        timeline: [],
        paid: { attemptId, paymentId: payment_id, amount: attempt.input.price.dueNow },
      },
    });
    expect(await settle(attempt, payment_id)).toEqual({ kind: 'nothing' });
  });

  it('goes back when the offer is paid by another payment, of the same attempt or of another one', async () => {
    const attempt = await openAttempt(shop);
    const first = await attempt.pay();
    await settle(attempt, first.payment_id);
    const link = await attempt.another(2, { kind: 'fallback' });
    const others = [await attempt.pay(), await attempt.pay({ metadata: metadataOf(shop, link) })];
    for (const [n, { payment_id }] of others.entries()) {
      const attemptId = n === 0 ? attempt.input.attemptId : link.attemptId;
      const settled = await settle(attempt, payment_id, { attemptId });
      expect(settled).toMatchObject({
        kind: 'goes_back',
        undo: [{ kind: 'refund', paymentId: payment_id, attemptId, currency: 'USD' }],
      });
      // The same again, as after a crash between the ledger and the run.
      expect(await settle(attempt, payment_id, { attemptId })).toEqual(settled);
      expect(await recordOf(payment_id)).toMatchObject({ verdict: 'goes_back' });
      expect(await shop.context.ledger.compensation(`refund/${payment_id}`)).toMatchObject({
        status: 'open',
      });
    }
    expect(await shownOf(attempt)).toMatchObject({ status: 'paid', paymentId: first.payment_id });
    // Asking Dodo is up to the compensation.
    expect(refunds(attempt)).toEqual([]);
  });

  it('is refunded at once for a run from before there were compensations', async () => {
    const attempt = await openAttempt(shop);
    await settle(attempt, (await attempt.pay()).payment_id);
    const { payment_id } = await attempt.pay();
    expect(await settle(attempt, payment_id, { compensates: undefined })).toEqual({
      kind: 'refunded',
      unwanted: [],
    });
    expect(refunds(attempt)).toMatchObject([{ payment_id, status: 'succeeded' }]);
  });

  it('is not ours without a proof: neither counted nor given back', async () => {
    const attempt = await openAttempt(shop);
    const { payment_id } = await attempt.pay({ metadata: { upsell_attempt_id: attempt.input.attemptId } });
    expect(await settle(attempt, payment_id)).toEqual({ kind: 'nothing' });
    expect(await shownOf(attempt)).toMatchObject({ status: 'charging' });
    await settle(attempt, (await attempt.pay()).payment_id);
    expect(await settle(attempt, payment_id)).toEqual({ kind: 'nothing' });
    expect(refunds(attempt)).toEqual([]);
    expect(await recordOf(payment_id)).toBeUndefined();
  });

  it('is put before a person while Dodo cannot be read for an hour, and settled once it can be', async () => {
    const attempt = await openAttempt(shop);
    const { payment_id } = await attempt.pay();
    const unreadable = () =>
      shop.sandbox.control.addFault({
        match: { method: 'GET' },
        kind: 'status_before',
        status: 500,
        times: 9,
      });
    unreadable();
    await expect(settle(attempt, payment_id, {}, 59)).rejects.toMatchObject({ status: 500 });
    shop.sandbox.control.clearFaults();
    unreadable();
    expect(await settle(attempt, payment_id, {}, 60)).toEqual({ kind: 'review' });
    const { presentationId } = attempt.input;
    const reviews = () => shop.context.ledger.reviews({ presentationId, limit: 5 });
    expect(await reviews()).toMatchObject([
      {
        kind: 'payment_unmatched',
        status: 'open',
        paymentId: payment_id,
        amount: attempt.input.price.dueNow,
      },
    ]);
    shop.sandbox.control.clearFaults();
    expect(await settle(attempt, payment_id)).toMatchObject({ kind: 'fulfilled' });
    expect(await reviews()).toMatchObject([{ status: 'resolved' }]);
  });

  it('is looked for until patience is over, and then a person is asked if it bears our proof', async () => {
    const attempt = await openAttempt(shop);
    const unknown = { ...attempt.input, attemptId: attempt.input.attemptId.replace(/:1$/, ':9') };
    const { payment_id } = await attempt.pay({ metadata: metadataOf(shop, unknown) });
    const { attemptId } = unknown;
    for (const n of [1, LAST_TRY - 1])
      await expect(settle(attempt, payment_id, { attemptId }, n)).rejects.toMatchObject({
        type: 'not_known_yet',
      });
    expect(await settle(attempt, payment_id, { attemptId }, LAST_TRY)).toEqual({ kind: 'nothing' });
    const reviews = await shop.context.ledger.reviews({
      kind: 'payment_unmatched',
      status: 'open',
      limit: 10,
    });
    expect(reviews).toMatchObject([
      { paymentId: payment_id, attemptId, customerId: attempt.bought.customer_id },
    ]);
    expect(await recordOf(payment_id)).toMatchObject({ verdict: 'review' });
  });
});

describe('a payment that is not what was accepted', () => {
  const differing = async () => {
    const attempt = await openAttempt(shop);
    const { payment_id } = await attempt.pay({ product_id: 'prod_team_license' });
    return { attempt, payment_id };
  };

  it.each([
    ['a cent less', { amount: -1 }, 'amount_differs'],
    ['a cent more', { amount: 1 }, 'amount_differs'],
    ['the same number in another currency', { currency: 'INR' as const }, 'currency_differs'],
  ])(
    'is reviewed when it is of %s',
    async (_, { amount = 0, currency }: { amount?: number; currency?: 'INR' }, doubt) => {
      const attempt = await openAttempt(shop);
      const first = await attempt.pay();
      const { payment_id } = await shop.sandbox.control.payAgain(first.payment_id, {
        amount: attempt.input.price.dueNow + amount,
        ...(currency && { currency }),
      });
      expect(await settle(attempt, payment_id)).toEqual({ kind: 'review' });
      expect(await recordOf(payment_id)).toMatchObject({ verdict: 'review', verdictDetail: doubt });
    },
  );

  it('is booked in its own currency when it was paid at a fallback: there the customer may choose', async () => {
    const attempt = await openAttempt(shop);
    const link = await attempt.another(2, { kind: 'fallback' });
    const first = await attempt.pay({ metadata: metadataOf(shop, link) });
    const { payment_id } = await shop.sandbox.control.payAgain(first.payment_id, {
      amount: 830_000,
      currency: 'INR',
    });
    const { attemptId } = link;
    expect(await settle(attempt, payment_id, { attemptId })).toMatchObject({ kind: 'fulfilled' });
    expect(await shownOf(attempt)).toMatchObject({
      status: 'paid',
      paidAmount: 830_000,
      paidCurrency: 'INR',
      price: { currency: 'USD' },
    });
    expect(await shop.context.ledger.attempt(attemptId)).toMatchObject({ paidAmount: 830_000 });
    const [row] = await shop.context.ledger.funnelReport();
    expect(row?.gross).toMatchObject({ INR: 830_000 });
  });

  it('is reviewed: nothing counts, nothing goes back', async () => {
    const { attempt, payment_id } = await differing();
    expect(await settle(attempt, payment_id)).toEqual({ kind: 'review' });
    expect(await settle(attempt, payment_id)).toEqual({ kind: 'review' });
    const { presentationId } = attempt.input;
    expect(await shop.context.ledger.reviews({ presentationId, limit: 10 })).toMatchObject([
      { kind: 'payment_differs', status: 'open', paymentId: payment_id, currency: 'USD' },
    ]);
    expect(await recordOf(payment_id)).toMatchObject({ verdict: 'review', verdictDetail: 'product_differs' });
    expect(await shownOf(attempt)).toMatchObject({ status: 'charging' });
    expect(refunds(attempt)).toEqual([]);
  });

  it.each([
    [true, 'fulfilled', 'counts'],
    [false, 'goes_back', 'goes_back'],
  ] as const)('is settled as a person decides: paid %s', async (paid, kind, verdict) => {
    const { attempt, payment_id } = await differing();
    await settle(attempt, payment_id);
    const [review] = await shop.context.ledger.reviews({
      presentationId: attempt.input.presentationId,
      limit: 1,
    });
    const resolution = { paid, reason: 'looked at', by: 'op' };
    await shop.context.ledger.resolveReview(review?.reviewId ?? '', resolution, shop.now().toISOString());
    expect(await settle(attempt, payment_id)).toMatchObject({ kind });
    expect(await recordOf(payment_id)).toMatchObject({ verdict });
  });

  it('goes back once its run says that a person has rejected it', async () => {
    const { attempt, payment_id } = await differing();
    expect(await settle(attempt, payment_id, { rejected: true })).toMatchObject({ kind: 'goes_back' });
  });

  it('goes back when the offer is paid by another payment, and its review ends', async () => {
    const { attempt, payment_id } = await differing();
    await settle(attempt, payment_id);
    const { presentationId } = attempt.input;
    await settle(attempt, (await attempt.pay()).payment_id);
    expect(await settle(attempt, payment_id)).toMatchObject({ kind: 'goes_back' });
    expect(await shop.context.ledger.reviews({ presentationId, limit: 10 })).toMatchObject([
      { status: 'resolved', resolution: { by: 'proof' } },
    ]);
  });

  it('is recorded with its review by the run that hears of it', async () => {
    const { attempt, payment_id } = await differing();
    const { attemptId, presentationId } = attempt.input;
    const payment = toPaymentEvent(
      await shop.context.dodo.payments.retrieve(payment_id),
      shop.context.proofs,
    );
    const activities = recordStateActivities(shop.context);
    const state = { attemptId, presentationId, status: 'needs_review' as const };
    await activities.recordState({ ...state, payment, doubt: 'product_differs' });
    await activities.recordState({ ...state, payment, doubt: 'product_differs' });
    expect(await shop.context.ledger.reviews({ presentationId, limit: 10 })).toMatchObject([
      { kind: 'payment_differs', paymentId: payment_id, amount: seenPayment(payment).amount },
    ]);
    expect(await recordOf(payment_id)).toMatchObject({ verdict: 'review', presentationId });
    expect(await shownOf(attempt)).toMatchObject({ status: 'needs_review' });
  });
});
