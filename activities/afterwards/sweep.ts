/** Goes through Dodo's recent payments for those that a lost webhook did not report. */
import { heartbeat } from '@temporalio/activity';
import type DodoPayments from 'dodopayments';
import { ifFound } from '../../src/dodo/errors.js';
import { listPayments, toPaymentEvent } from '../../src/dodo/payments.js';
import { ATTEMPT_METADATA_KEY, workflowOfAttempt } from '../../src/domain/ids.js';
import { registrationIn } from '../../src/webhooks/route.js';
import type { ActivityContext } from '../context.js';
import { recordSecondPayment } from '../offering/second-payment.js';

export interface SweepResult {
  /** Payments looked at. */
  seen: number;
  /** Runs that were told of a payment, or started by one. */
  told: number;
}

/** The most payments this process remembers as settled or of no interest. */
const REMEMBERED = 20_000;

type Row = DodoPayments.PaymentListResponse;

export function sweepActivities(context: ActivityContext) {
  const { dodo, ledger, log, proofs, deliverPayment } = context;
  /** Payments that this process need not look at again. */
  const done = new Set<string>();

  function remember(paymentId: string): void {
    if (done.size >= REMEMBERED) done.clear();
    done.add(paymentId);
  }

  /** Tells the run of an attempt's payment, unless it knows. Returns whether a run was told. */
  async function deliverAttempt(row: Row, attemptId: string): Promise<boolean> {
    const attempt = workflowOfAttempt(attemptId) === undefined ? undefined : await ledger.attempt(attemptId);
    if (attempt && attempt.status !== 'paid' && attempt.status !== 'refunded')
      return deliverPayment(toPaymentEvent(row, proofs), undefined);
    remember(row.payment_id);
    return false;
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
    if (row.total_amount > 0 && paidBy !== paymentId) {
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

  return {
    /**
     * Tells runs of payments they do not know, and starts those that a payment should have started.
     *
     * Dodo: lists the payments since a time, and reads each that may be a new purchase. Ledger: records the second payment
     * of a registered purchase, with a review; otherwise reads only.
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
        const attemptId = row.metadata[ATTEMPT_METADATA_KEY];
        const told =
          typeof attemptId === 'string' ? await deliverAttempt(row, attemptId) : await deliverPurchase(row);
        if (told) result.told += 1;
      }
      return result;
    },
  };
}
