/**
 * Carrying out one accepted offer: send once, prove the outcome, hand over the fallback when it failed.
 * The same line serves charges and plan changes; they differ only in the `Way`.
 */
import { ApplicationFailure, condition, setHandler, sleep } from '@temporalio/workflow';
import type { Finding, SendReply } from '../src/domain/attempt.js';
import type { FallbackOpened } from '../activities/fulfilling/fallback.js';
import type { PresentationStatus } from '../src/domain/words.js';
import { proofOf, type PaymentInbox } from './payments.js';
import { proofIn, type PaidAttempt, type Proof } from '../src/domain/payment.js';
import { refusal, resolve, type ResolveRequest, type Timing } from '../src/contract/messages.js';
import { SAME_PAYMENT_METHOD } from '../src/domain/attempt.js';
import { phaseOf, type PaymentEvent } from '../src/domain/payment.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A checkout link lives for 24 h at Dodo; its payment may be reported a little later. */
const FALLBACK_WINDOW = 24 * HOUR + 15 * MINUTE;
/** Slow payment methods settle within days; beyond this an operator has to look. */
const PENDING_LIMIT = 14 * DAY;
const LONGEST_POLL = 6 * HOUR;
/** A retry is asked for long after the first click: it counts from its own. */
const RETRY_GRACE = 15 * MINUTE;
/** How often an unknown outcome is looked for at most. */
const LONGEST_RECONCILE_POLL = 2 * MINUTE;

/** How one kind of offer is sent and proven. Every function but `send` only reads. */
export interface PaymentStrategy {
  /** The id of attempt `n`. */
  id(n: number): string;
  /** Says what the payment of attempt `n` must be like to count, as far as it is known. */
  expect(n: number, known: { dueNow?: number; paymentId?: string; sessionId?: string }): void;
  /** Sends attempt `n`, once. Never throws. */
  send(n: number, again?: { sendBefore: number }): Promise<SendReply>;
  /** What webhooks have proven so far. */
  proven(n: number): Proof | undefined;
  /** Reads Dodo. Undefined when Dodo cannot be read now. `paymentId` when Dodo named one. */
  lookUp(n: number, paymentId: string | undefined): Promise<Finding | undefined>;
  /** Opens what is left to the customer as attempt `n`. May be repeated: nothing is charged by it. */
  openFallback(n: number, failed: { errorCode?: string; unreachable?: boolean }): Promise<FallbackOpened>;
  /** Reads whether the fallback was paid. */
  lookUpFallback(n: number): Promise<Finding | undefined>;
  /** Writes a state that came about by waiting. */
  record(n: number, status: 'needs_review' | 'absent' | 'fallback'): Promise<void>;
}

export type Fulfilled =
  | {
      kind: 'paid';
      through: 'attempt' | 'fallback';
      /** Whether something new was bought, in place of a change to what there was. */
      anew: boolean;
      attemptId: string;
      payment?: PaymentEvent;
      /** The subscription that this one was bought in place of: it must not go on beside it. */
      replaced?: string;
      /** Other attempts that were paid as well: their money goes back. */
      alsoPaid?: PaidAttempt[];
    }
  /** Accepted at a price that had moved: nothing was sent. */
  | { kind: 'price_changed'; n: number; price: { dueNow: number; priceHash: string } }
  /** The fallback was handed over and not paid. */
  | { kind: 'unpaid'; alsoPaid?: PaidAttempt[] }
  | { kind: 'failed'; alsoPaid?: PaidAttempt[] };

export interface Fulfilment {
  timing: Timing;
  inbox: PaymentInbox;
  /** The first attempt number not used yet. */
  firstAttempt: number;
  /** Whether the offer is paid through checkout from the start, because no saved method can be used. */
  checkoutOnly: boolean;
  /** Until when an attempt that could not be sent may be tried again. Milliseconds since the epoch. */
  sendBefore: number;
  review: Review;
  /** The customer's wish to have the charge tried once more, with another payment method. */
  retry: { wanted(): boolean; taken(): void };
  /** Called when the presentation has come to a state worth telling. */
  report(status: PresentationStatus, mayRetry?: boolean): void;
}

/** Carries out an accepted offer to its end. Takes from seconds to weeks. */
export async function fulfil(way: PaymentStrategy, context: Fulfilment): Promise<Fulfilled> {
  let n = context.firstAttempt;
  if (context.checkoutOnly) return fallBack(way, context, n, n, {});

  context.report('charging');
  let reply = await sendAs(way, n);
  for (let pause = 5 * SECOND; reply.kind === 'not_sent'; pause = Math.min(pause * 2, 5 * MINUTE)) {
    const wait = Math.max(pause, reply.retryAfterMs ?? 0);
    if (Date.now() + wait > context.sendBefore) {
      return fallBack(way, context, n, n + 1, { unreachable: true });
    }
    // Dodo was certainly not reached, so a new attempt is a first one. The click is kept meanwhile.
    context.report('accepted');
    await sleep(wait, { summary: 'Dodo was not reached; nothing was sent' });
    n += 1;
    reply = await sendAs(way, n);
  }
  if (reply.kind === 'price_changed') return { kind: 'price_changed', n, price: reply.price };

  context.report('charging');
  const proof = await prove(way, context, n, reply);
  switch (proof.kind) {
    case 'paid':
      return { kind: 'paid', through: 'attempt', anew: false, attemptId: way.id(n), payment: proof.payment };
    case 'failed':
      return fallBack(way, context, n, n + 1, proof);
  }
}

/** Sends attempt `n`, having said what its payment must be like: its webhook may be faster than the reply. */
async function sendAs(way: PaymentStrategy, n: number, again?: { sendBefore: number }): Promise<SendReply> {
  way.expect(n, {});
  const reply = await way.send(n, again);
  if (reply.kind === 'submitted') way.expect(n, { dueNow: reply.dueNow, paymentId: reply.paymentId });
  if (reply.kind === 'unknown') way.expect(n, { dueNow: reply.dueNow });
  return reply;
}

/** Until the outcome is known: by webhook, by reading, or by an operator's word. */
async function prove(
  way: PaymentStrategy,
  context: Fulfilment,
  n: number,
  reply: Exclude<SendReply, { kind: 'not_sent' | 'price_changed' }>,
): Promise<Proof> {
  if (reply.kind === 'rejected') return { kind: 'failed', errorCode: reply.code };
  let paymentId = reply.kind === 'submitted' ? reply.paymentId : undefined;
  const sentAt = Date.now();
  let readAfterWindow = false;
  if (reply.kind === 'unknown') context.report('reconciling');

  for (let pause = context.timing.pollIntervalMs; ;) {
    await condition(() => way.proven(n) !== undefined, pause, {
      summary: `waiting for the outcome of attempt ${n}`,
    });
    const heard = way.proven(n);
    if (heard) return heard;

    const windowOver = Date.now() - sentAt >= context.timing.reconcileWindowMs;
    const read = await way.lookUp(n, paymentId);
    // The reply that would have told the price is lost, and it had fallen.
    if (reply.kind === 'unknown' && read?.kind === 'payment' && read.dueNow !== undefined)
      way.expect(n, { dueNow: read.dueNow, paymentId });
    const finding = ours(context.inbox, read);
    const proof = way.proven(n) ?? proofFrom(finding);
    if (proof) return proof;

    if (finding?.kind === 'payment') {
      paymentId = finding.payment.paymentId;
      context.report(phaseOf(finding.payment.status) === 'action_required' ? 'requires_action' : 'charging');
    }
    if (paymentId === undefined) {
      if (windowOver && finding?.kind === 'absent') {
        await way.record(n, 'absent');
        return { kind: 'failed' };
      }
      // One more window for Dodo to become readable; then it is a matter for people.
      readAfterWindow ||= Date.now() - sentAt >= 2 * context.timing.reconcileWindowMs;
      if (readAfterWindow) return review(way, context, n);
      pause = Math.min(
        pause * 2,
        LONGEST_RECONCILE_POLL,
        untilOrMore(sentAt + context.timing.reconcileWindowMs),
      );
    } else {
      if (Date.now() - sentAt > PENDING_LIMIT) return review(way, context, n);
      pause = Math.min(pause * 2, LONGEST_POLL);
    }
  }
}

/** Not provable either way: an operator's word ends it, or a proof that comes after all. */
async function review(way: PaymentStrategy, context: Fulfilment, n: number): Promise<Proof> {
  // A word on an attempt before this one says nothing about it.
  context.review.begin();
  // Before the ledger shows it: an operator who sees it there may resolve it at once.
  context.report('needs_review');
  await way.record(n, 'needs_review');
  const decided = () => context.review.verdict() !== undefined || way.proven(n) !== undefined;
  while (!(await condition(decided, LONGEST_POLL, { summary: 'waiting for an operator' }))) {
    const proof = proofFrom(ours(context.inbox, await way.lookUp(n, undefined)));
    if (proof) return proof;
  }
  const heard = way.proven(n);
  if (heard) return heard;
  const verdict = context.review.verdict();
  if (!verdict?.paid) return { kind: 'failed' };
  return {
    kind: 'paid',
    payment:
      verdict.paymentId === undefined ? undefined : { paymentId: verdict.paymentId, status: 'succeeded' },
  };
}

/**
 * What is left after a failure, handed over once: the standard checkout, a link that settles the plan change, or
 * another payment method. A late success of the failed attempt ends it as well.
 */
async function fallBack(
  way: PaymentStrategy,
  context: Fulfilment,
  failedAttempt: number,
  n: number,
  failed: { errorCode?: string; unreachable?: boolean },
): Promise<Fulfilled> {
  way.expect(n, {});
  const opened = await way.openFallback(n, failed);
  if (opened.kind === 'none') return { kind: 'failed' };
  way.expect(n, {
    sessionId: opened.kind === 'checkout' ? opened.sessionId : undefined,
    paymentId: opened.kind === 'payment_link' ? opened.paymentId : undefined,
  });
  const { inbox, retry } = context;
  const earlier = failedAttempt === n ? [] : [failedAttempt];
  let mayRetry = opened.kind === 'update_method' || (opened.kind === 'checkout' && opened.retry);
  context.report(context.checkoutOnly ? 'requires_action' : 'fallback', mayRetry);
  const paidBy = (attempt: number, { payment }: Extract<Proof, { kind: 'paid' }>): Fulfilled => ({
    kind: 'paid',
    through: 'attempt',
    anew: false,
    attemptId: way.id(attempt),
    payment,
  });
  const paid = (): Fulfilled | undefined => {
    const proof = proofOf(inbox, way.id(n));
    if (proof?.kind === 'paid') {
      const through = context.checkoutOnly ? 'attempt' : 'fallback';
      const anew = opened.kind === 'checkout';
      return { kind: 'paid', through, anew, attemptId: way.id(n), payment: proof.payment };
    }
    for (const attempt of earlier) {
      const late = way.proven(attempt);
      if (late?.kind === 'paid') return paidBy(attempt, late);
    }
    return undefined;
  };
  const openedAt = Date.now();
  for (let pause = 6 * context.timing.pollIntervalMs; ; pause = Math.min(pause * 2, LONGEST_POLL)) {
    const left = openedAt + FALLBACK_WINDOW - Date.now();
    const over = left <= 0;
    await condition(
      () => paid() !== undefined || (mayRetry && retry.wanted()),
      over ? pause : Math.min(pause, left),
      {
        summary: 'checkout link handed over',
      },
    );
    const result = paid();
    if (result) return result;

    if (mayRetry && retry.wanted()) {
      mayRetry = false;
      const again = n + 1;
      if (!earlier.includes(again)) earlier.push(again);
      context.report('charging');
      retry.taken();
      const reply = await sendAs(way, again, { sendBefore: Date.now() + RETRY_GRACE });
      if (reply.kind === 'rejected' && reply.code === SAME_PAYMENT_METHOD) {
        // Nothing was asked of the bank: the card is the declined one still, and the one further try is not spent.
        mayRetry = true;
        context.report('fallback', mayRetry);
        continue;
      }
      const proof =
        reply.kind === 'not_sent' || reply.kind === 'price_changed'
          ? undefined
          : await prove(way, context, again, reply);
      if (proof?.kind === 'paid') {
        return {
          kind: 'paid',
          through: 'fallback',
          anew: false,
          attemptId: way.id(again),
          payment: proof.payment,
        };
      }
      await way.record(again, 'fallback');
      context.report('fallback');
      continue;
    }

    for (const attempt of earlier) {
      // Paid, but nobody told that it was carried out as well: the other half of the news was lost.
      if (proofOf(inbox, way.id(attempt))?.kind !== 'paid') continue;
      const late = proofFrom(await way.lookUp(attempt, undefined));
      if (late?.kind === 'paid') return paidBy(attempt, late);
    }
    const finding = await way.lookUpFallback(n);
    if (finding?.kind === 'payment') inbox.note(finding.payment);
    const read = paid();
    if (read) return read;
    const pending =
      finding?.kind === 'payment' && ['pending', 'action_required'].includes(phaseOf(finding.payment.status));
    // The link is dead only when a read after its end says that nobody is paying any more.
    if (over && finding !== undefined && (!pending || Date.now() - openedAt > PENDING_LIMIT)) {
      return { kind: 'unpaid' };
    }
  }
}

/** A payment that only bears the attempt's name is none of ours. */
function ours(inbox: PaymentInbox, finding: Finding | undefined): Finding | undefined {
  return finding?.kind === 'payment' && !inbox.accepts(finding.payment) ? { kind: 'absent' } : finding;
}

function proofFrom(finding: Finding | undefined): Proof | undefined {
  if (finding?.kind === 'done') return { kind: 'paid', payment: finding.payment };
  return finding?.kind === 'payment' ? proofIn(finding.payment) : undefined;
}

/** Milliseconds until a time; more than any pause when it is past. */
function untilOrMore(time: number): number {
  return time > Date.now() ? time - Date.now() : Infinity;
}

/** Operators' words on attempts that cannot be proven, by presentation. */
export interface Reviews {
  of(presentationId: string): Review;
}

export interface Review {
  /** Forgets the word on an earlier attempt. */
  begin(): void;
  verdict(): ResolveRequest | undefined;
}

/** Takes an operator's `resolve` from now on. The first word on an attempt counts, and answers every later one. */
export function openReviews(needsReview: (presentationId: string) => boolean): Reviews {
  const verdicts = new Map<string, ResolveRequest>();
  setHandler(
    resolve,
    (request) => {
      const verdict = verdicts.get(request.presentationId) ?? request;
      verdicts.set(request.presentationId, verdict);
      return { paid: verdict.paid };
    },
    {
      validator: ({ presentationId }: ResolveRequest) => {
        if (!verdicts.has(presentationId) && !needsReview(presentationId)) {
          throw ApplicationFailure.create({
            type: refusal.alreadyDecided,
            message: 'Only a presentation that needs review can be resolved.',
            nonRetryable: true,
          });
        }
      },
      description: 'An operator says whether an attempt that cannot be proven was paid. Needs a reason.',
    },
  );
  return {
    of: (presentationId) => ({
      begin: () => void verdicts.delete(presentationId),
      verdict: () => verdicts.get(presentationId),
    }),
  };
}
