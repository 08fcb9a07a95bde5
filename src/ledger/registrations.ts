/** Purchases registered before payment: one checkout session each, and one payment that counts. */
import { eq, sql, type AnyColumn } from 'drizzle-orm';
import type { NewRegistration, PurchaseClaim, Registration } from './interface/purchases.js';
import { purchases } from './schema.js';
import type { Database } from './store.js';

/** Implements `Ledger.recordRegistration`. The first session stands: a second one is never handed to anybody. */
export async function recordRegistration(
  db: Database,
  { recordedAt, ...registration }: NewRegistration,
): Promise<Registration> {
  const { checkoutSessionId, checkoutUrl, requestHash, returnUrl } = registration;
  const ifFirst = (column: AnyColumn, value: string | undefined) =>
    sql`case when ${purchases.checkoutSessionId} is null then ${value ?? null}::text else ${column} end`;
  await db
    .insert(purchases)
    .values({ ...registration, recordedAt, trigger: 'purchase', status: 'awaiting_payment', paid: false })
    .onConflictDoUpdate({
      target: purchases.purchaseId,
      set: {
        checkoutSessionId: sql`coalesce(${purchases.checkoutSessionId}, ${checkoutSessionId}::text)`,
        checkoutUrl: ifFirst(purchases.checkoutUrl, checkoutUrl),
        requestHash: ifFirst(purchases.requestHash, requestHash),
        returnUrl: ifFirst(purchases.returnUrl, returnUrl),
      },
    });
  const standing = await findRegistration(db, registration.purchaseId);
  if (standing === undefined) throw new Error('unreachable: the purchase was inserted before');
  return standing;
}

export async function findRegistration(db: Database, purchaseId: string): Promise<Registration | undefined> {
  const [row] = await db
    .select({
      checkoutSessionId: purchases.checkoutSessionId,
      checkoutUrl: purchases.checkoutUrl,
      requestHash: purchases.requestHash,
      recordedAt: purchases.recordedAt,
    })
    .from(purchases)
    .where(eq(purchases.purchaseId, purchaseId));
  if (row === undefined || row.checkoutSessionId === null) return undefined;
  return {
    checkoutSessionId: row.checkoutSessionId,
    recordedAt: row.recordedAt,
    ...(row.checkoutUrl !== null && { checkoutUrl: row.checkoutUrl }),
    ...(row.requestHash !== null && { requestHash: row.requestHash }),
  };
}

/** The transaction behind `Ledger.claimPurchase`. */
export async function claimPurchase(
  tx: Database,
  { purchaseId, paymentId, workflowId }: { purchaseId: string; paymentId: string; workflowId: string },
): Promise<PurchaseClaim | undefined> {
  const [row] = await tx.select().from(purchases).where(eq(purchases.purchaseId, purchaseId)).for('update');
  if (row === undefined) return undefined;
  if (row.paymentId !== null) return { paidBy: row.paymentId, withdrawn: row.outcome === 'withdrawn' };
  await tx
    .update(purchases)
    .set({
      paymentId,
      paid: true,
      workflowId,
      // It was given up unpaid; its payment came after all.
      ...(row.outcome === 'abandoned' && {
        status: 'evaluating',
        outcome: null,
        reason: null,
        settledAt: null,
      }),
    })
    .where(eq(purchases.purchaseId, purchaseId));
  return { paidBy: paymentId, withdrawn: row.outcome === 'withdrawn' };
}
