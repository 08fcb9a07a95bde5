/**
 * The fallback after a failed attempt, handed over once: the standard checkout, a link that pays for the plan change, or
 * another payment method followed by one retry. A late success of the failed attempt ends it as well.
 */
import { condition, patched } from '@temporalio/workflow';
import { SAME_PAYMENT_METHOD, type Finding } from '../../src/domain/attempt.js';
import type { FulfilledOffer, FulfilmentResult } from '../../src/domain/fulfilment.js';
import { phaseOf, type PaymentEvent, type Proof } from '../../src/domain/payment.js';
import { PATCHES } from '../patches.js';
import { proofOf } from '../payments.js';
import {
  LONGEST_POLL,
  PENDING_LIMIT,
  orHeard,
  proofFrom,
  prove,
  reviewPayment,
  unlessHeard,
} from './prove.js';
import { sendAttempt } from './send.js';
import type { Failed, FulfilmentContext, PaymentStrategy } from './strategy.js';
import { HOUR, MINUTE } from '../units.js';

/** A checkout link lives for 24 h at Dodo; its payment may be reported a little later. */
const FALLBACK_WINDOW = 24 * HOUR + 15 * MINUTE;
/** How long a retry may be sent after it was asked for, which is long after the first click. */
const RETRY_GRACE = 15 * MINUTE;

/**
 * Hands over the fallback and waits until it is paid or lapses.
 *
 * @param failedAttempt the attempt that failed; the same as `n` if none was sent
 * @param n the number of the fallback's own attempt
 */
export async function fallBack(
  strategy: PaymentStrategy,
  context: FulfilmentContext,
  failedAttempt: number,
  n: number,
  failed: Failed,
): Promise<FulfilmentResult> {
  const { inbox, retry, lock } = context;
  const earlier = failedAttempt === n ? [] : [failedAttempt];
  let isCheckout = false;
  const fulfilledBy = (attempt: number, payment: PaymentEvent | undefined): FulfilledOffer => ({
    kind: 'fulfilled',
    paidVia: 'attempt',
    newSubscription: false,
    attemptId: strategy.id(attempt),
    payment,
  });
  // No other way to pay while a person has to look at what was paid already.
  const before = await reviewed([failedAttempt]);
  if (before) return before;
  strategy.expect(n, { isFallback: true });
  const opened = await strategy.openFallback(n, failed);
  if (opened.kind === 'none') return { kind: 'failed' };
  isCheckout = opened.kind === 'checkout';
  strategy.expect(n, {
    isFallback: true,
    sessionId: opened.kind === 'checkout' ? opened.sessionId : undefined,
    paymentId: opened.kind === 'payment_link' ? opened.paymentId : undefined,
  });
  let mayRetry = opened.kind === 'update_method' || (opened.kind === 'checkout' && opened.retry);
  context.report(context.checkoutOnly ? 'requires_action' : 'fallback', mayRetry);

  const paid = (): FulfilledOffer | undefined => {
    const proof = proofOf(inbox, strategy.id(n));
    if (proof?.kind === 'paid') {
      return {
        ...fulfilledBy(n, proof.payment),
        paidVia: context.checkoutOnly ? 'attempt' : 'fallback',
        newSubscription: opened.kind === 'checkout',
      };
    }
    for (const attempt of earlier) {
      const late = strategy.proven(attempt);
      if (late?.kind === 'paid') return fulfilledBy(attempt, late.payment);
    }
    return undefined;
  };

  const isHeard = () => paid() !== undefined || doubtful([n, ...earlier]);
  let again = n + 1;
  /** Checks for a newer wish of the customer. It goes first if no payment of this fallback may still go through. */
  async function makesWay(finding: Finding | undefined): Promise<boolean> {
    if (!lock?.isWanted()) return false;
    const isPaid = earlier.some((attempt) => proofOf(inbox, strategy.id(attempt))?.kind === 'paid');
    if (finding === undefined || isPending(finding) || isPaid) {
      lock.refuse();
      return false;
    }
    await strategy.record(n, 'superseded');
    return true;
  }

  const openedAt = Date.now();
  lock?.mayYield(true);
  for (let pause = 6 * context.timing.pollIntervalMs; ; pause = Math.min(pause * 2, LONGEST_POLL)) {
    const left = openedAt + FALLBACK_WINDOW - Date.now();
    const over = left <= 0;
    await condition(
      () => isHeard() || (mayRetry && retry.wanted()) || lock?.isWanted() === true,
      over ? pause : Math.min(pause, left),
      { summary: 'waiting for the fallback to be paid' },
    );
    const result = paid();
    if (result) return result;
    if (doubtful([n, ...earlier])) {
      const decided = await reviewed([n, ...earlier]);
      if (decided) return decided;
      await strategy.record(n, 'reopened');
      context.report('fallback', mayRetry);
    }

    if (mayRetry && retry.wanted()) {
      mayRetry = false;
      if (!earlier.includes(again)) earlier.push(again);
      lock?.mayYield(false);
      const retried = await retryOnce(strategy, context, again);
      lock?.mayYield(true);
      if (retried.kind === 'paid') return { ...fulfilledBy(again, retried.payment), paidVia: 'fallback' };
      if (retried.kind === 'same_method' || retried.kind === 'not_sent') {
        if (retried.kind === 'not_sent') {
          await strategy.record(again, 'retry_not_sent');
          again += 1;
        }
        mayRetry = true;
        context.report('fallback', mayRetry);
        continue;
      }
      await strategy.record(again, 'fallback');
      context.report('fallback');
      continue;
    }

    for (const attempt of earlier) {
      // Paid, but no webhook said that it was carried out as well: that half of the news was lost.
      if (proofOf(inbox, strategy.id(attempt))?.kind !== 'paid') continue;
      const late = proofFrom(await unlessHeard(isHeard, strategy.lookUp(attempt, undefined)));
      if (late?.kind === 'paid') return fulfilledBy(attempt, late.payment);
    }
    const reading = await unlessHeard(isHeard, strategy.lookUpFallback(n));
    if (reading?.kind === 'payment') inbox.note(reading.payment);
    const finding = orHeard(inbox, strategy.id(n), reading);
    const read = paid();
    if (read) return read;
    if (doubtful([n, ...earlier])) continue;
    if (await makesWay(finding)) {
      const late = paid();
      if (late) return late;
      lock?.release(opened.kind === 'payment_link');
      return { kind: 'unpaid' };
    }
    const pending = isPending(finding);
    // The fallback has lapsed only when a read after its end shows that no payment is under way.
    if (over && finding !== undefined && (!pending || Date.now() - openedAt > PENDING_LIMIT)) {
      return { kind: 'unpaid' };
    }
    // Dodo could not be read all that time. A payment that turns up later is settled by a run of its own.
    if (finding === undefined && Date.now() - openedAt > PENDING_LIMIT && patched(PATCHES.planChangeLock)) {
      await strategy.record(n, 'needs_review');
      return { kind: 'unpaid' };
    }
  }

  function doubtful(attempts: readonly number[]): boolean {
    return inbox.doubtful(attempts.map((attempt) => strategy.id(attempt))) !== undefined;
  }

  /** Has payments in doubt reviewed. Returns what was fulfilled; undefined when there were none, or all were rejected. */
  async function reviewed(attempts: readonly number[]): Promise<FulfilledOffer | undefined> {
    if (!doubtful(attempts)) return undefined;
    const proof = await reviewPayment(strategy, context, n, attempts);
    if (proof.kind !== 'paid') return undefined;
    const isFallback = proof.n === n && failedAttempt !== n;
    return {
      ...fulfilledBy(proof.n, proof.payment),
      paidVia: isFallback ? 'fallback' : 'attempt',
      newSubscription: proof.n === n && isCheckout,
    };
  }
}

/** Checks for a payment that may still go through. */
function isPending(finding: Finding | undefined): boolean {
  return (
    finding?.kind === 'payment' && ['pending', 'action_required'].includes(phaseOf(finding.payment.status))
  );
}

type Retried =
  | Proof
  /** The card is still the declined one, so the bank was not asked and the one retry is not used up. */
  | { kind: 'same_method' }
  /** Dodo could not be reached, so the one retry is not used up. */
  | { kind: 'not_sent' };

/** Retries a plan change at the customer's request, as attempt `n`, with another payment method. */
async function retryOnce(strategy: PaymentStrategy, context: FulfilmentContext, n: number): Promise<Retried> {
  context.report('charging');
  context.retry.taken();
  const reply = await sendAttempt(strategy, n, { sendBefore: Date.now() + RETRY_GRACE });
  if (reply.kind === 'not_sent') return { kind: patched(PATCHES.windows) ? 'not_sent' : 'failed' };
  if (reply.kind === 'price_changed') return { kind: 'failed' };
  if (reply.kind === 'rejected' && reply.code === SAME_PAYMENT_METHOD) return { kind: 'same_method' };
  return prove(strategy, context, n, reply);
}
