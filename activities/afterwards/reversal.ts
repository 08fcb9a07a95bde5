/** Records refunds and disputes, and says which offers they void. */
import type DodoPayments from 'dodopayments';
import { ApplicationFailure } from '@temporalio/common';
import type { ReversalEvent } from '../../src/contract/messages.js';
import { ATTEMPT_METADATA_KEY } from '../../src/domain/ids.js';
import { isUnsettled } from '../../src/domain/presentation.js';
import type { ActivityContext } from '../context.js';

export interface RecordedReversal {
  /** The run whose open offer ends because its purchase was reversed. */
  withdraw?: string;
  /** An offer whose money is gone entirely: access ends. */
  reversed?: { purchaseId: string; presentationId: string };
}

/** Disputes whose money is gone for good. An open dispute may still be won. */
const LOST = new Set(['dispute.lost', 'dispute.accepted']);

export function reversalActivities({ dodo, ledger, now }: ActivityContext) {
  /** A payment of ours may be refunded before its run has recorded that it came. */
  async function waitUntilSettled({ metadata }: DodoPayments.Payment): Promise<void> {
    const attemptId = metadata[ATTEMPT_METADATA_KEY];
    const attempt = typeof attemptId === 'string' ? await ledger.attempt(attemptId) : undefined;
    const shown = attempt && (await ledger.presentation(attempt.presentationId));
    if (shown && isUnsettled(shown.status)) {
      throw ApplicationFailure.retryable('The run of this payment has not settled yet.', 'about_to_settle');
    }
  }

  return {
    /**
     * Records what has gone back of a payment: of a purchase, or of an offer.
     *
     * Dodo: reads the payment; what it says now decides, not the event. Ledger: writes the refunded amount, and settles
     * the offer as `reversed` when all of its money is gone.
     * Repeated: writes the same again; a smaller amount than the one known changes nothing.
     *
     * @throws ApplicationFailure `about_to_settle` (retryable) while the run of the payment has not settled; otherwise
     * when Dodo or the ledger cannot be reached
     */
    async recordReversal(event: ReversalEvent): Promise<RecordedReversal> {
      const payment = await dodo.payments.retrieve(event.paymentId);
      const lost = LOST.has(event.type);
      const refunded = refundedOf(payment);
      const whole =
        lost || (refunded > 0 && (payment.refund_status === 'full' || refunded >= payment.total_amount));
      const at = now().toISOString();

      const purchase = await ledger.purchasePaidBy(event.paymentId);
      // Also while its first offer is being prepared, and between two offers. A run that has ended ignores it.
      const withdrawn = whole ? purchase?.purchase.workflowId : undefined;

      const presentation = await ledger.presentationPaidBy(event.paymentId);
      if (!presentation) {
        await waitUntilSettled(payment);
        return withdrawn === undefined ? {} : { withdraw: withdrawn };
      }

      const { id, purchaseId, paidAmount = 0 } = presentation;
      const refundedAmount = lost ? paidAmount : Math.min(refunded, paidAmount);
      const entry = {
        at,
        type: event.type.replace('.', '_'),
        detail: { presentationId: id, id: event.id, refundedAmount },
      };
      if (!whole) {
        await ledger.updatePresentation(id, { refundedAmount }, [entry]);
        return {};
      }
      await ledger.settle({
        purchaseId,
        outcome: 'reversed',
        at,
        presentation: { id, patch: { refundedAmount } },
        timeline: [entry],
      });
      return { reversed: { purchaseId, presentationId: id } };
    },
  };
}

/** Returns everything that was refunded of a payment. Minor units of its own currency. */
function refundedOf(payment: DodoPayments.Payment): number {
  return payment.refunds
    .filter(({ status }) => status === 'succeeded')
    .reduce((sum, { amount }) => sum + (amount ?? payment.total_amount), 0);
}
