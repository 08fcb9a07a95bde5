/** The outcome of a run, by the money that stands. */
import { and, eq, inArray } from 'drizzle-orm';
import { outcomeThatStands } from '../domain/outcome.js';
import type { Outcome } from '../domain/words.js';
import { presentations, purchases } from './schema.js';
import type { Database } from './store.js';

/** Returns an outcome as corrected by what went back of the purchase's offers. */
export async function standingOutcome(tx: Database, purchaseId: string, outcome: Outcome): Promise<Outcome> {
  const paid = await tx
    .select({
      paidAmount: presentations.paidAmount,
      refundedAmount: presentations.refundedAmount,
      recovered: presentations.recovered,
    })
    .from(presentations)
    .where(and(eq(presentations.purchaseId, purchaseId), eq(presentations.status, 'paid')));
  return outcomeThatStands(
    outcome,
    paid.map(({ paidAmount, ...rest }) => ({ ...rest, ...(paidAmount !== null && { paidAmount }) })),
  );
}

/** Corrects the outcome of a settled run whose change of plan was dropped after all, unless another offer was sold. */
export async function followDropped(tx: Database, purchaseId: string): Promise<void> {
  const [row] = await tx
    .select({ status: purchases.status, outcome: purchases.outcome })
    .from(purchases)
    .where(eq(purchases.purchaseId, purchaseId))
    .for('update');
  if (row?.status !== 'settled' || row.outcome !== 'converted') return;
  const sold = await tx
    .select({ id: presentations.id })
    .from(presentations)
    .where(
      and(eq(presentations.purchaseId, purchaseId), inArray(presentations.status, ['paid', 'scheduled'])),
    )
    .limit(1);
  if (sold.length > 0) return;
  await tx.update(purchases).set({ outcome: 'payment_failed' }).where(eq(purchases.purchaseId, purchaseId));
}
