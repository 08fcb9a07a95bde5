/** `npm start`: everything a newcomer needs, on this machine. */
import { loadDotEnv } from '../src/config/dotenv.js';
import { loadLocalConfig } from './local/config.js';
import { createLogger } from '../src/log.js';
import { run, stopOnSignal, WORKER_STOPS_WITHIN } from '../src/process.js';
import { startStack } from './stack.js';

await run(async () => {
  loadDotEnv();
  const started = performance.now();
  const config = loadLocalConfig(process.env, { mode: 'start' });
  const log = createLogger(process.env.LOG_LEVEL ?? 'warn');
  const stack = await startStack(config, {
    log,
    anyPorts: config.http.port === 0,
    onProgress: (what) => process.stderr.write(`Starting ${what} ...\n`),
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const lines: [string, string | undefined][] = [
    ['Demo shop', config.http.port === 0 ? stack.url : config.appUrl],
    ['Temporal UI', stack.temporal.uiUrl],
    ['API', `${stack.url}/openapi.json`],
    ['Sandbox (Dodo)', stack.sandbox?.url],
    ['Backend key', stack.apiKey],
    ['Operator key', stack.operatorKey],
    ['Data', config.dataDir],
  ];
  process.stdout.write(`\nReady in ${seconds} s. Open the demo shop and buy something.\n\n`);
  for (const [name, value] of lines) if (value) process.stdout.write(`  ${name.padEnd(15)} ${value}\n`);
  process.stdout.write(
    '\nCtrl-C stops everything. Open offers are kept, and continue after the next start.\n\n',
  );
  stopOnSignal(log, () => stack.stop(), WORKER_STOPS_WITHIN);
});
