import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jsonClient } from '../../sandbox/demo/http.js';
import { startSandbox, type Sandbox } from '../../sandbox/index.js';
import { loadLocalConfig } from '../../sandbox/local/config.js';
import { startStack, type Stack } from '../../sandbox/stack.js';
import { createLogger } from '../../src/log.js';
import { eventually } from '../support/eventually.js';
import { testTemporal, uniqueTaskQueue } from '../support/temporal.js';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.js';

const SECOND = 1_000;

let sandbox: Sandbox;
let stack: Stack;
let folder: string;
let http: ReturnType<typeof jsonClient>;

/** A Dodo in test mode that has no webhook endpoint at all, and an environment without a webhook key. */
beforeAll(async () => {
  const temporal = await testTemporal();
  folder = await makeTemporaryFolder('polling');
  sandbox = await startSandbox();
  const config = loadLocalConfig(
    {
      PORT: '0',
      DATA_DIR: folder,
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_NAMESPACE: temporal.namespace,
      TEMPORAL_TASK_QUEUE: uniqueTaskQueue('polling'),
      DODO_PAYMENTS_BASE_URL: sandbox.url,
      DODO_PAYMENTS_API_KEY: sandbox.apiKey,
      DODO_REQUESTS_PER_MINUTE: '240',
      CATALOG: join(process.cwd(), 'offers.yaml'),
    },
    { mode: 'start' },
  );
  expect(config.timing).toMatchObject({ sweepIntervalMs: 3 * SECOND, pollIntervalMs: 2 * SECOND });
  stack = await startStack(config, { log: createLogger('silent'), volatile: true, anyPorts: true });
  http = jsonClient(stack.url, stack.apiKey);
});
afterAll(async () => {
  await stack.stop();
  await sandbox.close();
  await removeFolder(folder);
});

test.each([
  ['a charge', 'prod_starter_course', 'complete-bundle'],
  ['a plan change', 'prod_basic_plan', 'pro-plan'],
])(
  'without any webhook, the offer of %s and its outcome are found within seconds',
  async (_name, product, offerId) => {
    const buyer = await sandbox.control.purchase({ product_id: product, email: `${product}@example.com` });
    const offered = await eventually('was the customer offered something', async () => {
      const { body } = await http.get(`/api/upsell/${buyer.customer_id}`);
      return body.eligible === true ? (body.presentation as { id: string; offerId: string }) : undefined;
    });
    expect(offered.offerId).toBe(offerId);
    await http.post(`/api/upsell/${buyer.customer_id}/accept`, {});
    await eventually('was the offer paid', async () => {
      const { body } = await http.get(`/api/presentations/${offered.id}`);
      return body.status === 'paid' ? body : undefined;
    });
    expect(sandbox.books.deliveries().every(({ status }) => status === 'no_endpoint')).toBe(true);
  },
);

test('an idle system asks Dodo about twenty times a minute', async () => {
  const sweeps = () => sandbox.books.requests({ method: 'GET', path: /^\/payments$/ }).length;
  const before = sweeps();
  const started = performance.now();
  await eventually('did two sweeps come', () => Promise.resolve(sweeps() >= before + 3 || undefined));
  // Each of them is one request, and they are an interval apart.
  expect(performance.now() - started).toBeGreaterThan(3 * SECOND);
});
