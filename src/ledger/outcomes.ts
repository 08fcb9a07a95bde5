/** The outcome of a run, by the money that stands. */
import { and, eq } from 'drizzle-orm';
import { outcomeThatStands } from '../domain/outcome.js';
import type { Outcome } from '../domain/words.js';
import { presentations } from './schema.js';
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
