import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolutionActivities } from '../../../activities/afterwards/resolution.js';
import type { ResolutionInput } from '../../../src/contract/messages.js';
import { toPaymentEvent } from '../../../src/dodo/payments.js';
import { metadataOf, openAttempt, type OpenAttempt } from '../attempts.js';
import { openShop, type Shop } from '../shop.js';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const say = (
  { input: { presentationId, purchaseId, attemptId } }: OpenAttempt,
  word: Pick<ResolutionInput, 'paid'> & Partial<ResolutionInput>,
) =>
  resolutionActivities(shop.context).settleByWord({
    ...{ reviewId: 'rev_1', presentationId, purchaseId, attemptId, reason: 'looked up' },
    ...word,
  });
const shownOf = ({ input }: OpenAttempt) => shop.context.ledger.presentation(input.presentationId);
const eventOf = async (paymentId: string) =>
  toPaymentEvent(await shop.context.dodo.payments.retrieve(paymentId), shop.context.proofs);

describe('an offer whose run is gone, when an operator says', () => {
  it.each([
    ['INR', 830_000, { paidCurrency: 'INR' }],
    ['USD', 9899, {}],
  ] as const)('which payment pays for it: %s %i is booked as what it is', async (currency, amount, paid) => {
    const attempt = await openAttempt(shop);
    const link = await attempt.another(2, { kind: 'fallback' });
    const first = await attempt.pay({ metadata: metadataOf(shop, link) });
    const { payment_id } = await shop.sandbox.control.payAgain(first.payment_id, { amount, currency });
    const payment = await eventOf(payment_id);
    const settled = await say(attempt, { paid: true, payment, attemptId: link.attemptId });
    expect(settled).toEqual({ kind: 'fulfilled', compensations: [] });
    const shown = await shownOf(attempt);
    expect(shown).toMatchObject({
      status: 'paid',
      paymentId: payment_id,
      paidAmount: amount,
      recovered: true,
      ...paid,
    });
    expect(shown?.paidCurrency).toBe('paidCurrency' in paid ? paid.paidCurrency : undefined);
    expect(await shop.context.ledger.payment(payment_id)).toMatchObject({ verdict: 'counts', amount });
    expect(await shop.purchase(attempt.bought.payment_id)).toMatchObject({ outcome: 'recovered' });
  });

  it('that it was paid, without a payment: what was accepted is booked', async () => {
    const attempt = await openAttempt(shop);
    expect(await say(attempt, { paid: true })).toMatchObject({ kind: 'fulfilled' });
    const { dueNow } = attempt.input.price;
    expect(await shownOf(attempt)).toMatchObject({ status: 'paid', paidAmount: dueNow });
  });

  it('that it was not paid, it has failed, and the timeline says so; the same again changes nothing', async () => {
    const attempt = await openAttempt(shop);
    const { presentationId, attemptId } = attempt.input;
    for (let time = 0; time < 2; time += 1)
      expect(await say(attempt, { paid: false })).toEqual({ kind: 'failed' });
    expect(await shownOf(attempt)).toMatchObject({ status: 'failed' });
    expect(await shop.context.ledger.attempt(attemptId)).toMatchObject({ status: 'failed' });
    const { timeline, outcome } = await shop.purchase(attempt.bought.payment_id);
    expect(outcome).toBe('payment_failed');
    const failures = timeline.filter(({ type }) => type === 'failed');
    expect(failures.map(({ detail }) => detail)).toEqual([{ presentationId }]);
  });

  it('something else than what settled it meanwhile, that stands', async () => {
    const attempt = await openAttempt(shop);
    const first = await attempt.pay();
    const second = await attempt.pay();
    await say(attempt, { paid: true, payment: await eventOf(first.payment_id) });
    const other = await eventOf(second.payment_id);
    expect(await say(attempt, { paid: true, payment: other })).toEqual({ kind: 'nothing' });
    expect(await say(attempt, { paid: false })).toEqual({ kind: 'nothing' });
    expect(await shownOf(attempt)).toMatchObject({ status: 'paid', paymentId: first.payment_id });
  });

  it('that a payment counts which is being given back, it does not', async () => {
    const attempt = await openAttempt(shop);
    const { payment_id } = await attempt.pay();
    const payment = await eventOf(payment_id);
    const { ledger } = shop.context;
    await ledger.recordPayment({ ...payment, source: 'webhook', seenAt: shop.now().toISOString() });
    await ledger.recordVerdict(payment_id, 'goes_back', {});
    expect(await say(attempt, { paid: true, payment })).toEqual({ kind: 'nothing' });
    expect(await shownOf(attempt)).toMatchObject({ status: 'charging' });
  });

  it('a new subscription pays for a change of plan, the old one is ended', async () => {
    const attempt = await openAttempt(shop);
    const run = 'plan-change/sub_old';
    const link = await attempt.another(3, { kind: 'fallback', workflowId: run });
    const { payment_id } = await attempt.pay({ metadata: metadataOf(shop, link) });
    const payment = { ...(await eventOf(payment_id)), subscriptionIds: ['sub_new'] };
    const { presentationId, purchaseId, customerId } = attempt.input;
    expect(await say(attempt, { paid: true, payment, attemptId: link.attemptId })).toEqual({
      kind: 'fulfilled',
      compensations: [
        { kind: 'end_subscription', subscriptionId: 'sub_old', presentationId, purchaseId, customerId },
      ],
    });
  });
});
