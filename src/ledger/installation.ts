/** What an installation makes for itself once, and every process of it shares. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { installation } from './schema.js';
import type { Database } from './store.js';

const PROOF_KEY = 'proof_key';
const PROOF_KEY_BYTES = 32;
const RECEIPT_KEY = 'receipt_key';

/** The key that proofs in metadata are made with. */
export async function proofKey(db: Database): Promise<Buffer> {
  return Buffer.from(
    await madeOnce(db, PROOF_KEY, () => randomBytes(PROOF_KEY_BYTES).toString('base64')),
    'base64',
  );
}

/** The private key that receipts are signed with, for ES256. PEM. */
export function receiptKey(db: Database): Promise<string> {
  return madeOnce(db, RECEIPT_KEY, () =>
    generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString(),
  );
}

/** Whoever asks first makes it; everybody gets the same one. */
async function madeOnce(db: Database, name: string, make: () => string): Promise<string> {
  const find = () => db.select().from(installation).where(eq(installation.name, name));
  const [found] = await find();
  if (found) return found.value;
  await db.insert(installation).values({ name, value: make() }).onConflictDoNothing();
  const [row] = await find();
  if (row === undefined) throw new Error(`unreachable: ${name} was inserted before`);
  return row.value;
}
