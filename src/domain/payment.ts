/** What a payment at Dodo proves about an attempt. */
import type { AttemptKind } from './words.js';

/** A payment as a webhook or a read reported it. No card data, no address. */
export interface PaymentEvent {
  paymentId: string;
  /** Dodo's `IntentStatus`; null while Dodo has none. */
  status: string | null;
  /** The attempt its metadata names, if it names one. */
  attemptId?: string;
  customerId?: string;
  subscriptionId?: string;
  /** The checkout session it was paid in. */
  sessionId?: string;
  /** Minor units, tax included. */
  amount?: number;
  currency?: string;
  errorCode?: string;
  createdAt?: string;
  /**
   * Whether its metadata proves that this installation sent it. Absent for payments of attempts from before there were
   * proofs, and in events from before: those are judged by `fits`.
   */
  proven?: boolean;
  /** Dodo's `charge_type`, where Dodo tells. */
  chargeType?: string;
  /** Of its cart, where Dodo tells. */
  productIds?: string[];
  subscriptionIds?: string[];
}

/** Returns the event of a payment whose attempt was sent without a proof: its ids and its price have to tell. */
export function withoutProof({ proven: _, ...event }: PaymentEvent): PaymentEvent {
  return event;
}

/** Checks for a charge of a subscription that is no purchase, by Dodo's word for it. Other words may be added to these. */
export function isLaterCharge(chargeType: string | undefined): boolean {
  return chargeType === 'renewal' || chargeType === 'plan_change';
}

export type PaymentPhase = 'paid' | 'failed' | 'action_required' | 'pending';

/** Returns the phase of a payment by its status at Dodo. Only `succeeded` is paid; what may still succeed is pending. */
export function phaseOf(status: string | null): PaymentPhase {
  switch (status) {
    case 'succeeded':
      return 'paid';
    case 'failed':
    case 'cancelled':
    case 'requires_payment_method':
      return 'failed';
    case 'requires_customer_action':
      return 'action_required';
    default:
      return 'pending';
  }
}

/** An attempt that is paid, and its payment. */
export interface PaidAttempt {
  attemptId: string;
  paymentId: string;
  /** A person has decided that it does not pay for the offer. */
  rejected?: boolean;
}

/**
 * What a payment must match to count for an attempt. Its metadata alone is no proof: attempt ids can be guessed, and
 * anyone who can set metadata on a payment of their own could name one.
 */
export interface Expected {
  customerId: string;
  /** The payment Dodo named in its reply. Only that one counts then. */
  paymentId?: string;
  /** The checkout session it has to be paid in, for payments that name theirs. */
  sessionId?: string;
  /** The minimum amount, used if neither is known. Minor units. */
  atLeast?: { amount: number; currency: string };
  /** What payments with a proof are judged by, in runs that judge them. Minor units. */
  sent?: { kind: AttemptKind; productId: string; amount: number; currency: string };
}

/** Returns whether a payment comes to at least what is due, in the same currency. Minor units. */
export function covers(
  paid: { amount: number; currency?: string },
  due: { amount: number; currency: string },
): boolean {
  return paid.currency === due.currency && paid.amount >= due.amount;
}

/** Checks whether a payment counts for an attempt. */
export function fits(event: PaymentEvent, expected: Expected): boolean {
  const { customerId, paymentId, sessionId, atLeast } = expected;
  if (event.customerId !== undefined && event.customerId !== customerId) return false;
  if (paymentId !== undefined) return event.paymentId === paymentId;
  // Lists leave the session out; then the amount decides.
  if (sessionId !== undefined && event.sessionId !== undefined) return event.sessionId === sessionId;
  if (atLeast === undefined || event.amount === undefined) return true;
  return covers({ amount: event.amount, currency: event.currency }, atLeast);
}

/** Returns how final a status is. Within one checkout, a decline may be followed by a payment with another card. */
export function rank(event: PaymentEvent): number {
  const phase = phaseOf(event.status);
  return phase === 'paid' ? 3 : phase === 'failed' ? 2 : 1;
}

/** The proven outcome of an attempt. */
export type Proof =
  | { kind: 'paid'; payment?: PaymentEvent }
  /** `absent`: Dodo was read in time and does not have it, so it never happened. */
  | { kind: 'failed'; errorCode?: string; absent?: true };

/** Returns what a payment proves; undefined while it may still go either way. */
export function proofIn(payment: PaymentEvent | undefined): Proof | undefined {
  if (payment === undefined) return undefined;
  const phase = phaseOf(payment.status);
  if (phase === 'paid') return { kind: 'paid', payment };
  return phase === 'failed' ? { kind: 'failed', errorCode: payment.errorCode } : undefined;
}
