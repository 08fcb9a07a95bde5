/** Counts the requests to Dodo that customers' ways through offers take. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../sandbox/demo/eventually.js';
import { startStack } from '../sandbox/stack.js';
import { loadLocalConfig } from '../sandbox/local/config.js';
import { createLogger } from '../src/log.js';
import { countRequests } from './count-requests.js';
import { formatResults } from './results.js';

/** Counts on the whole stack of `npm start`, without sweeps in between. */
export async function benchRequests(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'durable-upsells-bench-'));
  const config = loadLocalConfig({ PORT: '0', DATA_DIR: folder, SWEEP_INTERVAL: '1h' }, { mode: 'start' });
  const stack = await startStack(config, {
    log: createLogger('info', { write: () => undefined }),
    anyPorts: true,
  });
  try {
    const { sandbox, url, apiKey } = stack;
    if (!sandbox) throw new Error('The stack has no sandbox.');
    // The sweep that comes first would be counted.
    await eventually('the first sweep', () =>
      Promise.resolve(sandbox.books.requests({ path: '/payments' }).length > 0),
    );
    const counted = Object.entries(await countRequests({ sandbox, url, apiKey }));
    const table = formatResults(
      ['', 'requests'],
      counted.map(([way, requests]) => [way, String(requests.length)]),
    );
    const lists = counted
      .filter(([, requests]) => requests.length > 0)
      .map(([way, requests]) => `${way}: ${requests.join(', ')}`);
    return [table, ...lists].join('\n\n');
  } finally {
    await stack.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
