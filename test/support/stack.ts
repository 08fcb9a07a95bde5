/** A whole stack for one test file, on the Temporal server that all test files share. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jsonClient, type JsonClient } from '../../sandbox/demo/http.js';
import { sharedLedgerImage } from './memory-ledger.js';
import { testTemporal, uniqueTaskQueue } from './temporal.js';
import { startWholeStack, type WholeStack } from './whole-stack.js';

export interface TestStack extends WholeStack {
  /** Calls the API as the merchant's backend. */
  http: JsonClient;
  taskQueue: string;
  /** The catalog file. Saving it puts the new catalog in force. */
  catalogPath: string;
}

/**
 * Starts a stack that polls and reconciles within seconds.
 *
 * @param env variables to set, beside those that connect the parts
 * @param catalog the text of a catalog, instead of the example catalog
 */
export async function testStack(env: Record<string, string> = {}, catalog?: string): Promise<TestStack> {
  const taskQueue = uniqueTaskQueue('stack');
  const stack = await startWholeStack(await testTemporal(), {
    webhookTimeScale: 100,
    ledgerImage: await sharedLedgerImage(),
    async environment(folder) {
      const ownCatalog = join(folder, 'offers.yaml');
      if (catalog !== undefined) await writeFile(ownCatalog, catalog);
      return {
        TEMPORAL_TASK_QUEUE: taskQueue,
        POLL_INTERVAL: '1s',
        RECONCILE_WINDOW: '3s',
        TEMPORAL_UI_URL: 'http://localhost:8233',
        ...(catalog !== undefined && { CATALOG: ownCatalog }),
        ...env,
      };
    },
  });
  return {
    ...stack,
    taskQueue,
    catalogPath: stack.config.catalogPath,
    http: jsonClient(stack.url, stack.apiKey),
  };
}
