/** Ledgers in memory for tests, which start from one image instead of creating a database each. */
import { readFile } from 'node:fs/promises';
import { IN_MEMORY, openEmbeddedLedger } from '../../sandbox/local/embedded-ledger.js';
import type { Ledger, LedgerLog } from '../../src/ledger/index.js';
import type { SharedLedger } from './global-setup.js';
import { ask } from './shared-resources.js';

/** Returns the image of an empty ledger that all test files share. */
export async function sharedLedgerImage(): Promise<Blob> {
  const { imagePath } = await ask<SharedLedger>('/ledger');
  return new Blob([await readFile(imagePath)]);
}

/** Opens a ledger of the test's own, in memory. */
export async function openTestLedger(log?: LedgerLog): Promise<Ledger> {
  return openEmbeddedLedger(IN_MEMORY, log, await sharedLedgerImage());
}
