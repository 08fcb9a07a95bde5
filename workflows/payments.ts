/** What is known of payments: by webhook or by reading Dodo, whichever came first. */
import { setHandler } from '@temporalio/workflow';
import { paymentEvent, phaseOf, type PaymentEvent } from '../src/contract/messages.js';

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

export interface PaymentInbox {
  /** The payment that set the run off: the first one that is not an attempt of ours. */
  trigger(): PaymentEvent | undefined;
  /** Says that an attempt is being made, and what its payment must be like. */
  expect(attemptId: string, expected: Expected): void;
  /** Whether a payment counts for the attempt it names. */
  accepts(event: PaymentEvent): boolean;
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
  /** By attempt and payment: what others claim must not hide what Dodo did. */
  const heard = new Map<string, Map<string, PaymentEvent>>();
  const expectations = new Map<string, Expected>();

  function note(event: PaymentEvent): void {
    // Signals can be sent by hand: one that names no payment must not stop the run.
    if (typeof (event as Partial<PaymentEvent> | undefined)?.paymentId !== 'string') return;
    const { attemptId, paymentId } = event;
    if (attemptId === undefined) {
      if (event.status === 'succeeded') trigger ??= event;
      return;
    }
    const payments = heard.get(attemptId) ?? new Map<string, PaymentEvent>();
    heard.set(attemptId, payments);
    const known = payments.get(paymentId);
    // The same news again may say more: a list leaves out what a single reading tells.
    if (known === undefined || rank(event) >= rank(known)) payments.set(paymentId, { ...known, ...event });
  }

  function accepts(event: PaymentEvent): boolean {
    const expected = event.attemptId === undefined ? undefined : expectations.get(event.attemptId);
    return expected !== undefined && fits(event, expected);
  }

  function of(attemptId: string): PaymentEvent | undefined {
    let best: PaymentEvent | undefined;
    for (const event of heard.get(attemptId)?.values() ?? []) {
      if (accepts(event) && (best === undefined || rank(event) > rank(best))) best = event;
    }
    return best;
  }

  setHandler(paymentEvent, note, { description: 'A payment changed at Dodo Payments.' });
  return {
    trigger: () => trigger,
    expect: (attemptId, expected) => void expectations.set(attemptId, expected),
    accepts,
    of,
    paid: () =>
      [...heard.keys()].flatMap((attemptId) => {
        const payment = of(attemptId);
        return payment && phaseOf(payment.status) === 'paid'
          ? [{ attemptId, paymentId: payment.paymentId }]
          : [];
      }),
    note,
  };
}

function fits(event: PaymentEvent, expected: Expected): boolean {
  const { customerId, paymentId, sessionId, atLeast } = expected;
  if (event.customerId !== undefined && event.customerId !== customerId) return false;
  if (paymentId !== undefined) return event.paymentId === paymentId;
  // A list leaves the session out; what it must come to is asked then.
  if (sessionId !== undefined && event.sessionId !== undefined) return event.sessionId === sessionId;
  if (atLeast === undefined || event.amount === undefined) return true;
  return event.currency === atLeast.currency && event.amount >= atLeast.amount;
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
