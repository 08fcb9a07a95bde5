import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDodoConsole } from '../../sandbox/demo/dodo-console.js';
import { eventually } from '../support/eventually.js';
import { oneClickOf } from '../../sandbox/demo/paths-trouble.js';
import { createMerchantClient, type Offer, type MerchantClient } from '../../sandbox/demo/merchant-client.js';
import { ATTEMPT_METADATA_KEY } from '../../src/domain/ids.js';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** Longer than it takes to see the charge and kill the process. */
const SLOW_ANSWER = 30 * SECOND;

interface Started {
  process: ChildProcess;
  shop: MerchantClient;
  dodo: ReturnType<typeof createDodoConsole>;
  readyLine: string;
}

let dataDir: string;
let running: Started | undefined;
beforeAll(async () => {
  dataDir = await makeTemporaryFolder('restart');
});
afterAll(async () => {
  if (running?.process.exitCode === null) running.process.kill('SIGKILL');
  await removeFolder(dataDir);
});

/** Starts what `npm start` runs, on free ports, and waits until it is ready. */
async function start(): Promise<Started> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'sandbox/start.ts'], {
    env: { ...process.env, PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'error', POLL_INTERVAL: '1s' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = new Map<string, string>();
  let readyLine = '';
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('Ready in')) readyLine = line;
    const [, name, value] = /^ {2}(\S.*?) {2,}(\S+)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) said.set(name, value);
    if (line.startsWith('Ctrl-C')) break;
  }
  if (readyLine === '') throw new Error('The process ended before it was ready.');
  const shop = createMerchantClient({
    url: said.get('Demo shop') ?? '',
    apiKey: said.get('Backend key') ?? '',
    operatorKey: said.get('Operator key') ?? '',
  });
  const dodo = createDodoConsole(said.get('Sandbox (Dodo)') ?? '');
  return { process: child, shop, dodo, readyLine };
}

/** Returns the processes that have the Temporal data open: ours, and the server's. */
async function holders(): Promise<number[]> {
  const folder = join(dataDir, 'temporal');
  const [lock = ''] = (await readdir(folder)).filter((name) => /^lock\.\d+$/.test(name));
  const text = await readFile(join(folder, lock), 'utf8');
  return (JSON.parse(text) as { pid: number }[]).map(({ pid }) => pid);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function chargesFor({ dodo }: Started, { customerId }: Offer): Promise<number> {
  const payments = await dodo.payments(customerId);
  return payments.filter(({ metadata }) => metadata[ATTEMPT_METADATA_KEY] !== undefined).length;
}

describe('everything that npm start runs', () => {
  let open: Offer;
  let charging: Offer;
  let openPurchase: string;
  let chargingPurchase: string;

  it(
    'starts, and leaves nothing running when killed in the middle of a charge',
    async () => {
      running = await start();
      const { shop, dodo, process: child } = running;
      process.stdout.write(`First start: ${running.readyLine}\n`);
      openPurchase = (await shop.buy('prod_starter_course', { email: 'waiting@example.com' })).purchaseId;
      chargingPurchase = (await shop.buy('prod_starter_course', { email: 'charging@example.com' }))
        .purchaseId;
      [open, charging] = await Promise.all([shop.offer(openPurchase), shop.offer(chargingPurchase)]);

      await dodo.addFault({
        match: { method: 'POST', path: '^/checkouts$', body: oneClickOf(charging.customerId) },
        kind: 'delay',
        delayMs: SLOW_ANSWER,
      });
      const cutOff = shop.accept(charging).then(
        () => 'answered',
        () => 'cut off',
      );
      const state = running;
      await eventually('the charge has reached Dodo', async () =>
        (await chargesFor(state, charging)) === 1 ? true : undefined,
      );
      const pids = await holders();
      expect(pids.filter(isRunning)).toHaveLength(2);

      child.kill('SIGKILL');
      await once(child, 'exit');
      expect(await cutOff).toBe('cut off');
      await eventually('the Temporal server is gone too', async () =>
        pids.some(isRunning) ? undefined : true,
      );
    },
    2 * MINUTE,
  );

  it(
    'starts again on the same data, with the offer still open until the same time',
    async () => {
      running = await start();
      const { shop } = running;
      process.stdout.write(`Start after kill -9: ${running.readyLine}\n`);
      const { presentation } = await shop.upsell(open.customerId);
      expect(presentation).toMatchObject({
        id: open.presentation.id,
        status: 'open',
        expiresAt: open.presentation.expiresAt,
        price: open.presentation.price,
      });

      expect(await shop.accept(open)).toMatchObject({ status: 200, body: { success: true } });
      expect(await shop.settled(openPurchase)).toMatchObject({ outcome: 'converted' });
      expect(await chargesFor(running, open)).toBe(1);
    },
    2 * MINUTE,
  );

  it(
    'finds the charge whose reply was lost with the process, and does not send it again',
    async () => {
      if (!running) throw new Error('It did not start again.');
      const { shop } = running;
      // The reply counts as lost only after the time that a charge may take.
      await shop.settled(chargingPurchase, 75 * SECOND);
      expect(await shop.settled(chargingPurchase)).toMatchObject({ outcome: 'converted' });
      expect(await chargesFor(running, charging)).toBe(1);
    },
    2 * MINUTE,
  );

  it(
    'shuts down on SIGTERM with exit code 0, and leaves nothing running',
    async () => {
      if (!running) throw new Error('It did not start again.');
      const pids = await holders();
      running.process.kill('SIGTERM');
      expect(await once(running.process, 'exit')).toEqual([0, null]);
      expect(pids.filter(isRunning)).toEqual([]);
    },
    2 * MINUTE,
  );
});
