/** Limits on showing offers: how often one customer is shown them, and how often one is sold. */
import { and, count, eq, gte, isNotNull, ne, notInArray, or, sql } from 'drizzle-orm';
import { utc } from './columns.js';
import { presentations } from './schema.js';
import type { Database } from './store.js';
import { type Limits, type LimitReached, type Showing, reachedBy } from '../domain/limits.js';

const HOUR = 60 * 60 * 1000;
/** A run closes its offer at the end of the window; one that is open this long after has no run any more. */
export const FORGOTTEN_AFTER = HOUR;

/**
 * Keeps everyone else from showing this customer anything, or this offer to anyone where its redemptions are limited,
 * until the transaction ends. Always in this order, so that nobody waits in a circle.
 */
export async function lockForShowing(
  tx: Database,
  { customerId, offerId }: Showing,
  limits: Limits,
): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(${CUSTOMER}::int, hashtext(${customerId}))`);
  if (limits.redemptions === undefined) return;
  await tx.execute(sql`select pg_advisory_xact_lock(${OFFER}::int, hashtext(${offerId}))`);
}

/** Any two numbers serve, as long as every version of this program uses the same ones. */
const CUSTOMER = 7_305_882;
const OFFER = 7_305_883;

/** The limit that stands in the way of a showing. Decisive only under `lockForShowing`. */
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
    .where(eq(presentations.customerId, showing.customerId));
  const reached = reachedBy(shown, showing, limits);
  if (reached || limits.redemptions === undefined) return reached;
  const taken = await redeemed(db, showing);
  return taken < limits.redemptions
    ? undefined
    : { reason: 'capped', detail: `sold or reserved ${taken} times, of ${limits.redemptions}` };
}

/** Paid, or open or in flight and so reserved. What ended otherwise is free again. */
async function redeemed(db: Database, { offerId, at }: Showing): Promise<number> {
  const [row] = await db
    .select({ taken: count() })
    .from(presentations)
    .where(
      and(
        eq(presentations.offerId, offerId),
        notInArray(presentations.status, ['declined', 'expired', 'withdrawn', 'failed']),
        or(
          ne(presentations.status, 'open'),
          isNotNull(presentations.decision),
          gte(presentations.expiresAt, new Date(Date.parse(utc(at)) - FORGOTTEN_AFTER).toISOString()),
        ),
      ),
    );
  return row?.taken ?? 0;
}
