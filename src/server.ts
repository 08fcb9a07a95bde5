/** `npm run server`: the API, in production beside one or more workers. */
import { loadCatalog } from './catalog/load.js';
import { loadConfig, loadDotEnv } from './config.js';
import { createDodo } from './dodo/client.js';
import { openLedger } from './ledger/index.js';
import { createLogger } from './log.js';
import { run, stopOnSignal } from './process.js';
import { startApi, temporalTarget } from './service.js';

await run(async () => {
  loadDotEnv();
  const config = loadConfig(process.env, { mode: 'server' });
  const log = createLogger(config.logLevel);
  const { dodo } = config;
  if (dodo.sandbox || config.ledger.kind !== 'postgres')
    throw new Error('unreachable: refused by loadConfig');
  const catalog = await loadCatalog(config.catalogPath);
  const ledger = await openLedger({ url: config.ledger.url, log });
  const api = await startApi(config, {
    dodo: createDodo(dodo.apiKey, dodo.target),
    ledger,
    catalog: () => catalog,
    temporal: temporalTarget(config),
    log,
    webhookSecrets: dodo.webhookSecrets,
    uiUrl: config.temporal.uiUrl,
  });
  log.info({ url: api.url, catalog: catalog.hash }, 'the API is ready');
  stopOnSignal(log, async () => {
    await api.stop();
    await ledger.close();
  });
});
