/** Group 7, second half: the ledger. */
import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Config } from '../../../src/config/config.js';
import { inspectLedger, LedgerError } from '../../../src/ledger/index.js';
import { fail, pass, reasonOf, unknown, type Finding, type Group } from '../report.js';

const TITLES = {
  'ledger.reachable': 'Ledger',
  'ledger.migrated': 'Ledger is migrated',
  'ledger.writable': 'Ledger is writable',
  'ledger.rights': 'Rights in the ledger',
};

type Id = keyof typeof TITLES;
type Find = (id: Id, finding: Finding) => void;

export function ledgerChecks(ledger: Config['ledger']): Group<Id> {
  return {
    titles: TITLES,
    run: (find) =>
      ledger.kind === 'postgres' ? examine(ledger.url, find) : examineFolder(ledger.directory, find),
  };
}

async function examine(url: string, find: Find): Promise<void> {
  try {
    const { server, readOnly, missingMigrations, isNewer, missingRights } = await inspectLedger(url);
    find('ledger.reachable', pass(`PostgreSQL answers at ${server}.`));
    find('ledger.migrated', migrationFinding(missingMigrations, isNewer));
    find(
      'ledger.writable',
      readOnly
        ? fail(
            'The database is read-only.',
            'Let DATABASE_URL name the primary, not a standby, and a role whose transactions may write.',
          )
        : pass('It is.'),
    );
    find(
      'ledger.rights',
      missingRights.length > 0
        ? fail(
            `Missing: ${missingRights.join(', ')}.`,
            'Grant them to the role in DATABASE_URL, or let that role own the tables.',
          )
        : pass('All that is needed.'),
    );
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    for (const id of Object.keys(TITLES) as Id[]) find(id, unknown('It depends on the database.'));
    find('ledger.reachable', fail(reasonOf(error) + '.', 'Start PostgreSQL, or correct DATABASE_URL.'));
  }
}

function migrationFinding(missing: number, isNewer: boolean): Finding {
  if (isNewer) {
    return fail(
      'A newer version of this program has migrated it.',
      'Run that version here as well, or name another database in DATABASE_URL.',
    );
  }
  if (missing === 0) return pass('It is.');
  return fail(
    `${missing === 1 ? 'A migration is' : `${missing} migrations are`} missing.`,
    'npm run server and npm run worker apply them when they start.',
  );
}

/** The embedded ledger can be opened by one process at a time, so only its folder is looked at. */
async function examineFolder(directory: string, find: Find): Promise<void> {
  find('ledger.reachable', pass(`The embedded ledger is kept in ${directory}.`));
  for (const id of ['ledger.migrated', 'ledger.rights'] as const) {
    find(id, unknown('Only the process that opens the embedded ledger can tell; npm start migrates it.'));
  }
  try {
    await access(await existing(directory), constants.W_OK);
    find('ledger.writable', pass('Its folder is.'));
  } catch (error) {
    find(
      'ledger.writable',
      fail(`Its folder is not: ${reasonOf(error)}.`, 'Correct DATA_DIR, or the rights of its folder.'),
    );
  }
}

/** Returns the folder, or the nearest one above it that exists. */
async function existing(folder: string): Promise<string> {
  try {
    await access(folder);
    return folder;
  } catch (error) {
    const parent = dirname(folder);
    if (parent === folder) throw error;
    return existing(parent);
  }
}
