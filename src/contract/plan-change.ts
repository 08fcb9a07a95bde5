/**
 * The result of `plan-change/<subscriptionId>`, as it crosses from that run to its purchase run. It is in recorded
 * histories: the shape stays as it is, and the code on both sides uses `FulfilmentResult`.
 */
import type { FulfilmentResult, PriceChanged } from '../domain/fulfilment.js';
import type { PaidAttempt, PaymentEvent } from '../domain/payment.js';

export type PlanChangeResult =
  | {
      kind: 'paid';
      through: 'attempt' | 'fallback';
      /** A new subscription was bought instead of changing the one there was. */
      anew: boolean;
      attemptId: string;
      payment?: PaymentEvent;
      /** The subscription the new one replaces. */
      replaced?: string;
      alsoPaid?: PaidAttempt[];
    }
  | PriceChanged
  | { kind: 'unpaid' | 'failed'; alsoPaid?: PaidAttempt[] };

/** The result of a retention run. */
export type RetentionResult = { kind: 'done'; pausedAt?: string } | { kind: 'refused'; code: string };

/** What a run says to the one that holds the subscription's lock. */
export interface PlanChangeClaim {
  /** The offer that the asking run wants to carry out. */
  presentationId: string;
  /** The workflow id of the asking run, which gets the answer. */
  from: string;
}

/** The answer of the run that holds the lock. */
export type PlanChangeAnswer = {
  /** As in the claim. */
  presentationId: string;
} & (
  | /** It carries out this very offer, and will tell how that ended. */ { kind: 'adopted' }
  | { kind: 'ended'; result: PlanChangeResult | RetentionResult }
  /** It carries out another offer that may still take effect. */
  | { kind: 'refused' }
  /** It had only an unpaid fallback, and ends. `link`: Dodo has an open payment link of it. */
  | { kind: 'released'; link: boolean }
);

/** Writes a result as it crosses between runs. */
export function encodePlanChangeResult(result: FulfilmentResult | PriceChanged): PlanChangeResult {
  if (result.kind !== 'fulfilled') return result;
  const { kind: _, paidVia, newSubscription, ...rest } = result;
  return { kind: 'paid', through: paidVia, anew: newSubscription, ...rest };
}

/** Reads a result that came from another run. */
export function decodePlanChangeResult(result: PlanChangeResult): FulfilmentResult | PriceChanged {
  if (result.kind !== 'paid') return result;
  const { kind: _, through, anew, ...rest } = result;
  return { kind: 'fulfilled', paidVia: through, newSubscription: anew, ...rest };
}
