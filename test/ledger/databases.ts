/** Runs the same tests on both kinds of database. */
import { afterAll, beforeAll, describe } from 'vitest';
import { openLedger, type Ledger, type LedgerLog } from '../../src/ledger/index.js';
import { openTestLedger } from '../support/memory-ledger.js';
import { postgresForTests } from '../support/postgres.js';

/** Collects the warnings that a ledger under test logs. */
export interface Warnings {
  messages: string[];
  log: LedgerLog;
}

export function listenForWarnings(): Warnings {
  const messages: string[] = [];
  return { messages, log: { info: () => undefined, warn: (_, message) => messages.push(message) } };
}

/**
 * Declares `tests` once for the embedded database and once for PostgreSQL, each on one ledger for all its tests. Without
 * PostgreSQL, its tests are skipped with the reason in the title.
 */
export async function onBothDatabases(
  tests: (ledger: () => Ledger, warnings: () => string[]) => void,
): Promise<void> {
  declare('on the embedded database', (log) => openTestLedger(log), tests);

  const postgres = await postgresForTests();
  if (!postgres.available) {
    describe.skip(`on PostgreSQL. ${postgres.reason}`, () => tests(notOpened, () => []));
    return;
  }
  declare('on PostgreSQL', (log) => openLedger({ url: postgres.url, log }), tests);
  afterAll(postgres.stop);
}

function declare(
  title: string,
  open: (log: LedgerLog) => Promise<Ledger>,
  tests: (ledger: () => Ledger, warnings: () => string[]) => void,
): void {
  describe(title, () => {
    const warnings = listenForWarnings();
    let ledger: Ledger | undefined;
    beforeAll(async () => {
      ledger = await open(warnings.log);
    });
    afterAll(() => ledger?.close());
    tests(
      () => ledger ?? notOpened(),
      () => warnings.messages,
    );
  });
}

function notOpened(): never {
  throw new Error('The ledger is not open.');
}
