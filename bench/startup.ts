/** Measures how long `npm start` takes until it is ready, with the Temporal server downloaded beforehand. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findTemporalBinary } from '../sandbox/local/server-binary.js';
import { median } from './stats.js';
import { formatResults, seconds } from './results.js';

const ROUNDS = 3;

export async function benchStartup(): Promise<string> {
  await findTemporalBinary();
  const first: number[] = [];
  const again: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const dataDir = await mkdtemp(join(tmpdir(), 'durable-upsells-bench-'));
    first.push(await startOnce(dataDir));
    again.push(await startOnce(dataDir));
    await rm(dataDir, { recursive: true, force: true });
  }
  const row = (name: string, times: number[]) => [name, seconds(median(times)), seconds(Math.max(...times))];
  return formatResults(
    [`${ROUNDS} starts each`, 'median', 'slowest'],
    [row('first start, with an empty data folder', first), row('later start, with its data', again)],
  );
}

/** Returns the milliseconds from the command to the line that reports readiness. */
async function startOnce(dataDir: string): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, ['--import', 'tsx', 'sandbox/start.ts'], {
    env: { ...process.env, PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'error' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let ready: number | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('Ready in')) continue;
    ready = performance.now() - started;
    break;
  }
  if (child.exitCode === null) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  if (ready === undefined) throw new Error('npm start ended before it was ready.');
  return ready;
}
