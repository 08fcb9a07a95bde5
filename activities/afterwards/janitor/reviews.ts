/** Reviews whose doubt has ended at Dodo by itself. */
import { ifFound } from '../../../src/dodo/errors.js';
import { refundedOf } from '../../../src/dodo/payments.js';
import { hasEnded } from '../../../src/dodo/subscriptions.js';
import { compensationIds } from '../../../src/domain/compensation.js';
import type { ReviewRecord } from '../../../src/domain/accounting.js';
import type { JanitorInput } from '../../../src/contract/messages.js';
import { unpaid } from '../../../src/domain/closing.js';
import { isUnsettled } from '../../../src/domain/presentation.js';
import type { ActivityContext } from '../../context.js';
import { askDodo } from './evidence.js';
import type { Round } from './round.js';
import { closeOne, isAnyRunning, startLatePayment } from './runs-gone.js';

/** Looks at what an open review is about, and resolves it when Dodo says what is so. */
export async function mendReview(
  context: ActivityContext,
  round: Round,
  review: ReviewRecord,
  input: Pick<JanitorInput, 'reconcileWindowMs'>,
): Promise<void> {
  switch (review.kind) {
    case 'unproven_attempt':
    case 'run_ended':
      return mendAttempt(context, round, review, input);
    case 'subscription_lives_on':
      return mendSubscription(context, round, review);
    case 'payment_differs':
    case 'refund_failed':
    case 'purchase_paid_twice':
    case 'payment_unmatched':
      return mendPayment(context, round, review);
    // What a subscription should be like now is a person's decision.
    case 'pause_not_ended':
    case 'retention_unproven':
      return;
  }
}

async function mendAttempt(
  context: ActivityContext,
  round: Round,
  review: ReviewRecord,
  { reconcileWindowMs }: Pick<JanitorInput, 'reconcileWindowMs'>,
): Promise<void> {
  const { ledger } = context;
  const { presentationId } = review;
  const presentation = presentationId === undefined ? undefined : await ledger.presentation(presentationId);
  if (!presentation) return;
  if (presentation.status === 'paid')
    return resolve(context, round, review, true, 'The offer is paid.', presentation.paymentId);
  const attempts = await ledger.attemptsOf(presentation.id);
  // A run looks for itself, and is told by webhooks.
  if (await isAnyRunning(context, [presentation.workflowId, ...attempts.map((one) => one.workflowId)]))
    return;

  const said = await askDodo(context, round, presentation, reconcileWindowMs);
  if (said.kind === 'paid') return startLatePayment(context, round, presentation, said);
  if (said.kind !== 'unpaid') return;
  for (const { attemptId } of said.failed) await ledger.updateAttempt(attemptId, { status: 'failed' });
  if (isUnsettled(presentation.status)) {
    const { id, purchaseId } = presentation;
    const outcome = await closeOne(context, presentation, unpaid(presentation));
    await round.repaired('presentation_settled', { purchaseId, presentationId: id, outcome });
  }
  // Its run had left the money in doubt, so it told nobody.
  else if (presentation.status === 'failed')
    await context.runs.tellOfClosing({
      presentationId: presentation.id,
      purchaseId: presentation.purchaseId,
    });
  await resolve(context, round, review, false, 'Dodo shows that nothing was charged.');
}

/** Money that has gone back entirely is in doubt no more. A run that waits for an operator's word is left to it. */
async function mendPayment(context: ActivityContext, round: Round, review: ReviewRecord): Promise<void> {
  const { paymentId, presentationId } = review;
  if (paymentId === undefined) return;
  const presentation =
    presentationId === undefined ? undefined : await context.ledger.presentation(presentationId);
  if (presentation?.status === 'needs_review' && review.kind === 'payment_differs') return;
  round.spend();
  const payment = await ifFound(context.dodo.payments.retrieve(paymentId));
  if (!payment || payment.total_amount <= 0 || refundedOf(payment) < payment.total_amount) return;
  if (review.kind === 'refund_failed')
    await context.ledger.endCompensation(
      compensationIds.refund(paymentId),
      'confirmed',
      context.now().toISOString(),
    );
  await resolve(context, round, review, false, 'Dodo shows that it was refunded.', paymentId);
}

async function mendSubscription(context: ActivityContext, round: Round, review: ReviewRecord): Promise<void> {
  const { subscriptionId } = review;
  if (subscriptionId === undefined) return;
  round.spend();
  const subscription = await ifFound(context.dodo.subscriptions.retrieve(subscriptionId));
  if (!subscription || !hasEnded(subscription)) return;
  await context.ledger.endCompensation(
    compensationIds.endSubscription(subscriptionId),
    'confirmed',
    context.now().toISOString(),
  );
  await resolve(context, round, review, true, `The subscription is ${subscription.status}.`);
}

async function resolve(
  { ledger, now }: ActivityContext,
  round: Round,
  { reviewId, kind, purchaseId }: ReviewRecord,
  paid: boolean,
  reason: string,
  paymentId?: string,
): Promise<void> {
  const resolution = { paid, reason, by: 'proof', ...(paymentId !== undefined && { paymentId }) };
  await ledger.resolveReview(reviewId, resolution, now().toISOString());
  await round.repaired('review_resolved', { purchaseId: purchaseId ?? reviewId, reviewId, kind });
}
