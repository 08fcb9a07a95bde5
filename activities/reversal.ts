/** Money that went back: into the ledger, and out of what is still offered for it. */
import type DodoPayments from 'dodopayments';
import type { ReversalEvent } from '../workflows/messages.js';
import type { ActivityContext } from './context.js';

export interface RecordedReversal {
  /** The run whose open offer ends, because its purchase went back. */
  withdraw?: string;
  /** An offer whose money is gone as a whole: access ends. */
  reversed?: { purchaseId: string; presentationId: string };
}

/** The money is gone for good. An open dispute may still be won. */
const LOST = new Set(['dispute.lost', 'dispute.accepted']);

export function reversalActivities({ dodo, ledger, now }: ActivityContext) {
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
      // Also while its first offer is being prepared.
      const running = whole && purchase !== undefined && purchase.status !== 'settled';

      const presentation = await ledger.presentationPaidBy(event.paymentId);
      if (!presentation) return running ? { withdraw: purchase.purchase.workflowId } : {};

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
