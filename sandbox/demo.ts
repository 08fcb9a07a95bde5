/** `npm run demo`: the same stack as `npm start`, driven through every path without a person. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ServingConfig } from '../src/config/config.js';
import { loadLocalConfig } from './local/config.js';
import { createLogger } from '../src/log.js';
import { run, stopOnSignal } from '../src/process.js';
import { formatExperimentTable } from '../src/reports/experiment-table.js';
import { formatFunnelTable } from '../src/reports/funnel-table.js';
import { portBecomesFree } from './local/ports.js';
import { writeShortCatalog } from './demo/catalog.js';
import { createDodoConsole } from './demo/dodo-console.js';
import { startMerchantInbox, type MerchantInbox } from './demo/merchant-inbox.js';
import { checkNothingMoreWasTold, walkPath, type Cast, type PathResult } from './demo/path.js';
import { PLAIN_PATHS } from './demo/paths-plain.js';
import { TROUBLE_PATHS } from './demo/paths-trouble.js';
import { createShopClient } from './demo/shop.js';
import { formatPaths } from './demo/table.js';
import { startStack, type Stack } from './stack.js';

const DEFAULT_PORT = '3000';
/** Nobody clicks on this one: it is there to expire. */
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
    say('Everything is stopped and its data is removed.');
  }

  let succeeded = false;
  try {
    const config = await demoConfig(folder, inbox);
    const log = createLogger(config.logLevel);
    stopOnSignal(log, async () => {
      await stop();
      // Asked to end before it was through: that is no success.
      if (!succeeded) process.exit(1);
    });
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
    say(`\n  Temporal UI  ${stack.temporal.uiUrl ?? '-'}`);
    say(`  Demo shop    ${stack.url}`);
    say(`  Sandbox      ${stack.sandbox?.url ?? '-'}`);
    say('\nAll of it stays up until Ctrl-C.');
    return;
  }
  await stop();
  say(`${seconds(started)} s in all.`);
  process.exit(succeeded ? 0 : 1);
});

/** Whatever the environment says about Dodo, Temporal and databases: the demo has its own of each. */
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
      // A webhook that is lost is not waited for long.
      POLL_INTERVAL: '1s',
      SWEEP_INTERVAL: '5s',
      MERCHANT_WEBHOOK_URL: inbox.url,
      MERCHANT_WEBHOOK_SECRET: inbox.secret,
    },
    { mode: 'demo' },
  );
}

/** Walks every path, tells what happened, and answers whether all ended as they should. */
async function walkAll(stack: Stack, inbox: MerchantInbox): Promise<boolean> {
  if (!stack.sandbox) throw new Error('The demo drives the sandbox, and this stack has none.');
  const shop = createShopClient(stack);
  const cast: Cast = { shop, dodo: createDodoConsole(stack.sandbox.url), inbox };
  const paths = [...PLAIN_PATHS, ...TROUBLE_PATHS];
  const results: PathResult[] = await Promise.all(
    paths.filter(({ alone }) => !alone).map((path) => walkPath(path, cast)),
  );
  for (const path of paths.filter(({ alone }) => alone)) results.push(await walkPath(path, cast));
  for (const result of results) checkNothingMoreWasTold(result, inbox);

  say(`\n${formatPaths(results)}`);
  say(`\nConversion report\n\n${formatFunnelTable(await shop.report())}\n`);
  const tried = await shop.experiments();
  if (tried.experiments.length > 0) say(`Experiments\n\n${formatExperimentTable(tried)}\n`);
  const wrong = results.filter(({ mistakes }) => mistakes.length > 0).length;
  say(
    wrong === 0
      ? `All ${results.length} paths ended as they should.`
      : `${wrong} of ${results.length} paths did not end as they should; see "expected" and "seen" above.`,
  );
  return wrong === 0;
}
