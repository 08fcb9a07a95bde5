/** Everything in one process: Temporal's dev server, the sandbox in place of Dodo, ledger, worker, API and demo shop. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import { createActivities } from '../activities/index.js';
import { openLiveCatalog } from '../src/catalog/live.js';
import type { Catalog } from '../src/domain/offers.js';
import type { ServingConfig } from '../src/config/config.js';
import { keyText } from '../src/config/keys.js';
import { createDodo } from '../src/dodo/client.js';
import { openLedger, type Ledger } from '../src/ledger/index.js';
import { IN_MEMORY, openEmbeddedLedger } from './local/embedded-ledger.js';
import { urlHost } from '../src/http-server.js';
import { startApi, startWorker, temporalTarget } from '../src/service.js';
import { startDevServer } from './local/dev-server.js';
import { freePort } from './local/ports.js';
import type { TemporalTarget } from '../src/temporal/connect.js';
import { SANDBOX_WEBHOOK_KEY, startSandbox, type Sandbox } from './index.js';
import { createShop } from './shop/index.js';

/** The same ports after every restart, so that bookmarks keep working; a free one where one of these is taken. */
const SANDBOX_PORT = 4242;
const TEMPORAL_PORT = 7233;
const TEMPORAL_UI_PORT = 8233;

export interface Stack {
  url: string;
  /** Undefined when the configuration names another Dodo. */
  sandbox?: Sandbox;
  temporal: TemporalTarget & { uiUrl?: string };
  ledger: Ledger;
  /** The catalog as it was at the start. */
  catalog: Catalog;
  apiKey: string;
  operatorKey: string;
  stop(): Promise<void>;
}

export interface StackOptions {
  log: Logger;
  /** Keeps the data of the sandbox, the ledger and Temporal in memory. */
  volatile?: boolean;
  /** The image of an empty ledger, for a quicker start of a volatile one. */
  ledgerImage?: Blob;
  /** Divides the pauses between the deliveries of a webhook. */
  webhookTimeScale?: number;
  /** Uses free ports instead of the well-known ones. */
  anyPorts?: boolean;
  /** Called with the name of each part before it starts. */
  onProgress?: (what: string) => void;
}

/** Starts all parts in one process. A part that fails to start stops the ones before it. */
export async function startStack(config: ServingConfig, options: StackOptions): Promise<Stack> {
  const { log, onProgress = () => undefined } = options;
  const stopping: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const part of stopping.splice(0).reverse()) await part();
  };
  try {
    const live = await openLiveCatalog(config.catalogPath, { log });
    onProgress('Temporal');
    const temporal = await temporalFor(config, options, stopping);
    onProgress('ledger');
    const ledger = await (config.ledger.kind === 'postgres'
      ? openLedger({ url: config.ledger.url, migrates: config.ledger.migrates, log })
      : openEmbeddedLedger(options.volatile ? IN_MEMORY : config.ledger.directory, log, options.ledgerImage));
    stopping.push(() => ledger.close());
    live.follow((catalog, at) => ledger.recordCatalog(catalog, at));
    stopping.push(() => live.stop());

    const port = config.http.port || (await freePort());
    const url = `http://${urlHost(config.http.host)}:${port}`;
    const { dodo } = config;
    let sandbox: Sandbox | undefined;
    if (dodo.sandbox) {
      onProgress('sandbox');
      const webhookKey = dodo.webhookSecrets?.[0]
        ? `whsec_${dodo.webhookSecrets[0].toString('base64')}`
        : SANDBOX_WEBHOOK_KEY;
      sandbox = await startSandbox({
        port: options.anyPorts ? 0 : await freePort(SANDBOX_PORT),
        dataDir: options.volatile ? undefined : join(config.dataDir, 'sandbox'),
        apiKey: dodo.apiKey,
        webhookUrl: `${url}/webhooks/dodo`,
        webhookKey,
        timeScale: options.webhookTimeScale,
      });
      const running = sandbox;
      stopping.push(() => running.close());
    }
    const parts = {
      dodo: dodo.sandbox
        ? createDodo(sandbox?.apiKey ?? '', { baseURL: sandbox?.url ?? '' }, dodo.requestsPerMinute)
        : createDodo(dodo.apiKey, dodo.target, dodo.requestsPerMinute),
      ledger,
      catalog: live.catalog,
      catalogState: live.state,
      temporal,
      log,
    };
    const webhookSecrets = dodo.sandbox
      ? [Buffer.from((sandbox?.webhookKey ?? '').replace('whsec_', ''), 'base64')]
      : dodo.webhookSecrets;
    const serving: ServingConfig = {
      ...config,
      http: { ...config.http, port },
      appUrl: config.http.port === 0 ? url : config.appUrl,
    };
    const apiKey = keyText(config.auth.apiKeys[0] ?? '');
    const operatorKey = keyText(config.auth.operatorKeys[0] ?? '');
    onProgress('API and worker');
    // The shop lets everybody buy, and is for trying things out.
    const pages = dodo.live
      ? undefined
      : createShop({ apiUrl: () => url, apiKey, temporalUiUrl: temporal.uiUrl });
    const api = await startApi(serving, { ...parts, webhookSecrets, uiUrl: temporal.uiUrl, pages });
    stopping.push(() => api.stop());
    // In one process the API's metrics are the worker's too.
    const { temporalPort } = serving.metrics;
    const worker = await startWorker(
      { ...serving, metrics: temporalPort === undefined ? {} : { temporalPort } },
      parts,
      createActivities,
    );
    stopping.push(() => worker.stop());
    return { url, sandbox, temporal, ledger, catalog: live.catalog(), apiKey, operatorKey, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function temporalFor(
  config: ServingConfig,
  options: StackOptions,
  stopping: (() => Promise<void>)[],
): Promise<TemporalTarget & { uiUrl?: string }> {
  if (config.temporal.address !== undefined)
    return { ...temporalTarget(config), uiUrl: config.temporal.uiUrl };
  const server = await startDevServer({
    ...(options.volatile ? {} : { dataDir: join(config.dataDir, 'temporal') }),
    ...(options.anyPorts
      ? {}
      : { port: await freePort(TEMPORAL_PORT), uiPort: await freePort(TEMPORAL_UI_PORT) }),
    namespace: config.temporal.namespace,
    log: (line) => options.log.debug({ line }, 'temporal'),
  });
  stopping.push(() => server.stop());
  return {
    address: server.address,
    namespace: server.namespace,
    embedded: true,
    uiUrl: config.temporal.uiUrl ?? server.uiUrl,
  };
}
