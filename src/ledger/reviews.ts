/** Reviews: money or access in doubt that only a person, or a later proof, can end. */
import { createHash } from 'node:crypto';
import { and, desc, eq, lt, or, sql, type SQL } from 'drizzle-orm';
import type { ReviewKind, ReviewRecord, ReviewResolution, ReviewStatus } from '../domain/accounting.js';
import { reviews } from './schema.js';
import type { Database } from './store.js';

export interface NewReview extends Omit<ReviewRecord, 'reviewId' | 'status' | 'resolvedAt' | 'resolution'> {
  /** What is in doubt: the same subject of the same kind is one review. */
  subject: string;
}

/** `rev_` and 24 hexadecimal digits, the same for the same doubt. */
export function reviewId(kind: ReviewKind, subject: string): string {
  return `rev_${createHash('sha256').update(`${kind}\n${subject}`).digest('hex').slice(0, 24)}`;
}

/** Opens a review; the same one again changes nothing, and one that was resolved stays resolved. */
export async function openReview(db: Database, review: NewReview): Promise<ReviewRecord> {
  const { subject, ...fields } = review;
  const id = reviewId(review.kind, subject);
  await db
    .insert(reviews)
    .values({ ...fields, reviewId: id, status: 'open' })
    .onConflictDoNothing();
  const [row] = await db.select().from(reviews).where(eq(reviews.reviewId, id));
  if (row === undefined) throw new Error('unreachable: the review was inserted before');
  return reviewRecord(row);
}

/** Resolves an open review. False when it was resolved before, or does not exist: the first word stands. */
export async function resolveReview(
  db: Database,
  id: string,
  resolution: ReviewResolution,
  at: string,
): Promise<boolean> {
  const resolved = await db
    .update(reviews)
    .set({ status: 'resolved', resolution, resolvedAt: at })
    .where(and(eq(reviews.reviewId, id), eq(reviews.status, 'open')))
    .returning({ id: reviews.reviewId });
  return resolved.length > 0;
}

/** Ends every open review about a presentation, because Dodo has said what is so. */
export async function resolveReviewsOf(
  db: Database,
  presentationId: string,
  resolution: ReviewResolution,
  at: string,
  kinds: readonly ReviewKind[],
): Promise<number> {
  const resolved = await db
    .update(reviews)
    .set({ status: 'resolved', resolution, resolvedAt: at })
    .where(
      and(
        eq(reviews.presentationId, presentationId),
        eq(reviews.status, 'open'),
        sql`${reviews.kind} in ${[...kinds]}`,
      ),
    )
    .returning({ id: reviews.reviewId });
  return resolved.length;
}

export async function findReview(db: Database, id: string): Promise<ReviewRecord | undefined> {
  const [row] = await db.select().from(reviews).where(eq(reviews.reviewId, id));
  return row && reviewRecord(row);
}

export interface ReviewPage {
  status?: ReviewStatus;
  kind?: ReviewKind;
  presentationId?: string;
  purchaseId?: string;
  limit: number;
  /** The last one of the page before. */
  before?: { openedAt: string; reviewId: string };
}

/** Reviews, the newest first. */
export async function listReviews(db: Database, page: ReviewPage): Promise<ReviewRecord[]> {
  const conditions: (SQL | undefined)[] = [
    page.status && eq(reviews.status, page.status),
    page.kind && eq(reviews.kind, page.kind),
    page.presentationId === undefined ? undefined : eq(reviews.presentationId, page.presentationId),
    page.purchaseId === undefined ? undefined : eq(reviews.purchaseId, page.purchaseId),
    page.before &&
      or(
        lt(reviews.openedAt, page.before.openedAt),
        and(eq(reviews.openedAt, page.before.openedAt), lt(reviews.reviewId, page.before.reviewId)),
      ),
  ];
  const rows = await db
    .select()
    .from(reviews)
    .where(and(...conditions))
    .orderBy(desc(reviews.openedAt), desc(reviews.reviewId))
    .limit(page.limit);
  return rows.map(reviewRecord);
}

export interface OpenReviews {
  kind: ReviewKind;
  count: number;
  oldestOpenedAt: string;
}

/** How many reviews are open, by kind. */
export async function countOpenReviews(db: Database): Promise<OpenReviews[]> {
  return db
    .select({
      kind: reviews.kind,
      count: sql`count(*)`.mapWith(Number),
      oldestOpenedAt: sql`min(${reviews.openedAt})`.mapWith(reviews.openedAt),
    })
    .from(reviews)
    .where(eq(reviews.status, 'open'))
    .groupBy(reviews.kind)
    .orderBy(reviews.kind);
}

function reviewRecord(row: typeof reviews.$inferSelect): ReviewRecord {
  return Object.fromEntries(
    Object.entries(row).filter(([, value]) => value !== null),
  ) as unknown as ReviewRecord;
}
