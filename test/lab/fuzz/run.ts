/**
 * `npm run fuzz`: Schemathesis against the running product, with the sandbox as Dodo. It makes requests from the OpenAPI
 * document, valid and invalid ones, and reads every answer by the document.
 *
 *   npm run fuzz -- --minutes 3 --seed 7 --examples 300
 */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cacheFolder } from '../../../sandbox/local/cache-folder.js';
import { runCommand } from '../../../sandbox/local/run-command.js';
import { loadLocalConfig } from '../../../sandbox/local/config.js';
import { startStack, type Stack } from '../../../sandbox/stack.js';
import { createLogger } from '../../../src/log.js';
import { makeTemporaryFolder, removeFolder } from '../../support/temporary-folder.js';

const VERSION = '4.32.5';
const folder = fileURLToPath(new URL('.', import.meta.url));
const say = (line: string) => process.stdout.write(`${line}\n`);

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(randomInt(1_000_000)) },
    /** Cases for each operation and phase, at most. */
    examples: { type: 'string', default: '150' },
    /** Stops after this time; without it, when all phases are through. */
    minutes: { type: 'string' },
  },
});

/** Returns the program, installed into a folder outside the checkout the first time. */
async function schemathesis(): Promise<string> {
  const venv = join(cacheFolder(), `schemathesis-${VERSION}`);
  const program = join(venv, 'bin', 'st');
  if (existsSync(join(venv, 'complete'))) return program;
  say(`Installing Schemathesis ${VERSION} into ${venv}, once`);
  const steps: [string, string[]][] = [
    ['python3', ['-m', 'venv', '--clear', venv]],
    [join(venv, 'bin', 'pip'), ['install', '--quiet', `schemathesis==${VERSION}`]],
  ];
  for (const [command, args] of steps) {
    const { code, output } = await runCommand(command, args);
    if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${output}`);
  }
  await writeFile(join(venv, 'complete'), VERSION);
  return program;
}

/** Real ids, by what a path calls them. */
type Ids = Record<'customerId' | 'purchaseId' | 'presentations', string[]>;

/** Makes customers with offers in several states, so that requests can name them. */
async function populate({ sandbox, url, apiKey }: Stack): Promise<Ids> {
  if (!sandbox) throw new Error('unreachable: the stack runs the sandbox');
  const ids: Ids = { customerId: [], purchaseId: [], presentations: [] };
  const headers = { Authorization: `Bearer ${apiKey}` };
  for (let n = 0; n < 24; n += 1) {
    const product_id = ['prod_starter_course', 'prod_basic_plan', 'prod_single_license'][n % 3] ?? '';
    const bought = await sandbox.control.purchase({ product_id, email: `fuzz-${n}@example.com` });
    ids.customerId.push(bought.customer_id);
    ids.purchaseId.push(bought.payment_id);
  }
  for (const customer of ids.customerId) {
    for (let tries = 0; tries < 50; tries += 1) {
      const response = await fetch(`${url}/api/upsell/${customer}`, { headers });
      const { presentation } = (await response.json()) as { presentation?: { id: string } };
      if (presentation) {
        ids.presentations.push(presentation.id);
        break;
      }
      await sleep(100);
    }
  }
  return ids;
}

const program = await schemathesis();
const data = await makeTemporaryFolder('fuzz');
let status: number;
try {
  const config = loadLocalConfig({ PORT: '0', DATA_DIR: data }, { mode: 'start' });
  const log = createLogger(process.env.LOG_LEVEL ?? 'silent');
  const stack = await startStack(config, { log, volatile: true, anyPorts: true });
  try {
    const ids = await populate(stack);
    say(`Seed ${values.seed}, ${ids.presentations.length} offers at ${stack.url}`);
    status = await run(stack, ids);
    say(`Seed ${values.seed}: ${status === 0 ? 'nothing found' : 'see above'}.`);
  } finally {
    await stack.stop();
  }
} finally {
  await removeFolder(data);
}
process.exit(status);

function run({ url, operatorKey }: Stack, ids: Ids): Promise<number> {
  const args = [
    ...['--config-file', join(folder, 'schemathesis.toml')],
    ...['run', `${url}/openapi.json`, '--url', url],
    ...['--header', `Authorization: Bearer ${operatorKey}`],
    ...['--seed', values.seed, '--max-examples', values.examples],
    ...(values.minutes === undefined ? [] : ['--max-time', String(Math.round(Number(values.minutes) * 60))]),
  ];
  const env = {
    ...process.env,
    SCHEMATHESIS_HOOKS: 'hooks',
    PYTHONPATH: folder,
    PYTHONDONTWRITEBYTECODE: '1',
    FUZZ_IDS: JSON.stringify(ids),
    FUZZ_SEED: values.seed,
  };
  // Its working files go into the stack's folder.
  const child = spawn(program, args, { stdio: 'inherit', env, cwd: data });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
