/** Compensations: what must be undone at Dodo, and how far that is. */
import { and, eq, lt, sql } from 'drizzle-orm';
import type {
  CompensationOpening,
  CompensationRecord,
  CompensationReply,
  CompensationStatus,
} from '../domain/accounting.js';
import { compensations } from './schema.js';
import type { Database } from './store.js';

/** Opens a compensation; the same thing is undone once, so a second opening answers the first. */
export async function openCompensation(
  db: Database,
  compensation: CompensationOpening,
): Promise<CompensationRecord> {
  await db
    .insert(compensations)
    .values({ ...compensation, status: 'open' })
    .onConflictDoNothing();
  const found = await findCompensation(db, compensation.compensationId);
  if (found === undefined) throw new Error('unreachable: the compensation was inserted before');
  return found;
}

/**
 * Counts a request that is about to be sent, unless another one was counted since `before` was read.
 *
 * @returns how many there have been, this one included; undefined if it must not be sent
 */
export async function countCompensationTry(
  db: Database,
  id: string,
  askedAt: string,
  before: number,
): Promise<number | undefined> {
  const [row] = await db
    .update(compensations)
    .set({ tries: sql`${compensations.tries} + 1`, askedAt })
    .where(and(eq(compensations.compensationId, id), eq(compensations.tries, before)))
    .returning({ tries: compensations.tries });
  return row?.tries;
}

/** Takes note of what came of a request. It does not speak for a later one. */
export async function noteCompensationReply(
  db: Database,
  id: string,
  tries: number,
  reply: CompensationReply,
): Promise<void> {
  const ofThisTry = and(eq(compensations.compensationId, id), eq(compensations.tries, tries));
  switch (reply.kind) {
    case 'taken': {
      const { refundId } = reply;
      if (refundId !== undefined) {
        const more = JSON.stringify([refundId]);
        await db
          .update(compensations)
          .set({ refundIds: sql`${compensations.refundIds} || ${more}::jsonb` })
          .where(
            and(eq(compensations.compensationId, id), sql`not ${compensations.refundIds} @> ${more}::jsonb`),
          );
      }
      await db.update(compensations).set({ askedAt: null }).where(ofThisTry);
      return;
    }
    case 'refused':
      await db
        .update(compensations)
        .set({ askedAt: null, refusals: sql`${compensations.refusals} + 1` })
        .where(ofThisTry);
      return;
    case 'not_sent':
      await db
        .update(compensations)
        .set({ askedAt: null, tries: sql`${compensations.tries} - 1` })
        .where(ofThisTry);
  }
}

/** Ends a compensation. What Dodo has confirmed stays confirmed; a review may still be confirmed. */
export async function endCompensation(
  db: Database,
  id: string,
  status: Exclude<CompensationStatus, 'open'>,
  at: string,
  refundedAmount?: number,
): Promise<void> {
  await db
    .update(compensations)
    .set({ status, endedAt: at, ...(refundedAmount !== undefined && { refundedAmount }) })
    .where(and(eq(compensations.compensationId, id), sql`${compensations.status} <> 'confirmed'`));
}

export async function findCompensation(db: Database, id: string): Promise<CompensationRecord | undefined> {
  const [row] = await db.select().from(compensations).where(eq(compensations.compensationId, id));
  return row && compensationRecord(row);
}

/** Compensations in a state, the oldest first. */
export async function listCompensations(
  db: Database,
  filter: { status: CompensationStatus; openedBefore?: string },
): Promise<CompensationRecord[]> {
  const rows = await db
    .select()
    .from(compensations)
    .where(
      and(
        eq(compensations.status, filter.status),
        filter.openedBefore === undefined ? undefined : lt(compensations.openedAt, filter.openedBefore),
      ),
    )
    .orderBy(compensations.openedAt, compensations.compensationId);
  return rows.map(compensationRecord);
}

function compensationRecord(row: typeof compensations.$inferSelect): CompensationRecord {
  return Object.fromEntries(
    Object.entries(row).filter(([, value]) => value !== null),
  ) as unknown as CompensationRecord;
}
