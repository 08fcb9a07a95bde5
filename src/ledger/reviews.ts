/** Reviews: money or access in doubt that only a person, or a later proof, can end. */
import { createHash } from 'node:crypto';
import { and, desc, eq, inArray, isNull, lt, or, sql, type SQL } from 'drizzle-orm';
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

/** How long a claim holds: longer than carrying out a resolution takes, so that a crashed process blocks nobody. */
const CLAIM_MS = 30_000;

/**
 * Claims an open review for a resolution that is about to be carried out, so that of two operators one wins. A claim
 * that was not followed by the resolution lapses.
 *
 * @returns false when the review is not open, or somebody else is resolving it
 */
export async function claimReview(
  db: Database,
  id: string,
  resolution: ReviewResolution,
  at: string,
): Promise<boolean> {
  const lapsed = new Date(Date.parse(at) - CLAIM_MS).toISOString();
  const claimed = await db
    .update(reviews)
    .set({ resolution, resolvedAt: at })
    .where(
      and(
        eq(reviews.reviewId, id),
        eq(reviews.status, 'open'),
        or(isNull(reviews.resolution), lt(reviews.resolvedAt, lapsed)),
      ),
    )
    .returning({ id: reviews.reviewId });
  return claimed.length > 0;
}

/** Takes back the claim made at a time, because its resolution could not be carried out. */
export async function releaseReview(db: Database, id: string, at: string): Promise<void> {
  await db
    .update(reviews)
    .set({ resolution: null, resolvedAt: null })
    .where(and(eq(reviews.reviewId, id), eq(reviews.status, 'open'), eq(reviews.resolvedAt, at)));
}

/** The change that resolves a review. The word of an operator who is just resolving it stands. */
function resolving(resolution: ReviewResolution, at: string) {
  const lapsed = new Date(Date.parse(at) - CLAIM_MS).toISOString();
  return {
    status: 'resolved' as const,
    resolution: sql`case when ${reviews.resolution} is not null and ${reviews.resolvedAt} >= ${lapsed}
      then ${reviews.resolution} else ${JSON.stringify(resolution)}::jsonb end`,
    resolvedAt: at,
  };
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
    .set(resolving(resolution, at))
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
    .set(resolving(resolution, at))
    .where(
      and(
        eq(reviews.presentationId, presentationId),
        eq(reviews.status, 'open'),
        inArray(reviews.kind, [...kinds]),
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

/** Lists reviews, newest first. */
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

/** A claim is not a resolution yet. */
function reviewRecord(row: typeof reviews.$inferSelect): ReviewRecord {
  const { resolution, resolvedAt, ...rest } = row;
  const shown = row.status === 'resolved' ? row : rest;
  return Object.fromEntries(
    Object.entries(shown).filter(([, value]) => value !== null),
  ) as unknown as ReviewRecord;
}
