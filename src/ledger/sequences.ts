/** One order of notifications per purchase, over all its runs. */
import { eq, sql } from 'drizzle-orm';
import { presentations, notificationSequences } from './schema.js';
import type { Database } from './store.js';

/** Any number serves, as long as every version of this program uses the same one. */
const SEQUENCES = 7_305_884;

/** The most notifications that one presentation can have: presented, decided, fallback, and how it ended. */
const MOST_PER_PRESENTATION = 4;

export interface SequenceOptions {
  /**
   * The notifications of the same run before this one, in order. Those that were never sent get their numbers first, so
   * that the order stays that of the events although a later one is sent earlier.
   */
  ahead?: readonly string[];
  /**
   * The notification comes from another run than the offer's own. A purchase without any number was then told of before
   * there was this table, and goes on above the most that it can have been told.
   */
  afterwards?: boolean;
}

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
  { ahead = [], afterwards = false }: SequenceOptions = {},
): Promise<number> {
  await tx.execute(sql`select pg_advisory_xact_lock(${SEQUENCES}::int, hashtext(${purchaseId}))`);
  const rows = await tx
    .select({ id: notificationSequences.notificationId, sequence: notificationSequences.sequence })
    .from(notificationSequences)
    .where(eq(notificationSequences.purchaseId, purchaseId));
  const known = new Map(rows.map(({ id, sequence }) => [id, sequence]));
  const numbered = known.get(notificationId);
  if (numbered !== undefined) return numbered;

  let last = Math.max(0, ...known.values());
  if (last === 0 && afterwards) last = await mostToldOf(tx, purchaseId);
  const inOrder = [...ahead, notificationId];
  const added = inOrder.flatMap((id, index) => {
    if (known.has(id)) return [];
    last = Math.max(last + 1, least - ahead.length + index);
    return [{ purchaseId, notificationId: id, sequence: last }];
  });
  await tx.insert(notificationSequences).values(added);
  return last;
}

async function mostToldOf(tx: Database, purchaseId: string): Promise<number> {
  const shown = await tx.$count(presentations, eq(presentations.purchaseId, purchaseId));
  return shown * MOST_PER_PRESENTATION;
}
