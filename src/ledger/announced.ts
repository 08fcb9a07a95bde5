/** Implements the announced payments of `PurchaseLedger`. */
import { eq, lt } from 'drizzle-orm';
import type { AnnouncedPayment } from './interface/purchases.js';
import { announcedPayments } from './schema.js';
import type { Database } from './store.js';

/** What no run has asked for by then was a copy, or its run could not be started. */
const MAX_AGE_MS = 60 * 60_000;

export async function announcePayment(db: Database, payment: AnnouncedPayment): Promise<void> {
  const { customerId, details, announcedAt } = payment;
  await db
    .insert(announcedPayments)
    .values(payment)
    .onConflictDoUpdate({ target: announcedPayments.paymentId, set: { customerId, details, announcedAt } });
  const before = new Date(Date.parse(announcedAt) - MAX_AGE_MS).toISOString();
  await db.delete(announcedPayments).where(lt(announcedPayments.announcedAt, before));
}

export async function announcedPayment(
  db: Database,
  paymentId: string,
): Promise<AnnouncedPayment | undefined> {
  const [row] = await db.select().from(announcedPayments).where(eq(announcedPayments.paymentId, paymentId));
  return row;
}

export async function forgetAnnounced(db: Database, paymentId: string): Promise<void> {
  await db.delete(announcedPayments).where(eq(announcedPayments.paymentId, paymentId));
}
