/** Limits on how often offers are shown to one customer and how often an offer is sold. */
import { and, count, eq, gte, isNotNull, ne, notInArray, or, sql } from 'drizzle-orm';
import { utc } from './columns.js';
import { presentations } from './schema.js';
import type { Database } from './store.js';
import { type Limits, type LimitReached, type Showing, reachedBy } from '../domain/limits.js';
import type { PresentationStatus } from '../domain/words.js';

const HOUR = 60 * 60 * 1000;
/** A run closes its offer when the window ends. One still open this long afterwards has lost its run. */
export const ORPHANED_AFTER_MS = HOUR;

/**
 * Locks the customer, and the offer if its redemptions are limited, against other showings until the transaction ends.
 * The order is always the same, so that transactions cannot deadlock.
 */
export async function lockForShowing(
  tx: Database,
  { customerId, offerId }: Showing,
  limits: Limits,
): Promise<void> {
  await lockCustomer(tx, customerId);
  if (limits.redemptions === undefined) return;
  await tx.execute(sql`select pg_advisory_xact_lock(${OFFER_LOCK}::int, hashtext(${offerId}))`);
}

/** Locks a customer against showings until the transaction ends. */
export async function lockCustomer(tx: Database, customerId: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(${CUSTOMER_LOCK}::int, hashtext(${customerId}))`);
}

/** Returns the time before which the window of an orphaned presentation ended. */
export function orphanedBefore(at: string): string {
  return new Date(Date.parse(utc(at)) - ORPHANED_AFTER_MS).toISOString();
}

/** Lock keys: arbitrary numbers that every version of this program must share. */
const CUSTOMER_LOCK = 7_305_882;
const OFFER_LOCK = 7_305_883;

/** Returns the limit that refuses a showing. Decisive only under `lockForShowing`. */
export async function limitReached(
  db: Database,
  showing: Showing,
  limits: Limits,
): Promise<LimitReached | undefined> {
  const shown = await db
    .select({
      offerId: presentations.offerId,
      workflowId: presentations.workflowId,
      presentedAt: presentations.presentedAt,
      decision: presentations.decision,
      decidedAt: presentations.decidedAt,
    })
    .from(presentations)
    .where(
      and(
        eq(presentations.customerId, showing.customerId),
        showing.without === undefined ? undefined : ne(presentations.workflowId, showing.without),
      ),
    );
  const reached = reachedBy(shown, showing, limits);
  if (reached || limits.redemptions === undefined) return reached;
  const taken = await countRedeemed(db, showing);
  return taken < limits.redemptions
    ? undefined
    : { reason: 'capped', detail: `sold or reserved ${taken} times, of ${limits.redemptions}` };
}

/** The end states that free an offer's place among its redemptions. */
const UNSOLD_STATUSES: PresentationStatus[] = ['declined', 'expired', 'withdrawn', 'failed'];

/** Counts how often the offer is sold, or reserved by a presentation that may still be paid. */
async function countRedeemed(db: Database, { offerId, at }: Showing): Promise<number> {
  const [row] = await db
    .select({ taken: count() })
    .from(presentations)
    .where(
      and(
        eq(presentations.offerId, offerId),
        notInArray(presentations.status, UNSOLD_STATUSES),
        or(
          ne(presentations.status, 'open'),
          isNotNull(presentations.decision),
          gte(presentations.expiresAt, orphanedBefore(at)),
        ),
      ),
    );
  return row?.taken ?? 0;
}
