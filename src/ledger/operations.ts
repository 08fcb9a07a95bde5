/** Implements `OperationsLedger`. */
import { and, eq, gt, inArray, lt, ne, notExists, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { REPAIRED } from '../domain/janitor.js';
import { UNSETTLED_STATUSES, type PresentationRecord } from '../domain/presentation.js';
import { PAUSE_ENDINGS, PAUSED } from '../domain/timeline.js';
import type { PresentationStatus } from '../domain/words.js';
import type {
  ClosedRun,
  OperationsLedger,
  TimedPause,
  UnfinishedPage,
  UnsettledPurchase,
} from './interface/operations.js';
import { changePresentation } from './presentations.js';
import { settle } from './purchases.js';
import { attemptRecord, presentationRecord, purchaseRecord } from './records.js';
import { openReview } from './reviews.js';
import { attempts, presentations, purchases, timeline } from './schema.js';
import type { Database, LedgerLog, Store } from './store.js';
import { addToTimeline } from './timeline.js';

export function operationsOn({ db, transaction }: Pick<Store, 'db' | 'transaction'>, log: LedgerLog) {
  return {
    attemptsOf: async (presentationId) => {
      const rows = await db
        .select()
        .from(attempts)
        .where(eq(attempts.presentationId, presentationId))
        .orderBy(attempts.createdAt, attempts.attemptId);
      return rows.map(attemptRecord);
    },
    unsettledPresentations: (page) => presentationsIn(db, UNSETTLED_STATUSES, page),
    scheduledPresentations: (page) => presentationsIn(db, ['scheduled'], page),
    timedPauses: (page) => timedPauses(db, page),
    unsettledPurchases: (page) => unsettledPurchases(db, page),
    note: (purchaseId, entries) => addToTimeline(db, purchaseId, entries),
    closeRun: (closed) => transaction((tx) => closeRun(tx, closed, log)),
    countRepairs: () =>
      db
        .select({
          what: sql<string>`coalesce(${timeline.detail}->>'what', '')`,
          count: sql`count(*)`.mapWith(Number),
        })
        .from(timeline)
        .where(eq(timeline.type, REPAIRED))
        .groupBy(sql`1`),
  } satisfies OperationsLedger;
}

async function presentationsIn(
  db: Database,
  statuses: readonly PresentationStatus[],
  { before, after = '', limit }: UnfinishedPage,
): Promise<PresentationRecord[]> {
  const rows = await db
    .select()
    .from(presentations)
    .where(
      and(
        inArray(presentations.status, [...statuses]),
        lt(presentations.presentedAt, before),
        gt(presentations.id, after),
      ),
    )
    .orderBy(presentations.id)
    .limit(limit);
  return rows.map(presentationRecord);
}

async function timedPauses(
  db: Database,
  { before, after = '', limit }: UnfinishedPage,
): Promise<TimedPause[]> {
  const ends = alias(timeline, 'ends');
  const presentationId = sql<string>`${timeline.detail}->>'presentationId'`;
  const of = (field: string) => sql<string>`${timeline.detail}->>${field}`;
  const ended = db
    .select({ seq: ends.seq })
    .from(ends)
    .where(
      and(
        eq(ends.purchaseId, timeline.purchaseId),
        inArray(ends.type, [...PAUSE_ENDINGS]),
        sql`${ends.detail}->>'presentationId' = ${presentationId}`,
      ),
    );
  const later = alias(timeline, 'later');
  // The subscription has been paused once more since: that pause counts.
  const replaced = db
    .select({ seq: later.seq })
    .from(later)
    .where(
      and(
        eq(later.type, PAUSED),
        sql`${later.detail}->>'subscriptionId' = ${of('subscriptionId')}`,
        sql`${later.seq} > ${timeline.seq}`,
      ),
    );
  return db
    .select({
      presentationId,
      purchaseId: timeline.purchaseId,
      subscriptionId: of('subscriptionId'),
      pausedAt: of('pausedAt'),
      until: of('until'),
    })
    .from(timeline)
    .where(
      and(
        eq(timeline.type, PAUSED),
        lt(timeline.at, before),
        sql`${timeline.detail}->>'until' is not null`,
        gt(presentationId, after),
        notExists(ended),
        notExists(replaced),
      ),
    )
    .orderBy(presentationId)
    .limit(limit);
}

async function unsettledPurchases(
  db: Database,
  { before, after = '', limit }: UnfinishedPage,
): Promise<UnsettledPurchase[]> {
  const rows = await db
    .select()
    .from(purchases)
    .where(
      and(ne(purchases.status, 'settled'), lt(purchases.recordedAt, before), gt(purchases.purchaseId, after)),
    )
    .orderBy(purchases.purchaseId)
    .limit(limit);
  return rows.flatMap((row) =>
    row.status === 'settled'
      ? []
      : [{ ...purchaseRecord(row), status: row.status, recordedAt: row.recordedAt }],
  );
}

/** The transaction behind `Ledger.closeRun`. */
async function closeRun(
  tx: Database,
  { presentations: ended, ...settled }: ClosedRun,
  log: LedgerLog,
): Promise<void> {
  for (const { id, patch, reviews } of ended) {
    await changePresentation(tx, id, patch, [], log, false, settled.at);
    if (reviews.length === 0) continue;
    const [after] = await tx
      .select({ status: presentations.status })
      .from(presentations)
      .where(eq(presentations.id, id));
    if (after?.status === 'paid') continue;
    for (const review of reviews) await openReview(tx, review);
  }
  await settle(tx, settled, log);
}
