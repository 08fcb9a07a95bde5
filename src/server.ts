/** `npm run server`: the API, in production beside one or more workers. */
import './node-version.js';
import { loadDotEnv } from './config/dotenv.js';
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
  const api = await startApi(config, { ...parts, uiUrl: config.temporal.uiUrl });
  parts.log.info({ url: api.url }, 'the API is ready');
  stopOnSignal(
    parts.log,
    async () => {
      await api.stop();
      await parts.close();
      await telemetry?.stop();
    },
    API_STOPS_WITHIN,
  );
});
