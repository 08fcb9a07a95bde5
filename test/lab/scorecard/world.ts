/** The system on which rows are measured: all of it in one process, on a Temporal server that is given. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { eventually } from '../../../sandbox/demo/eventually.js';
import { jsonClient, type JsonClient } from '../../../sandbox/demo/http.js';
import type { PurchaseReply, UpsellReply } from '../../../sandbox/demo/merchant-client.js';
import type { PurchaseResult, Sandbox } from '../../../sandbox/index.js';
import { startStack } from '../../../sandbox/stack.js';
import type { Catalog } from '../../../src/domain/offers.js';
import { loadConfig } from '../../../src/config/config.js';
import type { PresentationView } from '../../../src/http/presentation-view.js';
import type { Ledger } from '../../../src/ledger/model.js';
import { createLogger } from '../../../src/log.js';
import { connectClient } from '../../../src/temporal/connect.js';
import { checkInvariants } from '../invariants/check.js';
import type { Violation } from '../invariants/evidence.js';
import { gather } from '../invariants/gather.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const PATIENCE = MINUTE;

export interface World {
  url: string;
  sandbox: Sandbox;
  ledger: Ledger;
  catalog: Catalog;
  client: Client;
  /** Of the Temporal server: `host:port`. */
  address: string;
  namespace: string;
  taskQueue: string;
  backend: JsonClient;
  operator: JsonClient;
  /** Somebody new buys something, with a card that pays unless another is named. */
  buy(productId: string, card?: string): Promise<PurchaseResult>;
  /** The customer's open offer, once it is open. */
  offer(customerId: string): Promise<PresentationView>;
  /** The purchase, once its run has ended. */
  settled(purchaseId: string): Promise<PurchaseReply>;
  /** What is wrong with everything that was done here, at rest. */
  violations(): Promise<Violation[]>;
  /** Another system on the same Temporal server, with other settings. */
  another(env: Record<string, string>): Promise<World>;
  close(): Promise<void>;
}

/** A card that pays at the checkout and declines every charge without the customer. */
export const DECLINED_LATER = '4000000000000341';

/** Starts the system with little patience: what is lost is looked for within seconds. */
export async function openWorld(
  temporal: { address: string; namespace: string },
  env: Record<string, string> = {},
): Promise<World> {
  const dataDir = await mkdtemp(join(tmpdir(), 'durable-upsells-scorecard-'));
  const taskQueue = `scorecard-${randomUUID()}`;
  const config = loadConfig(
    {
      PORT: '0',
      DATA_DIR: dataDir,
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_NAMESPACE: temporal.namespace,
      TEMPORAL_TASK_QUEUE: taskQueue,
      POLL_INTERVAL: '500ms',
      RECONCILE_WINDOW: '3s',
      SWEEP_INTERVAL: '2s',
      SWEEP_WINDOW: '1h',
      ...env,
    },
    { mode: 'start' },
  );
  const stack = await startStack(config, {
    log: createLogger(process.env.LOG_LEVEL ?? 'silent'),
    volatile: true,
    anyPorts: true,
    webhookTimeScale: 100,
  });
  const { url, sandbox, ledger, catalog, apiKey, operatorKey } = stack;
  if (!sandbox) throw new Error('The scorecard is measured on the sandbox.');
  const { client, connection } = await connectClient({ ...temporal, embedded: true });
  const backend = jsonClient(url, apiKey);
  return {
    url,
    sandbox,
    ledger,
    catalog,
    client,
    address: temporal.address,
    namespace: temporal.namespace,
    taskQueue,
    backend,
    operator: jsonClient(url, operatorKey),
    buy: (productId, card) =>
      sandbox.control.purchase({
        product_id: productId,
        email: `${randomUUID()}@example.com`,
        ...(card !== undefined && { card }),
      }),
    offer: (customerId) =>
      eventually(
        `an offer for ${customerId}`,
        async () => (await backend.get<UpsellReply>(`/api/upsell/${customerId}`)).body.presentation,
        PATIENCE,
      ),
    settled: (purchaseId) =>
      eventually(
        `purchase ${purchaseId} settled`,
        async () => {
          const { body } = await backend.get<PurchaseReply>(`/api/purchases/${purchaseId}`);
          return body.status === 'settled' ? body : undefined;
        },
        PATIENCE,
      ),
    async violations() {
      const books = { catalog, books: sandbox.books, ledger, client, taskQueue, swept: true };
      return checkInvariants(await gather(books));
    },
    another: (settings) => openWorld(temporal, settings),
    async close() {
      await connection.close();
      await stack.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
