/** The payments a run knows of, by webhook or by reading Dodo, whichever came first. */
import { setHandler } from '@temporalio/workflow';
import { paymentEvent } from '../src/contract/messages.js';
import {
  fits,
  phaseOf,
  proofIn,
  rank,
  type Expected,
  type PaidAttempt,
  type PaymentEvent,
  type Proof,
} from '../src/domain/payment.js';

export interface PaymentInbox {
  /** Returns the payment that started the run: the first successful one that is not an attempt of ours. */
  trigger(): PaymentEvent | undefined;
  /** Returns the payments that came after it and pay for the same purchase. */
  besideTrigger(): PaymentEvent[];
  /** Announces an attempt, and what its payment must match. */
  expect(attemptId: string, expected: Expected): void;
  /** Checks whether a payment counts for the attempt it names. */
  accepts(event: PaymentEvent): boolean;
  /** Returns the best that is known of an attempt's payment. */
  of(attemptId: string): PaymentEvent | undefined;
  /** Returns every attempt that is paid. */
  paid(): PaidAttempt[];
  /** Returns the paid payments that name attempts which this run has not made. */
  strays(): PaidAttempt[];
  /** Takes note of a payment that was read from Dodo. */
  note(event: PaymentEvent): void;
}

/**
 * Takes `paymentEvent` signals from now on. Events may arrive twice, late and in any order, so a paid payment stays paid,
 * and an older event does not make a failed one pending again.
 */
export function openPaymentInbox(): PaymentInbox {
  let trigger: PaymentEvent | undefined;
  const beside = new Map<string, PaymentEvent>();
  /** By attempt and payment: a payment that only claims to be an attempt's must not hide the real one. */
  const heard = new Map<string, Map<string, PaymentEvent>>();
  const expectations = new Map<string, Expected>();

  function note(event: PaymentEvent): void {
    // Signals can be sent by hand; one that names no payment must not stop the run.
    if (typeof (event as Partial<PaymentEvent> | undefined)?.paymentId !== 'string') return;
    const { attemptId, paymentId } = event;
    if (attemptId === undefined) {
      if (event.status !== 'succeeded') return;
      trigger ??= event;
      if (paymentId !== trigger.paymentId) beside.set(paymentId, event);
      return;
    }
    const payments = heard.get(attemptId) ?? new Map<string, PaymentEvent>();
    heard.set(attemptId, payments);
    const known = payments.get(paymentId);
    // The same news may say more the second time: a list leaves out details that a single read has.
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
    besideTrigger: () => [...beside.values()],
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
    strays: () =>
      [...heard].flatMap(([attemptId, payments]) =>
        expectations.has(attemptId)
          ? []
          : [...payments.values()]
              .filter(({ status }) => phaseOf(status) === 'paid')
              .map(({ paymentId }) => ({ attemptId, paymentId })),
      ),
    note,
  };
}

/** Returns what is proven of an attempt's payment; undefined while it may still go either way. */
export function proofOf(inbox: PaymentInbox, attemptId: string): Proof | undefined {
  return proofIn(inbox.of(attemptId));
}
