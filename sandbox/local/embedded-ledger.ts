/** The ledger in files of its own: PGlite, a PostgreSQL inside this process. */
import { access, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import { lockDirectory } from './directory-lock.js';
import {
  type Ledger,
  LedgerError,
  type LedgerLog,
  ledgerOn,
  migrations,
  rootCause,
  silentLog,
  type Store,
} from '../../src/ledger/index.js';

/** Stands for a ledger that is kept in memory and gone when it is closed. */
export const IN_MEMORY = 'memory://';

/**
 * Opens the ledger kept in `dataDir`, creating it at first, and brings its tables up to date.
 * Throws a LedgerError: `in_use` when another process has it open, `damaged` when its files cannot be read.
 */
export async function openEmbeddedLedger(dataDir: string, log: LedgerLog = silentLog): Promise<Ledger> {
  return ledgerOn(await openStore(dataDir, log), log);
}

async function openStore(dataDir: string, log: LedgerLog): Promise<Store> {
  if (dataDir === IN_MEMORY) return storeOf(await PGlite.create(IN_MEMORY));

  const lock = await lockDirectory(dataDir);
  try {
    return await storeOf(await openFiles(dataDir, log), () => lock.release());
  } catch (error) {
    await lock.release();
    const root = rootCause(error);
    throw new LedgerError(
      'damaged',
      `The embedded ledger in ${dataDir} cannot be opened: ${root instanceof Error ? root.message : String(root)}. ` +
        'Restore it from a backup, or move the directory away to start with an empty one.',
    );
  }
}

async function storeOf(client: PGlite, afterwards?: () => Promise<void>): Promise<Store> {
  const db = drizzle(client);
  await migrate(db, migrations).catch(async (error: unknown) => {
    await client.close();
    throw error;
  });
  return {
    db,
    transaction: (work) => db.transaction(work),
    async close() {
      await client.close();
      await afterwards?.();
    },
  };
}

/** The files are made under another name first: a process killed while making them leaves none that look whole. */
async function openFiles(dataDir: string, log: LedgerLog): Promise<PGlite> {
  const files = join(dataDir, 'postgres');
  const exists = await access(files).then(
    () => true,
    () => false,
  );
  if (!exists) {
    log.info({ dataDir }, 'Creating the embedded ledger. This takes a few seconds, once.');
    const unfinished = join(dataDir, 'postgres.unfinished');
    await rm(unfinished, { recursive: true, force: true });
    const first = await PGlite.create(unfinished);
    await first.close();
    await rename(unfinished, files);
  }
  return PGlite.create(files);
}
