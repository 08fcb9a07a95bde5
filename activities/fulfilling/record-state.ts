/** Records states that come about by waiting, without a request to Dodo that could record them. */
import { SUPERSEDED } from '../../src/domain/attempt.js';
import type { PaymentEvent } from '../../src/domain/payment.js';
import type { PresentationPatch } from '../../src/domain/presentation.js';
import { unprovenReview } from '../../src/domain/review.js';
import type { Doubt } from '../../src/domain/verdict.js';
import type { AttemptStatus } from '../../src/domain/words.js';
import type { ActivityContext } from '../context.js';
import { reviewDiffering } from './differing.js';
import { MESSAGES } from './messages.js';

export interface RecordStateInput {
  attemptId: string;
  presentationId: string;
  /**
   * `absent_again`: proven absent, and another attempt may follow. `fallback`: the one retry has failed, and the links
   * still stand. `retry_not_sent`: the retry could not be sent, and may be asked for again. `superseded`: the customer has
   * asked for something else, so the fallback no longer counts. `reopened`: a person has rejected the payment under
   * review, and the links stand again.
   */
  status:
    'needs_review' | 'absent' | 'absent_again' | 'fallback' | 'retry_not_sent' | 'superseded' | 'reopened';
  /** Under review: a paid payment of ours that is not what the customer accepted, and what differs. */
  payment?: PaymentEvent;
  doubt?: Doubt;
}

interface StateChange {
  status?: AttemptStatus;
  errorCode?: string;
  patch: PresentationPatch;
  /** In the timeline, if not `attempt_<status>`. */
  entry?: string;
}

const CHANGES: Record<RecordStateInput['status'], StateChange> = {
  absent: { status: 'absent', patch: {} },
  absent_again: {
    status: 'absent',
    patch: { status: 'accepted', message: null },
    entry: 'attempt_absent',
  },
  needs_review: { status: 'needs_review', patch: { status: 'needs_review', message: MESSAGES.needsReview } },
  fallback: { status: 'failed', patch: { status: 'fallback', message: MESSAGES.retryFailed } },
  retry_not_sent: {
    status: 'absent',
    patch: { status: 'fallback', message: MESSAGES.retryNotSent },
    entry: 'attempt_not_sent',
  },
  superseded: {
    status: 'failed',
    errorCode: SUPERSEDED,
    patch: {
      status: 'failed',
      checkoutUrl: null,
      updatePaymentMethodUrl: null,
      message: MESSAGES.superseded,
    },
  },
  reopened: { patch: { status: 'fallback', message: MESSAGES.checkout } },
};

export function recordStateActivities(context: ActivityContext) {
  const { ledger, now } = context;
  /** Opens the review of an attempt, unless the presentation has moved on meanwhile. */
  async function openReviewOf(attemptId: string, presentationId: string): Promise<void> {
    const presentation = await ledger.presentation(presentationId);
    if (presentation?.status !== 'needs_review') return;
    const attempt = await ledger.attempt(attemptId);
    const review = unprovenReview(presentation, attempt, now());
    await ledger.openReview({ ...review, subject: attemptId, attemptId });
  }

  return {
    /**
     * Records that an attempt was proven absent, needs a review, or was a retry that failed or could not be sent, or no longer counts.
     *
     * Dodo: nothing. Ledger: updates the attempt and its presentation, adds to the timeline, and opens the review that
     * the presentation's next state ends: of the payment in doubt, which is recorded, or else of the attempt.
     * Repeated: writes the same again; a state the ledger has moved on from stays.
     *
     * @throws when the ledger cannot be reached
     */
    async recordState(input: RecordStateInput): Promise<void> {
      const { attemptId, presentationId, status, payment, doubt } = input;
      const change = CHANGES[status];
      const at = now().toISOString();
      if (payment && doubt) {
        const attempt = await ledger.attempt(attemptId);
        await reviewDiffering(context, payment, doubt, { ...input, attempt, source: 'webhook' });
      }
      const detail = { presentationId, attemptId, ...(payment && { paymentId: payment.paymentId }) };
      await ledger.updateAttempt(
        attemptId,
        { status: change.status, ...(change.errorCode !== undefined && { errorCode: change.errorCode }) },
        {
          id: presentationId,
          patch: payment ? { ...change.patch, message: MESSAGES.paymentDiffers } : change.patch,
        },
        [{ at, type: change.entry ?? `attempt_${status}`, detail }],
      );
      if (status === 'needs_review' && payment === undefined) await openReviewOf(attemptId, presentationId);
    },
  };
}
