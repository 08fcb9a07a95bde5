/** What to do with a payment of ours that nobody waited for any more. */
import { toPaymentEvent } from '../src/dodo/payments.js';
import { ATTEMPT_METADATA_KEY, phaseOf } from '../workflows/messages.js';
import type { ActivityContext } from './context.js';

export type LatePaymentSettled =
  /** It is the payment that counted, or none of ours. */
  | { kind: 'nothing' }
  /** The offer had been paid by another payment: this one went back. */
  | { kind: 'refunded' }
  /** The offer counted as unpaid; now it is paid. */
  | { kind: 'fulfilled'; presentationId: string; purchaseId: string };

export function latePaymentActivities({ dodo, ledger, log, now }: ActivityContext) {
  return {
    /** May be repeated: money goes back at most once, because Dodo is asked what went back before. */
    async settleLatePayment(input: { paymentId: string; attemptId: string }): Promise<LatePaymentSettled> {
      const { paymentId, attemptId } = input;
      const payment = await dodo.payments.retrieve(paymentId);
      const attempt = await ledger.attempt(attemptId);
      const ours =
        payment.metadata[ATTEMPT_METADATA_KEY] === attemptId && phaseOf(payment.status ?? null) === 'paid';
      if (!attempt || !ours) return { kind: 'nothing' };
      const presentation = await ledger.presentation(attempt.presentationId);
      if (!presentation || presentation.customerId !== payment.customer.customer_id)
        return { kind: 'nothing' };
      const { id: presentationId, purchaseId } = presentation;
      const at = now().toISOString();

      if (presentation.status === 'paid') {
        if (presentation.paymentId === paymentId || presentation.paymentId === undefined)
          return { kind: 'nothing' };
        const goneBack = payment.refunds.length > 0 || payment.refund_status != null;
        if (!goneBack) {
          await dodo.refunds.create({
            payment_id: paymentId,
            reason: 'This offer was paid twice.',
            metadata: { [ATTEMPT_METADATA_KEY]: attemptId },
          });
        }
        log.warn(
          { paymentId, attemptId, presentationId },
          'an offer was paid twice; the later payment was refunded',
        );
        await ledger.updateAttempt(attemptId, { status: 'refunded', paymentId }, undefined, [
          {
            at,
            type: 'second_payment_refunded',
            detail: { presentationId, paymentId, amount: payment.total_amount },
          },
        ]);
        return { kind: 'refunded' };
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
      return { kind: 'fulfilled', presentationId, purchaseId };
    },
  };
}
