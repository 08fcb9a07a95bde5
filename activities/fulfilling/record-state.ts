import type { PresentationPatch } from '../../src/domain/presentation.js';
import type { AttemptStatus } from '../../src/domain/words.js';
import type { ActivityContext } from '../context.js';

export interface RecordStateInput {
  attemptId: string;
  presentationId: string;
  /** `fallback`: the one retry has failed, the links still stand. */
  status: 'needs_review' | 'absent' | 'fallback';
}

const NEEDS_REVIEW_MESSAGE =
  'We are still checking whether your payment went through. Somebody is looking into it; you will not be charged twice.';

const RETRY_FAILED_MESSAGE =
  'That did not go through either. You were not charged. You can still pay at the checkout.';

const CHANGES: Record<RecordStateInput['status'], { status: AttemptStatus; patch: PresentationPatch }> = {
  absent: { status: 'absent', patch: {} },
  needs_review: { status: 'needs_review', patch: { status: 'needs_review', message: NEEDS_REVIEW_MESSAGE } },
  fallback: { status: 'failed', patch: { status: 'fallback', message: RETRY_FAILED_MESSAGE } },
};

export function recordStateActivities({ ledger, now }: ActivityContext) {
  return {
    /** States that come about by waiting, without a call to Dodo they could ride on. */
    async recordState({ attemptId, presentationId, status }: RecordStateInput): Promise<void> {
      const change = CHANGES[status];
      await ledger.updateAttempt(
        attemptId,
        { status: change.status },
        { id: presentationId, patch: change.patch },
        [{ at: now().toISOString(), type: `attempt_${status}`, detail: { presentationId, attemptId } }],
      );
    },
  };
}
