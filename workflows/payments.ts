/** The payments a run knows of, by webhook or by reading Dodo, whichever came first. */
import { patched, setHandler } from '@temporalio/workflow';
import { paymentEvent } from '../src/contract/messages.js';
import type { FulfilmentResult } from '../src/domain/fulfilment.js';
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
import { judgePayment, seenPayment, type Doubt, type Verdict } from '../src/domain/verdict.js';
import { PATCHES } from './patches.js';

/** A payment of ours that is not what the customer accepted. */
export interface DoubtfulPayment {
  payment: PaymentEvent;
  doubt: Doubt;
}

export interface PaymentInbox {
  /** Payments with a proof are judged. False in runs that began before they were. */
  judges: boolean;
  /** Returns the payment that started the run: the first successful one that is not an attempt of ours. */
  trigger(): PaymentEvent | undefined;
  /** Returns the payments that came after it and pay for the same purchase. */
  besideTrigger(): PaymentEvent[];
  /** Announces an attempt, and what its payment must match. */
  expect(attemptId: string, expected: Expected): void;
  /** Checks whether a payment counts for the attempt it names, or would if it were paid. */
  accepts(event: PaymentEvent): boolean;
  /** Returns the best that is known of an attempt's payment. */
  of(attemptId: string): PaymentEvent | undefined;
  /** Returns a paid payment that a person has to look at, unless a person has rejected it. */
  doubtful(attemptIds: readonly string[]): DoubtfulPayment | undefined;
  /** Takes note that a person has decided that a payment does not pay for the offer. */
  reject(paymentId: string): void;
  /** Returns every attempt that is paid; in runs that judge, every payment of ours, counting or not. */
  paid(): PaidAttempt[];
  /** Returns the paid payments that name attempts which this run has not made. */
  strays(): PaidAttempt[];
  /** Takes note of a payment that was read from Dodo. */
  note(event: PaymentEvent): void;
  /** Takes note of the amount that an attempt asked for: less than what was accepted if the price had fallen. */
  asked(attemptId: string, amount: number): void;
}

/**
 * Takes `paymentEvent` signals from now on. Events may arrive twice, late and in any order, so a paid payment stays paid,
 * and an older event does not make a failed one pending again.
 */
export function openPaymentInbox(): PaymentInbox {
  let judging: boolean | undefined;
  /** Asked only once there is something to judge, because each run that asks pays for it. */
  const judges = () => (judging ??= patched(PATCHES.paymentVerdict));
  let trigger: PaymentEvent | undefined;
  const beside = new Map<string, PaymentEvent>();
  /** By attempt and payment: a payment that only claims to be an attempt's must not hide the real one. */
  const heard = new Map<string, Map<string, PaymentEvent>>();
  const expectations = new Map<string, Expected>();
  const rejected = new Set<string>();
  const askedFor = new Map<string, number>();

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
    if (event.proven !== undefined) judges();
    const payments = heard.get(attemptId) ?? new Map<string, PaymentEvent>();
    heard.set(attemptId, payments);
    const known = payments.get(paymentId);
    // The same news may say more the second time: a list leaves out details that a single read has.
    if (known === undefined || rank(event) >= rank(known)) payments.set(paymentId, { ...known, ...event });
  }

  /** Judged by now: the reply to an attempt may tell its amount after the webhook has told of its payment. */
  function judge(event: PaymentEvent): Verdict | undefined {
    const { attemptId, proven } = event;
    const expected = attemptId === undefined ? undefined : expectations.get(attemptId);
    if (attemptId === undefined || !expected) return undefined;
    const { sent, customerId, sessionId, paymentId } = expected;
    if (sent === undefined || proven === undefined || !judges()) {
      if (!fits(event, expected)) return undefined;
      const phase = phaseOf(event.status);
      return phase === 'paid' ? { kind: 'counts' } : { kind: 'undecided', phase };
    }
    return judgePayment(seenPayment(event), {
      attemptId,
      customerId,
      sessionId,
      paymentId,
      ...sent,
      amount: askedFor.get(attemptId) ?? sent.amount,
    });
  }

  function accepts(event: PaymentEvent): boolean {
    const kind = judge(event)?.kind;
    return kind === 'counts' || kind === 'undecided';
  }

  const eventsOf = (attemptId: string) => [...(heard.get(attemptId)?.values() ?? [])];

  function of(attemptId: string): PaymentEvent | undefined {
    let best: PaymentEvent | undefined;
    for (const event of eventsOf(attemptId)) {
      if (accepts(event) && (best === undefined || rank(event) > rank(best))) best = event;
    }
    return best;
  }

  function paidByAttempt(): PaidAttempt[] {
    return [...heard.keys()].flatMap((attemptId) => {
      const payment = of(attemptId);
      return payment && phaseOf(payment.status) === 'paid'
        ? [{ attemptId, paymentId: payment.paymentId }]
        : [];
    });
  }

  function paidByPayment(): PaidAttempt[] {
    return [...heard.keys()].flatMap((attemptId) =>
      eventsOf(attemptId).flatMap((event) => {
        const kind = judge(event)?.kind;
        const { paymentId } = event;
        return kind === 'counts' || kind === 'review'
          ? [{ attemptId, paymentId, ...(rejected.has(paymentId) && { rejected: true }) }]
          : [];
      }),
    );
  }

  setHandler(paymentEvent, note, { description: 'A payment changed at Dodo Payments.' });
  return {
    get judges() {
      return judges();
    },
    trigger: () => trigger,
    besideTrigger: () => [...beside.values()],
    expect: (attemptId, expected) => void expectations.set(attemptId, expected),
    accepts,
    of,
    strays: () =>
      [...heard].flatMap(([attemptId, payments]) =>
        expectations.has(attemptId)
          ? []
          : [...payments.values()]
              .filter(({ status }) => phaseOf(status) === 'paid')
              .map(({ paymentId }) => ({ attemptId, paymentId })),
      ),
    doubtful(attemptIds) {
      for (const payment of attemptIds.flatMap(eventsOf)) {
        const verdict = judge(payment);
        if (verdict?.kind === 'review' && !rejected.has(payment.paymentId))
          return { payment, doubt: verdict.doubt };
      }
      return undefined;
    },
    reject: (paymentId) => void rejected.add(paymentId),
    paid: () => (heard.size === 0 ? [] : judges() ? paidByPayment() : paidByAttempt()),
    note,
    asked: (attemptId, amount) => void askedFor.set(attemptId, amount),
  };
}

/** Returns what is proven of an attempt's payment; undefined while it may still go either way. */
export function proofOf(inbox: PaymentInbox, attemptId: string): Proof | undefined {
  return proofIn(inbox.of(attemptId));
}

/** Returns the payments beside the one that counted. */
export function paidBesides(inbox: PaymentInbox, result: FulfilmentResult): PaidAttempt[] {
  if (result.kind !== 'fulfilled') return inbox.paid();
  if (!inbox.judges) return inbox.paid().filter(({ attemptId }) => attemptId !== result.attemptId);
  const counted = result.payment?.paymentId ?? inbox.of(result.attemptId)?.paymentId;
  return inbox.paid().filter(({ paymentId }) => paymentId !== counted);
}
