/** The production layout without containers: PostgreSQL, Temporal, and separate processes for the API and workers. */
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox, type PurchaseResult, type Sandbox } from '../../sandbox/index.js';
import { postgresForTests } from '../support/postgres.js';
import { eventually } from '../support/eventually.js';
import { jsonClient, type JsonClient } from '../../sandbox/demo/http.js';
import { buy, openOffer, settled } from '../support/purchases.js';
import { testClient, testTemporal, uniqueTaskQueue } from '../support/temporal.js';
import { startNode, type ChildProcess } from '../support/child-process.js';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.js';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const API_KEY = 'key_backend_0123456789abcdef';
/** Long enough to stop a worker while its charge waits for the reply. */
const SLOW_CHARGE_MS = 3_000;

const postgres = await postgresForTests();
if (!postgres.available) console.warn(postgres.reason);

describe.skipIf(!postgres.available)('the API and the workers as separate processes', () => {
  const running = new Set<ChildProcess>();
  let folder: string;
  let env: Record<string, string>;
  let sandbox: Sandbox;
  let api: ChildProcess;
  let http: JsonClient;
  let worker: ChildProcess;

  function start(file: string): ChildProcess {
    const path = join(repository, 'src', file);
    const child = startNode([join(repository, 'deploy/run.mjs'), path], folder, env);
    running.add(child);
    void child.exited.then(() => running.delete(child));
    return child;
  }

  async function startWorker(): Promise<ChildProcess> {
    const child = start('worker.ts');
    await child.logged('the worker is ready');
    return child;
  }

  beforeAll(async () => {
    if (!postgres.available) return;
    folder = await makeTemporaryFolder('processes');
    const { address, namespace } = await testTemporal();
    sandbox = await startSandbox({ timeScale: 100 });
    env = {
      HOST: '127.0.0.1',
      PORT: '0',
      CATALOG: join(repository, 'offers.yaml'),
      DATABASE_URL: postgres.url,
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: namespace,
      TEMPORAL_TASK_QUEUE: uniqueTaskQueue('processes'),
      DODO_PAYMENTS_BASE_URL: sandbox.url,
      DODO_PAYMENTS_API_KEY: sandbox.apiKey,
      DODO_PAYMENTS_WEBHOOK_KEY: sandbox.webhookKey,
      API_KEYS: API_KEY,
      OPERATOR_KEYS: 'key_operator_0123456789abcdef',
      TOKEN_SECRET: 'a secret of the tests, longer than 32 bytes',
      POLL_INTERVAL: '1s',
      ACCEPT_WAIT: '20s',
    };
    api = start('server.ts');
    const [{ url }] = await Promise.all([
      api.logged('the API is ready'),
      startWorker().then((started) => (worker = started)),
    ]);
    http = jsonClient(url as string, API_KEY);
    await sandbox.control.setWebhookEndpoint({ url: `${url as string}/webhooks/dodo` });
  });

  afterAll(async () => {
    await Promise.all([...running].map((child) => child.terminate()));
    await sandbox?.close();
    if (postgres.available) await postgres.stop();
    if (folder) await removeFolder(folder);
  });

  function upsells(customerId: string, firstPaymentId: string) {
    return sandbox.books
      .payments({ customerId })
      .filter((payment) => payment.payment_id !== firstPaymentId && payment.status === 'succeeded');
  }

  /** Lets Dodo charge the card at once, and reply later. */
  function slowDownCharge(): void {
    sandbox.control.addFault({
      match: { method: 'POST', path: '^/checkouts$' },
      kind: 'delay',
      delayMs: SLOW_CHARGE_MS,
    });
  }

  async function untilCharged(bought: PurchaseResult): Promise<void> {
    await eventually(
      'the charge at Dodo',
      async () => upsells(bought.customer_id, bought.payment_id).length > 0,
    );
  }

  it('are ready once they reach Temporal and the database', async () => {
    expect(await http.get('/readyz')).toMatchObject({
      status: 200,
      body: { status: 'ready', temporal: true, database: true },
    });
  });

  it('carry a purchase from its signed webhook to a paid upsell', async () => {
    const bought = await buy({ sandbox }, 'prod_starter_course');
    const offer = await openOffer({ http }, bought.customer_id);
    expect(offer).toMatchObject({ offerId: 'complete-bundle', status: 'open' });

    const reply = await http.post(`/api/upsell/${bought.customer_id}/accept`);

    expect(reply).toMatchObject({ status: 200, body: { success: true, presentation: { status: 'paid' } } });
    expect(await settled({ http }, bought.payment_id)).toMatchObject({ outcome: 'converted' });
    expect(upsells(bought.customer_id, bought.payment_id)).toHaveLength(1);
  });

  it('let a stopping worker finish its charge, and another one continue from there', async () => {
    const bought = await buy({ sandbox }, 'prod_starter_course');
    await openOffer({ http }, bought.customer_id);
    slowDownCharge();
    const reply = http.post(`/api/upsell/${bought.customer_id}/accept`);
    await untilCharged(bought);

    // The card is charged, but the worker does not know it yet.
    const first = worker;
    const ended = first.terminate();
    worker = await startWorker();

    expect(await ended).toEqual({ code: 0, signal: null });
    expect(await reply).toMatchObject({
      status: 200,
      body: { success: true, presentation: { status: 'paid' } },
    });
    expect(await settled({ http }, bought.payment_id)).toMatchObject({ outcome: 'converted' });
    expect(upsells(bought.customer_id, bought.payment_id)).toHaveLength(1);
    expect(await chargedBy(`purchase/${bought.payment_id}`)).toBe(`${first.pid}@${hostname()}`);
  });

  it('exit with code 0 on SIGTERM, after a pending answer', async () => {
    const bought = await buy({ sandbox }, 'prod_single_license');
    await openOffer({ http }, bought.customer_id);
    slowDownCharge();
    const reply = http.post(`/api/upsell/${bought.customer_id}/accept`);
    await untilCharged(bought);

    // The client keeps its connection open, as proxies do.
    expect(await api.terminate()).toEqual({ code: 0, signal: null });
    expect(await reply).toMatchObject({ status: 200, body: { success: true } });
    await expect(http.get('/healthz')).rejects.toThrow();
    expect(await worker.terminate()).toEqual({ code: 0, signal: null });
  });
});

/** Returns the identity of the worker that completed the charge. */
async function chargedBy(workflowId: string): Promise<string | null | undefined> {
  const { client } = await testClient();
  const { events = [] } = await client.workflow.getHandle(workflowId).fetchHistory();
  const scheduled = events?.find(
    (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'charge',
  );
  const completed = events?.find(
    ({ activityTaskCompletedEventAttributes: done }) =>
      done && String(done.scheduledEventId) === String(scheduled?.eventId),
  );
  return completed?.activityTaskCompletedEventAttributes?.identity;
}
