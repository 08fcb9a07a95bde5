/** Measures how long a customer waits from the click to "paid", and how much of that is Dodo's own time. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMerchantClient } from '../sandbox/demo/merchant-client.js';
import { startSandbox } from '../sandbox/index.js';
import { startStack } from '../sandbox/stack.js';
import { loadLocalConfig } from '../sandbox/local/config.js';
import { createLogger } from '../src/log.js';
import { summarize } from './stats.js';
import { formatResults, milliseconds } from './results.js';
import { covered, startTimingProxy } from './timing-proxy.js';

const WARM_UP = 5;
const SAMPLES = 40;
/** Milliseconds added to each of Dodo's responses. */
const DELAYS = [0, 100];

interface Accepted {
  total: number;
  dodo: number;
  requests: number;
}

/**
 * Times accepts from the request to the 200 "paid", one customer after the other, on the whole stack of `npm start`. The
 * time between Dodo's response and its webhook counts as this system's.
 */
export async function benchAccept(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'durable-upsells-bench-'));
  const sandbox = await startSandbox();
  const proxy = await startTimingProxy(sandbox.url);
  const config = loadLocalConfig(
    {
      PORT: '0',
      DATA_DIR: folder,
      DODO_PAYMENTS_BASE_URL: proxy.url,
      DODO_PAYMENTS_API_KEY: sandbox.apiKey,
      DODO_PAYMENTS_WEBHOOK_KEY: sandbox.webhookKey,
    },
    { mode: 'start' },
  );
  const stack = await startStack(config, {
    log: createLogger('info', { write: () => undefined }),
    anyPorts: true,
  });
  try {
    await sandbox.control.setWebhookEndpoint({ url: `${stack.url}/webhooks/dodo` });
    const shop = createMerchantClient(stack);

    async function acceptOnce(): Promise<Accepted> {
      const { payment_id } = await sandbox.control.purchase({
        product_id: 'prod_starter_course',
        email: `${crypto.randomUUID()}@example.com`,
      });
      const offer = await shop.offer(payment_id);
      const from = performance.now();
      const { status } = await shop.accept(offer);
      const total = performance.now() - from;
      if (status !== 200) throw new Error(`The accept returned ${status}.`);
      const requests = proxy.since(from);
      return { total, dodo: covered(requests), requests: requests.length };
    }

    const rows: string[][] = [];
    for (const delay of DELAYS) {
      proxy.setDelay(delay);
      for (let done = 0; done < WARM_UP; done += 1) await acceptOnce();
      const accepted: Accepted[] = [];
      while (accepted.length < SAMPLES) accepted.push(await acceptOnce());
      rows.push(...rowsOf(delay, accepted));
    }
    return formatResults([`${SAMPLES} accepts each`, 'p50', 'p95'], rows);
  } finally {
    await stack.stop();
    await proxy.close();
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function rowsOf(delay: number, accepted: Accepted[]): string[][] {
  const dodo = delay === 0 ? 'Dodo without delay' : `Dodo ${delay} ms slower`;
  const requests = Math.max(...accepted.map((one) => one.requests));
  const row = (name: string, values: number[]) => {
    const { p50, p95 } = summarize(values);
    return [name, milliseconds(p50), milliseconds(p95)];
  };
  return [
    row(
      `accept to paid, ${dodo}`,
      accepted.map(({ total }) => total),
    ),
    row(
      `of it waiting for Dodo (${requests} requests)`,
      accepted.map((one) => one.dodo),
    ),
    row(
      'of it in this system',
      accepted.map((one) => one.total - one.dodo),
    ),
  ];
}
