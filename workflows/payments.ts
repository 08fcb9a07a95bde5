/** What is known of payments: by webhook or by reading Dodo, whichever came first. */
import { setHandler } from '@temporalio/workflow';
import { paymentEvent } from '../src/contract/messages.js';
import { phaseOf, type PaymentEvent } from '../src/domain/payment.js';
import { type PaidAttempt, type Expected, fits, rank, type Proof, proofIn } from '../src/domain/payment.js';

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

/** What is proven of an attempt's payment; undefined while it may still go either way. */
export function proofOf(inbox: PaymentInbox, attemptId: string): Proof | undefined {
  return proofIn(inbox.of(attemptId));
}
