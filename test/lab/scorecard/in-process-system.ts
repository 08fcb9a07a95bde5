/** The system on which rows are measured: all of it in this process, on a given Temporal server. */
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { jsonClient, type JsonClient } from '../../../sandbox/demo/http.js';
import type { PurchaseResult, Sandbox } from '../../../sandbox/index.js';
import type { Catalog } from '../../../src/domain/offers.js';
import type { PresentationView } from '../../../src/http/presentation-view.js';
import type { Ledger } from '../../../src/ledger/index.js';
import { connectClient } from '../../../src/temporal/connect.js';
import { checkInvariants } from '../invariants/check.js';
import type { Violation } from '../invariants/evidence.js';
import { gatherEvidence } from '../invariants/gather-evidence.js';
import { buy, openOffer, settled, type PurchaseReply } from '../../support/purchases.js';
import { startWholeStack } from '../../support/whole-stack.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const PATIENCE = MINUTE;

export interface InProcessSystem {
  url: string;
  sandbox: Sandbox;
  ledger: Ledger;
  catalog: Catalog;
  client: Client;
  /** The Temporal server, as `host:port`. */
  address: string;
  namespace: string;
  taskQueue: string;
  backend: JsonClient;
  operator: JsonClient;
  /** Buys something for a new customer, with a card that works unless another is named. */
  buy(productId: string, card?: string): Promise<PurchaseResult>;
  /** Returns the customer's open offer, once it is open. */
  offer(customerId: string): Promise<PresentationView>;
  /** Returns the purchase, once its run has ended. */
  settled(purchaseId: string): Promise<PurchaseReply>;
  /** Checks the invariants. Call it at rest. */
  violations(): Promise<Violation[]>;
  /** Starts another system on the same Temporal server, with other settings. */
  another(env: Record<string, string>): Promise<InProcessSystem>;
  close(): Promise<void>;
}

/** Starts the system with short windows, so that lost events are noticed within seconds. */
export async function openInProcessSystem(
  temporal: { address: string; namespace: string },
  env: Record<string, string> = {},
): Promise<InProcessSystem> {
  const taskQueue = `scorecard-${randomUUID()}`;
  const stack = await startWholeStack(temporal, {
    webhookTimeScale: 100,
    environment: () => ({
      TEMPORAL_TASK_QUEUE: taskQueue,
      POLL_INTERVAL: '500ms',
      RECONCILE_WINDOW: '3s',
      SWEEP_INTERVAL: '2s',
      SWEEP_WINDOW: '1h',
      ...env,
    }),
  });
  const { url, sandbox, ledger, catalog, apiKey, operatorKey } = stack;
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
    buy: (productId, card) => buy({ sandbox }, productId, card === undefined ? {} : { card }),
    offer: (customerId) => openOffer({ http: backend }, customerId, PATIENCE),
    settled: (purchaseId) => settled({ http: backend }, purchaseId, PATIENCE),
    async violations() {
      const books = { catalog, books: sandbox.books, ledger, client, taskQueue, swept: true };
      return checkInvariants(await gatherEvidence(books));
    },
    another: (settings) => openInProcessSystem(temporal, settings),
    async close() {
      await connection.close();
      await stack.stop();
    },
  };
}
