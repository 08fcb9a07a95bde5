/** Runs the same tests on both kinds of database. */
import { afterAll, beforeAll, describe } from 'vitest';
import { IN_MEMORY, openEmbeddedLedger } from '../../sandbox/local/embedded-ledger.js';
import { openLedger, type Ledger, type LedgerLog } from '../../src/ledger/index.js';
import { postgresForTests } from '../support/postgres.js';

/** What a ledger under test logged as warnings. */
export interface Warnings {
  messages: string[];
  log: LedgerLog;
}

export function listenForWarnings(): Warnings {
  const messages: string[] = [];
  return { messages, log: { info: () => undefined, warn: (_, message) => messages.push(message) } };
}

/**
 * Declares `tests` once for the embedded database and once for PostgreSQL, each on a ledger that its tests
 * share. Where there is no PostgreSQL, its tests are skipped, and the title says why.
 */
export async function onBothDatabases(
  tests: (ledger: () => Ledger, warnings: () => string[]) => void,
): Promise<void> {
  declare('on the embedded database', (log) => openEmbeddedLedger(IN_MEMORY, log), tests);

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
