/** Exposures: who is in which arm of which experiment. The first one written is the one that counts. */
import { and, eq, inArray } from 'drizzle-orm';
import type { Exposure } from './model.js';
import { exposures } from './schema.js';
import type { Database } from './store.js';

/** Another run of the customer was given another arm a moment ago: this one has to look again, and follow it. */
export class AssignedOtherwise extends Error {
  override readonly name = 'AssignedOtherwise';
}

/** The customer's arms by experiment. */
export async function exposuresOf(db: Database, customerId: string): Promise<Record<string, string>> {
  const rows = await db
    .select({ experiment: exposures.experiment, variant: exposures.variant })
    .from(exposures)
    .where(eq(exposures.customerId, customerId));
  return Object.fromEntries(rows.map(({ experiment, variant }) => [experiment, variant]));
}

/**
 * Writes exposures of one customer that are not there yet.
 *
 * @throws AssignedOtherwise when the customer is in another arm that still exists. Ends the transaction.
 */
export async function recordExposures(tx: Database, all: readonly Exposure[] = []): Promise<void> {
  // In one order everywhere, so that two transactions of one customer cannot block each other for good.
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
      `The customer is in arm ${variant} of experiment ${experiment} since a moment ago, not in ${wanted.variant}.`,
    );
  }
}
