import type { Sandbox } from '../../../sandbox/index.js';
import { loadCatalog } from '../../../src/catalog/file/load.js';
import { loadConfig } from '../../../src/config/load.js';
import { createDodo } from '../../../src/dodo/client.js';
import type { Catalog } from '../../../src/domain/offers.js';
import type { Ledger } from '../../../src/ledger/index.js';
import { createLogger } from '../../../src/log.js';
import { startApi, type RunningApi } from '../../../src/service.js';

export interface ApiSurroundings {
  /** As `productEnvironment` makes it. */
  env: Record<string, string>;
  sandbox: Sandbox;
  ledger: Ledger;
  temporal: { address: string; namespace?: string };
  /** By default the one that `env` names. */
  catalog?: Catalog;
}

/** Starts the API within this process, without a worker. */
export async function startApiInProcess(surroundings: ApiSurroundings): Promise<RunningApi> {
  const { env, sandbox, ledger, temporal } = surroundings;
  const config = loadConfig(env, { mode: 'server' });
  const catalog = surroundings.catalog ?? (await loadCatalog(config.catalogPath));
  return startApi(config, {
    dodo: createDodo(sandbox.apiKey, { baseURL: sandbox.url }),
    ledger,
    catalog: () => catalog,
    temporal: { ...temporal, embedded: true },
    log: createLogger(process.env.LOG_LEVEL ?? 'silent'),
    webhookSecrets: config.dodo.webhookSecrets ?? [],
  });
}
