/** Implements `CatalogLedger`. */
import { and, asc, eq, gte, inArray, isNotNull, lt, notExists, sql } from 'drizzle-orm';
import type { Catalog } from '../domain/offers.js';
import { utc } from './columns.js';
import type { CatalogLedger, EvaluationRow, EvaluationsPage } from './interface/catalogs.js';
import { catalogs, presentations, purchases } from './schema.js';
import { UNSETTLED_STATUSES } from '../domain/presentation.js';
import type { Database } from './store.js';

export async function recordCatalog(db: Database, content: Catalog, at: string): Promise<void> {
  await db.insert(catalogs).values({ hash: content.hash, content, firstSeenAt: at }).onConflictDoNothing();
}

/** Returns a recorded catalog; undefined when there is none of this hash. */
export async function catalogOf(db: Database, hash: string): Promise<Catalog | undefined> {
  const [row] = await db.select({ content: catalogs.content }).from(catalogs).where(eq(catalogs.hash, hash));
  return row?.content;
}

export async function runningByCatalog(db: Database): ReturnType<CatalogLedger['runningByCatalog']> {
  const { catalogHash, funnelId, step, offerId } = presentations;
  const open = sql<number>`count(*)`.mapWith(Number);
  const running = await db
    .select({ catalogHash, funnelId, step, offerId, open })
    .from(presentations)
    .where(inArray(presentations.status, [...UNSETTLED_STATUSES]))
    .groupBy(catalogHash, funnelId, step, offerId)
    .orderBy(catalogHash, funnelId, step, offerId);

  const shown = db
    .select({ id: presentations.id })
    .from(presentations)
    .where(
      and(
        eq(presentations.purchaseId, purchases.purchaseId),
        inArray(presentations.status, [...UNSETTLED_STATUSES]),
      ),
    );
  const waiting = await db
    .select({ catalogHash: purchases.catalogHash, funnelId: purchases.funnelId, runs: open })
    .from(purchases)
    .where(and(eq(purchases.status, 'offering'), isNotNull(purchases.funnelId), notExists(shown)))
    .groupBy(purchases.catalogHash, purchases.funnelId)
    .orderBy(purchases.catalogHash, purchases.funnelId);
  return {
    running,
    waiting: waiting.flatMap((row) => (row.funnelId === null ? [] : [{ ...row, funnelId: row.funnelId }])),
  };
}

export async function evaluations(
  db: Database,
  { since, until, after, limit }: EvaluationsPage,
): Promise<EvaluationRow[]> {
  const { recordedAt, purchaseId } = purchases;
  const rows = await db
    .select()
    .from(purchases)
    .where(
      and(
        isNotNull(purchases.facts),
        since === undefined ? undefined : gte(recordedAt, utc(since)),
        until === undefined ? undefined : lt(recordedAt, utc(until)),
        after && sql`(${recordedAt}, ${purchaseId}) > (${utc(after.at)}::timestamptz, ${after.purchaseId})`,
      ),
    )
    .orderBy(asc(recordedAt), asc(purchaseId))
    .limit(limit);
  return rows.map((row) => ({
    purchaseId: row.purchaseId,
    trigger: row.trigger,
    at: row.recordedAt,
    facts: row.facts ?? {},
    considered: row.considered,
    ...(row.customerId !== null && { customerId: row.customerId }),
    ...(row.funnelId !== null && { funnelId: row.funnelId }),
    ...(row.reason !== null && { reason: row.reason }),
    ...(row.catalogHash !== null && { catalogHash: row.catalogHash }),
  }));
}
