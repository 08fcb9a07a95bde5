/** Implements `KeyLedger`. */
import { and, eq, sql } from 'drizzle-orm';
import { idempotencyKeys } from './schema.js';
import type { Database } from './store.js';

export async function bindKey(
  db: Database,
  { key, request, at }: { key: string; request: string; at: string },
): Promise<string> {
  const [row] = await db
    .insert(idempotencyKeys)
    .values({ key, request, boundAt: at })
    // Changes nothing, and so returns the row that is there.
    .onConflictDoUpdate({ target: idempotencyKeys.key, set: { key: sql`excluded.key` } })
    .returning({ request: idempotencyKeys.request });
  return row?.request ?? request;
}

export async function freeKey(
  db: Database,
  { key, request }: { key: string; request: string },
): Promise<void> {
  await db
    .delete(idempotencyKeys)
    .where(and(eq(idempotencyKeys.key, key), eq(idempotencyKeys.request, request)));
}
