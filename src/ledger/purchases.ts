/** Implements `PurchaseLedger`, except for waits. */
import { and, arrayContains, desc, eq, inArray, notExists, sql, type AnyColumn, type SQL } from 'drizzle-orm';
import { recordExposures } from './exposures.js';
import type { SettleInput } from './interface/purchases.js';
import type { BillingAddress, PurchaseRecord, PurchaseView } from '../domain/purchase.js';
import { laterOutcome } from '../domain/outcome.js';
import { POSSIBLY_OWNED_STATUSES } from '../domain/presentation.js';
import { standingOutcome } from './outcomes.js';
import { changePresentation, withdrawLeftOpen } from './presentations.js';
import { presentationRecord, purchaseRecord, timelineEntry } from './records.js';
import { payments, presentations, purchases, timeline } from './schema.js';
import type { Database, LedgerLog } from './store.js';
import { addToTimeline } from './timeline.js';

/** Adds a purchase, or fills in fields that were not known yet. */
export async function recordPurchase(
  db: Database,
  purchase: PurchaseRecord,
  status: 'awaiting_payment' | 'evaluating',
): Promise<void> {
  await db
    .insert(purchases)
    .values({ ...purchase, status, paid: status === 'evaluating' })
    .onConflictDoUpdate({
      target: purchases.purchaseId,
      set: {
        // Who paid may be another customer than the one it was registered for. Once settled it may have been erased.
        customerId: sql`case when ${purchases.status} = 'settled' then ${purchases.customerId} else coalesce(${newValue(purchases.customerId)}, ${purchases.customerId}) end`,
        paymentId: keptOrNew(purchases.paymentId),
        checkoutSessionId: keptOrNew(purchases.checkoutSessionId),
        subscriptionId: keptOrNew(purchases.subscriptionId),
        productIds: sql`case when cardinality(${purchases.productIds}) = 0 then ${newValue(purchases.productIds)} else ${purchases.productIds} end`,
        amount: keptOrNew(purchases.amount),
        currency: keptOrNew(purchases.currency),
        // Settling erased the address; a late repetition must not bring it back.
        billing: sql`case when ${purchases.status} = 'settled' then null else ${keptOrNew(purchases.billing)} end`,
        purchasedAt: keptOrNew(purchases.purchasedAt),
        // Once settled it may have been erased.
        metadata: sql`case when ${purchases.status} = 'settled' then ${purchases.metadata} else ${keptOrNew(purchases.metadata)} end`,
        paid: sql`${purchases.paid} or ${newValue(purchases.paid)}`,
        status: sql`case when ${purchases.status} = 'awaiting_payment' then ${newValue(purchases.status)} else ${purchases.status} end`,
      },
    });
}

/** The value of the existing row, else of the new one. */
function keptOrNew(column: AnyColumn): SQL {
  return sql`coalesce(${column}, ${newValue(column)})`;
}

function newValue(column: AnyColumn): SQL {
  return sql`excluded.${sql.identifier(column.name)}`;
}

export async function billingOf(db: Database, purchaseId: string): Promise<BillingAddress | undefined> {
  const [row] = await db
    .select({ billing: purchases.billing })
    .from(purchases)
    .where(eq(purchases.purchaseId, purchaseId));
  return row?.billing ?? undefined;
}

export async function returnUrlOf(db: Database, purchaseId: string): Promise<string | undefined> {
  const [row] = await db
    .select({ returnUrl: purchases.returnUrl })
    .from(purchases)
    .where(eq(purchases.purchaseId, purchaseId));
  return row?.returnUrl ?? undefined;
}

/** The transaction behind `Ledger.settle`. */
export async function settle(tx: Database, input: SettleInput, log: LedgerLog): Promise<void> {
  const { purchaseId, outcome, reason, at, evaluation, presentation } = input;
  // The presentation before the purchase, as everywhere, so that transactions cannot deadlock.
  if (presentation) await changePresentation(tx, presentation.id, presentation.patch, [], log, false, at);
  if (input.endsRun) await withdrawLeftOpen(tx, { purchaseId }, at);
  await addToTimeline(tx, purchaseId, input.timeline);
  await recordExposures(tx, input.exposures);

  const [row] = await tx.select().from(purchases).where(eq(purchases.purchaseId, purchaseId)).for('update');
  if (row === undefined) {
    log.warn({ purchaseId }, 'The ledger has no such purchase; the outcome was not recorded.');
    return;
  }
  const settledOutcome = await standingOutcome(tx, purchaseId, laterOutcome(row.outcome, outcome));
  await tx
    .update(purchases)
    .set({
      status: 'settled',
      outcome: settledOutcome,
      reason: settledOutcome === row.outcome ? row.reason : (reason ?? null),
      settledAt: row.settledAt ?? at,
      billing: null,
      // A settled run keeps its original reasons.
      ...(row.status !== 'settled' && {
        catalogHash: evaluation?.catalogHash,
        considered: evaluation?.considered,
        facts: evaluation?.facts,
      }),
    })
    .where(eq(purchases.purchaseId, purchaseId));
}

export async function findPurchase(db: Database, purchaseId: string): Promise<PurchaseView | undefined> {
  const [row] = await db.select().from(purchases).where(eq(purchases.purchaseId, purchaseId));
  if (row === undefined) return undefined;
  const shown = await db
    .select()
    .from(presentations)
    .where(eq(presentations.purchaseId, purchaseId))
    .orderBy(presentations.presentedAt, presentations.id);
  const entries = await db
    .select()
    .from(timeline)
    .where(eq(timeline.purchaseId, purchaseId))
    .orderBy(timeline.at, timeline.seq);
  return {
    purchase: purchaseRecord(row),
    status: row.status,
    outcome: row.outcome ?? undefined,
    reason: row.reason ?? undefined,
    funnelId: row.funnelId ?? undefined,
    catalogHash: row.catalogHash ?? undefined,
    considered: row.considered,
    facts: row.facts ?? undefined,
    presentations: shown.map(presentationRecord),
    timeline: entries.map(timelineEntry),
  };
}

export async function purchasePaidBy(db: Database, paymentId: string): Promise<PurchaseView | undefined> {
  const [row] = await db
    .select({ purchaseId: purchases.purchaseId })
    .from(purchases)
    .where(eq(purchases.paymentId, paymentId));
  return row && findPurchase(db, row.purchaseId);
}

export async function latestPurchase(db: Database, customerId: string): Promise<PurchaseView | undefined> {
  const [row] = await db
    .select({ purchaseId: purchases.purchaseId })
    .from(purchases)
    .where(eq(purchases.customerId, customerId))
    .orderBy(
      desc(sql`coalesce(${purchases.purchasedAt}, ${purchases.recordedAt})`),
      desc(purchases.recordedAt),
    )
    .limit(1);
  return row && findPurchase(db, row.purchaseId);
}

/** Implements `Ledger.hasBought`. */
export async function hasBought(db: Database, customerId: string, productId: string): Promise<boolean> {
  const throughOffer = db
    .select({ id: presentations.id })
    .from(presentations)
    .where(
      and(
        eq(presentations.customerId, customerId),
        eq(presentations.productId, productId),
        inArray(presentations.status, [...POSSIBLY_OWNED_STATUSES]),
        // A change at the next billing date is paid with nothing, and nothing is refunded of it.
        sql`(${presentations.refundedAmount} = 0 or ${presentations.refundedAmount} < coalesce(${presentations.paidAmount}, 0))`,
      ),
    );
  const directly = db
    .select({ id: purchases.purchaseId })
    .from(purchases)
    .where(
      and(
        eq(purchases.customerId, customerId),
        arrayContains(purchases.productIds, [productId]),
        eq(purchases.trigger, 'purchase'),
        eq(purchases.paid, true),
        // Which of its products went back with a part of the money, only Dodo knows.
        notExists(
          db
            .select({ id: payments.paymentId })
            .from(payments)
            .where(
              and(
                eq(payments.paymentId, purchases.paymentId),
                sql`${payments.refundedAmount} + ${payments.lostAmount} > 0`,
              ),
            ),
        ),
      ),
    );
  const found = await throughOffer.unionAll(directly).limit(1);
  return found.length > 0;
}
