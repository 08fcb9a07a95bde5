/**
 * Dead letters: webhooks to the merchant that could not be delivered in days of retries. Each is an entry in the
 * timeline of its purchase, with everything needed to send it again. Its redelivery is an entry of its own.
 */
import {
  and,
  count,
  desc,
  eq,
  gt,
  isNotNull,
  isNull,
  notExists,
  sql,
  type AnyColumn,
  type SQL,
} from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Notification, NotifiedReversal } from '../domain/notification.js';
import type {
  DeadLetter,
  DeadNotification,
  DeadNotificationsPage,
  Redelivered,
} from './interface/notifications.js';
import { timeline } from './schema.js';
import type { Database } from './store.js';
import { addToTimeline } from './timeline.js';

const DEAD = 'notification_dead';
const REDELIVERED = 'notification_redelivered';

/** The detail of a timeline entry, which is flat. */
type DeadLetterDetail = Omit<Notification, 'type' | 'purchaseId' | 'payment' | 'choice' | 'reversal'> & {
  id: string;
  notification: Notification['type'];
  paymentId?: string;
  amount?: number;
  option?: string;
  quantity?: number;
  priceHash?: string;
  reversedBy?: NotifiedReversal['kind'];
  reversalId?: string;
  reversedAmount?: number;
  currency?: string;
  failure?: string;
};

export async function deadLetterNotification(
  db: Database,
  { id, notification, failure, redelivery, at }: DeadLetter,
): Promise<void> {
  const { type, purchaseId, payment, choice, reversal, ...rest } = notification;
  const detail = {
    id,
    notification: type,
    ...rest,
    ...payment,
    ...choice,
    ...(reversal && {
      reversedBy: reversal.kind,
      reversalId: reversal.id,
      reversedAmount: reversal.amount,
      currency: reversal.currency,
    }),
    failure,
    // Distinguishes this failure from the one before, which may have had the same cause.
    redelivery,
  };
  await addToTimeline(db, purchaseId, [{ at, type: DEAD, detail: defined(detail) }]);
}

export async function recordRedelivery(
  db: Database,
  { id, notification, reason, run, at }: Redelivered,
): Promise<void> {
  const { purchaseId, presentationId, type, sequence } = notification;
  const detail = { id, presentationId, notification: type, sequence, reason, run };
  await addToTimeline(db, purchaseId, [{ at, type: REDELIVERED, detail }]);
}

/** Implements `Ledger.deadNotifications`: each notification once, as of its latest failure. */
export async function deadNotifications(
  db: Database,
  { all, limit, before }: DeadNotificationsPage,
): Promise<DeadNotification[]> {
  const rows = await latestFailures(
    db,
    all ? undefined : isNull(redelivered.seq),
    before && earlierThan(before),
  )
    .orderBy(desc(timeline.at), desc(timeline.seq))
    .limit(limit);
  return rows.map(deadNotification);
}

export async function findDeadNotification(db: Database, id: string): Promise<DeadNotification | undefined> {
  const [row] = await latestFailures(db, sql`${idIn(timeline)} = ${id}`).limit(1);
  return row && deadNotification(row);
}

export async function countDeadNotifications(db: Database): Promise<number> {
  const waiting = latestFailures(db, isNull(redelivered.seq)).as('waiting');
  const [row] = await db.select({ dead: count() }).from(waiting);
  return row?.dead ?? 0;
}

const later = alias(timeline, 'later');
const redelivered = alias(timeline, 'redelivered');
const idIn = ({ detail }: { detail: AnyColumn }): SQL => sql`${detail}->>'id'`;

function latestFailures(db: Database, ...conditions: (SQL | undefined)[]) {
  const sameAs = (other: typeof later | typeof redelivered, type: string) =>
    and(
      eq(other.purchaseId, timeline.purchaseId),
      eq(other.type, type),
      sql`${idIn(other)} = ${idIn(timeline)}`,
    );
  const failedAgain = db
    .select({ seq: later.seq })
    .from(later)
    .where(and(sameAs(later, DEAD), gt(later.seq, timeline.seq)));
  return db
    .select({
      seq: timeline.seq,
      at: timeline.at,
      purchaseId: timeline.purchaseId,
      detail: timeline.detail,
      redeliveredAt: sql<string | null>`${redelivered.at}`.mapWith(timeline.at).as('redelivered_at'),
    })
    .from(timeline)
    .leftJoin(redelivered, sameAs(redelivered, REDELIVERED))
    .where(and(eq(timeline.type, DEAD), isNotNull(idIn(timeline)), notExists(failedAgain), ...conditions));
}

function earlierThan({ at, seq }: { at: string; seq: number }): SQL {
  return sql`(${timeline.at}, ${timeline.seq}) < (${at}::timestamptz, ${seq}::bigint)`;
}

type Row = Awaited<ReturnType<typeof latestFailures>>[number];

function deadNotification({ seq, at, purchaseId, detail, redeliveredAt }: Row): DeadNotification {
  const letter = detail as unknown as DeadLetterDetail;
  const { id, notification: type, failure, sequence, timestamp, run, presentationId, status } = letter;
  return {
    id,
    seq,
    failedAt: at,
    ...(redeliveredAt !== null && { redeliveredAt }),
    ...(failure !== undefined && { failure }),
    notification: {
      type,
      sequence,
      timestamp,
      run,
      purchaseId,
      presentationId,
      ...(status && { status }),
      ...moneyAndChoice(letter),
    },
  };
}

function moneyAndChoice(letter: DeadLetterDetail): Pick<Notification, 'payment' | 'choice' | 'reversal'> {
  const { paymentId, amount, option, quantity, priceHash } = letter;
  const { reversedBy: kind, reversalId: id, reversedAmount, currency } = letter;
  return {
    ...(amount !== undefined && {
      payment: {
        ...(paymentId && { paymentId }),
        amount,
        ...(kind === undefined && currency !== undefined && { currency }),
      },
    }),
    ...(quantity !== undefined &&
      priceHash !== undefined && { choice: { ...(option && { option }), quantity, priceHash } }),
    ...(kind !== undefined &&
      id !== undefined &&
      reversedAmount !== undefined &&
      currency !== undefined && { reversal: { kind, id, amount: reversedAmount, currency } }),
  };
}

function defined<T extends object>(fields: T): Record<string, string | number> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
