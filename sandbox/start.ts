/** `npm start`: everything a newcomer needs, on this machine. */
import { formatDuration } from '../src/domain/duration.js';
import { loadDotEnv } from '../src/config/dotenv.js';
import { loadLocalConfig } from './local/config.js';
import { createLogger } from '../src/log.js';
import { run, stopOnSignal, WORKER_STOPS_WITHIN } from '../src/process.js';
import { startTelemetry } from '../src/telemetry.js';
import { startStack, type Stack } from './stack.js';
import type { ServingConfig } from '../src/config/config.js';
import { diagnose } from '../tools/doctor/diagnose.js';
import { readSubject } from '../tools/doctor/subject.js';

await run(async () => {
  loadDotEnv();
  const started = performance.now();
  const config = loadLocalConfig(process.env, { mode: 'start' });
  const log = createLogger(process.env.LOG_LEVEL ?? 'warn');
  const telemetry = await startTelemetry('durable-upsells');
  const stack = await startStack(config, {
    log,
    anyPorts: config.http.port === 0,
    onProgress: (what) => process.stderr.write(`Starting ${what} ...\n`),
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const lines: [string, string | undefined][] = [
    ['Demo shop', config.http.port === 0 ? stack.url : localUrl(stack.url)],
    ...(isElsewhere(config, stack) ? [['Your site', config.appUrl] as [string, string]] : []),
    ['Dashboard', `${config.http.port === 0 ? stack.url : localUrl(stack.url)}/dashboard`],
    ['Temporal UI', stack.temporal.uiUrl],
    ['API', `${stack.url}/openapi.json`],
    ['Sandbox (Dodo)', stack.sandbox?.url],
    ['Sandbox API key', stack.sandbox?.apiKey],
    ['Sandbox guide', stack.sandbox && 'docs/sandbox.md'],
    ['Backend key', stack.apiKey],
    ['Operator key', stack.operatorKey],
    ['Data', config.dataDir],
  ];
  process.stdout.write(`\nReady in ${seconds} s. Open the demo shop and buy something.\n\n`);
  for (const [name, value] of lines) if (value) process.stdout.write(`  ${name.padEnd(15)} ${value}\n`);
  process.stdout.write(
    '\nCtrl-C stops everything. Open offers are kept, and continue after the next start.\n\n',
  );
  stopOnSignal(
    log,
    async () => {
      await stack.stop();
      await telemetry?.stop();
    },
    WORKER_STOPS_WITHIN,
  );
  warnOfPort(config, stack);
  sayHowPaymentsAreFound(config);
  if (!config.dodo.sandbox) await warnOfFailures(config, stack);
});

/** Names the shop by `localhost`, as people type it. */
function localUrl(url: string): string {
  return url.replace(/\/\/(?:127\.0\.0\.1|0\.0\.0\.0):/, '//localhost:');
}

/** Returns whether `APP_URL` names another host than this machine, where the merchant's own site is. */
function isElsewhere({ appUrl }: ServingConfig, { url }: Stack): boolean {
  return !isLoopback(new URL(appUrl)) && new URL(appUrl).origin !== new URL(url).origin;
}

function isLoopback({ hostname }: URL): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}

/** Without webhooks everything works all the same, a few seconds later. */
function sayHowPaymentsAreFound({ dodo, timing }: ServingConfig): void {
  if (dodo.sandbox || dodo.webhookSecrets.length > 0) return;
  process.stdout.write(
    `  DODO_PAYMENTS_WEBHOOK_KEY is not set, so no webhooks are received: Dodo is asked for new payments every ` +
      `${formatDuration(timing.sweepIntervalMs)} instead. Buy something in test mode, and its offer appears within seconds.\n\n`,
  );
}

/** Customers would be sent back to a port on which nobody, or somebody else, listens. */
function warnOfPort({ appUrl, http }: ServingConfig, { url }: Stack): void {
  const site = new URL(appUrl);
  const port = new URL(url).port;
  if (http.port === 0 || !isLoopback(site) || (site.port || '80') === port) return;
  process.stdout.write(
    `  Warning: APP_URL is ${appUrl}, but the demo shop listens on port ${port}. Customers come back to APP_URL after ` +
      `a payment: set PORT=${site.port || '80'}, or leave APP_URL out.\n\n`,
  );
}

/** Checks a real Dodo as `npm run doctor` does, and says what would go wrong. */
async function warnOfFailures(config: ServingConfig, stack: Stack): Promise<void> {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    TEMPORAL_ADDRESS: stack.temporal.address,
    TEMPORAL_NAMESPACE: stack.temporal.namespace,
  };
  const { checks } = await diagnose(readSubject(env), env);
  // Without a webhook key, no endpoint is expected.
  const isExpected = (id: string) =>
    config.dodo.sandbox || config.dodo.webhookSecrets.length > 0 || !id.startsWith('webhook.');
  const failed = checks.filter(({ id, status }) => status === 'fail' && isExpected(id));
  if (failed.length === 0) return;
  const lines = failed.map(({ title, detail, remedy = '' }) => `  ${title}: ${detail}\n    -> ${remedy}`);
  process.stdout.write(
    `Warning: npm run doctor finds ${failed.length === 1 ? 'a failure' : `${failed.length} failures`}.\n\n${lines.join('\n')}\n\n`,
  );
}
