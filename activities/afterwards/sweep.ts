/** Looking through Dodo's recent payments for what a lost webhook should have told. */
import { heartbeat } from '@temporalio/activity';
import { ifFound } from '../../src/dodo/errors.js';
import { listPayments, toPaymentEvent } from '../../src/dodo/payments.js';
import { ATTEMPT_METADATA_KEY, PURCHASE_METADATA_KEY, workflowOfAttempt } from '../../src/domain/ids.js';
import type { ActivityContext } from '../context.js';

export interface SweepResult {
  /** Payments looked at. */
  seen: number;
  /** Runs that were told or started. */
  told: number;
}

/** Payments known to concern no run are not read again by this process. */
const REMEMBERED = 20_000;

export function sweepActivities({ dodo, ledger, log, deliverPayment }: ActivityContext) {
  const ofNoInterest = new Set<string>();

  function remember(paymentId: string): void {
    if (ofNoInterest.size >= REMEMBERED) ofNoInterest.clear();
    ofNoInterest.add(paymentId);
  }

  return {
    /** Tells runs of payments they do not know. Starts nothing twice: run ids and the ledger both refuse. */
    async sweepPayments({ since }: { since: string }): Promise<SweepResult> {
      const result: SweepResult = { seen: 0, told: 0 };
      for await (const row of listPayments(dodo, { created_at_gte: since, status: 'succeeded' }, Infinity)) {
        result.seen += 1;
        heartbeat(result);
        const { payment_id: paymentId, metadata } = row;
        if (ofNoInterest.has(paymentId)) continue;

        const attemptId = metadata[ATTEMPT_METADATA_KEY];
        if (typeof attemptId === 'string') {
          const attempt =
            workflowOfAttempt(attemptId) === undefined ? undefined : await ledger.attempt(attemptId);
          const told = !attempt || attempt.status === 'paid' || attempt.status === 'refunded';
          if (told) remember(paymentId);
          else if (await deliverPayment(toPaymentEvent(row), undefined)) result.told += 1;
          continue;
        }
        const registered = metadata[PURCHASE_METADATA_KEY];
        const known = await ledger.purchase(typeof registered === 'string' ? registered : paymentId);
        if (row.total_amount <= 0 || (known && known.status !== 'awaiting_payment')) {
          remember(paymentId);
          continue;
        }
        // The list leaves out the cart, which decides whether a funnel names the purchase.
        const payment = await ifFound(dodo.payments.retrieve(paymentId));
        if (payment && (await deliverPayment(toPaymentEvent(payment), payment))) {
          result.told += 1;
          log.warn({ paymentId }, 'the sweep found a payment that no webhook had told of');
        } else remember(paymentId);
      }
      return result;
    },
  };
}
