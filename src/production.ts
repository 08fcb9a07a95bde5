/** Opens what the production processes share. */
import { openLiveCatalog } from './catalog/live.js';
import type { Config } from './config/config.js';
import { createDodo } from './dodo/client.js';
import { openLedger } from './ledger/index.js';
import { createLogger } from './log.js';
import { temporalTarget, type Parts } from './service.js';

interface OpenedParts extends Parts {
  webhookSecrets: readonly Buffer[];
  /** Stops watching the catalog and closes the ledger. Call it last. */
  close(): Promise<void>;
}

/** Opens everything a server or a worker needs, as configured. */
export async function openParts(config: Config): Promise<OpenedParts> {
  const log = createLogger(config.logLevel);
  const { dodo, ledger: database } = config;
  if (dodo.sandbox || database.kind !== 'postgres') {
    throw new Error('Only a production configuration can be opened; loadConfig accepts no other here.');
  }
  const live = await openLiveCatalog(config.catalogPath, { log });
  const ledger = await openLedger({ url: database.url, migrates: database.migrates, log });
  live.follow((catalog, at) => ledger.recordCatalog(catalog, at));
  return {
    dodo: createDodo(dodo.apiKey, dodo.target, dodo.requestsPerMinute),
    ledger,
    catalog: live.catalog,
    catalogState: live.state,
    temporal: temporalTarget(config),
    log,
    webhookSecrets: dodo.webhookSecrets,
    async close() {
      await live.stop();
      await ledger.close();
    },
  };
}
