/** Limits on showing offers: how often one customer is shown them, and how often one is sold. */
import { and, count, eq, gte, isNotNull, ne, notInArray, or, sql } from 'drizzle-orm';
import type { Cap } from '../domain/offers.js';
import type { Decision } from '../domain/words.js';
import { utc } from './columns.js';
import { presentations } from './schema.js';
import type { Database } from './store.js';

const HOUR = 60 * 60 * 1000;
/** A run closes its offer at the end of the window; one that is open this long after has no run any more. */
export const FORGOTTEN_AFTER = HOUR;

export interface Limits {
  /** `never` again, or milliseconds until the offer may be shown again. */
  afterDecline?: 'never' | number;
  /** The least time between two showings of this offer to one customer. */
  cooldownMs?: number;
  /** Showings of this offer to one customer. */
  cap?: Cap;
  /** How often this offer is sold or may still be, over all customers. */
  redemptions?: number;
  /** Over all offers. The cooldown counts showings by other runs only: a run's next step need not wait for its last. */
  policy?: { cap?: Cap; cooldownMs?: number };
}

export interface LimitReached {
  reason: 'capped' | 'cooldown' | 'declined_before';
  /** In words, for operators. */
  detail: string;
}

/** Who would be shown what, by which run, and when. */
export interface Showing {
  customerId: string;
  offerId: string;
  workflowId: string;
  at: string;
}

/** One earlier showing to the customer. */
export interface Shown {
  offerId: string;
  workflowId: string;
  presentedAt: string;
  decision: Decision | null;
  decidedAt: string | null;
}

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

/** The part that needs no more than what this customer has been shown. Pure. */
export function reachedBy(
  shown: readonly Shown[],
  { offerId, workflowId, at }: Showing,
  limits: Limits,
): LimitReached | undefined {
  const now = Date.parse(at);
  const ofOffer = shown.filter((one) => one.offerId === offerId);
  const byOthers = shown.filter((one) => one.workflowId !== workflowId);
  return (
    declined(ofOffer, limits.afterDecline, now) ??
    tooSoon(ofOffer, limits.cooldownMs, now, 'this offer was shown') ??
    tooOften(ofOffer, limits.cap, now, 'this offer was shown') ??
    tooSoon(byOthers, limits.policy?.cooldownMs, now, 'policy: an offer was shown') ??
    tooOften(shown, limits.policy?.cap, now, 'policy: offers were shown')
  );
}

function declined(
  shown: readonly Shown[],
  afterDecline: Limits['afterDecline'],
  now: number,
): LimitReached | undefined {
  const times = shown.flatMap(({ decision, decidedAt }) =>
    decision === 'declined' && decidedAt !== null ? [Date.parse(decidedAt)] : [],
  );
  if (times.length === 0 || afterDecline === undefined) return undefined;
  const last = Math.max(...times);
  const detail = `declined at ${iso(last)}`;
  if (afterDecline === 'never') return { reason: 'declined_before', detail };
  if (now >= last + afterDecline) return undefined;
  return { reason: 'cooldown', detail: `${detail}; may be shown again from ${iso(last + afterDecline)}` };
}

function tooSoon(
  shown: readonly Shown[],
  cooldownMs: number | undefined,
  now: number,
  what: string,
): LimitReached | undefined {
  if (cooldownMs === undefined || shown.length === 0) return undefined;
  const last = Math.max(...times(shown));
  if (now >= last + cooldownMs) return undefined;
  const detail = `${what} at ${iso(last)}; the next may be from ${iso(last + cooldownMs)}`;
  return { reason: 'cooldown', detail };
}

function tooOften(
  shown: readonly Shown[],
  cap: Cap | undefined,
  now: number,
  what: string,
): LimitReached | undefined {
  if (!cap) return undefined;
  const since = cap.withinMs === undefined ? -Infinity : now - cap.withinMs;
  const counted = times(shown)
    .filter((time) => time > since)
    .sort((one, other) => one - other);
  if (counted.length < cap.times) return undefined;
  const [oldest = now] = counted.slice(-cap.times);
  const period = cap.withinMs === undefined ? '' : ` since ${iso(since)}`;
  const again = cap.withinMs === undefined ? '' : `; the next may be from ${iso(oldest + cap.withinMs)}`;
  return { reason: 'capped', detail: `${what} ${counted.length} times${period}, of ${cap.times}${again}` };
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

function times(shown: readonly Shown[]): number[] {
  return shown.map(({ presentedAt }) => Date.parse(presentedAt));
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
