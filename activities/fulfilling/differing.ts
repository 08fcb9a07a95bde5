/** Puts a payment before a person that is ours, and is not what the customer accepted. */
import type { AttemptRecord } from '../../src/domain/attempt.js';
import type { PaymentEvent } from '../../src/domain/payment.js';
import { differingReview } from '../../src/domain/review.js';
import { seenPayment, type Doubt } from '../../src/domain/verdict.js';
import type { ReviewRecord } from '../../src/domain/accounting.js';
import type { ActivityContext } from '../context.js';

/** Records the payment, that it is in doubt, and its review. May be repeated; a review that was resolved stays so. */
export async function reviewDiffering(
  { ledger, log, now }: Pick<ActivityContext, 'ledger' | 'log' | 'now'>,
  payment: PaymentEvent,
  doubt: Doubt,
  {
    attemptId,
    presentationId,
    attempt,
    source,
  }: {
    attemptId: string;
    presentationId: string;
    attempt: AttemptRecord | undefined;
    source: 'webhook' | 'look_up';
  },
): Promise<ReviewRecord> {
  const { paymentId } = payment;
  const purchaseId = (await ledger.presentation(presentationId))?.purchaseId;
  const about = { presentationId, purchaseId };
  await ledger.recordPayment({ ...seenPayment(payment), ...about, source, seenAt: now().toISOString() });
  await ledger.recordVerdict(paymentId, 'review', { detail: doubt, ...about });
  const review = await ledger.openReview(
    differingReview(payment, doubt, { attemptId, ...about }, attempt, now()),
  );
  if (review.status === 'open')
    log.error({ paymentId, attemptId, presentationId, doubt, review: review.reviewId }, 'a payment differs');
  return review;
}
