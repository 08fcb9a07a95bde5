/** Records runs that wait for a day, with the real activities and the sandbox, on Temporal's time-skipping server. */
import { createProofs } from '../../src/dodo/proof.js';
import { IN_MEMORY, openEmbeddedLedger } from '../../sandbox/local/embedded-ledger.js';
import type { temporal } from '@temporalio/proto';
import { createActivities } from '../../activities/index.js';
import { startSandbox } from '../../sandbox/index.js';
import { loadCatalog } from '../../src/catalog/file/load.js';
import { createDodo } from '../../src/dodo/client.js';
import { routeEvent } from '../../src/webhooks/route.js';
import { createLogger } from '../../src/log.js';
import { bundleWorkflows } from '../../src/temporal/bundle.js';
import { createRuns } from '../../src/temporal/runs.js';
import { createWorker } from '../../src/temporal/worker.js';
import { eventually } from '../support/eventually.js';
import { acceptOffer, runState } from '../../src/contract/messages.js';
import { workflowId } from '../../src/domain/ids.js';
import { timeSkippingEnvironment } from '../../sandbox/simulation/time-skipping.js';
import { openRuns, unlessBroken } from '../support/workflow-task-failures.js';
import { RECORDED_CUSTOMER } from './recorded-customer.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const TASK_QUEUE = 'offers';

export interface Recording {
  file: string;
  workflowId: string;
  history: temporal.api.history.v1.IHistory;
}

export async function recordAbandoned(): Promise<Recording[]> {
  const log = createLogger(process.env.LOG_LEVEL ?? 'fatal');
  const [environment, sandbox, ledger, catalog] = await Promise.all([
    timeSkippingEnvironment(),
    startSandbox(),
    openEmbeddedLedger(IN_MEMORY, log),
    loadCatalog('offers.yaml'),
  ]);
  try {
    const { client, nativeConnection, namespace = 'default' } = environment;
    const runs = createRuns({
      client,
      taskQueue: TASK_QUEUE,
      timing: { reconcileWindowMs: 20 * MINUTE, pollIntervalMs: 10 * SECOND },
      notify: false,
    });
    const worker = await createWorker({
      connection: nativeConnection,
      namespace,
      taskQueue: TASK_QUEUE,
      workflowBundle: await bundleWorkflows(),
      activities: createActivities({
        dodo: createDodo(sandbox.apiKey, { baseURL: sandbox.url }),
        ledger,
        catalog: () => catalog,
        appUrl: 'http://localhost:3000',
        log,
        now: () => new Date(),
        proofs: createProofs(Buffer.alloc(32, 1)),
        deliverPayment: () => Promise.resolve(false),
        runs,
      }),
    });
    async function unpaidCheckout(): Promise<Recording> {
      const purchaseId = 'pur_left_at_the_checkout';
      await runs.registerPurchase(purchaseId, {
        checkoutSessionId: 'cks_left',
        productId: 'prod_starter_course',
      });
      return finished('abandoned-at-the-first-checkout.json', workflowId.purchase(purchaseId));
    }

    async function unpaidFallback(): Promise<Recording> {
      const bought = await sandbox.control.purchase({
        product_id: 'prod_starter_course',
        email: RECORDED_CUSTOMER.email,
        name: RECORDED_CUSTOMER.name,
        billing: RECORDED_CUSTOMER.billing,
        card: {
          number: RECORDED_CUSTOMER.cards.declinedLater,
          ...RECORDED_CUSTOMER.cardExpiry,
          holder: RECORDED_CUSTOMER.name,
        },
      });
      const [payment] = sandbox.books.payments({ customerId: bought.customer_id });
      const route = routeEvent({ type: 'payment.succeeded', data: payment }, catalog, new Date(), {
        provesPurchase: () => false,
        provesAttempt: () => false,
      });
      if (route.kind !== 'purchase')
        throw new Error(`The purchase starts no run: its route is ${route.kind}.`);
      await runs.deliver(route, 'evt_recorded');
      const run = workflowId.purchase(route.purchaseId);
      const handle = client.workflow.getHandle(run);
      await eventually('the offer is open', async () =>
        (await handle.query(runState)).state === 'offering' ? true : undefined,
      );
      await handle.signal(acceptOffer);
      return finished('abandoned-at-the-fallback.json', run);
    }

    async function finished(file: string, run: string): Promise<Recording> {
      const handle = client.workflow.getHandle(run);
      await handle.result();
      return { file, workflowId: run, history: await handle.fetchHistory() };
    }

    const recordBoth = async () => [await unpaidCheckout(), await unpaidFallback()];
    return await worker.runUntil(() =>
      unlessBroken(
        () => openRuns(client),
        recordBoth,
        async () => undefined,
      ),
    );
  } finally {
    await Promise.all([environment.teardown(), sandbox.close(), ledger.close()]);
  }
}
