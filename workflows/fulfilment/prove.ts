/** Proving the outcome of an attempt: by webhook, by reading Dodo, or by an operator's verdict. */
import { condition, patched } from '@temporalio/workflow';
import type { ResolveRequest } from '../../src/contract/messages.js';
import { NOT_CONFIRMABLE, NOT_CONFIRMED, type Finding, type SendReply } from '../../src/domain/attempt.js';
import { phaseOf, proofIn, type PaymentEvent, type Proof } from '../../src/domain/payment.js';
import { PATCHES } from '../patches.js';
import type { PaymentInbox } from '../payments.js';
import { proofByVerdict } from './reviews.js';
import type { FulfilmentContext, PaymentStrategy } from './strategy.js';
import { DAY, HOUR, MINUTE, SECOND } from '../units.js';

/** Slow payment methods settle within days; after this an operator has to look. */
export const PENDING_LIMIT = 14 * DAY;
/** The longest interval between two reads of Dodo. */
export const LONGEST_POLL = 6 * HOUR;
/** The longest interval while the outcome is unknown. */
const LONGEST_RECONCILE_POLL = 2 * MINUTE;
/** The first intervals while Dodo has named the payment: a bank that wants to see the customer is to be shown soon. */
const EARLY_LOOKS = [SECOND, 2 * SECOND];

/** Replies after which an attempt may have taken effect, or was refused. */
export type SentReply = Exclude<SendReply, { kind: 'not_sent' | 'price_changed' }>;

/** Waits until the outcome of attempt `n` is known. */
export async function prove(
  strategy: PaymentStrategy,
  context: FulfilmentContext,
  n: number,
  reply: SentReply,
): Promise<Proof> {
  if (reply.kind === 'rejected') return { kind: 'failed', errorCode: reply.code };
  let paymentId = reply.kind === 'submitted' ? reply.paymentId : undefined;
  const sentAt = Date.now();
  let readAfterWindow = false;
  if (reply.kind === 'unknown') context.report('reconciling');
  const { actionWindowMs, pollIntervalMs } = context.timing;
  /** When the bank was first seen to ask for the customer. */
  let actionSince: number | undefined;
  let overdue = false;
  const early = paymentId === undefined ? [] : EARLY_LOOKS.filter((look) => look < pollIntervalMs);

  const doubtful = () => context.inbox.doubtful([strategy.id(n)]);
  for (let pause = pollIntervalMs; ;) {
    const look = early.shift();
    await condition(() => strategy.proven(n) !== undefined || doubtful() !== undefined, look ?? pause, {
      summary: `waiting for the outcome of attempt ${n}`,
    });
    const heard = strategy.proven(n);
    if (heard) return heard;

    const windowOver = Date.now() - sentAt >= context.timing.reconcileWindowMs;
    // A payment in doubt is read all the same: the reading tells what the attempt asked for.
    const read = await unlessHeard(() => strategy.proven(n) !== undefined, strategy.lookUp(n, paymentId));
    // The reply that would have told the price was lost, and the price had fallen.
    if (reply.kind === 'unknown' && read?.kind === 'payment' && read.dueNow !== undefined)
      strategy.expect(n, { dueNow: read.dueNow, paymentId });
    const finding = ours(context.inbox, read);
    // Dodo was read before this: the amount that the attempt asked for may be less than what was accepted.
    const doubted = strategy.proven(n) === undefined && doubtful() !== undefined;
    if (doubted) return reviewPayment(strategy, context, n, [n]);
    const proof = strategy.proven(n) ?? proofFrom(finding);
    if (proof) return proof;

    const known = orHeard(context.inbox, strategy.id(n), finding);
    if (known?.kind === 'payment') {
      paymentId = known.payment.paymentId;
      const waitsForCustomer = phaseOf(known.payment.status) === 'action_required';
      // Only a reading that shows the payment ends the wait for the customer.
      const isRead = finding?.kind === 'payment';
      if (isRead && waitsForCustomer && actionWindowMs !== undefined && patched(PATCHES.windows)) {
        // It may still be confirmed later: like every late success it counts then, unless another payment does.
        if (finding.link === false) return { kind: 'failed', errorCode: NOT_CONFIRMABLE };
        actionSince ??= Date.now();
        if (Date.now() >= actionSince + actionWindowMs) return { kind: 'failed', errorCode: NOT_CONFIRMED };
      }
      context.report(waitsForCustomer ? 'requires_action' : 'charging');
    }
    if (look !== undefined) continue;
    if (paymentId === undefined) {
      if (windowOver && finding?.kind === 'absent') {
        await strategy.record(n, strategy.costsNothing ? 'absent_again' : 'absent');
        return { kind: 'failed', absent: true };
      }
      // Dodo gets one more window to become readable; after that an operator decides.
      readAfterWindow ||= Date.now() - sentAt >= 2 * context.timing.reconcileWindowMs;
      if (readAfterWindow) return review(strategy, context, n);
      pause = Math.min(
        pause * 2,
        LONGEST_RECONCILE_POLL,
        untilOrMore(sentAt + context.timing.reconcileWindowMs),
      );
    } else {
      if (Date.now() - sentAt > PENDING_LIMIT) return review(strategy, context, n);
      const deadline = actionSince === undefined ? Infinity : actionSince + (actionWindowMs ?? Infinity);
      pause = Math.min(pause * 2, LONGEST_POLL, untilOrMore(deadline));
      // Dodo could not be read when the deadline came, so the intervals start anew.
      if (read === undefined && Date.now() >= deadline && !overdue) {
        overdue = true;
        pause = pollIntervalMs;
      }
    }
  }
}

/** Waits for an operator's verdict on an attempt that cannot be proven, or for a proof that comes after all. */
async function review(strategy: PaymentStrategy, context: FulfilmentContext, n: number): Promise<Proof> {
  // Earlier verdicts do not apply to this attempt.
  context.review.begin();
  // Before the ledger shows it: an operator who sees it there may resolve it at once.
  context.report('needs_review');
  await strategy.record(n, 'needs_review');
  const decided = () => context.review.verdict() !== undefined || strategy.proven(n) !== undefined;
  while (!(await condition(decided, LONGEST_POLL, { summary: 'waiting for an operator' }))) {
    const read = await unlessHeard(decided, strategy.lookUp(n, undefined));
    const proof = proofFrom(ours(context.inbox, read));
    if (proof) return proof;
  }
  return strategy.proven(n) ?? proofByVerdict(context.review.verdict());
}

/**
 * Waits until a person has decided about paid payments that are not what the customer accepted, or until a payment that
 * counts comes after all. Meanwhile the customer has no other way to pay. What is rejected goes back later, with
 * everything else that was paid besides.
 *
 * @param n the attempt whose rejection is the failure
 * @param attempts the attempts whose payments count
 */
export async function reviewPayment(
  strategy: PaymentStrategy,
  context: FulfilmentContext,
  n: number,
  attempts: readonly number[],
): Promise<Proof & { n: number }> {
  const { inbox } = context;
  const ids = attempts.map((attempt) => strategy.id(attempt));
  const proven = () => attempts.find((attempt) => strategy.proven(attempt)?.kind === 'paid');
  for (;;) {
    const counting = proven();
    if (counting !== undefined) return { ...paidBy(strategy, counting), n: counting };
    const doubtful = inbox.doubtful(ids);
    if (!doubtful) return { kind: 'failed', n };
    const { attemptId, paymentId } = doubtful.payment;
    const inDoubt = attempts.find((attempt) => strategy.id(attempt) === attemptId) ?? n;
    context.review.begin();
    context.report('needs_review');
    await strategy.record(inDoubt, 'needs_review', doubtful);
    const decided = () =>
      context.review.verdict() !== undefined ||
      proven() !== undefined ||
      inbox.doubtful(ids)?.payment.paymentId !== paymentId;
    let pause = context.timing.pollIntervalMs;
    while (!(await condition(decided, pause, { summary: 'waiting for an operator' }))) {
      pause = Math.min(2 * pause, LONGEST_POLL);
      for (const attempt of attempts)
        ours(inbox, await unlessHeard(decided, strategy.lookUp(attempt, undefined)));
    }
    const verdict = context.review.verdict();
    if (!verdict || proven() !== undefined) continue;
    // The payment under review is meant unless the operator names another one.
    if (verdict.paid) return { kind: 'paid', payment: named(verdict, doubtful.payment), n: inDoubt };
    inbox.reject(paymentId);
  }
}

function paidBy(strategy: PaymentStrategy, n: number): Proof {
  return strategy.proven(n) ?? { kind: 'paid' };
}

function named({ paymentId, payment }: ResolveRequest, doubtful: PaymentEvent): PaymentEvent {
  return paymentId === undefined || paymentId === doubtful.paymentId
    ? doubtful
    : { ...payment, paymentId, status: 'succeeded' };
}

/**
 * Waits for a reading of Dodo, unless a webhook or an operator says first what it is to tell: a reading that fails takes
 * up to a minute, in which a customer who has paid would wait.
 *
 * @returns undefined if it was heard first, or Dodo cannot be read
 */
export async function unlessHeard<T>(
  heard: () => boolean,
  reading: Promise<T | undefined>,
): Promise<T | undefined> {
  let done = false;
  const read = reading.finally(() => (done = true));
  const news = condition(() => done || (heard() && patched(PATCHES.newsWhileReading)));
  return Promise.race([read, news.then(() => (done ? read : undefined))]);
}

/** Returns what a reading of Dodo proves; undefined while it may still go either way. */
export function proofFrom(finding: Finding | undefined): Proof | undefined {
  if (finding?.kind === 'done') return { kind: 'paid', payment: finding.payment };
  return finding?.kind === 'payment' ? proofIn(finding.payment) : undefined;
}

/** Ignores a payment that only bears the attempt's id, or is in doubt: it proves nothing. */
function ours(inbox: PaymentInbox, finding: Finding | undefined): Finding | undefined {
  if (inbox.judges && finding !== undefined && finding.kind !== 'absent' && finding.payment) {
    const { attemptId } = finding.payment;
    if (finding.dueNow !== undefined && attemptId !== undefined) inbox.asked(attemptId, finding.dueNow);
    inbox.note(finding.payment);
    return inbox.accepts(finding.payment) ? finding : { kind: 'absent' };
  }
  return finding?.kind === 'payment' && !inbox.accepts(finding.payment) ? { kind: 'absent' } : finding;
}

/**
 * Returns what is known of the attempt's payment when a reading does not show it: the reading lags behind the webhook, or
 * the earlier reading, that told of it. That keeps the payment from being taken as absent, and proves nothing: a paid
 * change of plan has to be carried out, too.
 */
export function orHeard(
  inbox: PaymentInbox,
  attemptId: string,
  finding: Finding | undefined,
): Finding | undefined {
  if (finding?.kind !== 'absent') return finding;
  const payment = inbox.of(attemptId);
  return payment !== undefined && patched(PATCHES.newsOverReadings) ? { kind: 'payment', payment } : finding;
}

/** Returns the milliseconds until a time, or Infinity if it is past. */
function untilOrMore(time: number): number {
  return time > Date.now() ? time - Date.now() : Infinity;
}
