/** What is known of payments: by webhook or by reading Dodo, whichever came first. */
import { setHandler } from '@temporalio/workflow';
import { paymentEvent, phaseOf, type PaymentEvent } from './messages.js';

export interface PaidAttempt {
  attemptId: string;
  paymentId: string;
}

export interface PaymentInbox {
  /** The payment that set the run off: the first one that is not an attempt of ours. */
  trigger(): PaymentEvent | undefined;
  /** The best that is known of an attempt's payment. */
  of(attemptId: string): PaymentEvent | undefined;
  /** Every attempt that is paid. */
  paid(): PaidAttempt[];
  note(event: PaymentEvent): void;
}

/**
 * Takes `paymentEvent` signals from now on. Events may come twice, late and in any order, so a paid payment
 * stays paid and a failed one is not made pending again by an older event.
 */
export function openPaymentInbox(): PaymentInbox {
  let trigger: PaymentEvent | undefined;
  const attempts = new Map<string, PaymentEvent>();

  function note(event: PaymentEvent): void {
    // Signals can be sent by hand: one that names no payment must not stop the run.
    if (typeof (event as Partial<PaymentEvent> | undefined)?.paymentId !== 'string') return;
    if (event.attemptId === undefined) {
      if (event.status === 'succeeded') trigger ??= event;
      return;
    }
    const known = attempts.get(event.attemptId);
    if (
      known === undefined ||
      rank(event) > rank(known) ||
      (rank(event) === rank(known) && rank(event) < 3)
    ) {
      attempts.set(event.attemptId, event);
    }
  }

  setHandler(paymentEvent, note, { description: 'A payment changed at Dodo Payments.' });
  return {
    trigger: () => trigger,
    of: (attemptId) => attempts.get(attemptId),
    paid: () =>
      [...attempts].flatMap(([attemptId, { paymentId, status }]) =>
        phaseOf(status) === 'paid' ? [{ attemptId, paymentId }] : [],
      ),
    note,
  };
}

/** How final a state is. Within one checkout a decline may be followed by a payment with another card. */
function rank(event: PaymentEvent): number {
  const phase = phaseOf(event.status);
  return phase === 'paid' ? 3 : phase === 'failed' ? 2 : 1;
}

export type Proof = { kind: 'paid'; payment?: PaymentEvent } | { kind: 'failed'; errorCode?: string };

/** What is proven of an attempt's payment; undefined while it may still go either way. */
export function proofOf(inbox: PaymentInbox, attemptId: string): Proof | undefined {
  return proofIn(inbox.of(attemptId));
}

export function proofIn(payment: PaymentEvent | undefined): Proof | undefined {
  if (payment === undefined) return undefined;
  const phase = phaseOf(payment.status);
  if (phase === 'paid') return { kind: 'paid', payment };
  return phase === 'failed' ? { kind: 'failed', errorCode: payment.errorCode } : undefined;
}
