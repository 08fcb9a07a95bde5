/** Deletes what has been kept for as long as it is to be kept. */
import { and, eq, inArray, isNotNull, lt, or, sql, type SQL } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import {
  LIMITED_DATA,
  type DataRetention,
  type LimitedData,
  type RowCounts,
} from '../domain/customer-data.js';
import { UNFINISHED_STATUSES, UNSETTLED_STATUSES } from '../domain/presentation.js';
import { isStory } from './customers.js';
import {
  acceptances,
  attempts,
  compensations,
  exposures,
  idempotencyKeys,
  notificationSequences,
  payments,
  presentations,
  purchases,
  quotes,
  reviews,
  shadowEvaluations,
  timeline,
  triggerFacts,
} from './schema.js';
import type { Database, Store } from './store.js';

/** Of each kind and call: transactions stay short, and what is left over is deleted by a later call. */
const MOST_ROWS = 1000;

/** Implements `Ledger.deleteExpired`. */
export async function deleteExpired(
  { db, transaction }: Pick<Store, 'db' | 'transaction'>,
  retention: DataRetention,
  now: string,
): Promise<RowCounts> {
  const counts: RowCounts = {};
  for (const kind of LIMITED_DATA) {
    const kept = retention[kind];
    if (kept === undefined) continue;
    const before = new Date(Date.parse(now) - kept).toISOString();
    const count =
      kind === 'purchases'
        ? await transaction((tx) => deletePurchases(tx, before))
        : await DELETIONS[kind](db, before);
    if (count > 0) counts[kind] = count;
  }
  return counts;
}

type Deletion = (db: Database, before: string) => Promise<number>;

const DELETIONS: Record<Exclude<LimitedData, 'purchases'>, Deletion> = {
  facts: async (db, before) => {
    const found = db
      .select({ id: purchases.purchaseId })
      .from(purchases)
      .where(
        and(
          settledBefore(before),
          or(
            isNotNull(purchases.facts),
            isNotNull(purchases.billing),
            isNotNull(purchases.metadata),
            sql`${purchases.considered} <> '[]'::jsonb`,
          ),
        ),
      )
      .limit(MOST_ROWS);
    const cleared = await db
      .update(purchases)
      .set({ facts: null, billing: null, metadata: null, considered: [] })
      .where(inArray(purchases.purchaseId, found))
      .returning({ id: purchases.purchaseId });
    const deleted = await deleteSome(
      db,
      triggerFacts,
      // A run that waits for its next step is evaluated once more.
      sql`${lt(triggerFacts.recordedAt, before)} and not exists (select 1 from ${purchases}
        where ${purchases.purchaseId} = ${triggerFacts.purchaseId} and ${purchases.status} <> 'settled')`,
    );
    return cleared.length + deleted;
  },
  quotes: (db, before) =>
    deleteSome(db, quotes, sql`${lt(quotes.quotedAt, before)} and ${ofSettledOffer(quotes.presentationId)}`),
  acceptances: (db, before) =>
    deleteSome(
      db,
      acceptances,
      sql`${lt(acceptances.clickedAt, before)} and ${ofSettledOffer(acceptances.presentationId)}`,
    ),
  timeline: (db, before) =>
    deleteSome(
      db,
      timeline,
      sql`${lt(timeline.at, before)} and ${isStory()}
        and not exists (select 1 from ${purchases} where ${purchases.purchaseId} = ${timeline.purchaseId}
          and ${purchases.status} <> 'settled')`,
    ),
  exposures: (db, before) => deleteSome(db, exposures, lt(exposures.exposedAt, before)),
  idempotency_keys: (db, before) => deleteSome(db, idempotencyKeys, lt(idempotencyKeys.boundAt, before)),
};

/** Deletes rows for which a condition holds, as many as one call may. Returns how many. */
async function deleteSome(db: Database, table: PgTable, condition: SQL): Promise<number> {
  const deleted = await db
    .delete(table)
    .where(sql`ctid in (select ctid from ${table} where ${condition} limit ${MOST_ROWS})`)
    .returning({ one: sql`1` });
  return deleted.length;
}

/** Deletes purchases and everything about them, unless anything of them is still under way or in doubt. */
async function deletePurchases(tx: Database, before: string): Promise<number> {
  const found = await tx
    .select({ id: purchases.purchaseId })
    .from(purchases)
    .where(
      and(
        settledBefore(before),
        sql`not exists (select 1 from ${presentations} where ${presentations.purchaseId} = ${purchases.purchaseId}
          and ${inArray(presentations.status, UNFINISHED_STATUSES)})`,
        sql`not exists (select 1 from ${reviews} where ${reviews.purchaseId} = ${purchases.purchaseId}
          and ${reviews.status} = 'open')`,
        sql`not exists (select 1 from ${compensations} where ${compensations.purchaseId} = ${purchases.purchaseId}
          and ${compensations.status} = 'open')`,
      ),
    )
    .limit(MOST_ROWS);
  const ids = found.map(({ id }) => id);
  if (ids.length === 0) return 0;
  const offers = tx
    .select({ id: presentations.id })
    .from(presentations)
    .where(inArray(presentations.purchaseId, ids));
  for (const table of [quotes, acceptances, attempts])
    await tx.delete(table).where(inArray(table.presentationId, offers));
  for (const table of [payments, reviews, compensations])
    await tx.delete(table).where(or(inArray(table.purchaseId, ids), inArray(table.presentationId, offers)));
  for (const table of [timeline, triggerFacts, notificationSequences, shadowEvaluations])
    await tx.delete(table).where(inArray(table.purchaseId, ids));
  for (const table of [presentations, purchases])
    await tx.delete(table).where(inArray(table.purchaseId, ids));
  return ids.length;
}

function settledBefore(before: string): SQL | undefined {
  return and(
    eq(purchases.status, 'settled'),
    lt(sql`coalesce(${purchases.settledAt}, ${purchases.recordedAt})`, before),
  );
}

/** Checks that the offer of a row is not under way. */
function ofSettledOffer(
  presentationId: typeof quotes.presentationId | typeof acceptances.presentationId,
): SQL {
  return sql`not exists (select 1 from ${presentations} where ${presentations.id} = ${presentationId}
    and ${inArray(presentations.status, [...UNSETTLED_STATUSES])})`;
}
