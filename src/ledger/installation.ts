/** What an installation makes for itself once, and every process of it shares. */
import { randomBytes } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { installation } from './schema.js';
import type { Database } from './store.js';

const PROOF_KEY = 'proof_key';
const PROOF_KEY_BYTES = 32;

/** The key that proofs in metadata are made with. Whoever asks first makes it; everybody gets the same one. */
export async function proofKey(db: Database): Promise<Buffer> {
  await db
    .insert(installation)
    .values({ name: PROOF_KEY, value: randomBytes(PROOF_KEY_BYTES).toString('base64') })
    .onConflictDoNothing();
  const [row] = await db.select().from(installation).where(eq(installation.name, PROOF_KEY));
  if (row === undefined) throw new Error('unreachable: the proof key was inserted before');
  return Buffer.from(row.value, 'base64');
}
