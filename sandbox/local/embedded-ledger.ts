/** The embedded ledger: PGlite, a PostgreSQL inside this process, with its files in a folder. */
import { access, constants, rename, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { FolderInUseError, lockFolder } from './folder-lock.js';
import { makePrivate, makePrivateFolder } from './private-folder.js';
import { LedgerError, rootCause } from '../../src/ledger/index.js';
import { migrateTables } from '../../src/ledger/index.js';
import { ledgerOn } from '../../src/ledger/index.js';
import type { Ledger } from '../../src/ledger/index.js';
import { silentLog, type LedgerLog, type Store } from '../../src/ledger/index.js';

const MIGRATION_TIMEOUT = 120_000;

/** In place of a folder: the ledger is kept in memory, and gone once it is closed. */
export const IN_MEMORY = 'memory://';

/**
 * Opens the ledger kept in `dataDir`, creating it the first time, and brings its tables up to date.
 *
 * @param image what `imageOfEmptyLedger` returned: a ledger in memory starts from it in a sixth of the time
 * @throws LedgerError `in_use` when another process has it open, `damaged` when its files cannot be read
 */
export async function openEmbeddedLedger(
  dataDir: string,
  log: LedgerLog = silentLog,
  image?: Blob,
): Promise<Ledger> {
  return ledgerOn(await openStore(dataDir, log, image), log);
}

/** Returns the files of a migrated, empty ledger, as an uncompressed archive of some 40 MB. */
export async function imageOfEmptyLedger(): Promise<Blob> {
  const client = await PGlite.create(IN_MEMORY);
  try {
    const db = drizzle(client);
    await migrateTables({ transaction: (work) => db.transaction(work) }, MIGRATION_TIMEOUT);
    return await client.dumpDataDir('none');
  } finally {
    await client.close();
  }
}

async function openStore(dataDir: string, log: LedgerLog, image: Blob | undefined): Promise<Store> {
  if (dataDir === IN_MEMORY) return storeOf(await PGlite.create(IN_MEMORY, { loadDataDir: image }));

  await makePrivateFolder(dataDir);
  const lock = await lockFolder(dataDir).catch(explainInUse);
  try {
    const store = await storeOf(await openFiles(dataDir, log), () => lock.release());
    // PGlite makes its files writable for everybody, whatever the umask says.
    await makePrivate(dataDir);
    return { ...store, checkFiles: () => checkDisk(dataDir) };
  } catch (error) {
    await lock.release();
    const root = rootCause(error);
    // Its files are sound.
    if (root instanceof LedgerError) throw root;
    throw new LedgerError(
      'damaged',
      `The embedded ledger in ${dataDir} cannot be opened: ${root instanceof Error ? root.message : String(root)}. ` +
        'Restore it from a backup, or move the directory away to start with an empty one.',
    );
  }
}

function explainInUse(error: unknown): never {
  if (!(error instanceof FolderInUseError)) throw error;
  throw new LedgerError(
    'in_use',
    `The ledger in ${error.folder} is open in ${error.holder}. One process at a time can open an embedded ledger: ` +
      'stop the other one, or set DATABASE_URL to a PostgreSQL database for both to use.',
  );
}

async function storeOf(client: PGlite, afterwards?: () => Promise<void>): Promise<Store> {
  const db = drizzle(client);
  const transaction: Store['transaction'] = (work) => db.transaction(work);
  await migrateTables({ transaction }, MIGRATION_TIMEOUT).catch(async (error: unknown) => {
    await client.close();
    throw error;
  });
  return {
    db,
    transaction,
    listen: (channel, { heard }) => client.listen(channel, heard),
    async close() {
      await client.close();
      await afterwards?.();
    },
  };
}

/** The database keeps its log in files of 16 MB each, and stops for good when there is no room for the next one. */
const LEAST_FREE_BYTES = 32 * 1024 * 1024;

/**
 * Checks that the ledger can be written. Its database notices a full disk only when it is too late.
 *
 * @throws LedgerError `disk_full` or `read_only`
 */
export async function checkDisk(dataDir: string, leastFree = LEAST_FREE_BYTES): Promise<void> {
  await access(dataDir, constants.W_OK).catch((error: NodeJS.ErrnoException) => {
    throw new LedgerError(
      'read_only',
      `The data folder ${dataDir} cannot be written: ${error.code ?? error.message}.`,
    );
  });
  const { bavail, bsize } = await statfs(dataDir);
  if (bavail * bsize >= leastFree) return;
  const left = Math.floor((bavail * bsize) / 1024 / 1024);
  throw new LedgerError(
    'disk_full',
    `The disk of the data folder ${dataDir} is full: ${left} MB are left. Free some space on it, and start again.`,
  );
}

/** Creates the files under another name first, so that a process killed halfway leaves none that look complete. */
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
