/** Settles payments of ours that no run waits for any more: they count, or they go back. */
import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type DodoPayments from 'dodopayments';
import { classify, ifFound } from '../../src/dodo/errors.js';
import { subscriptionsOf, toPaymentEvent } from '../../src/dodo/payments.js';
import { SUPERSEDED, type AttemptRecord } from '../../src/domain/attempt.js';
import { openingOf, type CompensationInput } from '../../src/domain/compensation.js';
import { judgedAttempt } from '../../src/domain/evidence.js';
import { replacedSubscription, subscriptionOfPlanChange } from '../../src/domain/ids.js';
import { phaseOf, type PaymentEvent } from '../../src/domain/payment.js';
import { isFulfilling, whenPaid, type PresentationRecord } from '../../src/domain/presentation.js';
import {
  judgePayment,
  seenPayment,
  type CountedPayment,
  type Doubt,
  type Verdict,
} from '../../src/domain/verdict.js';
import { differingReview } from '../../src/domain/review.js';
import { reviewId } from '../../src/ledger/index.js';
import type { ActivityContext } from '../context.js';
import { refundSecond } from './second-payment.js';
import { recordCounts } from './settle.js';

export type LatePaymentSettled =
  /** It is the payment that counted, or none of ours, or a person was asked and no run has to wait. */
  | { kind: 'nothing' }
  /** A person has to decide. Asked again later, it is settled as decided. */
  | { kind: 'review' }
  /** The offer is paid by another payment, or a person has rejected this one. What has to be undone is in `undo`. */
  | { kind: 'goes_back'; undo: CompensationInput[] }
  /** The same for runs from before there were compensations: this activity has refunded it. */
  | { kind: 'refunded'; unwanted?: Unwanted[] }
  /** The offer counted as unpaid; now it is paid. */
  | {
      kind: 'fulfilled';
      presentationId: string;
      purchaseId: string;
      unwanted?: Unwanted[];
      undo?: CompensationInput[];
    };

export interface LatePaymentSettling {
  paymentId: string;
  attemptId: string;
  /** A person has decided that it does not pay for the offer. */
  rejected?: boolean;
  /** The run has compensations made. Runs from before leave refunds to this activity. */
  compensates?: boolean;
}

/** A subscription that must not go on beside the one that counts. */
interface Unwanted {
  subscriptionId: string;
  presentationId: string;
}

/** Tries before we assume that the run was terminated: some seconds in all. */
const TRIES_FOR_RUN = 4;
/** Tries before a payment counts as not ours: a quarter of an hour with growing pauses. */
const TRIES_FOR_PAYMENT = 20;

/** The entry of an offer that a late payment has settled. */
const PAID_LATE = 'paid_late';

/** Tries while Dodo cannot be read before a person is told: about an hour with growing pauses. */
const TRIES_FOR_DODO = 60;

interface Read {
  payment: DodoPayments.Payment;
  event: PaymentEvent;
  attempt: AttemptRecord;
  presentation: PresentationRecord;
}

export function latePaymentActivities(context: ActivityContext) {
  const { dodo, ledger, log, now, proofs } = context;

  /** Reads the payment and what the ledger has of it. Undefined when that is not enough, and a person was asked. */
  async function read({
    paymentId,
    attemptId,
  }: LatePaymentSettling): Promise<Read | 'unreadable' | undefined> {
    let payment: DodoPayments.Payment | undefined;
    try {
      payment = await ifFound(dodo.payments.retrieve(paymentId));
    } catch (error) {
      if (activityInfo().attempt < TRIES_FOR_DODO) throw error;
      await askAboutUnread({ paymentId, attemptId }, classify(error).message);
      return 'unreadable';
    }
    const attempt = await ledger.attempt(attemptId);
    const presentation = attempt && (await ledger.presentation(attempt.presentationId));
    const event = payment && toPaymentEvent(payment, proofs);
    const isPaid = event?.attemptId === attemptId && phaseOf(event.status) === 'paid';
    if (payment && event && isPaid && attempt && presentation)
      return { payment, event, attempt, presentation };
    // Dodo's reads may lag behind its webhooks, and the ledger may be catching up. No other run will look at this payment.
    if (activityInfo().attempt < TRIES_FOR_PAYMENT) {
      throw ApplicationFailure.retryable('The payment is not known as one of ours yet.', 'not_known_yet');
    }
    log.error({ paymentId, attemptId }, 'a late payment could not be matched to an attempt');
    if (event?.proven) await askAboutUnmatched(event, isPaid, attempt);
    return undefined;
  }

  /** A webhook said that it was paid, and Dodo cannot be read for an hour. */
  async function askAboutUnread(
    { paymentId, attemptId }: Pick<LatePaymentSettling, 'paymentId' | 'attemptId'>,
    why: string,
  ): Promise<void> {
    const attempt = await ledger.attempt(attemptId);
    const presentation = attempt && (await ledger.presentation(attempt.presentationId));
    await ledger.openReview({
      kind: 'payment_unmatched',
      subject: paymentId,
      paymentId,
      attemptId,
      ...(presentation && {
        presentationId: presentation.id,
        purchaseId: presentation.purchaseId,
        customerId: presentation.customerId,
      }),
      ...(attempt && { amount: attempt.amount, currency: attempt.currency }),
      detail: `A webhook said that it was paid, and Dodo cannot be read: ${why}`,
      openedAt: now().toISOString(),
    });
    log.error({ paymentId, attemptId, why }, 'a late payment cannot be read');
  }

  /** It bears our proof, so it is not forgotten. */
  async function askAboutUnmatched(
    event: PaymentEvent,
    isPaid: boolean,
    attempt: AttemptRecord | undefined,
  ): Promise<void> {
    const { paymentId, attemptId, customerId, amount, currency } = event;
    const at = now().toISOString();
    await ledger.recordPayment({ ...seenPayment(event), source: 'look_up', seenAt: at });
    await ledger.recordVerdict(paymentId, 'review', { detail: 'unmatched' });
    await ledger.openReview({
      kind: 'payment_unmatched',
      subject: paymentId,
      paymentId,
      attemptId,
      presentationId: attempt?.presentationId,
      customerId,
      amount,
      currency,
      detail: isPaid
        ? 'The ledger has no offer for it.'
        : `A webhook said that it was paid; Dodo's readings say ${event.status ?? 'nothing'}.`,
      openedAt: at,
    });
  }

  /** Returns the payment that counts for the offer already, with what tells its renewals from second payments. */
  async function countedFor({ status, paymentId }: PresentationRecord): Promise<CountedPayment | undefined> {
    if (status !== 'paid' || paymentId === undefined) return undefined;
    const payment = await ifFound(dodo.payments.retrieve(paymentId));
    return payment ? seenPayment(toPaymentEvent(payment, proofs)) : { paymentId };
  }

  /** Asks the one function that decides. What a person has decided about a doubt stands in the ledger. */
  async function judge(
    { payment, event, attempt, presentation }: Read,
    counted: CountedPayment | undefined,
    rejected: boolean,
  ): Promise<Verdict> {
    const verdict = judgePayment(seenPayment(event), judgedAttempt(attempt, presentation), counted);
    if (verdict.kind === 'counts' && counted === undefined && isGivenUp(payment, attempt))
      return { kind: 'goes_back' };
    if (verdict.kind === 'counts' && rejected && counted === undefined) return { kind: 'goes_back' };
    if (verdict.kind !== 'review') return verdict;
    if (rejected) return { kind: 'goes_back' };
    const review = await ledger.review(reviewId('payment_differs', event.paymentId));
    if (review?.status !== 'resolved') return verdict;
    return { kind: review.resolution?.paid === true ? 'counts' : 'goes_back' };
  }

  /** Asks a person about a payment that is not what was accepted. */
  async function askPerson({ event, attempt, presentation }: Read, doubt: Doubt): Promise<void> {
    const { paymentId } = event;
    const { id: presentationId, purchaseId } = presentation;
    const { attemptId } = attempt;
    const about = { attemptId, presentationId, purchaseId };
    await ledger.openReview(differingReview(event, doubt, about, attempt, now()));
    log.error({ paymentId, attemptId, presentationId, doubt }, 'a late payment differs');
  }

  /** Settles the offer by this payment. False when another one was first. */
  async function settleBy({ event, attempt, presentation }: Read): Promise<boolean> {
    const { paymentId, amount, currency } = event;
    const { id: presentationId, purchaseId, price } = presentation;
    const at = now().toISOString();
    const recovered = attempt.kind === 'fallback';
    await ledger.updateAttempt(attempt.attemptId, { status: 'paid', paymentId, paidAmount: amount });
    await ledger.settle({
      purchaseId,
      outcome: recovered ? 'recovered' : 'converted',
      at,
      presentation: {
        id: presentationId,
        patch: {
          status: 'paid',
          ...whenPaid(
            { paymentId, paidAmount: amount, paidAt: at, recovered },
            { paid: currency, price: price.currency },
          ),
        },
      },
      timeline: [{ at, type: PAID_LATE, detail: { presentationId, paymentId } }],
    });
    // Another late payment for the same offer may have been first: the ledger keeps one.
    const winner = (await ledger.presentation(presentationId))?.paymentId;
    if (winner !== undefined && winner !== paymentId) return false;
    await recordCounts(ledger, { paymentId, presentationId, purchaseId }, at);
    return true;
  }

  /** Checks whether this payment's own run has settled the offer, and not the offer's. */
  async function wasSettledHere({ event, presentation }: Read): Promise<boolean> {
    const { id, purchaseId } = presentation;
    const timeline = (await ledger.purchase(purchaseId))?.timeline ?? [];
    return timeline.some(
      ({ type, detail }) =>
        type === PAID_LATE && detail?.presentationId === id && detail.paymentId === event.paymentId,
    );
  }

  /** Gives the money back, and ends the subscriptions that it bought and the payment that counts did not. */
  async function giveBack(
    { payment, event, attempt, presentation }: Read,
    counted: CountedPayment | undefined,
    compensates: boolean,
  ): Promise<LatePaymentSettled> {
    const { id: presentationId, purchaseId } = presentation;
    const { paymentId, amount = 0, currency = attempt.currency, customerId } = event;
    const purchase = await ledger.purchase(purchaseId);
    const kept = [
      subscriptionOfPlanChange(attempt.workflowId),
      purchase?.purchase.subscriptionId,
      ...(counted?.subscriptionIds ?? []),
    ];
    const ending = subscriptionsOf(payment).filter((id) => !kept.includes(id));
    await ledger.recordVerdict(paymentId, 'goes_back', { presentationId, purchaseId });
    const at = now().toISOString();
    const resolution = { paid: false, paymentId, reason: 'It goes back.', by: 'proof' };
    await ledger.resolveReview(reviewId('payment_differs', paymentId), resolution, at);
    if (!compensates) {
      await refundSecond(context, payment, attempt);
      const unwanted = ending.map((subscriptionId) => ({ subscriptionId, presentationId }));
      return { kind: 'refunded', unwanted };
    }
    const { attemptId } = attempt;
    await ledger.updateAttempt(attemptId, { status: 'paid', paymentId });
    const about = { presentationId, purchaseId, customerId };
    const undo: CompensationInput[] = [
      { kind: 'refund', paymentId, attemptId, amount, currency, ...about },
      ...ending.map((subscriptionId) => ({ kind: 'end_subscription' as const, subscriptionId, ...about })),
    ];
    await open(undo, at);
    return { kind: 'goes_back', undo };
  }

  /** Records compensations before their runs begin: whatever happens to this run, what is open is known. */
  async function open(undo: CompensationInput[], openedAt: string): Promise<void> {
    for (const input of undo) await ledger.openCompensation(openingOf(input, openedAt));
  }

  return {
    /**
     * Settles a payment that came when no run waited for it: the first one for an offer counts, a later one goes back, and
     * a person is asked about one that is not what was accepted.
     *
     * Dodo: reads the payment and the one that counts; for runs from before there were compensations, refunds the payment.
     * Ledger: records the payment and its verdict; settles the offer as `converted` or `recovered`, opens a review, or
     * opens what has to be undone.
     * Repeated: writes the same again; a verdict that counts or goes back is final.
     *
     * @throws ApplicationFailure `not_known_yet` or `about_to_settle` (retryable) while waiting for Dodo, the ledger or
     * the offer's own run; otherwise when Dodo or the ledger cannot be reached
     */
    async settleLatePayment(input: LatePaymentSettling): Promise<LatePaymentSettled> {
      const { paymentId, rejected = false, compensates = false } = input;
      const found = await read(input);
      if (!found) return { kind: 'nothing' };
      if (found === 'unreadable') return compensates ? { kind: 'review' } : { kind: 'nothing' };
      await ledger.resolveReview(
        reviewId('payment_unmatched', paymentId),
        { paid: true, paymentId, reason: 'Dodo shows it, and what it was for.', by: 'proof' },
        now().toISOString(),
      );
      const { payment, event, attempt, presentation } = found;
      waitForItsRun(attempt, presentation);
      const { id: presentationId, purchaseId } = presentation;

      let counted = await countedFor(presentation);
      const verdict = await judge(found, counted, rejected);
      const isOurs = event.proven === true || verdict.kind !== 'not_ours';
      if (isOurs) {
        const seenAt = now().toISOString();
        const seen = seenPayment(event);
        await ledger.recordPayment({ ...seen, presentationId, purchaseId, source: 'look_up', seenAt });
      }
      switch (verdict.kind) {
        case 'undecided':
          return { kind: 'nothing' };
        case 'not_ours': {
          const { why } = verdict;
          log.error({ paymentId, attemptId: attempt.attemptId, why }, 'a late payment is not ours');
          if (isOurs) await ledger.recordVerdict(paymentId, 'not_ours', { detail: why });
          return { kind: 'nothing' };
        }
        case 'review':
          await ledger.recordVerdict(paymentId, 'review', {
            detail: verdict.doubt,
            presentationId,
            purchaseId,
          });
          await askPerson(found, verdict.doubt);
          return compensates ? { kind: 'review' } : { kind: 'nothing' };
        case 'goes_back':
          return giveBack(found, counted, compensates);
        case 'counts': {
          if (counted !== undefined) {
            await ledger.recordVerdict(paymentId, 'counts', { presentationId, purchaseId });
            // Settled by an earlier try, which may not have told: what follows is the same.
            return (await wasSettledHere(found))
              ? fulfilled(payment, attempt, presentation, compensates)
              : { kind: 'nothing' };
          }
          if (!(await settleBy(found))) {
            counted = await countedFor((await ledger.presentation(presentationId)) ?? presentation);
            return giveBack(found, counted, compensates);
          }
          if (presentation.status === 'paid') return { kind: 'nothing' };
          return fulfilled(payment, attempt, presentation, compensates);
        }
      }
    },
  };

  /** A plan change that was bought anew replaces the subscription that was to be changed. */
  async function fulfilled(
    payment: DodoPayments.Payment,
    attempt: AttemptRecord,
    { id: presentationId, purchaseId, customerId }: PresentationRecord,
    compensates: boolean,
  ): Promise<LatePaymentSettled> {
    const ended = replacedSubscription(attempt.workflowId, subscriptionsOf(payment));
    const replaced = ended === undefined ? [] : [ended];
    const base = { kind: 'fulfilled' as const, presentationId, purchaseId };
    if (!compensates) {
      return { ...base, unwanted: replaced.map((subscriptionId) => ({ subscriptionId, presentationId })) };
    }
    const undo = replaced.map((subscriptionId) => ({
      kind: 'end_subscription' as const,
      subscriptionId,
      presentationId,
      purchaseId,
      customerId,
    }));
    await open(undo, now().toISOString());
    return { ...base, undo };
  }
}

/** The customer has asked for another change since: the plan they gave up is not sold beside it. */
function isGivenUp(payment: DodoPayments.Payment, attempt: AttemptRecord): boolean {
  const replaced = replacedSubscription(attempt.workflowId, subscriptionsOf(payment));
  return attempt.errorCode === SUPERSEDED && replaced !== undefined;
}

/** A plan change's run ends a moment before the run that records its outcome, which is waited for. */
function waitForItsRun(attempt: AttemptRecord, { status }: PresentationRecord): void {
  if (subscriptionOfPlanChange(attempt.workflowId) === undefined || !isFulfilling(status)) return;
  if (activityInfo().attempt < TRIES_FOR_RUN) {
    throw ApplicationFailure.retryable('The run of this payment is about to settle.', 'about_to_settle');
  }
}
