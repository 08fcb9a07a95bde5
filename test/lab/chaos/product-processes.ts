/** The product as in production: every part is a process or a server of its own, and can be made to fail. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startSandbox, type Sandbox } from '../../../sandbox/index.js';
import { loadCatalog } from '../../../src/catalog/file/load.js';
import type { Catalog } from '../../../src/domain/offers.js';
import { openLedger, type Ledger } from '../../../src/ledger/index.js';
import { connectClient, type TemporalClient } from '../../../src/temporal/connect.js';
import { startDevServer } from '../../../sandbox/local/dev-server.js';
import { freePort } from '../../../sandbox/local/ports.js';
import { startMerchant, type Merchant } from '../../support/merchant.js';
import { postgresForTests } from '../../support/postgres.js';
import { productEnvironment } from './product-env.js';
import { sendSignal, startSupervised, type SupervisedProcess } from './supervised-process.js';
import { startTcpGate } from './tcp-gate.js';
import { makeTemporaryFolder, removeFolder } from '../../support/temporary-folder.js';

/** Divides the pauses between Dodo's deliveries, so that the fourth attempt comes after seconds, not half an hour. */
const WEBHOOK_TIME_SCALE = 300;
/** Long enough for a customer who clicks while the API is down, short enough to expire within a campaign. */
const WINDOW = '25s';
/** Nobody stays on the page of 3-D Secure for longer. */
const ACTION_WINDOW = '6s';

export interface ProductProcesses {
  /** The environment of the API and the worker. */
  env: Record<string, string>;
  taskQueue: string;
  catalog: Catalog;
  sandbox: Sandbox;
  merchant: Merchant;
  api: SupervisedProcess;
  apiUrl: string;
  worker: SupervisedProcess;
  /** A direct view of the ledger, not through the network that fails. */
  ledger: Ledger;
  temporal: TemporalClient;
  /** Kills Temporal's server and restarts it on its files. Resolves with the length of the outage in milliseconds. */
  killTemporal(downMs: number): Promise<number>;
  /** Kills a backend of PostgreSQL, which makes it recover from its log. A server that is not ours is cut off instead. */
  crashDatabase(): Promise<void>;
  cutDatabase(forMs: number): Promise<void>;
  /** Ends all faults. */
  heal(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts everything on loopback, with its files in a temporary folder.
 *
 * @param options.window how long each offer is open
 * @throws Error if there is no PostgreSQL, which API and worker share
 */
export async function startProductProcesses({ window = WINDOW } = {}): Promise<ProductProcesses> {
  const stopping: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const part of stopping.splice(0).reverse()) await part();
  };
  try {
    const postgres = await postgresForTests();
    if (!postgres.available) throw new Error(postgres.reason);
    stopping.push(postgres.stop);
    const folder = await makeTemporaryFolder('chaos');
    stopping.push(() => removeFolder(folder));

    const direct = durable(postgres.url);
    const network = await startTcpGate({ host: '127.0.0.1', port: Number(direct.port || '5432') });
    stopping.push(() => network.close());
    const throughNetwork = new URL(direct);
    throughNetwork.host = network.address;

    const dataDir = join(folder, 'temporal');
    const port = await freePort();
    const startTemporal = () => startDevServer({ dataDir, port, ui: false });
    let server = await startTemporal();
    stopping.push(() => server.stop());
    const temporal = await connectClient({ address: server.address, embedded: true });
    stopping.push(() => temporal.connection.close());

    const merchant = await startMerchant();
    stopping.push(() => merchant.close());
    const apiPort = await freePort();
    const apiUrl = `http://127.0.0.1:${apiPort}`;
    const sandbox = await startSandbox({
      timeScale: WEBHOOK_TIME_SCALE,
      webhookUrl: `${apiUrl}/webhooks/dodo`,
    });
    stopping.push(() => sandbox.close());

    const catalogPath = join(folder, 'offers.yaml');
    const offers = await readFile('offers.yaml', 'utf8');
    await writeFile(catalogPath, offers.replaceAll(/window: \w+/g, `window: ${window}`));
    const ledger = await openLedger({ url: direct.href });
    stopping.push(() => ledger.close());
    const taskQueue = 'chaos';
    const env = {
      ...productEnvironment({
        dodoUrl: sandbox.url,
        databaseUrl: throughNetwork.href,
        temporal: server.address,
        taskQueue,
        port: apiPort,
        catalog: catalogPath,
        merchant,
      }),
      ACTION_WINDOW,
    };
    const worker = await startSupervised({
      entry: 'src/worker.ts',
      env,
      readyMessage: 'the worker is ready',
    });
    stopping.push(() => worker.stop());
    const api = await startSupervised({ entry: 'src/server.ts', env, readyMessage: 'the API is ready' });
    stopping.push(() => api.stop());
    await Promise.all([worker.ready(), api.ready()]);

    const ours = process.env.TEST_DATABASE_URL === undefined;
    const cutDatabase = async (forMs: number) => {
      network.cut();
      await sleep(forMs);
      network.open();
    };
    return {
      env,
      taskQueue,
      catalog: await loadCatalog(catalogPath),
      sandbox,
      merchant,
      api,
      apiUrl,
      worker,
      ledger,
      temporal,
      async killTemporal(downMs) {
        const killedAt = performance.now();
        sendSignal(server.pid, 'SIGKILL');
        await server.exited;
        await sleep(downMs);
        server = await startTemporal();
        return performance.now() - killedAt;
      },
      crashDatabase: () => (ours ? crash(direct.href) : cutDatabase(1_000)),
      cutDatabase,
      async heal() {
        network.open();
        merchant.setAway(false);
        sandbox.control.clearFaults();
        await sandbox.control.setPolicy({ refunds: 'succeed', refundDelayMs: 0 });
        await sandbox.control.setWebhookPolicy({ drop: [], duplicate: 0, reorder: false, delayMs: 0 });
        await Promise.all([worker.ready(), api.ready()]);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Makes commits durable. By default the test server does not wait for its log, and would lose the last commits when killed. */
function durable(url: string): URL {
  const database = new URL(url);
  database.searchParams.set('options', '-c synchronous_commit=on');
  return database;
}

async function crash(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  if (rows[0]) sendSignal(rows[0].pid, 'SIGKILL');
  await client.end().catch(() => undefined);
}
