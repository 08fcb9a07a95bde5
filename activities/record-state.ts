import type { AttemptStatus, PresentationPatch } from '../src/ledger/model.js';
import type { ActivityContext } from './context.js';

export interface RecordStateInput {
  attemptId: string;
  presentationId: string;
  status: 'needs_review' | 'absent';
}

const NEEDS_REVIEW_MESSAGE =
  'We are still checking whether your payment went through. Somebody is looking into it; you will not be charged twice.';

export function recordStateActivities({ ledger, now }: ActivityContext) {
  return {
    /** States that come about by waiting, without a call to Dodo they could ride on. */
    async recordState({ attemptId, presentationId, status }: RecordStateInput): Promise<void> {
      const change: { status: AttemptStatus; patch: PresentationPatch } =
        status === 'absent'
          ? { status: 'absent', patch: {} }
          : { status: 'needs_review', patch: { status: 'needs_review', message: NEEDS_REVIEW_MESSAGE } };
      await ledger.updateAttempt(
        attemptId,
        { status: change.status },
        { id: presentationId, patch: change.patch },
        [{ at: now().toISOString(), type: `attempt_${status}`, detail: { presentationId, attemptId } }],
      );
    },
  };
}
