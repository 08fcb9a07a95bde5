/** Payments in doubt that a person decides. */
import { workflowOfAttempt } from './ids.js';
import type { ReviewRecord } from './accounting.js';
import type { AttemptRecord } from './attempt.js';
import type { Ending } from './closing.js';
import type { PaymentEvent } from './payment.js';
import type { PresentationRecord } from './presentation.js';
import type { TimelineEntry } from './timeline.js';
import type { Doubt } from './verdict.js';

/** Type of the timeline entry; its detail is `{presentationId, attemptId}`. */
const NEEDS_REVIEW = 'attempt_needs_review';

/**
 * Returns the workflow id of the run that waits for the decision on a presentation under review: that of the attempt
 * in doubt, since a plan change is proven in a run of its own.
 *
 * @param timeline the timeline of the presentation's purchase
 */
export function runUnderReview(
  timeline: readonly TimelineEntry[],
  { id, workflowId }: Pick<PresentationRecord, 'id' | 'workflowId'>,
): string {
  const attemptId = timeline.findLast(
    ({ type, detail }) => type === NEEDS_REVIEW && detail?.presentationId === id,
  )?.detail?.attemptId;
  return (typeof attemptId === 'string' ? workflowOfAttempt(attemptId) : undefined) ?? workflowId;
}

/** Returns the reviews that an offer leaves behind whose run is gone: one per attempt whose money is not proven. */
export function reviewsOfEnding(
  { id: presentationId, purchaseId, customerId }: PresentationRecord,
  ending: Ending,
  now: Date,
): (Omit<ReviewRecord, 'reviewId' | 'status'> & { subject: string })[] {
  if (ending.kind !== 'review') return [];
  return ending.inDoubt.map(({ attemptId, amount, currency, paymentId, status }) => ({
    kind: 'run_ended',
    subject: attemptId,
    purchaseId,
    presentationId,
    attemptId,
    customerId,
    amount,
    currency,
    ...(paymentId !== undefined && { paymentId }),
    detail: `Its run has ended, and the attempt was ${status}.`,
    openedAt: now.toISOString(),
  }));
}

/** Returns the review of an attempt that may have been paid, apart from its subject. */
export function unprovenReview(
  { id: presentationId, purchaseId, customerId, price }: PresentationRecord,
  attempt: Pick<AttemptRecord, 'amount' | 'currency'> | undefined,
  now: Date,
): Omit<ReviewRecord, 'reviewId' | 'status'> {
  return {
    kind: 'unproven_attempt',
    purchaseId,
    presentationId,
    customerId,
    amount: attempt?.amount ?? price.dueNow,
    currency: attempt?.currency ?? price.currency,
    detail: 'Dodo does not tell whether the attempt was paid.',
    openedAt: now.toISOString(),
  };
}

/** Returns the review of a payment of ours that is not what the customer accepted. */
export function differingReview(
  payment: PaymentEvent,
  doubt: Doubt,
  about: { attemptId: string; presentationId: string; purchaseId?: string },
  attempt: Pick<AttemptRecord, 'amount' | 'currency' | 'productId'> | undefined,
  now: Date,
): Omit<ReviewRecord, 'reviewId' | 'status'> & { subject: string } {
  const { paymentId, customerId, amount, currency } = payment;
  return {
    kind: 'payment_differs',
    subject: paymentId,
    ...about,
    paymentId,
    customerId,
    amount,
    currency,
    detail: differs(payment, doubt, attempt),
    openedAt: now.toISOString(),
  };
}

/** Says for operators what differs between a payment and what was accepted. Minor units. */
function differs(
  { amount, currency, productIds }: Pick<PaymentEvent, 'amount' | 'currency' | 'productIds'>,
  doubt: Doubt,
  attempt: Pick<AttemptRecord, 'amount' | 'currency' | 'productId'> | undefined,
): string {
  const accepted = attempt ? `${attempt.amount} ${attempt.currency}` : 'another amount';
  return doubt === 'product_differs'
    ? `Bought: ${(productIds ?? []).join(', ')}. Accepted: ${attempt?.productId ?? 'another product'}.`
    : `Paid: ${amount} ${currency}. Accepted: ${accepted}.`;
}
