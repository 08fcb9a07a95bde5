/** What the production processes have in common. */
import { loadCatalog } from './catalog/load.js';
import type { Config } from './config.js';
import { createDodo } from './dodo/client.js';
import { openLedger } from './ledger/index.js';
import { createLogger } from './log.js';
import { temporalTarget, type Parts } from './service.js';

/** Opens everything a server or worker needs, by its configuration. Close the ledger last. */
export async function openParts(config: Config): Promise<Parts & { webhookSecrets: readonly Buffer[] }> {
  const log = createLogger(config.logLevel);
  const { dodo, ledger } = config;
  if (dodo.sandbox || ledger.kind !== 'postgres') throw new Error('unreachable: refused by loadConfig');
  const catalog = await loadCatalog(config.catalogPath);
  log.info({ catalog: catalog.hash, path: config.catalogPath }, 'catalog loaded');
  return {
    dodo: createDodo(dodo.apiKey, dodo.target),
    ledger: await openLedger({ url: ledger.url, log }),
    catalog: () => catalog,
    temporal: temporalTarget(config),
    log,
    webhookSecrets: dodo.webhookSecrets,
  };
}
