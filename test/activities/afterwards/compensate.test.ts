import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { compensationActivities } from '../../../activities/afterwards/compensate.js';
import { MINUTE } from '../../../src/domain/duration.js';
import {
  READINGS_LAG_MS,
  UNKNOWN_REFUND_MS,
  UNREADABLE_AFTER_MS,
  compensationId,
  type CompensationInput,
} from '../../../src/domain/compensation.js';
import { openAttempt } from '../attempts.js';
import { dyingAfter } from '../dying.js';
import { openShop, type Shop } from '../shop.js';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
beforeEach(async () => {
  shop.sandbox.control.clearFaults();
  await shop.sandbox.control.setPolicy({ refunds: 'succeed', apiKey: 'accepted' });
});
afterAll(() => shop.close());

const compensate = (input: CompensationInput) => compensationActivities(shop.context).compensate(input);
const giveUp = (input: CompensationInput) => compensationActivities(shop.context).giveUpCompensation(input);
const stateOf = async (input: CompensationInput) =>
  (await shop.context.ledger.compensation(compensationId(input)))?.status;
const reviewsOf = ({ presentationId }: CompensationInput) =>
  shop.context.ledger.reviews({ presentationId, limit: 10 });
const timelineOf = async ({ purchaseId }: CompensationInput) =>
  (await shop.purchase(purchaseId)).timeline.map(({ type }) => type);

/** A second payment for an offer that is paid by the first. */
async function secondPayment() {
  const attempt = await openAttempt(shop);
  const { attemptId, presentationId, purchaseId } = attempt.input;
  const first = await attempt.pay();
  const { payment_id: paymentId } = await attempt.pay();
  await shop.context.ledger.updateAttempt(attemptId, { status: 'paid', paymentId: first.payment_id });
  const { dueNow: amount, currency } = attempt.input.price;
  const input: CompensationInput = {
    kind: 'refund',
    paymentId,
    attemptId,
    presentationId,
    purchaseId,
    amount,
    currency,
  };
  return { input, paymentId, attemptId, refunds: () => refundsOf(paymentId) };
}
const refundsOf = (paymentId: string) =>
  shop.sandbox.books.refunds().filter(({ payment_id }) => payment_id === paymentId);

async function replaced() {
  const bought = await shop.buy('prod_basic_plan');
  const evaluation = await shop.evaluate(bought.payment_id);
  if (evaluation.kind !== 'presented') throw new Error(`No offer: ${JSON.stringify(evaluation)}.`);
  const subscriptionId = bought.subscription_id ?? '';
  const { presentationId } = evaluation.presented;
  const input: CompensationInput = {
    kind: 'end_subscription',
    subscriptionId,
    presentationId,
    purchaseId: bought.payment_id,
  };
  const status = async () => (await shop.context.dodo.subscriptions.retrieve(subscriptionId)).status;
  return { input, status };
}

describe('a refund', () => {
  it('is asked for once, and confirmed by what Dodo says, not by the answer', async () => {
    const { input, attemptId, paymentId, refunds } = await secondPayment();
    expect(await compensate(input)).toEqual({ kind: 'ended', status: 'confirmed' });
    expect(await compensate(input)).toEqual({ kind: 'ended', status: 'confirmed' });
    expect(refunds()).toHaveLength(1);
    expect(await stateOf(input)).toBe('confirmed');
    expect(await timelineOf(input)).toContain('second_payment_refunded');
    expect(await shop.context.ledger.payment(paymentId)).toMatchObject({
      verdict: 'goes_back',
      refundedAmount: input.kind === 'refund' && input.amount,
    });
    // Its attempt is paid by the other payment, which stays.
    expect(await shop.context.ledger.attempt(attemptId)).toMatchObject({ status: 'paid' });
    expect(await reviewsOf(input)).toEqual([]);
  });

  it('that is pending is waited for; that fails is asked for again, and then a person is', async () => {
    await shop.sandbox.control.setPolicy({ refunds: 'pending' });
    const { input, refunds } = await secondPayment();
    for (let n = 1; n <= 3; n += 1) {
      expect(await compensate(input)).toMatchObject({ kind: 'pending' });
      expect(await compensate(input)).toMatchObject({ kind: 'pending' });
      expect(refunds()).toHaveLength(n);
      expect(await timelineOf(input)).not.toContain('second_payment_refunded');
      expect(await reviewsOf(input)).toEqual([]);
      const { refund_id = '' } = refunds().find(({ status }) => status === 'pending') ?? {};
      await shop.sandbox.control.settleRefund(refund_id, 'failed');
    }
    expect(await compensate(input)).toEqual({ kind: 'pending' });
    expect(refunds()).toHaveLength(3);
    expect(await reviewsOf(input)).toMatchObject([{ kind: 'refund_failed', status: 'open' }]);
    expect(await stateOf(input)).toBe('review');
    expect(await timelineOf(input)).toContain('second_payment_refund_failed');
  });

  it('that Dodo refuses is a review after three refusals, which ends when it is refunded after all', async () => {
    const { input } = await secondPayment();
    shop.sandbox.control.addFault({ on: 'refund', kind: 'status_before', status: 422, times: 3 });
    for (let n = 1; n <= 3; n += 1) {
      expect(await reviewsOf(input)).toEqual([]);
      expect(await compensate(input)).toEqual({ kind: 'pending' });
    }
    const other = await secondPayment();
    expect(await reviewsOf(input)).toMatchObject([{ kind: 'refund_failed', status: 'open' }]);
    expect(await compensate(input)).toEqual({ kind: 'ended', status: 'confirmed' });
    expect(await reviewsOf(input)).toMatchObject([{ status: 'resolved', resolution: { by: 'proof' } }]);
    expect(await reviewsOf(other.input)).toEqual([]);
  });

  it('whose answer is lost is not asked for again', async () => {
    const { input, refunds } = await secondPayment();
    shop.sandbox.control.addFault({ on: 'refund', kind: 'drop_after' });
    expect(await compensate(input)).toEqual({ kind: 'pending' });
    expect(await compensate(input)).toEqual({ kind: 'ended', status: 'confirmed' });
    expect(refunds()).toHaveLength(1);
  });

  it('that Dodo took, or may have taken, is not asked for again while its readings lag behind', async () => {
    const { input, refunds } = await secondPayment();
    shop.sandbox.control.addFault({ on: 'refund', kind: 'drop_after' });
    shop.sandbox.control.lagReads({ kind: 'refund', ms: 60_000 });
    expect(await compensate(input)).toEqual({ kind: 'pending' });
    expect(await compensate(input)).toEqual({ kind: 'pending' });
    expect(await compensate(input)).toEqual({ kind: 'pending' });
    shop.sandbox.control.clearFaults();
    expect(await compensate(input)).toEqual({ kind: 'ended', status: 'confirmed' });
    expect(refunds()).toHaveLength(1);
  });

  describe('that Dodo took', () => {
    const asked = () =>
      shop.sandbox.books.requests({ method: 'POST' }).filter(({ path }) => path === '/refunds').length;

    it('is not asked for again although no reading shows it for minutes', async () => {
      const { input } = await secondPayment();
      const before = asked();
      shop.sandbox.control.lagReads({ kind: 'refund', ms: 60_000 });
      for (let n = 1; n <= 4; n += 1) {
        expect(await compensate(input)).toEqual({ kind: 'pending' });
        shop.pass(3 * READINGS_LAG_MS);
      }
      expect(asked()).toBe(before + 1);
      shop.sandbox.control.clearFaults();
      expect(await compensate(input)).toEqual({ kind: 'ended', status: 'confirmed' });
      expect(await reviewsOf(input)).toEqual([]);
    });

    it('is confirmed by what a signed event has told, although no reading shows it', async () => {
      const { input, paymentId } = await secondPayment();
      shop.sandbox.control.lagReads({ kind: 'refund', ms: 60_000 });
      expect(await compensate(input)).toEqual({ kind: 'pending' });
      await shop.context.ledger.recordPayment({
        paymentId,
        status: 'succeeded',
        refundedAmount: 'amount' in input ? input.amount : 0,
        source: 'webhook',
        seenAt: shop.now().toISOString(),
      });
      expect(await compensate(input)).toEqual({ kind: 'ended', status: 'confirmed' });
    });

    it('is followed by itself where the payment never shows its refunds', async () => {
      const { payments } = shop.context.dodo;
      const retrieve = payments.retrieve.bind(payments);
      const blind = vi.spyOn(payments, 'retrieve').mockImplementation((async (id: string) => ({
        ...(await retrieve(id)),
        refunds: [],
        refund_status: null,
      })) as never);
      try {
        await shop.sandbox.control.setPolicy({ refunds: 'pending' });
        const { input, refunds } = await secondPayment();
        for (let n = 1; n <= 2; n += 1) {
          shop.pass(UNKNOWN_REFUND_MS);
          expect(await compensate(input)).toEqual({ kind: 'pending' });
          shop.pass(UNKNOWN_REFUND_MS);
          expect(await compensate(input)).toEqual({ kind: 'pending' });
          expect(refunds()).toHaveLength(n);
          const { refund_id = '' } = refunds().find(({ status }) => status === 'pending') ?? {};
          await shop.sandbox.control.settleRefund(refund_id, n === 1 ? 'failed' : 'succeeded');
        }
        expect(await compensate(input)).toEqual({ kind: 'ended', status: 'confirmed' });
        expect(
          refunds()
            .map(({ status }) => status)
            .sort(),
        ).toEqual(['failed', 'succeeded']);
      } finally {
        blind.mockRestore();
      }
    });
  });

  it('that nothing confirms for two weeks is a review', async () => {
    await shop.sandbox.control.setPolicy({ refunds: 'pending' });
    const { input } = await secondPayment();
    await compensate(input);
    await giveUp(input);
    expect(await reviewsOf(input)).toMatchObject([{ kind: 'refund_failed', status: 'open' }]);
  });
});

describe('whatever call its process dies after', () => {
  it.each([
    ['a refund', secondPayment],
    ['the end of a replaced subscription', replaced],
  ])('%s happens once, and is confirmed', async (_what, begin) => {
    for (let calls = 1, died = true; died; calls += 1) {
      const { input } = await begin();
      const dying = dyingAfter(calls, shop.context);
      await compensationActivities(dying.context)
        .compensate(input)
        .catch(() => undefined);
      died = dying.hasDied();

      // Whoever goes on does not know how far it was. The answer to a request may have been lost.
      for (const pause of [READINGS_LAG_MS, UNKNOWN_REFUND_MS, UNKNOWN_REFUND_MS]) {
        await compensate(input);
        shop.pass(pause);
      }
      expect(await compensate(input), `after call ${calls}`).toEqual({ kind: 'ended', status: 'confirmed' });
      expect(await reviewsOf(input)).toEqual([]);
      if (input.kind === 'refund')
        expect(refundsOf(input.paymentId), `after call ${calls}`).toMatchObject([{ status: 'succeeded' }]);
    }
  });
});

/** An offer that cost 14900 and should have cost 9900. */
async function overpaid() {
  const { input: second } = await secondPayment();
  if (second.kind !== 'refund') throw new Error('No refund.');
  const { paymentId, attemptId, presentationId, purchaseId, amount: paid, currency } = second;
  const due = 5_000;
  const about = { paymentId, attemptId, presentationId, purchaseId, currency };
  const input: CompensationInput = { kind: 'refund_part', ...about, amount: due, keep: paid - due };
  const byHand = (amount: number, more: { reason?: string } = {}) =>
    shop.context.dodo.refunds.create({
      payment_id: paymentId,
      items: [{ item_id: 'prod_complete_bundle', amount }],
      ...more,
    });
  return {
    input,
    paymentId,
    paid,
    due,
    byHand,
    ours: () => refundsOf(paymentId).filter(({ metadata }) => metadata.upsell_attempt_id === attemptId),
    record: async () => {
      const found = await shop.context.ledger.compensation(compensationId(input));
      if (!found) throw new Error('It was not opened.');
      return found;
    },
    told: async () =>
      (await shop.purchase(purchaseId)).timeline.find(({ type }) => type === 'price_difference_refunded')
        ?.detail?.amount,
  };
}

describe('the refund of a part', () => {
  beforeEach(() => {
    shop.context.runs.tellReversal = async () => true;
  });

  it('tells of its own refund', async () => {
    const { input, ours, told, record } = await overpaid();
    const step = await compensate(input);
    const [refund] = ours();
    const told5000 = {
      kind: 'ended',
      status: 'confirmed',
      refund: { id: refund?.refund_id, amount: 5_000, currency: 'USD' },
    };
    expect(step).toEqual(told5000);
    // Its process may have been stopped after the last line.
    expect(await compensate(input)).toEqual(told5000);
    expect(await told()).toBe(5_000);
    expect(await record()).toMatchObject({ refundIds: [refund?.refund_id], refundedAmount: 5_000, tries: 1 });
  });

  it('tells of what is left for it when a part has gone back by hand meanwhile', async () => {
    const { input, ours, told, record, byHand } = await overpaid();
    await byHand(2_000, { reason: 'Asked for by telephone.' });
    const step = await compensate(input);
    expect(ours()).toMatchObject([{ amount: 3_000 }]);
    expect(step).toMatchObject({ status: 'confirmed', refund: { amount: 3_000 } });
    expect(await told()).toBe(3_000);
    expect(await record()).toMatchObject({ refundedAmount: 3_000 });
  });

  it.each([
    ['as much', 5_000],
    ['more', 7_000],
  ])('tells of nothing when %s has gone back by hand', async (_what, amount) => {
    const { input, ours, told, record, byHand } = await overpaid();
    await byHand(amount);
    expect(await compensate(input)).toEqual({ kind: 'ended', status: 'confirmed' });
    expect(ours()).toEqual([]);
    expect(await told()).toBeUndefined();
    expect(await record()).toMatchObject({ refundedAmount: 0, tries: 0 });
  });

  describe('where a reading is behind what a signed event has told', () => {
    const tell = (paymentId: string, refundedAmount: number) =>
      shop.context.ledger.recordPayment({
        ...{ paymentId, status: 'succeeded', refundedAmount },
        ...{ source: 'webhook', seenAt: shop.now().toISOString() },
      });

    it('gives back no more than is left', async () => {
      const { input, paymentId, ours, byHand } = await overpaid();
      shop.sandbox.control.lagReads({ kind: 'refund', ms: 60_000 });
      await byHand(2_000, { reason: 'Asked for by telephone.' });
      await tell(paymentId, 2_000);
      await compensate(input);
      expect(ours()).toMatchObject([{ amount: 3_000 }]);
    });

    it('waits to see its own, so that it can tell of it', async () => {
      const { input, paymentId, ours, told } = await overpaid();
      shop.sandbox.control.lagReads({ kind: 'refund', ms: 60_000 });
      shop.sandbox.control.addFault({ on: 'refund', kind: 'drop_after' });
      expect(await compensate(input)).toEqual({ kind: 'pending' });
      await tell(paymentId, 5_000);
      expect(await compensate(input)).toEqual({ kind: 'pending' });
      shop.sandbox.control.clearFaults();
      expect(await compensate(input)).toMatchObject({ status: 'confirmed', refund: { amount: 5_000 } });
      expect(ours()).toHaveLength(1);
      expect(await told()).toBe(5_000);
    });
  });

  it('still knows a refund whose answer was lost after a later request was refused', async () => {
    const { input, ours, told } = await overpaid();
    shop.sandbox.control.lagReads({ kind: 'refund', ms: 60_000_000 });
    shop.sandbox.control.addFault({ on: 'refund', kind: 'drop_after' });
    expect(await compensate(input)).toEqual({ kind: 'pending' });
    shop.pass(UNKNOWN_REFUND_MS + MINUTE);
    shop.sandbox.control.addFault({ on: 'refund', kind: 'status_before', status: 422 });
    expect(await compensate(input)).toEqual({ kind: 'pending' });
    shop.sandbox.control.clearFaults();
    expect(await compensate(input)).toMatchObject({ status: 'confirmed', refund: { amount: 5_000 } });
    expect(ours()).toHaveLength(1);
    expect(await told()).toBe(5_000);
  });

  it('leaves it to the reversal to tell of what is gone entirely', async () => {
    const { input, paid, due, byHand } = await overpaid();
    shop.context.runs.tellReversal = async () => {
      await byHand(paid - due).catch(() => undefined);
      return true;
    };
    expect(await compensate(input)).toEqual({ kind: 'ended', status: 'confirmed' });
  });

  it('takes nothing twice: a lost dispute over a part counts', async () => {
    const { input, paymentId, ours } = await overpaid();
    const dispute = await shop.sandbox.control.openDispute({ payment_id: paymentId, amount: 4_000 });
    await compensate(input);
    expect(await reviewsOf(input)).toMatchObject([{ kind: 'refund_failed', amount: 5_000 }]);
    await shop.sandbox.control.moveDispute(dispute.dispute_id, 'lost');
    expect(await compensate(input)).toMatchObject({ status: 'confirmed', refund: { amount: 1_000 } });
    expect(ours()).toMatchObject([{ amount: 1_000 }]);
  });

  it('goes on once a dispute is won', async () => {
    const { input, paymentId, ours } = await overpaid();
    const dispute = await shop.sandbox.control.openDispute({ payment_id: paymentId });
    expect(await compensate(input)).toEqual({ kind: 'pending' });
    await shop.sandbox.control.moveDispute(dispute.dispute_id, 'won');
    expect(await compensate(input)).toMatchObject({ status: 'confirmed' });
    expect(ours()).toMatchObject([{ amount: 5_000 }]);
  });

  it('does not take a refund by hand for its own, whose answer was lost', async () => {
    const { input, ours, byHand } = await overpaid();
    shop.sandbox.control.addFault({ on: 'refund', kind: 'drop_before' });
    expect(await compensate(input)).toEqual({ kind: 'pending' });
    await byHand(1_000, { reason: 'The price of this offer was wrong.' });
    // Ours may still be on its way.
    shop.pass(UNKNOWN_REFUND_MS - MINUTE);
    expect(await compensate(input)).toEqual({ kind: 'pending' });
    expect(ours()).toEqual([]);
    shop.pass(2 * MINUTE);
    expect(await compensate(input)).toMatchObject({ status: 'confirmed', refund: { amount: 4_000 } });
    expect(ours()).toMatchObject([{ amount: 4_000 }]);
  });

  it('finds its own beside one by hand, although the answer was lost', async () => {
    await shop.sandbox.control.setPolicy({ refunds: 'pending' });
    const { input, ours, byHand, record } = await overpaid();
    shop.sandbox.control.addFault({ on: 'refund', kind: 'drop_after' });
    expect(await compensate(input)).toEqual({ kind: 'pending' });
    const [mine] = ours();
    await shop.sandbox.control.settleRefund(mine?.refund_id ?? '', 'failed');
    await byHand(1_000);
    await shop.sandbox.control.settleRefund(
      refundsOf(mine?.payment_id ?? '').find(({ status }) => status === 'pending')?.refund_id ?? '',
      'succeeded',
    );
    // Its own has failed, so the rest is asked for at once.
    await shop.sandbox.control.setPolicy({ refunds: 'succeed' });
    expect(await compensate(input)).toMatchObject({ status: 'confirmed', refund: { amount: 4_000 } });
    expect(ours().map(({ amount, status }) => [amount, status])).toEqual([
      [5_000, 'failed'],
      [4_000, 'succeeded'],
    ]);
    expect(await record()).toMatchObject({ tries: 2, refusals: 0 });
  });

  it('asks a person when nothing tells whose a refund is', async () => {
    const { input, ours, byHand } = await overpaid();
    shop.sandbox.control.addFault({ on: 'refund', kind: 'drop_before' });
    await compensate(input);
    await byHand(1_000);
    shop.pass(UNKNOWN_REFUND_MS + MINUTE);
    expect(await compensate(input)).toEqual({ kind: 'pending' });
    expect(ours()).toEqual([]);
    expect(await reviewsOf(input)).toMatchObject([{ kind: 'refund_failed', status: 'open', amount: 4_000 }]);
    // Somebody gives the rest back.
    await byHand(4_000);
    expect(await compensate(input)).toMatchObject({ status: 'confirmed' });
    expect(await reviewsOf(input)).toMatchObject([{ status: 'resolved' }]);
  });

  it('counts what was sent alone, and refusals by themselves', async () => {
    const { input, record } = await overpaid();
    shop.sandbox.control.addFault({ on: 'refund', kind: 'status_before', status: 429 });
    expect(await compensate(input)).toEqual({ kind: 'pending' });
    expect(await record()).toMatchObject({ tries: 0, refusals: 0 });
    expect((await record()).askedAt).toBeUndefined();
    shop.sandbox.control.addFault({ on: 'refund', kind: 'status_before', status: 422, times: 2 });
    await compensate(input);
    await compensate(input);
    expect(await record()).toMatchObject({ tries: 2, refusals: 2 });
    expect(await reviewsOf(input)).toEqual([]);
    expect(await compensate(input)).toMatchObject({ status: 'confirmed' });
    expect(await record()).toMatchObject({ tries: 3, refusals: 2 });
  });
});

describe('the end of a replaced subscription', () => {
  it.each([409, 401, 403, 500])('is asked for again when Dodo answers %d', async (status) => {
    const { input, status: statusOf } = await replaced();
    shop.sandbox.control.addFault({ on: 'cancel_subscription', kind: 'status_before', status });
    expect(await compensate(input)).toEqual({ kind: 'pending' });
    expect(await statusOf()).toBe('active');
    expect(await reviewsOf(input)).toEqual([]);
    expect(await compensate(input)).toEqual({ kind: 'ended', status: 'confirmed' });
    expect(await statusOf()).toBe('cancelled');
    expect(await timelineOf(input)).toEqual(['replaced_subscription_cancelled']);
  });

  it.each([409, 401])(
    'is a review when Dodo goes on answering %d, and is still asked for',
    async (status) => {
      const { input, status: statusOf } = await replaced();
      shop.sandbox.control.addFault({ on: 'cancel_subscription', kind: 'status_before', status, times: 3 });
      for (let n = 1; n <= 3; n += 1) expect(await compensate(input)).toEqual({ kind: 'pending' });
      expect(await reviewsOf(input)).toMatchObject([
        {
          kind: 'subscription_lives_on',
          status: 'open',
          subscriptionId: (input as { subscriptionId: string }).subscriptionId,
        },
      ]);
      expect(await compensate(input)).toEqual({ kind: 'ended', status: 'confirmed' });
      expect(await statusOf()).toBe('cancelled');
      expect(await reviewsOf(input)).toMatchObject([{ status: 'resolved' }]);
    },
  );

  it.each(['answers 500 for an hour', 'takes the request without effect'])(
    'is a review when Dodo %s, and is still asked for',
    async (how) => {
      const { input, status: statusOf } = await replaced();
      const { subscriptions } = shop.context.dodo;
      const idle = how.startsWith('takes')
        ? vi.spyOn(subscriptions, 'update').mockImplementation((async () => ({})) as never)
        : undefined;
      shop.sandbox.control.addFault({
        on: 'cancel_subscription',
        kind: 'status_before',
        status: 500,
        times: 4,
      });
      for (let n = 1; n <= 3; n += 1) {
        expect(await compensate(input)).toEqual({ kind: 'pending' });
        expect(await reviewsOf(input)).toEqual([]);
      }
      shop.pass(UNREADABLE_AFTER_MS + 1);
      expect(await compensate(input)).toEqual({ kind: 'pending' });
      expect(await reviewsOf(input)).toMatchObject([{ kind: 'subscription_lives_on', status: 'open' }]);
      idle?.mockRestore();
      shop.sandbox.control.clearFaults();
      expect(await compensate(input)).toEqual({ kind: 'ended', status: 'confirmed' });
      expect(await statusOf()).toBe('cancelled');
    },
  );

  it('is not taken for done when Dodo cannot be read or does not show it; after an hour a person is asked', async () => {
    const { input, status } = await replaced();
    await shop.sandbox.control.setPolicy({ apiKey: 'rejected' });
    expect(await compensate(input)).toEqual({ kind: 'pending' });
    expect(await reviewsOf(input)).toEqual([]);
    shop.pass(UNREADABLE_AFTER_MS + 1);
    expect(await compensate(input)).toEqual({ kind: 'pending' });
    expect(await reviewsOf(input)).toMatchObject([{ kind: 'subscription_lives_on', status: 'open' }]);
    await shop.sandbox.control.setPolicy({ apiKey: 'accepted' });
    expect(await compensate(input)).toEqual({ kind: 'ended', status: 'confirmed' });
    expect(await status()).toBe('cancelled');
  });

  it('that is over already is confirmed without a request', async () => {
    const { input, status } = await replaced();
    await compensate(input);
    expect(await status()).toBe('cancelled');
    shop.sandbox.control.addFault({
      on: 'cancel_subscription',
      kind: 'status_before',
      status: 500,
      times: 9,
    });
    expect(await compensate(input)).toEqual({ kind: 'ended', status: 'confirmed' });
  });
});
