/** `npm run demo`: drives the stack of `npm start` through every path, without a person. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ServingConfig } from '../src/config/config.js';
import { loadLocalConfig } from './local/config.js';
import { createLogger } from '../src/log.js';
import { run, stopOnSignal, WORKER_STOPS_WITHIN } from '../src/process.js';
import { formatExperimentTable } from '../src/reports/experiment-table.js';
import { formatFunnelTable } from '../src/reports/funnel-table.js';
import { portBecomesFree } from './local/ports.js';
import { writeShortCatalog } from './demo/catalog.js';
import { createDodoConsole } from './demo/dodo-console.js';
import { startMerchantInbox, type MerchantInbox } from './demo/merchant-inbox.js';
import { checkNoFurtherNotifications, walkPath, type Cast, type PathResult } from './demo/path.js';
import { PLAIN_PATHS } from './demo/paths-plain.js';
import { TROUBLE_PATHS } from './demo/paths-trouble.js';
import { createMerchantClient } from './demo/merchant-client.js';
import { formatPaths } from './demo/table.js';
import { startStack, type Stack } from './stack.js';

const DEFAULT_PORT = '3000';
/** This offer is left to expire. */
const SHORT_WINDOWS = { 'team-license': '10s' };

const say = (text: string) => process.stdout.write(`${text}\n`);
const seconds = (since: number) => ((performance.now() - since) / 1000).toFixed(1);

await run(async () => {
  const { values: options } = parseArgs({ options: { keep: { type: 'boolean', default: false } } });
  const started = performance.now();
  const folder = await mkdtemp(join(tmpdir(), 'durable-upsells-demo-'));
  const inbox = await startMerchantInbox();
  let stack: Stack | undefined;

  async function stop(): Promise<void> {
    await stack?.stop();
    await inbox.close();
    await rm(folder, { recursive: true, force: true });
    say('Stopped everything and removed its data.');
  }

  let succeeded = false;
  try {
    const config = await demoConfig(folder, inbox);
    const log = createLogger(config.logLevel);
    stopOnSignal(
      log,
      async () => {
        await stop();
        // Interrupted before the end: not a success.
        if (!succeeded) process.exit(1);
      },
      WORKER_STOPS_WITHIN,
    );
    stack = await startStack(config, {
      log,
      anyPorts: process.env.PORT === '0',
      onProgress: (what) => process.stderr.write(`Starting ${what} ...\n`),
    });
    say(`Ready in ${seconds(started)} s. Walking ${PLAIN_PATHS.length + TROUBLE_PATHS.length} paths ...`);
    succeeded = await walkAll(stack, inbox);
  } catch (error) {
    await stop();
    throw error;
  }

  if (options.keep) {
    say(`\n  Dashboard    ${stack.url}/dashboard`);
    say(`  Operator key ${stack.operatorKey}`);
    say(`  Temporal UI  ${stack.temporal.uiUrl ?? '-'}`);
    say(`  Demo shop    ${stack.url}`);
    say(`  Sandbox      ${stack.sandbox?.url ?? '-'}`);
    say('\nEverything keeps running until you press Ctrl-C.');
    return;
  }
  await stop();
  say(`${seconds(started)} s in all.`);
  process.exit(succeeded ? 0 : 1);
});

/** Returns the demo's configuration: its own Dodo, Temporal and database, whatever the environment says. */
async function demoConfig(folder: string, inbox: MerchantInbox): Promise<ServingConfig> {
  const { PORT = DEFAULT_PORT, LOG_LEVEL = 'error' } = process.env;
  const taken = /^\d{1,5}$/.test(PORT) && !(await portBecomesFree(Number(PORT), 0));
  const catalog = join(folder, 'offers.yaml');
  await writeShortCatalog(catalog, SHORT_WINDOWS);
  return loadLocalConfig(
    {
      PORT: taken ? '0' : PORT,
      LOG_LEVEL,
      DATA_DIR: join(folder, 'data'),
      CATALOG: catalog,
      // Recover quickly from lost webhooks.
      POLL_INTERVAL: '1s',
      SWEEP_INTERVAL: '5s',
      MERCHANT_WEBHOOK_URL: inbox.url,
      MERCHANT_WEBHOOK_SECRET: inbox.secret,
    },
    { mode: 'demo' },
  );
}

/** Walks every path, prints the results, and returns true when all paths ended as expected. */
async function walkAll(stack: Stack, inbox: MerchantInbox): Promise<boolean> {
  if (!stack.sandbox) throw new Error('The demo needs the sandbox, but this stack runs without one.');
  const merchant = createMerchantClient(stack);
  const cast: Cast = { merchant, dodo: createDodoConsole(stack.sandbox.url), inbox };
  const paths = [...PLAIN_PATHS, ...TROUBLE_PATHS];
  const results: PathResult[] = await Promise.all(
    paths.filter(({ alone }) => !alone).map((path) => walkPath(path, cast)),
  );
  for (const path of paths.filter(({ alone }) => alone)) results.push(await walkPath(path, cast));
  for (const result of results) checkNoFurtherNotifications(result, inbox);

  say(`\n${formatPaths(results)}`);
  say(`\nConversion report\n\n${formatFunnelTable(await merchant.report())}\n`);
  const tried = await merchant.experiments();
  if (tried.experiments.length > 0) say(`Experiments\n\n${formatExperimentTable(tried)}\n`);
  const wrong = results.filter(({ mistakes }) => mistakes.length > 0).length;
  say(
    wrong === 0
      ? `All ${results.length} paths ended as expected.`
      : `${wrong} of ${results.length} paths did not end as expected: see the lines below each path marked NO.`,
  );
  return wrong === 0;
}
