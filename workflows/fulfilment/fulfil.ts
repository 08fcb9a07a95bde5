/**
 * Carrying out one accepted offer: send it once, prove the outcome, and hand over the fallback if it failed. Charges and
 * plan changes both go this way; they differ only in their `PaymentStrategy`.
 */
import { patched, sleep } from '@temporalio/workflow';
import type { SendReply } from '../../src/domain/attempt.js';
import type { FulfilledOffer, FulfilmentResult, PriceChanged } from '../../src/domain/fulfilment.js';
import type { PaymentEvent } from '../../src/domain/payment.js';
import { PATCHES } from '../patches.js';
import { fallBack } from './fallback.js';
import { proofFrom, prove } from './prove.js';
import { sendAttempt } from './send.js';
import type { FulfilmentContext, PaymentStrategy } from './strategy.js';
import { MINUTE, SECOND } from '../units.js';

const SHORTEST_SEND_PAUSE = 5 * SECOND;
const LONGEST_SEND_PAUSE = 5 * MINUTE;
/** How often a change that costs nothing is sent again after it was proven absent. */
const MOST_RESENDS = 5;
/** Longer windows are tried less often: so many times at the longest pause, whatever their length. */
const TRIES_IN_WINDOW = 24;

/** Carries out an accepted offer to its end. Takes from seconds to weeks. */
export async function fulfil(
  strategy: PaymentStrategy,
  context: FulfilmentContext,
): Promise<FulfilmentResult | PriceChanged> {
  const { firstAttempt } = context;
  // What costs nothing is never bought at a checkout: it is changed in place, for which no payment method is needed.
  const inPlace = strategy.costsNothing && context.checkoutOnly && patched(PATCHES.windows);
  if (context.checkoutOnly && !inPlace) return fallBack(strategy, context, firstAttempt, firstAttempt, {});

  /** The latest attempt that was proven absent, after which another one was sent. */
  let absent: number | undefined;
  let resends = 0;
  for (let from = firstAttempt; ;) {
    const { n, reply } = await sendInTime(strategy, context, from);
    if (reply.kind === 'price_changed') return { kind: 'price_changed', n, price: reply.price };
    if (reply.kind === 'not_sent') {
      if (mayAskAgain(strategy, context))
        return { kind: 'price_changed', n, price: await strategy.askAgain(n), unreachable: true };
      return fallBack(strategy, context, n, n + 1, { unreachable: true });
    }

    context.report('charging');
    const proof = await prove(strategy, context, n, reply);
    if (proof.kind === 'paid') return fulfilledBy(strategy, n, proof.payment);
    if (proof.absent && resends < MOST_RESENDS && maySendAgain(strategy, context)) {
      resends += 1;
      absent = n;
      from = n + 1;
      continue;
    }
    // Dodo may refuse a change because the one before it was carried out after all.
    if (absent !== undefined) {
      const late = strategy.proven(absent) ?? proofFrom(await strategy.lookUp(absent, undefined));
      if (late?.kind === 'paid') return fulfilledBy(strategy, absent, late.payment);
    }
    return fallBack(strategy, context, n, n + 1, proof);
  }
}

/** Sends attempt `first`, or one of those after it: every attempt that was not sent is followed by another, in time. */
async function sendInTime(
  strategy: PaymentStrategy,
  context: FulfilmentContext,
  first: number,
): Promise<{ n: number; reply: SendReply }> {
  context.report('charging');
  let n = first;
  let reply = await sendAttempt(strategy, n);
  for (let pause = SHORTEST_SEND_PAUSE; reply.kind === 'not_sent'; pause = nextPause(pause, context)) {
    const wait = Math.max(pause, reply.retryAfterMs ?? 0);
    if (Date.now() + wait > sendUntil(strategy, context)) break;
    // Dodo was certainly not reached, so a new attempt is a first one. The click is kept meanwhile.
    context.report('accepted');
    await sleep(wait, { summary: 'Dodo was not reached; nothing was sent' });
    n += 1;
    reply = await sendAttempt(strategy, n);
  }
  return { n, reply };
}

function nextPause(pause: number, { timing: { sendWindowMs = 0 } }: FulfilmentContext): number {
  return Math.min(pause * 2, Math.max(LONGEST_SEND_PAUSE, sendWindowMs / TRIES_IN_WINDOW));
}

/** Returns until when the acceptance may be sent. Milliseconds since the epoch. */
function sendUntil({ terms }: PaymentStrategy, { timing, sendBefore }: FulfilmentContext): number {
  return timing.sendWindowMs !== undefined && patched(PATCHES.windows)
    ? Date.parse(terms.acceptedAt) + timing.sendWindowMs
    : sendBefore;
}

/** Checks whether the customer can still decide again. Otherwise the checkout is left to them. */
function mayAskAgain({ terms }: PaymentStrategy, { timing }: FulfilmentContext): boolean {
  return timing.sendWindowMs !== undefined && patched(PATCHES.windows) && Date.now() < terms.shown.expiresAt;
}

/** Checks whether an attempt that is proven absent may be followed by another one: only where no money is at stake. */
function maySendAgain(strategy: PaymentStrategy, context: FulfilmentContext): boolean {
  return strategy.costsNothing && patched(PATCHES.windows) && Date.now() < sendUntil(strategy, context);
}

function fulfilledBy(
  strategy: PaymentStrategy,
  attempt: number,
  payment: PaymentEvent | undefined,
): FulfilledOffer {
  return {
    kind: 'fulfilled',
    paidVia: 'attempt',
    newSubscription: false,
    attemptId: strategy.id(attempt),
    payment,
  };
}
