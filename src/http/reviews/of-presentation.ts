/** The review that a presentation under review belongs to. */
import type { ReviewKind, ReviewRecord } from '../../domain/accounting.js';
import type { PresentationRecord } from '../../domain/presentation.js';
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
  { id: presentationId, purchaseId, customerId, price }: PresentationRecord,
): Promise<ReviewRecord> {
  const open = await ledger.reviews({ status: 'open', presentationId, limit: MOST_REVIEWS });
  const known = DECISIVE.flatMap((kind) => open.find((review) => review.kind === kind) ?? []);
  if (known[0]) return known[0];
  const attempt = (await ledger.attemptsOf(presentationId)).at(-1);
  for (let subject = attempt?.attemptId ?? presentationId; ; subject = `again/${subject}`) {
    const opened = await ledger.openReview({
      kind: 'unproven_attempt',
      subject,
      purchaseId,
      presentationId,
      customerId,
      amount: attempt?.amount ?? price.dueNow,
      currency: attempt?.currency ?? price.currency,
      ...(attempt && { attemptId: attempt.attemptId }),
      detail: 'Dodo does not tell whether the attempt was paid.',
      openedAt: now().toISOString(),
    });
    if (opened.status === 'open') return opened;
  }
}
