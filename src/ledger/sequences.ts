/** One order of notifications per purchase, over all its runs. */
import { and, eq, sql } from 'drizzle-orm';
import { notificationSequences } from './schema.js';
import type { Database } from './store.js';

/** Any number serves, as long as every version of this program uses the same one. */
const SEQUENCES = 7_305_884;

/**
 * The transaction behind `Ledger.sequenceOf`: 1, 2, 3, ... in the order in which notifications are first sent. The same
 * notification again has the number it had.
 *
 * @param least where the count starts at least, for purchases that were told of before there was this table
 */
export async function sequenceOf(
  tx: Database,
  purchaseId: string,
  notificationId: string,
  least = 1,
): Promise<number> {
  await tx.execute(sql`select pg_advisory_xact_lock(${SEQUENCES}::int, hashtext(${purchaseId}))`);
  const { sequence } = notificationSequences;
  const [known] = await tx
    .select({ sequence })
    .from(notificationSequences)
    .where(
      and(
        eq(notificationSequences.purchaseId, purchaseId),
        eq(notificationSequences.notificationId, notificationId),
      ),
    );
  if (known) return known.sequence;
  const [last] = await tx
    .select({ sequence: sql`coalesce(max(${sequence}), 0)`.mapWith(Number) })
    .from(notificationSequences)
    .where(eq(notificationSequences.purchaseId, purchaseId));
  const next = Math.max((last?.sequence ?? 0) + 1, least);
  await tx.insert(notificationSequences).values({ purchaseId, notificationId, sequence: next });
  return next;
}
