/** `npm run worker`: runs workflows and activities. Start as many as needed. */
import { loadCatalog } from './catalog/load.js';
import { loadConfig, loadDotEnv } from './config.js';
import { createDodo } from './dodo/client.js';
import { openLedger } from './ledger/index.js';
import { createLogger } from './log.js';
import { run, stopOnSignal } from './process.js';
import { startWorker, temporalTarget } from './service.js';

await run(async () => {
  loadDotEnv();
  const config = loadConfig(process.env, { mode: 'worker' });
  const log = createLogger(config.logLevel);
  const { dodo } = config;
  if (dodo.sandbox || config.ledger.kind !== 'postgres')
    throw new Error('unreachable: refused by loadConfig');
  const catalog = await loadCatalog(config.catalogPath);
  const ledger = await openLedger({ url: config.ledger.url, log });
  const worker = await startWorker(config, {
    dodo: createDodo(dodo.apiKey, dodo.target),
    ledger,
    catalog: () => catalog,
    temporal: temporalTarget(config),
    log,
  });
  log.info({ taskQueue: config.temporal.taskQueue, catalog: catalog.hash }, 'the worker is ready');
  stopOnSignal(log, async () => {
    await worker.stop();
    await ledger.close();
  });
  await worker.ended;
});
