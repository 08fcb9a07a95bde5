/** Refunds and disputes against real books: what goes back is an amount, and access ends once. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  reversalActivities,
  TRIES_FOR_READING,
  TRIES_FOR_RUN,
  type RecordedReversal,
} from '../../../activities/afterwards/reversal.js';
import type { ReversalEvent } from '../../../src/contract/messages.js';
import { ATTEMPT_METADATA_KEY, attemptId, workflowId } from '../../../src/domain/ids.js';
import type { PresentationStatus } from '../../../src/domain/words.js';
import { PRODUCT_METADATA_KEY, PROOF_METADATA_KEY } from '../../../src/dodo/proof.js';
import { createLogger } from '../../../src/log.js';
import { installRuntime } from '../../../src/temporal/runtime.js';
import { openShop, type Shop } from '../shop.js';

const LONG = 60_000;
const BUNDLE = 'prod_complete_bundle';

let shop: Shop;
beforeAll(async () => {
  installRuntime(createLogger(process.env.LOG_LEVEL ?? 'silent'));
  shop = await openShop();
});
beforeEach(() => shop.sandbox.control.clearFaults());
afterAll(() => shop.close());

/** Runs the activity as Temporal does, in this try. */
async function record(event: ReversalEvent, attempt = 1): Promise<RecordedReversal> {
  const reversals = reversalActivities(shop.context);
  return new MockActivityEnvironment({ attempt }).run(
    (one: ReversalEvent) => reversals.recordReversal(one),
    event,
  );
}

/** An offer of 14,900 that was shown, accepted and paid; unless told otherwise, its run has settled. */
async function paidOffer(status: PresentationStatus = 'paid', settled = true) {
  const { ledger, proofs } = shop.context;
  const first = await shop.buy('prod_starter_course');
  const purchaseId = first.payment_id;
  const evaluation = await shop.evaluate(purchaseId);
  if (evaluation.kind !== 'presented') throw new Error(`Nothing was offered: ${evaluation.kind}.`);
  const { presentationId } = evaluation.presented;
  const customerId = first.customer_id;
  const attempt = attemptId(workflowId.purchase(purchaseId), 'bundle', 1);
  const claim = { attemptId: attempt, customerId, productId: BUNDLE };
  const { payment_id } = await shop.buy(BUNDLE, {
    customer_id: customerId,
    metadata: {
      [ATTEMPT_METADATA_KEY]: attempt,
      [PRODUCT_METADATA_KEY]: BUNDLE,
      [PROOF_METADATA_KEY]: proofs.ofAttempt(claim),
    },
  });
  const { total_amount: amount } = await shop.context.dodo.payments.retrieve(payment_id);
  const at = shop.now().toISOString();
  await ledger.recordAttempt(
    {
      ...claim,
      presentationId,
      workflowId: workflowId.purchase(purchaseId),
      kind: 'charge',
      status: 'recorded',
      amount,
      currency: 'USD',
      proof: true,
      createdAt: at,
    },
    { status: 'charging', decision: 'accepted', decidedAt: at },
    [],
  );
  const patch = {
    status,
    decision: 'accepted' as const,
    ...(status === 'paid' && { paymentId: payment_id, paidAmount: amount, paidAt: at }),
  };
  if (settled) {
    const presentation = { id: presentationId, patch };
    await ledger.settle({ purchaseId, outcome: 'converted', at, presentation, timeline: [] });
  } else await ledger.updatePresentation(presentationId, patch, []);
  return { purchaseId, presentationId, paymentId: payment_id, amount, attemptId: attempt, customerId };
}

async function refund(paymentId: string, amount?: number): Promise<ReversalEvent> {
  const { dodo } = shop.context;
  const { items } = await dodo.payments.retrieveLineItems(paymentId);
  const made = await dodo.refunds.create({
    payment_id: paymentId,
    ...(amount !== undefined && {
      items: [{ item_id: items[0]?.items_id ?? '', amount, tax_inclusive: true }],
    }),
  });
  return {
    kind: 'refund',
    id: made.refund_id,
    paymentId,
    type: 'refund.succeeded',
    amount: made.amount ?? 0,
    currency: 'USD',
  };
}

async function dispute(payment_id: string, amount?: number, end: 'lost' | 'accepted' | 'won' = 'lost') {
  const { control } = shop.sandbox;
  const opened = await control.openDispute({ payment_id, ...(amount !== undefined && { amount }) });
  await control.moveDispute(opened.dispute_id, end);
  const event = { kind: 'dispute', id: opened.dispute_id, paymentId: payment_id } as const;
  return { ...event, type: `dispute.${end}`, amount: opened.amount, currency: 'USD' };
}

async function revenueOf(presentationId: string) {
  const { paidAmount = 0, refundedAmount = 0 } =
    (await shop.context.ledger.presentation(presentationId)) ?? {};
  return paidAmount - refundedAmount;
}

const outcomeOf = async (purchaseId: string) => (await shop.purchase(purchaseId)).outcome;

const typesOf = async (purchaseId: string) =>
  (await shop.purchase(purchaseId)).timeline.map(({ type }) => type);

describe('an offer whose money goes back', () => {
  it('ends by a refund of everything, and says so again when it is repeated', async () => {
    const { paymentId, purchaseId, presentationId, amount } = await paidOffer();
    const event = await refund(paymentId);
    const reversed = { purchaseId, presentationId, amount, currency: 'USD' };
    expect(await record(event)).toEqual({ reversed });
    expect(await record(event, 2)).toEqual({ reversed });
    expect(await revenueOf(presentationId)).toBe(0);
    expect(await outcomeOf(purchaseId)).toBe('reversed');
    expect(await shop.context.ledger.payment(paymentId)).toMatchObject({
      verdict: 'counts',
      refundedAmount: amount,
      lostAmount: 0,
    });
    expect((await typesOf(purchaseId)).filter((type) => type === 'refund_succeeded')).toHaveLength(1);
  });

  it('stays by a part, and ends by the rest, whichever of the two is heard of last', async () => {
    const { paymentId, purchaseId, presentationId, amount } = await paidOffer();
    const part = await refund(paymentId, 1900);
    expect(await record(part)).toEqual({});
    expect(await revenueOf(presentationId)).toBe(amount - 1900);
    expect(await outcomeOf(purchaseId)).toBe('converted');
    const rest = await refund(paymentId);
    expect(await record(rest)).toMatchObject({ reversed: { presentationId, amount } });
    // Its webhook comes again, under another id, or its run is repeated.
    expect(await record(part, 2)).toEqual({});
    const entry = (await shop.purchase(purchaseId)).timeline.find(({ detail }) => detail?.id === part.id);
    expect(entry?.detail).toMatchObject({ presentationId, paymentId, amount: 1900, currency: 'USD' });
  });

  it('ends once, of two refunds that are both seen before either is recorded', async () => {
    const { paymentId, presentationId, amount } = await paidOffer();
    const events = [await refund(paymentId, 1900), await refund(paymentId)];
    const recorded = await Promise.all(events.map((event) => record(event)));
    expect(recorded.filter(({ reversed }) => reversed !== undefined)).toMatchObject([
      { reversed: { presentationId, amount } },
    ]);
    const again = await Promise.all(events.map((event) => record(event, 2)));
    expect(again).toEqual(recorded);
  });

  it('ends by refunds that Dodo shows none of: each adds what its own event says', async () => {
    const { paymentId, presentationId, amount } = await paidOffer();
    shop.sandbox.control.lagReads({ kind: 'refund', ms: LONG });
    const events = [await refund(paymentId, 1900), await refund(paymentId)];
    const recorded = await Promise.all(events.map((event) => record(event, TRIES_FOR_READING)));
    expect(recorded.filter(({ reversed }) => reversed !== undefined)).toMatchObject([
      { reversed: { presentationId, amount } },
    ]);
    expect(await revenueOf(presentationId)).toBe(0);
  });

  it('stays by a lost dispute over a part, and ends when a refund takes the rest', async () => {
    const { paymentId, purchaseId, presentationId, amount } = await paidOffer();
    expect(await record(await dispute(paymentId, 4900))).toEqual({});
    expect(await revenueOf(presentationId)).toBe(amount - 4900);
    expect(await outcomeOf(purchaseId)).toBe('converted');
    expect(await record(await refund(paymentId, amount - 4900))).toMatchObject({ reversed: { amount } });
    expect(await shop.context.ledger.payment(paymentId)).toMatchObject({
      lostAmount: 4900,
      refundedAmount: amount - 4900,
    });
  });

  it.each(['lost', 'accepted'] as const)('ends by a dispute over everything that is %s', async (end) => {
    const { paymentId, presentationId } = await paidOffer();
    expect(await record(await dispute(paymentId, undefined, end))).toMatchObject({
      reversed: { presentationId },
    });
  });

  it('stays while a dispute is open, and when it is won', async () => {
    const { paymentId, presentationId, amount, purchaseId } = await paidOffer();
    const won = await dispute(paymentId, undefined, 'won');
    expect(await record({ ...won, type: 'dispute.opened' })).toEqual({});
    expect(await record(won)).toEqual({});
    expect(await revenueOf(presentationId)).toBe(amount);
    expect(await typesOf(purchaseId)).toEqual(expect.arrayContaining(['dispute_opened', 'dispute_won']));
  });

  it('does not end a second time where an older version has ended it', async () => {
    const { paymentId, purchaseId, presentationId, amount } = await paidOffer();
    const earlier = await refund(paymentId);
    const detail = { presentationId, id: earlier.id, refundedAmount: amount };
    await shop.context.ledger.settle({
      purchaseId,
      outcome: 'reversed',
      at: shop.now().toISOString(),
      presentation: { id: presentationId, patch: { refundedAmount: amount } },
      timeline: [{ at: shop.now().toISOString(), type: 'refund_succeeded', detail }],
    });
    expect(await record(await dispute(paymentId))).toEqual({});
    // The older version may have been interrupted before it told of it.
    expect(await record(earlier)).toMatchObject({ reversed: { presentationId } });
  });

  it('leaves the outcome to the run that goes on, and what stands decides at its end', async () => {
    const { paymentId, purchaseId, presentationId } = await paidOffer('paid', false);
    expect(await record(await refund(paymentId))).toMatchObject({ reversed: { presentationId } });
    expect(await shop.purchase(purchaseId)).toMatchObject({ status: 'offering' });
    const at = shop.now().toISOString();
    await shop.context.ledger.settle({ purchaseId, outcome: 'converted', at, timeline: [] });
    expect(await outcomeOf(purchaseId)).toBe('reversed');
  });
});

it('is waited for as long as it says: a minute for a reading, an hour for a run', () => {
  // As Temporal tries it again: after a second, then after twice as long, once a minute in the end.
  const waited = (tries: number) =>
    Array.from({ length: tries - 1 }, (_, n) => Math.min(2 ** n, 60)).reduce((sum, pause) => sum + pause);
  expect(Math.round(waited(TRIES_FOR_READING) / 60)).toBe(1);
  expect(Math.round(waited(TRIES_FOR_RUN) / 3600)).toBe(1);
});

describe('a reading that is behind the event', () => {
  it('is repeated before it decides anything about a part', async () => {
    const { paymentId, presentationId, amount } = await paidOffer();
    shop.sandbox.control.lagReads({ kind: 'refund', ms: LONG });
    const event = await refund(paymentId, 1900);
    await expect(record(event)).rejects.toMatchObject({ type: 'reading_behind', nonRetryable: false });
    await expect(record(event, TRIES_FOR_READING - 1)).rejects.toMatchObject({ type: 'reading_behind' });
    expect(await revenueOf(presentationId)).toBe(amount);
    expect(await record(event, TRIES_FOR_READING)).toEqual({});
    expect(await revenueOf(presentationId)).toBe(amount - 1900);
  });

  it('decides once it has caught up', async () => {
    const { paymentId, presentationId } = await paidOffer();
    shop.sandbox.control.lagReads({ kind: 'refund', ms: LONG });
    const { amount: _, currency: __, ...silent } = await refund(paymentId);
    await expect(record(silent)).rejects.toMatchObject({ type: 'reading_behind' });
    shop.sandbox.control.clearFaults();
    expect(await record(silent, 2)).toMatchObject({ reversed: { presentationId } });
  });

  it('of a part that nobody names the amount of takes nothing that is not known', async () => {
    const { paymentId, presentationId, amount } = await paidOffer();
    shop.sandbox.control.lagReads({ kind: 'refund', ms: LONG });
    const { amount: _, currency: __, ...part } = await refund(paymentId, 1900);
    const silent: ReversalEvent = { ...part, partial: true };
    await expect(record(silent)).rejects.toMatchObject({ type: 'reading_behind' });
    expect(await record(silent, TRIES_FOR_READING)).toEqual({});
    expect(await revenueOf(presentationId)).toBe(amount);
    shop.sandbox.control.clearFaults();
    expect(await record(silent)).toEqual({});
    expect(await revenueOf(presentationId)).toBe(amount - 1900);
  });

  it('is not waited for when the event makes up the whole by itself', async () => {
    const { paymentId, presentationId } = await paidOffer();
    shop.sandbox.control.lagReads({ kind: 'refund', ms: LONG });
    expect(await record(await refund(paymentId))).toMatchObject({ reversed: { presentationId } });
  });

  it('that finds no payment at all leaves the word to the event', async () => {
    const { paymentId, presentationId } = await paidOffer();
    const event = await refund(paymentId);
    shop.sandbox.control.hideFromReads(paymentId);
    expect(await record(event)).toMatchObject({ reversed: { presentationId } });
  });
});

describe('a purchase whose money goes back', () => {
  async function offered() {
    const { payment_id } = await shop.buy('prod_starter_course');
    await shop.evaluate(payment_id);
    return payment_id;
  }

  it('withdraws what its run still offers, even if one of its offers was reversed before', async () => {
    const payment_id = await offered();
    // The run's first offer was reversed before its second one opened, so the ledger counts the run as settled.
    await shop.context.ledger.settle({
      purchaseId: payment_id,
      outcome: 'reversed',
      at: shop.now().toISOString(),
      timeline: [],
    });
    const event = await refund(payment_id);
    expect(await record(event)).toEqual({ withdraw: workflowId.purchase(payment_id) });
    expect(await shop.context.ledger.payment(payment_id)).toMatchObject({ verdict: 'not_ours' });
  });

  it('withdraws it although the reading does not show the refund', async () => {
    const payment_id = await offered();
    shop.sandbox.control.lagReads({ kind: 'refund', ms: LONG });
    expect(await record(await refund(payment_id))).toEqual({ withdraw: workflowId.purchase(payment_id) });
  });

  it('keeps its offer when only a part goes back, by a refund or by a lost dispute', async () => {
    const payment_id = await offered();
    expect(await record(await refund(payment_id, 100))).toEqual({});
    expect(await record(await dispute(payment_id, 100))).toEqual({});
    expect(await shop.context.ledger.payment(payment_id)).toMatchObject({
      refundedAmount: 100,
      lostAmount: 100,
    });
    expect(await record(await refund(payment_id))).toEqual({ withdraw: workflowId.purchase(payment_id) });
  });

  it('that the ledger does not know yet withdraws what its run is about to offer', async () => {
    const { payment_id } = await shop.buy('prod_starter_course');
    expect(await record(await refund(payment_id, 100))).toEqual({});
    expect(await record(await refund(payment_id))).toEqual({ withdraw: workflowId.purchase(payment_id) });
    const { payment_id: old } = await shop.buy('prod_starter_course');
    shop.pass(2 * 60 * LONG);
    expect(await record(await refund(old))).toEqual({});
  });
});

describe('a payment of ours whose run has not settled', () => {
  const reviewsOf = async (presentationId: string) =>
    (await shop.context.ledger.reviews({ presentationId, limit: 10 })).map(({ kind, status }) => [
      kind,
      status,
    ]);

  it('is waited for, and then a person looks: the reversal ends', async () => {
    const { paymentId, presentationId, amount } = await paidOffer('requires_action', false);
    const event = await refund(paymentId);
    await expect(record(event)).rejects.toMatchObject({ type: 'about_to_settle', nonRetryable: false });
    await expect(record(event, TRIES_FOR_RUN - 1)).rejects.toMatchObject({ type: 'about_to_settle' });
    expect(await reviewsOf(presentationId)).toEqual([]);
    expect(await record(event, TRIES_FOR_RUN)).toEqual({});
    expect(await reviewsOf(presentationId)).toEqual([['run_ended', 'open']]);
    expect(await shop.context.ledger.payment(paymentId)).toMatchObject({ refundedAmount: amount });
    await record(event, TRIES_FOR_RUN + 1);
    expect(await reviewsOf(presentationId)).toHaveLength(1);
  });

  it('is not waited for when a person has rejected the payment: it had to go back, and nobody is asked again', async () => {
    const {
      paymentId,
      presentationId,
      attemptId: id,
      purchaseId,
      amount,
    } = await paidOffer('fallback', false);
    const { ledger } = shop.context;
    const seenAt = shop.now().toISOString();
    await ledger.recordPayment({ paymentId, status: 'succeeded', attemptId: id, source: 'webhook', seenAt });
    await ledger.recordVerdict(paymentId, 'goes_back', { presentationId, purchaseId });
    const event = await refund(paymentId);
    expect(await record(event)).toEqual({});
    expect(await record(event, TRIES_FOR_RUN)).toEqual({});
    expect(await reviewsOf(presentationId)).toEqual([]);
    expect(await ledger.payment(paymentId)).toMatchObject({ verdict: 'goes_back', refundedAmount: amount });
  });

  it('is not waited for by a dispute that is only opened', async () => {
    const { paymentId, purchaseId } = await paidOffer('requires_action', false);
    const { dispute_id: id } = await shop.sandbox.control.openDispute({ payment_id: paymentId });
    expect(await record({ kind: 'dispute', id, paymentId, type: 'dispute.opened' })).toEqual({});
    expect(await typesOf(purchaseId)).toContain('dispute_opened');
  });

  it('is waited for no longer than the other payment that settles the offer takes', async () => {
    const { paymentId, presentationId, attemptId: attempt, customerId, amount } = await paidOffer();
    const { dodo, proofs } = shop.context;
    const { metadata } = await dodo.payments.retrieve(paymentId);
    const second = await shop.buy(BUNDLE, { customer_id: customerId, metadata });
    expect(
      proofs.provesAttempt({ attemptId: attempt, customerId, productId: BUNDLE }, metadata.upsell_proof),
    ).toBe(true);
    expect(await record(await refund(second.payment_id))).toEqual({});
    expect(await revenueOf(presentationId)).toBe(amount);
    expect(await shop.context.ledger.payment(second.payment_id)).toMatchObject({ refundedAmount: amount });
  });

  it('is nothing to us when a stranger has only guessed the id of the attempt', async () => {
    const { presentationId, attemptId: attempt, customerId } = await paidOffer('requires_action', false);
    const { payment_id } = await shop.buy(BUNDLE, {
      customer_id: customerId,
      metadata: { [ATTEMPT_METADATA_KEY]: attempt },
    });
    expect(await record(await refund(payment_id, 100))).toEqual({});
    expect(await reviewsOf(presentationId)).toEqual([]);
  });

  it('with our proof and no attempt that we know is a review after a while', async () => {
    const { customer_id } = await shop.buy('prod_starter_course');
    const unknown = attemptId(workflowId.purchase('pay_lost'), 'bundle', 1);
    const claim = { attemptId: unknown, customerId: customer_id, productId: BUNDLE };
    const { payment_id } = await shop.buy(BUNDLE, {
      customer_id,
      metadata: {
        [ATTEMPT_METADATA_KEY]: unknown,
        [PRODUCT_METADATA_KEY]: BUNDLE,
        [PROOF_METADATA_KEY]: shop.context.proofs.ofAttempt(claim),
      },
    });
    const event = await refund(payment_id);
    await expect(record(event)).rejects.toMatchObject({ type: 'about_to_settle' });
    expect(await record(event, TRIES_FOR_RUN)).toEqual({});
    const reviews = await shop.context.ledger.reviews({ kind: 'payment_unmatched', limit: 10 });
    expect(reviews).toMatchObject([{ paymentId: payment_id, status: 'open', attemptId: unknown }]);
  });
});

describe('while Dodo cannot be read', () => {
  const unreadable = () =>
    shop.sandbox.control.addFault({ match: { method: 'GET' }, kind: 'status_before', status: 500, times: 9 });

  it('a signed event decides after an hour, and not before', async () => {
    const { paymentId, presentationId, purchaseId, amount } = await paidOffer();
    const event = await refund(paymentId);
    unreadable();
    await expect(record(event, TRIES_FOR_RUN - 1)).rejects.toMatchObject({ status: 500 });
    shop.sandbox.control.clearFaults();
    unreadable();
    expect(await record(event, TRIES_FOR_RUN)).toEqual({
      reversed: { purchaseId, presentationId, amount, currency: 'USD' },
    });
  });

  it('a person is asked about a payment of ours that no offer counts, and about nobody else’s', async () => {
    const { paymentId, attemptId: id } = await paidOffer('failed');
    const stranger = await shop.buy('prod_basic_plan');
    const { ledger } = shop.context;
    const seenAt = shop.now().toISOString();
    await ledger.recordPayment({ paymentId, status: 'succeeded', attemptId: id, source: 'webhook', seenAt });
    const events = [await refund(paymentId), await refund(stranger.payment_id)];
    for (const event of events) {
      unreadable();
      expect(await record(event, TRIES_FOR_RUN)).toEqual({});
      shop.sandbox.control.clearFaults();
    }
    const open = await ledger.reviews({ status: 'open', kind: 'payment_unmatched', limit: 50 });
    const about = open.map((review) => review.paymentId);
    expect(about).toContain(paymentId);
    expect(about).not.toContain(stranger.payment_id);
  });
});
