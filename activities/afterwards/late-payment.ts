/** Settles payments of ours that no run waits for any more: they count, or they go back. */
import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type DodoPayments from 'dodopayments';
import { subscriptionsOf, toPaymentEvent } from '../../src/dodo/payments.js';
import { SUPERSEDED, type AttemptRecord } from '../../src/domain/attempt.js';
import { ATTEMPT_METADATA_KEY, subscriptionOfPlanChange } from '../../src/domain/ids.js';
import { covers, phaseOf } from '../../src/domain/payment.js';
import { isFulfilling, whenPaid, type PresentationRecord } from '../../src/domain/presentation.js';
import type { ActivityContext } from '../context.js';
import { refundSecond } from './second-payment.js';

export type LatePaymentSettled =
  /** It is the payment that counted, or none of ours. */
  | { kind: 'nothing' }
  /** The offer was already paid by another payment, so this one went back. */
  | { kind: 'refunded'; unwanted?: Unwanted[] }
  /** The offer counted as unpaid; now it is paid. */
  | { kind: 'fulfilled'; presentationId: string; purchaseId: string; unwanted?: Unwanted[] };

/** A subscription that must not go on beside the one that counts. */
interface Unwanted {
  subscriptionId: string;
  presentationId: string;
}

/** Tries before we assume that the run was terminated: some seconds in all. */
const TRIES_FOR_RUN = 4;
/** Tries before a payment counts as not ours: a quarter of an hour with growing pauses. */
const TRIES_FOR_PAYMENT = 20;

export function latePaymentActivities(context: ActivityContext) {
  const { dodo, ledger, log, now } = context;

  /** Reads the payment and what the ledger has of it. Undefined when it does not belong to the attempt it names. */
  async function readOurs(paymentId: string, attemptId: string) {
    const payment = await dodo.payments.retrieve(paymentId);
    const attempt = await ledger.attempt(attemptId);
    const ours =
      payment.metadata[ATTEMPT_METADATA_KEY] === attemptId && phaseOf(payment.status ?? null) === 'paid';
    if (!attempt || !ours) {
      // Dodo's reads may lag behind its webhooks, and the ledger may be catching up. No other run will look at this payment.
      if (activityInfo().attempt < TRIES_FOR_PAYMENT) {
        throw ApplicationFailure.retryable('The payment is not known as one of ours yet.', 'not_known_yet');
      }
      log.error({ paymentId, attemptId }, 'a late payment could not be matched to an attempt');
      return undefined;
    }
    const presentation = await ledger.presentation(attempt.presentationId);
    if (!presentation || presentation.customerId !== payment.customer.customer_id) return undefined;
    if (!isOf(attempt, payment)) {
      log.error({ paymentId, attemptId }, 'payment metadata names an attempt that the payment is not for');
      return undefined;
    }
    return { payment, attempt, presentation };
  }

  return {
    /**
     * Settles a payment that came when no run waited for it: the first one for an offer counts, a later one is refunded.
     *
     * Dodo: reads the payment, and refunds it when the offer is already paid. Ledger: settles the offer as `converted` or
     * `recovered`, or marks the attempt as refunded.
     * Repeated: refunds at most once, because the payment shows what went back before; writes the same again.
     *
     * @throws ApplicationFailure `not_known_yet` or `about_to_settle` (retryable) while waiting for Dodo, the ledger or
     * the offer's own run; otherwise when Dodo or the ledger cannot be reached
     */
    async settleLatePayment(input: { paymentId: string; attemptId: string }): Promise<LatePaymentSettled> {
      const { paymentId, attemptId } = input;
      const read = await readOurs(paymentId, attemptId);
      if (!read) return { kind: 'nothing' };
      const { payment, attempt, presentation } = read;
      waitForItsRun(attempt, presentation);
      const { id: presentationId, purchaseId } = presentation;
      const at = now().toISOString();
      const changed = subscriptionOfPlanChange(attempt.workflowId);
      const unwanted = (ids: string[]) => ids.map((subscriptionId) => ({ subscriptionId, presentationId }));
      const bought = subscriptionsOf(payment).filter((id) => id !== changed);

      if (presentation.status === 'paid') {
        if (presentation.paymentId === paymentId || presentation.paymentId === undefined)
          return { kind: 'nothing' };
        await refundSecond(context, payment, attempt);
        return { kind: 'refunded', unwanted: unwanted(bought) };
      }

      // The customer has asked for another change since: the plan they gave up is not sold beside it.
      if (attempt.errorCode === SUPERSEDED && bought.length > 0) {
        await refundSecond(context, payment, attempt);
        return { kind: 'refunded', unwanted: unwanted(bought) };
      }

      const { amount } = toPaymentEvent(payment, context.proofs);
      await ledger.updateAttempt(attemptId, { status: 'paid', paymentId, paidAmount: amount });
      const recovered = attempt.kind === 'fallback';
      await ledger.settle({
        purchaseId,
        outcome: recovered ? 'recovered' : 'converted',
        at,
        presentation: {
          id: presentationId,
          patch: { status: 'paid', ...whenPaid({ paymentId, paidAmount: amount, paidAt: at, recovered }) },
        },
        timeline: [{ at, type: 'paid_late', detail: { presentationId, paymentId } }],
      });
      // Another late payment for the same offer may have been first: the ledger keeps one.
      const winner = (await ledger.presentation(presentationId))?.paymentId;
      if (winner !== undefined && winner !== paymentId) {
        await refundSecond(context, payment, attempt);
        return { kind: 'refunded', unwanted: unwanted(bought) };
      }
      const replaced = changed !== undefined && bought.length > 0 ? [changed] : [];
      return { kind: 'fulfilled', presentationId, purchaseId, unwanted: unwanted(replaced) };
    },
  };
}

/** A plan change's run ends a moment before the run that records its outcome, which is waited for. */
function waitForItsRun(attempt: AttemptRecord, { status }: PresentationRecord): void {
  if (subscriptionOfPlanChange(attempt.workflowId) === undefined || !isFulfilling(status)) return;
  if (activityInfo().attempt < TRIES_FOR_RUN) {
    throw ApplicationFailure.retryable('The run of this payment is about to settle.', 'about_to_settle');
  }
}

/** Anybody could name an attempt in the metadata of a payment, so Dodo's own ids decide, or else the price. */
function isOf(attempt: AttemptRecord, payment: DodoPayments.Payment): boolean {
  if (attempt.paymentId !== undefined) return attempt.paymentId === payment.payment_id;
  if (attempt.sessionId !== undefined && payment.checkout_session_id) {
    return attempt.sessionId === payment.checkout_session_id;
  }
  return covers({ amount: payment.total_amount, currency: payment.currency }, attempt);
}
