import { describe, expect, it } from 'vitest';
import { runUnderReview } from '../../src/domain/review.js';
import type { TimelineEntry } from '../../src/domain/timeline.js';

const presentation = { id: 'prs_1', workflowId: 'purchase/pay_1' };
const inReview = (presentationId: string, attemptId: string): TimelineEntry => ({
  at: '2026-11-22T12:00:00.000Z',
  type: 'attempt_needs_review',
  detail: { presentationId, attemptId },
});

describe('the run under review', () => {
  it('is that of the attempt in doubt, the latest one where there are several', () => {
    const timeline = [
      inReview('prs_1', 'purchase/pay_1:pro:1'),
      inReview('prs_1', 'plan-change/sub_1:prs_1:2'),
    ];
    expect(runUnderReview(timeline, presentation)).toBe('plan-change/sub_1');
  });

  it.each([
    ['the timeline names no attempt', []],
    ['only another presentation is in doubt', [inReview('prs_2', 'plan-change/sub_1:prs_2:1')]],
    ['the attempt id is not one of ours', [inReview('prs_1', 'unknown')]],
  ])('is that of the presentation when %s', (_, timeline) => {
    expect(runUnderReview(timeline, presentation)).toBe('purchase/pay_1');
  });
});
