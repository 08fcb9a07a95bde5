/** Implements `ShadowLedger`. */
import { and, asc, count, desc, eq, gte, isNotNull, isNull, lt, sql, type SQL } from 'drizzle-orm';
import { utc } from './columns.js';
import type { Period } from './interface/console.js';
import type {
  ShadowCounts,
  ShadowLedger,
  ShadowPrice,
  ShadowResult,
  ShadowSighting,
  ShadowTurn,
  WaitingShadows,
} from './interface/shadows.js';
import { shadowEvaluations as shadows } from './schema.js';
import type { Database, Store } from './store.js';

export function shadowsOn({ db, transaction }: Pick<Store, 'db' | 'transaction'>): ShadowLedger {
  return {
    recordShadows: (sightings) => recordShadows(db, sightings),
    countWaitingShadows: () => countWaiting(db),
    waitingShadows: (limit) => waitingShadows(db, limit),
    recordShadowTurn: (turn) => transaction((tx) => recordTurn(tx, turn)),
    giveUpShadows: (before) => giveUp(db, before),
    shadowRequests: (since) => requestsSince(db, since),
    shadowReport: (period) => shadowReport(db, period),
  };
}

const isWaiting = eq(shadows.status, 'waiting');

async function recordShadows(db: Database, sightings: readonly ShadowSighting[]): Promise<void> {
  if (sightings.length === 0) return;
  const rows = sightings.map(({ blocked, ...seen }) => ({
    ...seen,
    candidate: !blocked,
    status: blocked ? ('evaluated' as const) : ('waiting' as const),
    blocked: blocked?.blocked,
    detail: blocked?.detail,
  }));
  await db.insert(shadows).values(rows).onConflictDoNothing();
}

async function countWaiting(db: Database): Promise<number> {
  const [row] = await db
    .select({ waiting: sql`count(distinct ${shadows.purchaseId})`.mapWith(Number) })
    .from(shadows)
    .where(isWaiting);
  return row?.waiting ?? 0;
}

async function waitingShadows(db: Database, limit: number): Promise<WaitingShadows[]> {
  const seenAt = sql`max(${shadows.seenAt})`.mapWith(shadows.seenAt);
  return db
    .select({
      purchaseId: shadows.purchaseId,
      seenAt,
      tries: sql`max(${shadows.tries})`.mapWith(Number),
      funnelIds: sql<string[]>`array_agg(${shadows.funnelId} order by ${shadows.funnelId})`,
    })
    .from(shadows)
    .where(isWaiting)
    .groupBy(shadows.purchaseId)
    .orderBy(desc(seenAt), asc(shadows.purchaseId))
    .limit(limit);
}

async function recordTurn(
  tx: Database,
  { purchaseId, at, requests, results, isOver }: ShadowTurn,
): Promise<void> {
  const ofPurchase = and(eq(shadows.purchaseId, purchaseId), isWaiting);
  const before = await tx
    .update(shadows)
    .set({ tries: sql`${shadows.tries} + 1`, triedAt: at })
    .where(ofPurchase)
    .returning({ funnelId: shadows.funnelId });
  const [counted] = before.map(({ funnelId }) => funnelId).sort();
  const of = (funnelId: string) => and(eq(shadows.purchaseId, purchaseId), eq(shadows.funnelId, funnelId));
  if (counted !== undefined && requests > 0)
    await tx
      .update(shadows)
      .set({ requests: sql`${shadows.requests} + ${requests}` })
      .where(of(counted));
  for (const [funnelId, result] of Object.entries(results))
    await tx
      .update(shadows)
      .set({ status: 'evaluated', ...fieldsOf(result) })
      .where(and(of(funnelId), isWaiting));
  if (isOver) await tx.update(shadows).set({ status: 'given_up' }).where(ofPurchase);
}

function fieldsOf(result: ShadowResult): Partial<typeof shadows.$inferInsert> {
  return result.kind === 'reached'
    ? { blocked: null, detail: null, ...result.shows }
    : { blocked: result.blocked, detail: result.detail };
}

async function giveUp(db: Database, before: string): Promise<void> {
  await db
    .update(shadows)
    .set({ status: 'given_up' })
    .where(and(isWaiting, lt(shadows.seenAt, utc(before))));
}

async function requestsSince(db: Database, since: string): Promise<number> {
  const [row] = await db
    .select({ sent: sql`coalesce(sum(${shadows.requests}), 0)`.mapWith(Number) })
    .from(shadows)
    .where(gte(shadows.triedAt, utc(since)));
  return row?.sent ?? 0;
}

function within({ from, to }: Period): SQL | undefined {
  return and(
    from === undefined ? undefined : gte(shadows.seenAt, utc(from)),
    to === undefined ? undefined : lt(shadows.seenAt, utc(to)),
  );
}

/** The parts are read one after another: figures of a moment, which a turn in between may move by one. */
async function shadowReport(db: Database, period: Period = {}): Promise<ShadowCounts[]> {
  const { funnelId, blocked, insteadOf } = shadows;
  const counted = (condition: SQL | undefined) => sql`count(*) filter (where ${condition})`.mapWith(Number);
  const isReached = and(eq(shadows.status, 'evaluated'), isNull(blocked));
  const funnels = await db
    .select({
      funnelId,
      purchases: count(),
      candidates: counted(sql`${shadows.candidate}`),
      evaluated: counted(and(sql`${shadows.candidate}`, eq(shadows.status, 'evaluated'))),
      waiting: counted(isWaiting),
      reached: counted(isReached),
    })
    .from(shadows)
    .where(within(period))
    .groupBy(funnelId)
    .orderBy(funnelId);
  const latest = <T>(column: SQL | typeof shadows.detail | typeof shadows.purchaseId) =>
    sql<T>`(array_agg(${column} order by ${shadows.seenAt} desc, ${shadows.purchaseId}))[1]`;
  const reasons = await db
    .select({
      funnelId,
      reason: blocked,
      count: count(),
      purchaseId: latest<string>(shadows.purchaseId),
      detail: latest<string | null>(shadows.detail),
    })
    .from(shadows)
    .where(and(within(period), isNotNull(blocked)))
    .groupBy(funnelId, blocked)
    .orderBy(desc(count()), blocked);
  const instead = await db
    .select({ funnelId, other: insteadOf, count: count() })
    .from(shadows)
    .where(and(within(period), isReached, isNotNull(insteadOf)))
    .groupBy(funnelId, insteadOf)
    .orderBy(desc(count()), insteadOf);
  const prices = await pricesOf(db, and(within(period), isReached));
  return funnels.map((row) => ({
    ...row,
    blocked: reasons.flatMap(({ funnelId: id, reason, count: n, purchaseId, detail }) =>
      id === row.funnelId && reason !== null
        ? [{ reason, count: n, example: { purchaseId, ...(detail !== null && { detail }) } }]
        : [],
    ),
    insteadOf: instead.flatMap(({ funnelId: id, other, count: n }) =>
      id === row.funnelId && other !== null ? [{ funnelId: other, count: n }] : [],
    ),
    prices: prices.flatMap(({ funnelId: id, ...price }) => (id === row.funnelId ? [price] : [])),
  }));
}

async function pricesOf(
  db: Database,
  condition: SQL | undefined,
): Promise<(ShadowPrice & { funnelId: string })[]> {
  const { funnelId, offerId, productId, currency, dueNow } = shadows;
  const amount = (value: SQL) => value.mapWith(Number);
  // Amounts that were previewed, none in between.
  const quantile = (share: string) =>
    amount(sql`percentile_disc(${sql.raw(share)}) within group (order by ${dueNow})`);
  const rows = await db
    .select({
      funnelId,
      offerId,
      productId,
      currency,
      count: count(),
      min: amount(sql`min(${dueNow})`),
      p25: quantile('0.25'),
      median: quantile('0.5'),
      p75: quantile('0.75'),
      max: amount(sql`max(${dueNow})`),
    })
    .from(shadows)
    .where(condition)
    .groupBy(funnelId, offerId, productId, currency)
    .orderBy(funnelId, offerId, productId, currency);
  return rows.map(({ offerId: offer, productId: product, currency: code, ...row }) => ({
    ...row,
    offerId: offer ?? '',
    productId: product ?? '',
    currency: code ?? '',
  }));
}
