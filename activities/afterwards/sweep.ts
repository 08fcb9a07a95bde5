/** Goes through Dodo's recent payments for those that a lost webhook did not report. */
import { heartbeat } from '@temporalio/activity';
import type DodoPayments from 'dodopayments';
import { classify, ifFound, isKeyRejected } from '../../src/dodo/errors.js';
import { isRenewal, listPayments, toPaymentEvent } from '../../src/dodo/payments.js';
import { workflowOfAttempt } from '../../src/domain/ids.js';
import { registrationIn } from '../../src/webhooks/route.js';
import { wasAttemptPaid, type AttemptRecord } from '../../src/domain/attempt.js';
import { withoutProof, type PaymentEvent } from '../../src/domain/payment.js';
import { seenPayment } from '../../src/domain/verdict.js';
import type { ActivityContext } from '../context.js';
import { recordSecondPayment } from '../offering/second-payment.js';

export interface SweepResult {
  /** Payments looked at. */
  seen: number;
  /** Runs that were told of a payment, or started by one. */
  told: number;
  /** Purchases for which funnels in shadow wait for their turn, if there are any. */
  shadows?: number;
}

/** The most payments this process remembers as settled or of no interest. */
const REMEMBERED = 20_000;

type Row = DodoPayments.PaymentListResponse;

export function sweepActivities(context: ActivityContext) {
  const { dodo, ledger, log, now, proofs, deliverPayment } = context;
  /** Payments that this process need not look at again. */
  const done = new Set<string>();

  function remember(paymentId: string): void {
    if (done.size >= REMEMBERED) done.clear();
    done.add(paymentId);
  }

  /**
   * Tells the run of an attempt's payment, unless what became of its money is known. A payment with our proof is told of
   * even if the ledger has no such attempt: the run that is told accounts for it. Returns whether a run was told.
   */
  async function deliverAttempt(row: Row, event: PaymentEvent, attempt: AttemptRecord | undefined) {
    const { paymentId } = event;
    const known = event.proven ? await recordSighting(event, attempt) : undefined;
    const isCounted =
      attempt !== undefined && wasAttemptPaid(attempt.status) && attempt.paymentId === paymentId;
    // Attempts without a proof are paid by one payment; what else names them is not known to be ours.
    const isOver = event.proven
      ? isCounted || (known !== undefined && known.verdict !== 'undecided')
      : attempt === undefined || wasAttemptPaid(attempt.status);
    if (isOver || isRenewal(row)) {
      remember(paymentId);
      return false;
    }
    return deliverPayment(event, undefined);
  }

  function recordSighting(event: PaymentEvent, attempt: AttemptRecord | undefined) {
    return ledger.recordPayment({
      ...seenPayment(event),
      presentationId: attempt?.presentationId,
      source: 'sweep',
      seenAt: now().toISOString(),
    });
  }

  /** Returns whether the run of an attempt or of a purchase was told of a payment, whichever it is for. */
  async function deliver(row: Row): Promise<boolean> {
    const event = toPaymentEvent(row, proofs);
    const { attemptId } = event;
    if (attemptId === undefined || workflowOfAttempt(attemptId) === undefined) return deliverPurchase(row);
    const attempt = await ledger.attempt(attemptId);
    if (event.proven) return deliverAttempt(row, event, attempt);
    const isOlder = attempt !== undefined && attempt.proof !== true;
    return isOlder ? deliverAttempt(row, withoutProof(event), attempt) : deliverPurchase(row);
  }

  /** Starts or tells the run of a purchase, unless the ledger knows that it was paid. Returns whether it did. */
  async function deliverPurchase(row: Row): Promise<boolean> {
    const { payment_id: paymentId, metadata } = row;
    const registration = registrationIn(metadata, proofs);
    const known =
      registration === undefined
        ? ((await ledger.purchase(paymentId)) ?? (await ledger.purchasePaidBy(paymentId)))
        : await ledger.purchase(registration);
    const paidBy = known?.purchase.paymentId;
    if (row.total_amount > 0 && !isRenewal(row) && paidBy !== paymentId) {
      // The list leaves out the cart, which decides whether a funnel names the purchase.
      const payment = await ifFound(dodo.payments.retrieve(paymentId));
      if (payment && paidBy !== undefined && registration !== undefined) {
        const seen = { purchaseId: registration, payment: toPaymentEvent(payment, proofs) };
        if (await recordSecondPayment(context, seen, 'sweep'))
          log.warn({ paymentId, purchaseId: registration }, 'a registered purchase was paid twice');
      } else if (payment && (await deliverPayment(toPaymentEvent(payment, proofs), payment))) {
        log.warn({ paymentId }, 'the sweep found a payment that no webhook had reported');
        return true;
      }
    }
    remember(paymentId);
    return false;
  }

  /** Delivers a row. One that cannot be understood, or that Dodo refuses to show, must not hold up those behind it. */
  async function deliverUnlessOdd(row: Row): Promise<boolean> {
    try {
      return await deliver(row);
    } catch (error) {
      const failure = classify(error);
      const isRefused = failure.kind === 'rejected' && !isKeyRejected(failure);
      if (!isRefused && !(error instanceof TypeError || error instanceof RangeError)) throw error;
      log.error({ err: error, paymentId: row.payment_id }, 'the sweep cannot make sense of a payment');
      remember(row.payment_id);
      return false;
    }
  }

  return {
    /**
     * Tells runs of payments they do not know, and starts those that a payment should have started.
     *
     * Dodo: lists the payments since a time, and reads each that may be a new purchase. Ledger: records the payments of
     * attempts that are seen, and the second payment of a registered purchase, with a review.
     * Repeated: starts nothing twice, because run ids and the ledger both refuse; heartbeats after each payment.
     *
     * @param input `since` RFC 3339
     * @throws when Dodo, the ledger or Temporal cannot be reached
     */
    async sweepPayments({ since }: { since: string }): Promise<SweepResult> {
      const result: SweepResult = { seen: 0, told: 0 };
      for await (const row of listPayments(dodo, { created_at_gte: since, status: 'succeeded' }, Infinity)) {
        result.seen += 1;
        heartbeat(result);
        if (done.has(row.payment_id)) continue;
        if (await deliverUnlessOdd(row)) result.told += 1;
      }
      const shadows = await ledger.countWaitingShadows();
      return shadows > 0 ? { ...result, shadows } : result;
    },
  };
}
