/** Runs the same tests on both kinds of database. */
import { afterAll, beforeAll, describe } from 'vitest';
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
  declare('on the embedded database', { dataDir: 'memory://' }, tests);

  const postgres = await postgresForTests();
  if (!postgres.available) {
    describe.skip(`on PostgreSQL. ${postgres.reason}`, () => tests(notOpened, () => []));
    return;
  }
  declare('on PostgreSQL', { url: postgres.url }, tests);
  afterAll(postgres.stop);
}

function declare(
  title: string,
  where: { url?: string; dataDir?: string },
  tests: (ledger: () => Ledger, warnings: () => string[]) => void,
): void {
  describe(title, () => {
    const warnings = listenForWarnings();
    let ledger: Ledger | undefined;
    beforeAll(async () => {
      ledger = await openLedger({ ...where, log: warnings.log });
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
