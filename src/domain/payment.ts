/** What a payment at Dodo proves. */

/** A payment as a webhook or a read told of it. No card data, no address. */

export interface PaymentEvent {
  paymentId: string;
  /** Dodo's `IntentStatus`; null while Dodo does not say. */
  status: string | null;
  /** Ours, when the payment is one of our attempts. */
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
}

export type PaymentPhase = 'paid' | 'failed' | 'action_required' | 'pending';

/** Only `succeeded` is paid. What Dodo may still turn into a success is pending. */
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

export interface PaidAttempt {
  attemptId: string;
  paymentId: string;
}

/**
 * What a payment must be like to count for an attempt. Attempt ids can be guessed, and anybody who can put metadata on
 * a payment of their own could name one.
 */
export interface Expected {
  customerId: string;
  /** Dodo's own word on which payment it is: nothing else counts then. */
  paymentId?: string;
  /** The checkout session it was paid in, for payments that name theirs. */
  sessionId?: string;
  /** What it must come to at least, where neither is known. Minor units. */
  atLeast?: { amount: number; currency: string };
}

/** Returns whether a payment comes to at least what is due, in the same currency. Minor units. */
export function covers(
  paid: { amount: number; currency?: string },
  due: { amount: number; currency: string },
): boolean {
  return paid.currency === due.currency && paid.amount >= due.amount;
}

export function fits(event: PaymentEvent, expected: Expected): boolean {
  const { customerId, paymentId, sessionId, atLeast } = expected;
  if (event.customerId !== undefined && event.customerId !== customerId) return false;
  if (paymentId !== undefined) return event.paymentId === paymentId;
  // A list leaves the session out; what it must come to is asked then.
  if (sessionId !== undefined && event.sessionId !== undefined) return event.sessionId === sessionId;
  if (atLeast === undefined || event.amount === undefined) return true;
  return covers({ amount: event.amount, currency: event.currency }, atLeast);
}

/** How final a state is. Within one checkout a decline may be followed by a payment with another card. */
export function rank(event: PaymentEvent): number {
  const phase = phaseOf(event.status);
  return phase === 'paid' ? 3 : phase === 'failed' ? 2 : 1;
}

export type Proof = { kind: 'paid'; payment?: PaymentEvent } | { kind: 'failed'; errorCode?: string };

export function proofIn(payment: PaymentEvent | undefined): Proof | undefined {
  if (payment === undefined) return undefined;
  const phase = phaseOf(payment.status);
  if (phase === 'paid') return { kind: 'paid', payment };
  return phase === 'failed' ? { kind: 'failed', errorCode: payment.errorCode } : undefined;
}
