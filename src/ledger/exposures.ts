/** Exposures: the arm of each experiment a customer is in. The first one written counts. */
import { and, eq, inArray } from 'drizzle-orm';
import type { Exposure } from './interface/experiments.js';
import { exposures } from './schema.js';
import type { Database } from './store.js';

/** Another run of the customer was assigned another arm just now. The caller must read it again and follow it. */
export class AssignedOtherwise extends Error {
  override readonly name = 'AssignedOtherwise';
}

/** Implements `Ledger.exposuresOf`. */
export async function exposuresOf(db: Database, customerId: string): Promise<Record<string, string>> {
  const rows = await db
    .select({ experiment: exposures.experiment, variant: exposures.variant })
    .from(exposures)
    .where(eq(exposures.customerId, customerId));
  return Object.fromEntries(rows.map(({ experiment, variant }) => [experiment, variant]));
}

/**
 * Writes the exposures of one customer that are not recorded yet.
 *
 * @throws AssignedOtherwise when the customer is in another arm that still exists. Ends the transaction.
 */
export async function recordExposures(tx: Database, all: readonly Exposure[] = []): Promise<void> {
  // Always in the same order, so that two transactions for one customer cannot deadlock.
  const sorted = [...all].sort((one, other) => (one.experiment < other.experiment ? -1 : 1));
  const [first] = sorted;
  if (!first) return;
  await tx.insert(exposures).values(sorted).onConflictDoNothing();
  const written = await tx
    .select()
    .from(exposures)
    .where(
      and(
        eq(exposures.customerId, first.customerId),
        inArray(
          exposures.experiment,
          sorted.map(({ experiment }) => experiment),
        ),
      ),
    );
  for (const { experiment, variant } of written) {
    const wanted = sorted.find((one) => one.experiment === experiment);
    if (!wanted || wanted.variant === variant || !wanted.arms.some(({ id }) => id === variant)) continue;
    throw new AssignedOtherwise(
      `The customer was just assigned arm ${variant} of experiment ${experiment}, not ${wanted.variant}.`,
    );
  }
}
