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
