/** Finds the one page that tells the story of an id, whatever kind of id it is. */
import { arrayContains, desc, eq, or, sql, type SQL } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import { triggerPurchaseId } from '../domain/ids.js';
import type { Place } from './interface/console.js';
import { attempts, compensations, payments, presentations, purchases, reviews, timeline } from './schema.js';
import type { Database } from './store.js';

/** Looks in one table after another, the most exact ones first. */
export async function placeOf(db: Database, id: string): Promise<Place | undefined> {
  const finders = [purchaseItself, presentation, attempt, payment, review, subscription, told, customer];
  for (const find of finders) {
    const place = await find(db, id);
    if (place) return place;
  }
  return undefined;
}

type Finder = (db: Database, id: string) => Promise<Place | undefined>;

const purchaseItself: Finder = async (db, id) => {
  const [row] = await db
    .select({ purchaseId: purchases.purchaseId })
    .from(purchases)
    .where(
      or(
        eq(purchases.purchaseId, id),
        eq(purchases.purchaseId, triggerPurchaseId(id)),
        eq(purchases.paymentId, id),
      ),
    )
    .limit(1);
  return row && { kind: 'purchase', purchaseId: row.purchaseId };
};

const presentation: Finder = (db, id) =>
  ofPresentation(db, or(eq(presentations.id, id), eq(presentations.paymentId, id)));

const attempt: Finder = async (db, id) => {
  const [row] = await db
    .select({ presentationId: attempts.presentationId })
    .from(attempts)
    .where(eq(attempts.attemptId, id));
  return row && ofPresentation(db, eq(presentations.id, row.presentationId));
};

const payment: Finder = async (db, id) => {
  const [row] = await db.select().from(payments).where(eq(payments.paymentId, id));
  return row && ofRecord(db, row);
};

const review: Finder = async (db, id) => {
  const [row] = await db.select({ reviewId: reviews.reviewId }).from(reviews).where(eq(reviews.reviewId, id));
  return row && { kind: 'review', reviewId: row.reviewId };
};

/** A subscription has many purchases: its customer's page shows them all. */
const subscription: Finder = async (db, id) => {
  const [bought] = await db
    .select({ purchaseId: purchases.purchaseId, customerId: purchases.customerId })
    .from(purchases)
    .where(eq(purchases.subscriptionId, id))
    .orderBy(desc(purchases.recordedAt))
    .limit(1);
  if (bought)
    return bought.customerId === null
      ? { kind: 'purchase', purchaseId: bought.purchaseId }
      : { kind: 'customer', customerId: bought.customerId };
  const [paid] = await db
    .select()
    .from(payments)
    .where(arrayContains(payments.subscriptionIds, [id]))
    .limit(1);
  if (paid) return ofRecord(db, paid);
  const [ended] = await db.select().from(compensations).where(eq(compensations.subscriptionId, id)).limit(1);
  if (ended) return ofRecord(db, { ...ended, customerId: null });
  return ofPresentation(db, sql`${presentations.terms}->>'subscriptionId' = ${id}`);
};

const customer: Finder = async (db, id) => {
  const known = async (table: PgTable, condition: SQL) =>
    (
      await db
        .select({ one: sql`1` })
        .from(table)
        .where(condition)
        .limit(1)
    ).length > 0;
  const isKnown =
    (await known(purchases, eq(purchases.customerId, id))) ||
    (await known(presentations, eq(presentations.customerId, id))) ||
    (await known(payments, eq(payments.customerId, id)));
  return isKnown ? { kind: 'customer', customerId: id } : undefined;
};

async function ofPresentation(db: Database, condition: SQL | undefined): Promise<Place | undefined> {
  const [row] = await db
    .select({ id: presentations.id, purchaseId: presentations.purchaseId })
    .from(presentations)
    .where(condition)
    .limit(1);
  return row && { kind: 'purchase', purchaseId: row.purchaseId, presentationId: row.id };
}

async function ofRecord(
  db: Database,
  row: { purchaseId: string | null; presentationId: string | null; customerId: string | null },
): Promise<Place | undefined> {
  if (row.presentationId !== null) {
    const place = await ofPresentation(db, eq(presentations.id, row.presentationId));
    if (place) return place;
  }
  if (row.purchaseId !== null) return { kind: 'purchase', purchaseId: row.purchaseId };
  return row.customerId === null ? undefined : { kind: 'customer', customerId: row.customerId };
}

/** Refunds, disputes and notifications are entries in the timeline of their purchase. */
const told: Finder = async (db, id) => {
  const [row] = await db
    .select({ purchaseId: timeline.purchaseId })
    .from(timeline)
    .where(sql`${timeline.detail}->>'id' = ${id}`)
    .limit(1);
  return row && { kind: 'purchase', purchaseId: row.purchaseId };
};
