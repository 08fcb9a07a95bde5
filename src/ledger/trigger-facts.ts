/** What the merchant's app said with a trigger, kept here so that it is in no history. */
import { eq } from 'drizzle-orm';
import type { MerchantFacts } from '../domain/purchase.js';
import { utc } from './columns.js';
import type { TriggerFacts } from './interface/purchases.js';
import { triggerFacts } from './schema.js';
import type { Database } from './store.js';

/** Implements `Ledger.recordTriggerFacts`. */
export async function recordTriggerFacts(
  db: Database,
  { purchaseId, customerId, facts, recordedAt }: TriggerFacts,
): Promise<void> {
  await db
    .insert(triggerFacts)
    .values({ purchaseId, customerId, facts, recordedAt: utc(recordedAt) })
    .onConflictDoNothing();
}

/** Implements `Ledger.triggerFacts`. */
export async function triggerFactsOf(db: Database, purchaseId: string): Promise<MerchantFacts | undefined> {
  const [row] = await db
    .select({ facts: triggerFacts.facts })
    .from(triggerFacts)
    .where(eq(triggerFacts.purchaseId, purchaseId));
  return row?.facts;
}
