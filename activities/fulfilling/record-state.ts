/** Records states that come about by waiting, without a request to Dodo that could record them. */
import { SUPERSEDED } from '../../src/domain/attempt.js';
import type { PresentationPatch } from '../../src/domain/presentation.js';
import { unprovenReview } from '../../src/domain/review.js';
import type { AttemptStatus } from '../../src/domain/words.js';
import type { ActivityContext } from '../context.js';
import { MESSAGES } from './messages.js';

export interface RecordStateInput {
  attemptId: string;
  presentationId: string;
  /**
   * `absent_again`: proven absent, and another attempt may follow. `fallback`: the one retry has failed, and the links
   * still stand. `retry_not_sent`: the retry could not be sent, and may be asked for again. `superseded`: the customer has
   * asked for something else, so the fallback no longer counts.
   */
  status: 'needs_review' | 'absent' | 'absent_again' | 'fallback' | 'retry_not_sent' | 'superseded';
}

interface StateChange {
  status: AttemptStatus;
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
};

export function recordStateActivities({ ledger, now }: ActivityContext) {
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
     * the presentation's next state ends.
     * Repeated: writes the same again; a state the ledger has moved on from stays.
     *
     * @throws when the ledger cannot be reached
     */
    async recordState({ attemptId, presentationId, status }: RecordStateInput): Promise<void> {
      const change = CHANGES[status];
      await ledger.updateAttempt(
        attemptId,
        { status: change.status, ...(change.errorCode !== undefined && { errorCode: change.errorCode }) },
        { id: presentationId, patch: change.patch },
        [
          {
            at: now().toISOString(),
            type: change.entry ?? `attempt_${status}`,
            detail: { presentationId, attemptId },
          },
        ],
      );
      if (status === 'needs_review') await openReviewOf(attemptId, presentationId);
    },
  };
}
