/** Reviews as operators see them, and pages of them. */
import { z } from 'zod';
import { REVIEW_KINDS, REVIEW_STATUSES, type ReviewRecord } from '../../domain/accounting.js';
import type { ApiDeps } from '../deps.js';
import { pageQuery } from '../page.js';

/** `<milliseconds>-<review id>` of the last one on a page. */
const CURSOR = /^(\d{1,13})-(rev_[0-9a-f]{24})$/;

/** The query of `GET /api/reviews`. */
export const reviewsQuery = z.strictObject({
  status: z.enum(REVIEW_STATUSES, `must be one of ${REVIEW_STATUSES.join(', ')}`).default('open'),
  kind: z.enum(REVIEW_KINDS, `must be one of ${REVIEW_KINDS.join(', ')}`).optional(),
  ...pageQuery(CURSOR),
});

type ViewDeps = Pick<ApiDeps, 'ledger' | 'now' | 'temporalLink'>;

/** Returns one page, newest first, with a `nextCursor` if there are more. */
export async function reviewsPage(
  deps: ViewDeps,
  { status, kind, limit, cursor }: z.output<typeof reviewsQuery>,
) {
  const before = cursor === undefined ? undefined : placeOf(cursor);
  const found = await deps.ledger.reviews({ status, kind, limit: limit + 1, before });
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  return {
    reviews: await Promise.all(page.map((review) => reviewView(deps, review))),
    ...(last && { nextCursor: `${Date.parse(last.openedAt)}-${last.reviewId}` }),
  };
}

function placeOf(cursor: string): { openedAt: string; reviewId: string } {
  const [, ms, reviewId = ''] = CURSOR.exec(cursor) ?? [];
  return { openedAt: new Date(Number(ms)).toISOString(), reviewId };
}

/** Returns a review with its age in seconds and links to what it is about. */
export async function reviewView({ ledger, now, temporalLink }: ViewDeps, review: ReviewRecord) {
  const { purchaseId, presentationId, openedAt, resolvedAt } = review;
  const presentation = presentationId === undefined ? undefined : await ledger.presentation(presentationId);
  const run =
    presentation?.workflowId ??
    (purchaseId === undefined ? undefined : (await ledger.purchase(purchaseId))?.purchase.workflowId);
  const until = resolvedAt === undefined ? now().getTime() : Date.parse(resolvedAt);
  return {
    ...review,
    ageSeconds: Math.max(0, Math.floor((until - Date.parse(openedAt)) / 1000)),
    links: {
      purchase: purchaseId === undefined ? null : `/api/purchases/${encodeURIComponent(purchaseId)}`,
      presentation:
        presentationId === undefined ? null : `/api/presentations/${encodeURIComponent(presentationId)}`,
      temporal: (run === undefined ? undefined : temporalLink(run)) ?? null,
    },
  };
}
