/** The review that a presentation under review belongs to. */
import type { ReviewKind, ReviewRecord } from '../../domain/accounting.js';
import type { PresentationRecord } from '../../domain/presentation.js';
import { unprovenReview } from '../../domain/review.js';
import type { ApiDeps } from '../deps.js';
import { Problem } from '../problem.js';

/**
 * Checks that a presentation is under review.
 *
 * @throws Problem `not_in_review` when it is not
 */
export function requireInReview({ status }: PresentationRecord): void {
  if (status === 'needs_review') return;
  throw new Problem('not_in_review', { detail: `The presentation is ${status}, not needs_review.` });
}

/** The reviews that decide whether an offer is paid, the one that knows most first. */
const DECISIVE: readonly ReviewKind[] = ['payment_differs', 'unproven_attempt', 'run_ended'];
const MOST_REVIEWS = 50;

/** Returns the open review of a presentation that is under review. One from before there were reviews gets its own now. */
export async function reviewOf(
  { ledger, now }: Pick<ApiDeps, 'ledger' | 'now'>,
  presentation: PresentationRecord,
): Promise<ReviewRecord> {
  const { id: presentationId } = presentation;
  const open = await ledger.reviews({ status: 'open', presentationId, limit: MOST_REVIEWS });
  const known = DECISIVE.flatMap((kind) => open.find((review) => review.kind === kind) ?? []);
  if (known[0]) return known[0];
  const attempt = (await ledger.attemptsOf(presentationId)).at(-1);
  for (let subject = attempt?.attemptId ?? presentationId; ; subject = `again/${subject}`) {
    const opened = await ledger.openReview({
      ...unprovenReview(presentation, attempt, now()),
      ...(attempt && { attemptId: attempt.attemptId }),
      subject,
    });
    if (opened.status === 'open') return opened;
  }
}
