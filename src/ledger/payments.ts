/** Payment records: every payment of ours that was ever seen, whatever told of it. */
import { and, eq, or, sql, type SQL } from 'drizzle-orm';
import type { PaymentRecord, PaymentSource, PaymentVerdict } from '../domain/accounting.js';
import { phaseOf } from '../domain/payment.js';
import type { SeenPayment } from '../domain/verdict.js';
import { payments } from './schema.js';
import type { Database } from './store.js';

type PaymentRow = typeof payments.$inferSelect;

/** A payment as one source tells of it. */
export interface PaymentSighting extends SeenPayment {
  presentationId?: string;
  purchaseId?: string;
  /** Succeeded refunds, where the source tells. Minor units. */
  refundedAmount?: number;
  /** Lost to disputes, where the source tells. Minor units. */
  lostAmount?: number;
  source: PaymentSource;
  /** RFC 3339. */
  seenAt: string;
}

/**
 * The transaction behind `Ledger.recordPayment`. Records only ever learn: a paid payment stays paid, money that went
 * back stays away, and a source that tells less takes nothing from what another one told.
 */
export async function recordPayment(tx: Database, sighting: PaymentSighting): Promise<PaymentRecord> {
  await tx.insert(payments).values(rowOf(sighting)).onConflictDoNothing();
  const [before] = await tx
    .select()
    .from(payments)
    .where(eq(payments.paymentId, sighting.paymentId))
    .for('update');
  if (before === undefined) throw new Error('unreachable: the payment was inserted before');
  const after = { ...before, ...learned(before, sighting) };
  await tx.update(payments).set(after).where(eq(payments.paymentId, sighting.paymentId));
  return paymentRecord(after);
}

function rowOf(sighting: PaymentSighting): typeof payments.$inferInsert {
  const { seenAt, productIds, subscriptionIds, ...seen } = sighting;
  return {
    ...seen,
    productIds: productIds && [...productIds],
    subscriptionIds: subscriptionIds && [...subscriptionIds],
    firstSeenAt: seenAt,
    lastSeenAt: seenAt,
  };
}

function learned(before: PaymentRow, sighting: PaymentSighting): Partial<PaymentRow> {
  const news = rowOf(sighting);
  const isNewer = finality(news.status ?? null) >= finality(before.status);
  return {
    attemptId: before.attemptId ?? news.attemptId,
    presentationId: before.presentationId ?? news.presentationId,
    purchaseId: before.purchaseId ?? news.purchaseId,
    customerId: before.customerId ?? news.customerId,
    productIds: before.productIds?.length ? before.productIds : news.productIds,
    sessionId: before.sessionId ?? news.sessionId,
    subscriptionIds: before.subscriptionIds?.length ? before.subscriptionIds : news.subscriptionIds,
    chargeType: before.chargeType ?? news.chargeType,
    createdAt: before.createdAt ?? news.createdAt,
    proven: before.proven || news.proven === true,
    // What Dodo says of the money belongs to the state it says it in.
    ...(isNewer && {
      status: news.status ?? before.status,
      amount: news.amount ?? before.amount,
      currency: news.currency ?? before.currency,
    }),
    refundedAmount: Math.max(before.refundedAmount, news.refundedAmount ?? 0),
    lostAmount: Math.max(before.lostAmount, news.lostAmount ?? 0),
    firstSeenAt: before.firstSeenAt < news.firstSeenAt ? before.firstSeenAt : news.firstSeenAt,
    lastSeenAt: before.lastSeenAt > news.lastSeenAt ? before.lastSeenAt : news.lastSeenAt,
  };
}

/** How final a status is: an older reading must not undo a later one. */
function finality(status: string | null): number {
  switch (phaseOf(status)) {
    case 'paid':
      return 3;
    case 'failed':
      return 2;
    case 'action_required':
      return 1;
    case 'pending':
      return status === null ? 0 : 1;
  }
}

/** Verdicts a verdict may still become: `counts` and `goes_back` are about money that moved, and stay. */
const NEXT_VERDICT: Record<PaymentVerdict, readonly PaymentVerdict[]> = {
  undecided: ['counts', 'goes_back', 'review', 'not_ours'],
  review: ['counts', 'goes_back', 'not_ours'],
  not_ours: ['counts', 'goes_back', 'review'],
  counts: [],
  goes_back: [],
};

/**
 * The transaction behind `Ledger.recordVerdict`.
 *
 * @returns the verdict that stands: the given one, or an earlier one that is final
 */
export async function recordVerdict(
  tx: Database,
  paymentId: string,
  verdict: PaymentVerdict,
  about: { detail?: string; presentationId?: string; purchaseId?: string },
): Promise<PaymentVerdict | undefined> {
  const [row] = await tx.select().from(payments).where(eq(payments.paymentId, paymentId)).for('update');
  if (row === undefined) return undefined;
  if (!NEXT_VERDICT[row.verdict].includes(verdict)) return row.verdict;
  await tx
    .update(payments)
    .set({
      verdict,
      verdictDetail: about.detail ?? null,
      presentationId: row.presentationId ?? about.presentationId,
      purchaseId: row.purchaseId ?? about.purchaseId,
    })
    .where(eq(payments.paymentId, paymentId));
  return verdict;
}

export async function findPayment(db: Database, paymentId: string): Promise<PaymentRecord | undefined> {
  const [row] = await db.select().from(payments).where(eq(payments.paymentId, paymentId));
  return row && paymentRecord(row);
}

/** Which payments: every criterion that is given must hold. */
export interface PaymentFilter {
  attemptId?: string;
  presentationId?: string;
  purchaseId?: string;
  customerId?: string;
  verdict?: PaymentVerdict;
  /** First seen at or after this time. RFC 3339. */
  since?: string;
}

/** The payments that match, in the order they were first seen. */
export async function listPaymentRecords(db: Database, filter: PaymentFilter): Promise<PaymentRecord[]> {
  const conditions: (SQL | undefined)[] = [
    filter.attemptId === undefined ? undefined : eq(payments.attemptId, filter.attemptId),
    filter.presentationId === undefined ? undefined : eq(payments.presentationId, filter.presentationId),
    filter.purchaseId === undefined ? undefined : eq(payments.purchaseId, filter.purchaseId),
    filter.customerId === undefined ? undefined : eq(payments.customerId, filter.customerId),
    filter.verdict === undefined ? undefined : eq(payments.verdict, filter.verdict),
    filter.since === undefined ? undefined : sql`${payments.firstSeenAt} >= ${filter.since}`,
  ];
  const rows = await db
    .select()
    .from(payments)
    .where(and(...conditions))
    .orderBy(payments.firstSeenAt, payments.paymentId);
  return rows.map(paymentRecord);
}

/** Whether a payment already counts for a presentation or is a purchase of its own. */
export async function isPaymentUsed(db: Database, paymentId: string): Promise<boolean> {
  const rows = await db
    .select({ id: payments.paymentId })
    .from(payments)
    .where(
      and(
        eq(payments.paymentId, paymentId),
        or(eq(payments.verdict, 'counts'), eq(payments.verdict, 'goes_back')),
      ),
    );
  return rows.length > 0;
}

function paymentRecord(row: PaymentRow): PaymentRecord {
  const kept = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
  return { ...(kept as unknown as PaymentRecord), status: row.status };
}
