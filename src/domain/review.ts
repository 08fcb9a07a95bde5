/** Payments in doubt that a person decides. */
import { workflowOfAttempt } from './ids.js';
import type { PresentationRecord } from './presentation.js';
import type { TimelineEntry } from './timeline.js';

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
