/** `npm run worker`: runs workflows and activities. Start as many as needed. */
import './node-version.js';
import { createActivities } from '../activities/index.js';
import { loadDotEnv } from './config/dotenv.js';
import { followSecrets } from './config/live-secrets.js';
import { loadConfig } from './config/load.js';
import { run, stopOnSignal, WORKER_STOPS_WITHIN } from './process.js';
import { openParts } from './production.js';
import { startWorker } from './service.js';
import { startTelemetry } from './telemetry.js';

await run(async () => {
  loadDotEnv();
  const config = loadConfig(process.env, { mode: 'worker' });
  const telemetry = await startTelemetry('durable-upsells-worker');
  const parts = await openParts(config);
  const live = followSecrets(config, {
    env: process.env,
    load: () => loadConfig(process.env, { mode: 'worker' }),
    log: parts.log,
  });
  const worker = await startWorker(config, { ...parts, latest: live.current }, createActivities);
  parts.log.info({ taskQueue: config.temporal.taskQueue }, 'the worker is ready');
  stopOnSignal(
    parts.log,
    async () => {
      live.stop();
      await worker.stop();
      await parts.close();
      await telemetry?.stop();
    },
    WORKER_STOPS_WITHIN,
  );
  await worker.ended;
});
