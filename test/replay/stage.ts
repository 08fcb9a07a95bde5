/** What a recording takes place on: the whole system in this process, on a Temporal server in memory. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { PurchaseResult, Sandbox } from '../../sandbox/index.js';
import { writeShortCatalog } from '../../sandbox/demo/catalog.js';
import { createDodoConsole, type DodoConsole } from '../../sandbox/demo/dodo-console.js';
import { createMerchantClient, type MerchantClient } from '../../sandbox/demo/merchant-client.js';
import { startStack } from '../../sandbox/stack.js';
import { loadConfig } from '../../src/config/config.js';
import { createLogger } from '../../src/log.js';
import { connectClient } from '../../src/temporal/connect.js';
import { ATTEMPT_METADATA_KEY } from '../../src/domain/ids.js';
import { PERSON } from './person.js';

export interface Stage {
  client: Client;
  shop: MerchantClient;
  sandbox: Sandbox;
  dodo: DodoConsole;
  /** A purchase that was not registered with us before: its webhook starts the run. */
  buy: (
    productId: string,
    card?: keyof typeof PERSON.cards,
    customerId?: string,
  ) => Promise<PurchaseResult & { purchaseId: string; workflowId: string }>;
  /** The payment of the customer's accepted offer. */
  paidOffer: (customerId: string) => Promise<string>;
  close: () => Promise<void>;
}

/** Lapse while they are being recorded; nobody accepts these offers. */
const SHORT_WINDOWS = { 'team-license': '10s', 'two-seat-pack': '10s' };

/** @param env variables to set, beside those that connect the parts */
export async function openStage(
  temporal: { address: string; namespace: string },
  env: Record<string, string> = {},
): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'durable-upsells-record-'));
  const catalog = join(folder, 'offers.yaml');
  await writeShortCatalog(catalog, SHORT_WINDOWS);
  const config = loadConfig(
    {
      PORT: '0',
      DATA_DIR: folder,
      CATALOG: catalog,
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_NAMESPACE: temporal.namespace,
      POLL_INTERVAL: '500ms',
      RECONCILE_WINDOW: '2s',
      ...env,
    },
    { mode: 'demo' },
  );
  const stack = await startStack(config, {
    log: createLogger(process.env.LOG_LEVEL ?? 'fatal'),
    volatile: true,
    anyPorts: true,
  });
  const { sandbox } = stack;
  if (!sandbox) throw new Error('Histories are recorded with the sandbox.');
  const { client, connection } = await connectClient({ ...temporal, embedded: true });
  let buyers = 0;
  return {
    client,
    sandbox,
    shop: createMerchantClient(stack),
    dodo: createDodoConsole(sandbox.url),
    async buy(productId, card = 'good', customerId) {
      buyers += 1;
      const bought = await sandbox.control.purchase({
        product_id: productId,
        ...(customerId === undefined
          ? { email: `${buyers}.${PERSON.email}`, name: PERSON.name }
          : { customer_id: customerId }),
        billing: PERSON.billing,
        card: { number: PERSON.cards[card], ...PERSON.cardExpiry, holder: PERSON.name },
      });
      const purchaseId = bought.payment_id;
      return { ...bought, purchaseId, workflowId: `purchase/${purchaseId}` };
    },
    async paidOffer(customerId) {
      const payments = sandbox.books.payments({ customerId, status: 'succeeded' });
      const paid = payments.find(({ metadata }) => metadata[ATTEMPT_METADATA_KEY] !== undefined);
      if (!paid) throw new Error(`Customer ${customerId} has paid for no offer.`);
      return paid.payment_id;
    },
    async close() {
      await connection.close();
      await stack.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
