/** Implements `BulkLedger`. */
import {
  and,
  asc,
  count,
  desc,
  eq,
  gt,
  inArray,
  isNull,
  lte,
  ne,
  or,
  sql,
  type AnyColumn,
  type SQL,
} from 'drizzle-orm';
import {
  REFUND_UNDER_WAY,
  type BulkRow,
  type BulkRowDraft,
  type BulkRun,
  type BulkTotals,
} from '../domain/bulk.js';
import { recordAudit } from './audit.js';
import { utc } from './columns.js';
import { within } from './console.js';
import type { BulkFilter, BulkLedger } from './interface/bulk.js';
import { presentationRecord } from './records.js';
import { bulkRows, bulkRuns, presentations } from './schema.js';
import type { Database, Store } from './store.js';

/** Parameters of one statement are limited; a row has fewer than twenty. */
const CHUNK = 1_000;

export function bulkOn({ db, transaction }: Pick<Store, 'db' | 'transaction'>): BulkLedger {
  return {
    selectPresentations: async (filter, limit) => {
      const rows = await db
        .select()
        .from(presentations)
        .where(selected(filter))
        .orderBy(presentations.id)
        .limit(limit);
      return rows.map(presentationRecord);
    },
    createBulk: (run, rows) => transaction((tx) => createBulk(tx, run, rows)),
    bulkRun: async (bulkId) => {
      const [row] = await db.select().from(bulkRuns).where(eq(bulkRuns.bulkId, bulkId));
      return row && (withoutNulls(row) as BulkRun);
    },
    bulkRuns: async (limit) => {
      const rows = await db
        .select()
        .from(bulkRuns)
        .orderBy(desc(bulkRuns.createdAt), desc(bulkRuns.bulkId))
        .limit(limit);
      return rows.map((row) => withoutNulls(row) as BulkRun);
    },
    bulkTotals: (bulkId) => bulkTotals(db, bulkId),
    bulkRows: async ({ bulkId, after = 0, limit }) => {
      const rows = await db
        .select()
        .from(bulkRows)
        .where(and(eq(bulkRows.bulkId, bulkId), gt(bulkRows.seq, after)))
        .orderBy(bulkRows.seq)
        .limit(limit);
      return rows.map(asRow);
    },
    startBulk: async (bulkId, { by, reason, at }) => {
      const started = await db
        .update(bulkRuns)
        .set({ status: 'running', startedBy: by, startedAt: at, reason })
        .where(and(eq(bulkRuns.bulkId, bulkId), eq(bulkRuns.status, 'draft')))
        .returning({ id: bulkRuns.bulkId });
      return started.length > 0;
    },
    abortBulk: (bulkId, { by, at }) =>
      transaction(async (tx) => {
        const aborted = await tx
          .update(bulkRuns)
          .set({ status: 'aborted', abortedBy: by, endedAt: at })
          .where(and(eq(bulkRuns.bulkId, bulkId), inArray(bulkRuns.status, ['draft', 'running'])))
          .returning({ id: bulkRuns.bulkId });
        if (aborted.length === 0) return false;
        await tx
          .update(bulkRows)
          .set({ state: 'skipped', result: 'aborted', endedAt: at })
          .where(
            and(
              eq(bulkRows.bulkId, bulkId),
              or(
                eq(bulkRows.state, 'pending'),
                and(eq(bulkRows.state, 'waiting'), ne(bulkRows.result, REFUND_UNDER_WAY)),
              ),
            ),
          );
        return true;
      }),
    endBulk: async (bulkId, at) => {
      await db
        .update(bulkRuns)
        .set({ status: 'done', endedAt: at })
        .where(and(eq(bulkRuns.bulkId, bulkId), eq(bulkRuns.status, 'running')));
    },
    dueBulkRows: async (bulkId, at, limit) => {
      const rows = await db
        .select()
        .from(bulkRows)
        .where(
          and(
            eq(bulkRows.bulkId, bulkId),
            inArray(bulkRows.state, ['pending', 'doing', 'waiting']),
            or(isNull(bulkRows.notBefore), lte(bulkRows.notBefore, utc(at))),
          ),
        )
        .orderBy(
          sql`case ${bulkRows.state} when 'doing' then 0 when 'pending' then 1 else 2 end`,
          asc(bulkRows.seq),
        )
        .limit(limit);
      return rows.map(asRow);
    },
    nextBulkRow: async (bulkId) => {
      const [next] = await db
        .select({ at: bulkRows.notBefore })
        .from(bulkRows)
        .where(and(eq(bulkRows.bulkId, bulkId), inArray(bulkRows.state, ['pending', 'doing', 'waiting'])))
        .orderBy(sql`${bulkRows.notBefore} nulls first`)
        .limit(1);
      return next && (next.at ?? new Date(0).toISOString());
    },
    beginBulkRow: ({ bulkId, seq }, entry) =>
      transaction(async (tx) => {
        const begun = await tx
          .update(bulkRows)
          .set({ state: 'doing' })
          .where(and(rowIs(bulkId, seq), eq(bulkRows.state, 'pending')))
          .returning({ seq: bulkRows.seq });
        if (begun.length > 0) await recordAudit(tx, entry);
        return begun.length > 0;
      }),
    recordBulkRow: ({ bulkId, seq }, { at, due, paymentId, notBefore, ...change }, entry) =>
      transaction(async (tx) => {
        const hasResult =
          change.state !== 'waiting' && change.state !== 'doing' && change.state !== 'pending';
        const changed = await tx
          .update(bulkRows)
          .set({
            ...change,
            tries: sql`${bulkRows.tries} + 1`,
            notBefore: notBefore ?? null,
            ...(due !== undefined && { due }),
            ...(paymentId !== undefined && { paymentId }),
            ...(hasResult && { endedAt: at }),
          })
          .where(and(rowIs(bulkId, seq), isNull(bulkRows.endedAt)))
          .returning({ seq: bulkRows.seq });
        if (entry && changed.length > 0) await recordAudit(tx, entry);
      }),
  };
}

const rowIs = (bulkId: string, seq: number) => and(eq(bulkRows.bulkId, bulkId), eq(bulkRows.seq, seq));

function selected({
  ids,
  offerId,
  funnelId,
  step,
  catalogHash,
  currency,
  price,
  statuses,
  ...period
}: BulkFilter) {
  const is = <T>(value: T | undefined, condition: (value: T) => SQL) =>
    value === undefined ? undefined : condition(value);
  return and(
    within(period),
    is(ids, (some) => inArray(presentations.id, some)),
    is(offerId, (id) => eq(presentations.offerId, id)),
    is(funnelId, (id) => eq(presentations.funnelId, id)),
    is(step, (id) => eq(presentations.step, id)),
    is(catalogHash, (hash) => eq(presentations.catalogHash, hash)),
    is(currency, (code) => eq(presentations.currency, code)),
    is(price, (amount) => sql`(${presentations.price}->>'dueNow')::bigint = ${amount}`),
    is(statuses, (some) => inArray(presentations.status, some)),
  );
}

async function createBulk(tx: Database, run: BulkRun, rows: BulkRowDraft[]): Promise<void> {
  await tx.insert(bulkRuns).values(run);
  for (let start = 0; start < rows.length; start += CHUNK) {
    const chunk = rows.slice(start, start + CHUNK);
    await tx.insert(bulkRows).values(
      chunk.map((row, place) => ({
        ...row,
        bulkId: run.bulkId,
        seq: start + place + 1,
        state: 'pending' as const,
      })),
    );
  }
}

async function bulkTotals(db: Database, bulkId: string): Promise<BulkTotals> {
  const of = eq(bulkRows.bulkId, bulkId);
  const sum = (column: AnyColumn) => sql`coalesce(sum(${column}), 0)`.mapWith(Number);
  const [states, money, results] = await Promise.all([
    db.select({ state: bulkRows.state, rows: count() }).from(bulkRows).where(of).groupBy(bulkRows.state),
    db
      .select({
        currency: bulkRows.currency,
        status: sql<string>`coalesce(${bulkRows.statusThen}, '')`.as('status_then'),
        rows: count(),
        price: sum(bulkRows.price),
        paid: sum(bulkRows.paid),
        due: sum(bulkRows.due),
      })
      .from(bulkRows)
      .where(of)
      .groupBy(bulkRows.currency, sql`2`)
      .orderBy(bulkRows.currency, sql`2`),
    db
      .select({ result: sql<string>`${bulkRows.result}`, rows: count() })
      .from(bulkRows)
      .where(and(of, sql`${bulkRows.result} is not null`))
      .groupBy(bulkRows.result)
      .orderBy(bulkRows.result),
  ]);
  return {
    rows: states.reduce((total, { rows }) => total + rows, 0),
    states: Object.fromEntries(states.map(({ state, rows }) => [state, rows])),
    money,
    results,
  };
}

const asRow = (row: typeof bulkRows.$inferSelect) => withoutNulls(row) as BulkRow;

function withoutNulls(row: object): object {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}
