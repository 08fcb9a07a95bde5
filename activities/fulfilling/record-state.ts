/** Records states that come about by waiting, without a request to Dodo that could record them. */
import type { PaymentEvent } from '../../src/domain/payment.js';
import type { PresentationPatch } from '../../src/domain/presentation.js';
import { seenPayment, type Doubt } from '../../src/domain/verdict.js';
import type { AttemptStatus } from '../../src/domain/words.js';
import type { ActivityContext } from '../context.js';
import { MESSAGES } from './messages.js';

export interface RecordStateInput {
  attemptId: string;
  presentationId: string;
  /**
   * `fallback`: the one retry has failed, and the links still stand. `reopened`: a person has rejected the payment under
   * review, and the links stand again.
   */
  status: 'needs_review' | 'absent' | 'fallback' | 'reopened';
  /** Under review: a paid payment of ours that is not what the customer accepted, and what differs. */
  payment?: PaymentEvent;
  doubt?: Doubt;
}

const CHANGES: Record<RecordStateInput['status'], { status?: AttemptStatus; patch: PresentationPatch }> = {
  absent: { status: 'absent', patch: {} },
  needs_review: { status: 'needs_review', patch: { status: 'needs_review', message: MESSAGES.needsReview } },
  fallback: { status: 'failed', patch: { status: 'fallback', message: MESSAGES.retryFailed } },
  reopened: { patch: { status: 'fallback', message: MESSAGES.checkout } },
};

export function recordStateActivities({ ledger, log, now }: ActivityContext) {
  return {
    /**
     * Records that an attempt was proven absent, needs a review, or failed its one retry.
     *
     * Dodo: nothing. Ledger: updates the attempt and its presentation, and adds to the timeline; a payment in doubt is
     * recorded, and a review of it is opened.
     * Repeated: writes the same again; a state the ledger has moved on from stays.
     *
     * @throws when the ledger cannot be reached
     */
    async recordState(input: RecordStateInput): Promise<void> {
      const { attemptId, presentationId, status, payment, doubt } = input;
      const change = CHANGES[status];
      const at = now().toISOString();
      if (payment && doubt) await openReview(input, payment, doubt, at);
      const detail = { presentationId, attemptId, ...(payment && { paymentId: payment.paymentId }) };
      await ledger.updateAttempt(
        attemptId,
        { status: change.status },
        {
          id: presentationId,
          patch: payment ? { ...change.patch, message: MESSAGES.paymentDiffers } : change.patch,
        },
        [{ at, type: `attempt_${status}`, detail }],
      );
    },
  };

  async function openReview(
    { attemptId, presentationId }: RecordStateInput,
    payment: PaymentEvent,
    doubt: Doubt,
    at: string,
  ): Promise<void> {
    const { paymentId, customerId, amount, currency } = payment;
    const [attempt, presentation] = await Promise.all([
      ledger.attempt(attemptId),
      ledger.presentation(presentationId),
    ]);
    const purchaseId = presentation?.purchaseId;
    await ledger.recordPayment({
      ...seenPayment(payment),
      presentationId,
      purchaseId,
      source: 'webhook',
      seenAt: at,
    });
    await ledger.recordVerdict(paymentId, 'review', { detail: doubt, presentationId, purchaseId });
    const review = await ledger.openReview({
      kind: 'payment_differs',
      subject: paymentId,
      purchaseId,
      presentationId,
      attemptId,
      paymentId,
      customerId,
      amount,
      currency,
      detail: differs(payment, doubt, attempt),
      openedAt: at,
    });
    log.error({ paymentId, attemptId, presentationId, doubt, review: review.reviewId }, 'a payment differs');
  }
}

/** Says for operators what differs between a payment and what was accepted. Minor units. */
export function differs(
  { amount, currency, productIds }: Pick<PaymentEvent, 'amount' | 'currency' | 'productIds'>,
  doubt: Doubt,
  attempt: { amount: number; currency: string; productId?: string } | undefined,
): string {
  const accepted = attempt ? `${attempt.amount} ${attempt.currency}` : 'another amount';
  return doubt === 'product_differs'
    ? `Bought: ${(productIds ?? []).join(', ')}. Accepted: ${attempt?.productId ?? 'another product'}.`
    : `Paid: ${amount} ${currency}. Accepted: ${accepted}.`;
}
