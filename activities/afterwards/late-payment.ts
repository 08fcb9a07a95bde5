/** What to do with a payment of ours that nobody waited for any more. */
import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type DodoPayments from 'dodopayments';
import { toPaymentEvent } from '../../src/dodo/payments.js';
import { isFulfilling, type PresentationRecord } from '../../src/domain/presentation.js';
import type { AttemptRecord } from '../../src/domain/attempt.js';
import { ATTEMPT_METADATA_KEY, workflowId } from '../../src/domain/ids.js';
import { phaseOf } from '../../src/domain/payment.js';
import type { ActivityContext } from '../context.js';

export type LatePaymentSettled =
  /** It is the payment that counted, or none of ours. */
  | { kind: 'nothing' }
  /** The offer had been paid by another payment: this one went back. */
  | { kind: 'refunded'; unwanted?: Unwanted[] }
  /** The offer counted as unpaid; now it is paid. */
  | { kind: 'fulfilled'; presentationId: string; purchaseId: string; unwanted?: Unwanted[] };

/** A subscription that must not go on beside the one that counts. */
interface Unwanted {
  subscriptionId: string;
  presentationId: string;
}

/** After this many looks, some seconds in all, nobody is about to: the run was terminated. */
const LOOKS = 4;
/** A quarter of an hour of looking, with growing pauses. */
const PATIENT_LOOKS = 20;

export function latePaymentActivities({ dodo, ledger, log, now }: ActivityContext) {
  /** At most once, however often this is asked: a refund that has not failed stands. */
  async function giveBack(
    { payment_id, refunds, refund_status }: DodoPayments.Payment,
    attemptId: string,
  ): Promise<'given_back' | 'failed'> {
    if (refund_status != null || refunds.some(({ status }) => status !== 'failed')) return 'given_back';
    if (refunds.length > 0) return 'failed';
    const { status } = await dodo.refunds.create({
      payment_id,
      reason: 'This offer was paid twice.',
      metadata: { [ATTEMPT_METADATA_KEY]: attemptId },
    });
    return status === 'failed' ? 'failed' : 'given_back';
  }

  async function giveBackSecond(payment: DodoPayments.Payment, attempt: AttemptRecord): Promise<void> {
    const { attemptId, presentationId } = attempt;
    const { payment_id: paymentId, total_amount: amount } = payment;
    const wentBack = (await giveBack(payment, attemptId)) === 'given_back';
    const what = { paymentId, attemptId, presentationId };
    if (wentBack) log.warn(what, 'an offer was paid twice; the later payment was refunded');
    else log.error(what, 'an offer was paid twice, and the refund of the later payment failed');
    await ledger.updateAttempt(attemptId, { status: wentBack ? 'refunded' : 'paid', paymentId }, undefined, [
      {
        at: now().toISOString(),
        type: wentBack ? 'second_payment_refunded' : 'second_payment_refund_failed',
        detail: { presentationId, paymentId, amount },
      },
    ]);
  }

  return {
    /** May be repeated: money goes back at most once, because Dodo is asked what went back before. */
    async settleLatePayment(input: { paymentId: string; attemptId: string }): Promise<LatePaymentSettled> {
      const { paymentId, attemptId } = input;
      const payment = await dodo.payments.retrieve(paymentId);
      const attempt = await ledger.attempt(attemptId);
      const ours =
        payment.metadata[ATTEMPT_METADATA_KEY] === attemptId && phaseOf(payment.status ?? null) === 'paid';
      if (!attempt || !ours) {
        // Dodo's reading may lag behind its webhook, and a ledger may be catching up: the run of this id is the only one.
        if (activityInfo().attempt < PATIENT_LOOKS) {
          throw ApplicationFailure.retryable('The payment is not known as one of ours yet.', 'not_known_yet');
        }
        log.error({ paymentId, attemptId }, 'a late payment could not be matched to an attempt');
        return { kind: 'nothing' };
      }
      const presentation = await ledger.presentation(attempt.presentationId);
      if (!presentation || presentation.customerId !== payment.customer.customer_id)
        return { kind: 'nothing' };
      if (!isOf(attempt, payment)) {
        log.error(
          { paymentId, attemptId },
          'a payment bears the name of an attempt that it does not belong to',
        );
        return { kind: 'nothing' };
      }
      waitForItsRun(attempt, presentation);
      const { id: presentationId, purchaseId } = presentation;
      const at = now().toISOString();
      const changed = changedBy(attempt);
      const unwanted = (ids: string[]) => ids.map((subscriptionId) => ({ subscriptionId, presentationId }));
      const boughtAnew = subscriptionsOf(payment).filter((id) => id !== changed);

      if (presentation.status === 'paid') {
        if (presentation.paymentId === paymentId || presentation.paymentId === undefined)
          return { kind: 'nothing' };
        await giveBackSecond(payment, attempt);
        return { kind: 'refunded', unwanted: unwanted(boughtAnew) };
      }

      const { amount } = toPaymentEvent(payment);
      await ledger.updateAttempt(attemptId, { status: 'paid', paymentId, paidAmount: amount });
      const recovered = attempt.kind === 'fallback';
      await ledger.settle({
        purchaseId,
        outcome: recovered ? 'recovered' : 'converted',
        at,
        presentation: {
          id: presentationId,
          patch: {
            status: 'paid',
            paymentId,
            paidAmount: amount,
            paidAt: at,
            recovered,
            checkoutUrl: null,
            updatePaymentMethodUrl: null,
            message: null,
          },
        },
        timeline: [{ at, type: 'paid_late', detail: { presentationId, paymentId } }],
      });
      // Another late payment of the same offer may have been first: the ledger keeps one.
      const winner = (await ledger.presentation(presentationId))?.paymentId;
      if (winner !== undefined && winner !== paymentId) {
        await giveBackSecond(payment, attempt);
        return { kind: 'refunded', unwanted: unwanted(boughtAnew) };
      }
      const replaced = changed !== undefined && boughtAnew.length > 0 ? [changed] : [];
      return { kind: 'fulfilled', presentationId, purchaseId, unwanted: unwanted(replaced) };
    },
  };
}

/** A plan change's run ends a moment before the run that writes down its outcome: that one is waited for. */
function waitForItsRun(attempt: AttemptRecord, { status }: PresentationRecord): void {
  if (changedBy(attempt) === undefined || !isFulfilling(status)) return;
  if (activityInfo().attempt < LOOKS) {
    throw ApplicationFailure.retryable('The run of this payment is about to settle.', 'about_to_settle');
  }
}

/** Older payments name one subscription at most, in a field of its own. */
function subscriptionsOf({ subscription_id, subscription_ids }: DodoPayments.Payment): string[] {
  const named = (subscription_ids as string[] | undefined) ?? [];
  return [...new Set(subscription_id ? [...named, subscription_id] : named)];
}

/** The subscription whose plan an attempt was to change. */
function changedBy({ workflowId: run }: AttemptRecord): string | undefined {
  const prefix = workflowId.planChange('');
  return run.startsWith(prefix) ? run.slice(prefix.length) : undefined;
}

/** Anybody who can put metadata on a payment could name an attempt; Dodo's own ids, or else the price, tell. */
function isOf(attempt: AttemptRecord, payment: DodoPayments.Payment): boolean {
  if (attempt.paymentId !== undefined) return attempt.paymentId === payment.payment_id;
  if (attempt.sessionId !== undefined && payment.checkout_session_id) {
    return attempt.sessionId === payment.checkout_session_id;
  }
  return payment.currency === attempt.currency && payment.total_amount >= attempt.amount;
}
