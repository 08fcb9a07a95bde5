/** `npm run server`: the API, in production beside one or more workers. */
import './node-version.js';
import { loadDotEnv } from './config/dotenv.js';
import { followSecrets } from './config/live-secrets.js';
import { loadConfig } from './config/load.js';
import { API_STOPS_WITHIN, run, stopOnSignal } from './process.js';
import { openParts } from './production.js';
import { startApi } from './service.js';
import { startTelemetry } from './telemetry.js';

await run(async () => {
  loadDotEnv();
  const config = loadConfig(process.env, { mode: 'server' });
  const telemetry = await startTelemetry('durable-upsells-api');
  const parts = await openParts(config);
  const live = followSecrets(config, {
    env: process.env,
    load: () => loadConfig(process.env, { mode: 'server' }),
    log: parts.log,
  });
  const api = await startApi(config, { ...parts, latest: live.current, uiUrl: config.temporal.uiUrl });
  parts.log.info({ url: api.url }, 'the API is ready');
  stopOnSignal(
    parts.log,
    async () => {
      live.stop();
      await api.stop();
      await parts.close();
      await telemetry?.stop();
    },
    API_STOPS_WITHIN,
  );
});
