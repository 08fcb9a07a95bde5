/** Money that went back: into the ledger, and out of what is still offered for it. */
import type DodoPayments from 'dodopayments';
import { ApplicationFailure } from '@temporalio/common';
import { isUnsettled } from '../../src/domain/presentation.js';
import { type ReversalEvent } from '../../src/contract/messages.js';
import { ATTEMPT_METADATA_KEY } from '../../src/domain/ids.js';
import type { ActivityContext } from '../context.js';

export interface RecordedReversal {
  /** The run whose open offer ends, because its purchase went back. */
  withdraw?: string;
  /** An offer whose money is gone as a whole: access ends. */
  reversed?: { purchaseId: string; presentationId: string };
}

/** The money is gone for good. An open dispute may still be won. */
const LOST = new Set(['dispute.lost', 'dispute.accepted']);

export function reversalActivities({ dodo, ledger, now }: ActivityContext) {
  /** A payment of ours may go back before its run has written down that it came. */
  async function waitUntilSettled({ metadata }: DodoPayments.Payment): Promise<void> {
    const attemptId = metadata[ATTEMPT_METADATA_KEY];
    const attempt = typeof attemptId === 'string' ? await ledger.attempt(attemptId) : undefined;
    const shown = attempt && (await ledger.presentation(attempt.presentationId));
    if (shown && isUnsettled(shown.status)) {
      throw ApplicationFailure.retryable('The run of this payment has not settled yet.', 'about_to_settle');
    }
  }

  return {
    /** Decides on what Dodo says of the payment now. May be repeated. */
    async recordReversal(event: ReversalEvent): Promise<RecordedReversal> {
      const payment = await dodo.payments.retrieve(event.paymentId);
      const lost = LOST.has(event.type);
      const refunded = refundedOf(payment);
      const whole =
        lost || (refunded > 0 && (payment.refund_status === 'full' || refunded >= payment.total_amount));
      const at = now().toISOString();

      const purchase = await ledger.purchasePaidBy(event.paymentId);
      // Also while its first offer is being prepared, and between two offers. A run that has ended does not hear it.
      const withdrawn = whole ? purchase?.purchase.workflowId : undefined;

      const presentation = await ledger.presentationPaidBy(event.paymentId);
      if (!presentation) await waitUntilSettled(payment);
      if (!presentation) return withdrawn === undefined ? {} : { withdraw: withdrawn };

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

/** Everything that has gone back of a payment, in its own currency's minor units. */
function refundedOf(payment: DodoPayments.Payment): number {
  return payment.refunds
    .filter(({ status }) => status === 'succeeded')
    .reduce((sum, { amount }) => sum + (amount ?? payment.total_amount), 0);
}
