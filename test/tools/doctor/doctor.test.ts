import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { diagnose } from '../../../tools/doctor/diagnose.js';
import { fixEndpoint } from '../../../tools/doctor/fix.js';
import { doctorsDodo } from '../../../tools/doctor/calls.js';
import { readSubject } from '../../../tools/doctor/subject.js';
import type { Check, Report } from '../../../tools/doctor/report.js';
import { closeServer, listenOnLoopback } from '../../support/loopback.js';
import { postgresForTests, type PostgresForTests } from '../../support/postgres.js';
import { testStack, type TestStack } from '../../support/stack.js';
import { testTemporal } from '../../support/temporal.js';
import { makeTemporaryFolder, removeFolder } from '../../support/temporary-folder.js';
import { openLedger } from '../../../src/ledger/index.js';

let stack: TestStack;
let folder: string;
let temporal: { address: string; namespace: string };

beforeAll(async () => {
  temporal = await testTemporal();
  folder = await makeTemporaryFolder('doctor');
  stack = await testStack();
  await stack.sandbox.control.purchase({ product_id: 'prod_starter_course' });
  await stack.sandbox.control.purchase({ product_id: 'prod_basic_plan', email: 'plan@example.com' });
});

afterAll(async () => {
  await stack.stop();
  await removeFolder(folder);
});

beforeEach(async () => {
  const { control } = stack.sandbox;
  await control.setPolicy({ apiKey: 'accepted', clockSkewMs: 0, requestsPerMinute: 240 });
  control.clearFaults();
});

function environment(more: Record<string, string | undefined> = {}): Record<string, string | undefined> {
  return {
    DODO_PAYMENTS_BASE_URL: stack.sandbox.url,
    DODO_PAYMENTS_API_KEY: stack.sandbox.apiKey,
    DODO_PAYMENTS_WEBHOOK_KEY: stack.sandbox.webhookKey,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    TEMPORAL_TASK_QUEUE: stack.taskQueue,
    APP_URL: stack.url,
    DATA_DIR: folder,
    ...more,
  };
}

async function examine(more: Record<string, string | undefined> = {}, url?: string): Promise<Report> {
  const env = environment(more);
  return diagnose(readSubject(env, url), env);
}

function checkOf({ checks }: Report, id: string): Check {
  const found = checks.find((check) => check.id === id);
  if (!found) throw new Error(`There is no check ${id}.`);
  return found;
}

/** Expects one check to fail with a remedy, and names nothing secret. */
function expectFailed(report: Report, id: string, detail: RegExp): void {
  const check = checkOf(report, id);
  expect(check).toMatchObject({ status: 'fail', detail: expect.stringMatching(detail) as string });
  expect(check.remedy).toMatch(/\w+ \w+/);
  expect(report.ok).toBe(false);
  const text = JSON.stringify(report);
  expect(text).not.toContain(stack.sandbox.apiKey);
  expect(text).not.toContain(stack.sandbox.webhookKey);
}

async function catalogFile(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const offer = (id: string, action: string, more = '') => `
  ${id}:
    type: upsell
    action: ${action}
    window: 30m
    ${more}
    copy: { headline: Take it, accept: Take it, decline: No thanks }`;

const catalogOf = (offers: string, productId = 'prod_starter_course', first = 'one') => `version: 1
offers:${offers}
funnels:
  only:
    trigger: purchase
    when: { product_id: [${productId}] }
    steps: [{ id: first, offer: ${first} }]
`;

test('everything passes on a configuration without a mistake, in less than 5 seconds', async () => {
  const started = performance.now();
  const report = await examine();
  expect(performance.now() - started).toBeLessThan(5_000);
  expect(report.checks.filter(({ status }) => status === 'fail')).toEqual([]);
  expect(report.ok).toBe(true);
  // What only the process with the embedded ledger can tell.
  expect(report.checks.filter(({ status }) => status === 'unknown').map(({ id }) => id)).toEqual([
    'ledger.migrated',
    'ledger.rights',
  ]);
  expect(checkOf(report, 'methods').detail).toMatch(/2 of the last 2 payers have a saved method: 2 card/);
  expect(checkOf(report, 'prices').detail).toMatch(/pro-plan \$\d.*complete-bundle \$149/);
});

test('only reads and previews are sent', async () => {
  const before = stack.sandbox.books.requests().length;
  await examine();
  const sent = stack.sandbox.books.requests().slice(before);
  const writes = sent.filter(({ method, path }) => method !== 'GET' && !path.endsWith('/preview'));
  expect(writes).toEqual([]);
  expect(sent.length).toBeLessThan(60);
});

test('a rejected, a read-only and a live key are told apart', async () => {
  const { control } = stack.sandbox;
  await control.setPolicy({ apiKey: 'rejected' });
  expectFailed(await examine(), 'key.valid', /401/);
  await control.setPolicy({ apiKey: 'read_only' });
  const readOnly = await examine();
  expectFailed(readOnly, 'key.write', /read-only/);
  expect(checkOf(readOnly, 'key.valid').status).toBe('pass');

  const report = await examine({
    DODO_PAYMENTS_BASE_URL: undefined,
    DODO_PAYMENTS_ENVIRONMENT: 'test_mode',
    DODO_PAYMENTS_API_KEY: 'dodo_live_0123456789',
  });
  expectFailed(report, 'config', /DODO_PAYMENTS_API_KEY is a live_mode key/);
});

test('a Dodo that cannot be reached, or does not answer, is one failure and not a wait', async () => {
  const gone = await examine({ DODO_PAYMENTS_BASE_URL: 'http://127.0.0.1:1' });
  expectFailed(gone, 'key.valid', /cannot be reached/);

  const silent = createServer(() => undefined);
  const port = await listenOnLoopback(silent);
  const started = performance.now();
  const report = await examine({ DODO_PAYMENTS_BASE_URL: `http://127.0.0.1:${port}` });
  expect(performance.now() - started).toBeLessThan(5_000);
  expectFailed(report, 'key.valid', /in time/);
  expect(checkOf(report, 'temporal.worker').status).toBe('pass');
  await closeServer(silent);
});

test('a clock that is off and a limit above the tier are named', async () => {
  await stack.sandbox.control.setPolicy({ clockSkewMs: 600_000 });
  expectFailed(await examine(), 'key.clock', /60[01] s behind|599 s behind/);
  await stack.sandbox.control.setPolicy({ clockSkewMs: -600_000 });
  expectFailed(await examine({ DODO_REQUESTS_PER_MINUTE: '1000' }), 'key.clock', /ahead of/);
  expectFailed(await examine({ DODO_REQUESTS_PER_MINUTE: '1000' }), 'key.rate', /allows 240/);
});

test('ids that do not exist, archived products and wrong kinds are named with their place', async () => {
  const { control } = stack.sandbox;
  const missing = await catalogFile(
    'missing.yaml',
    catalogOf(
      offer('one', '{ kind: charge, product_id: pdt_gone, addons: [{ addon_id: adn_gone, quantity: 1 }] }') +
        offer('two', '{ kind: charge, product_id: prod_team_license }', 'discount_code: GONE'),
      'pdt_unknown',
    ),
  );
  const report = await examine({ CATALOG: missing });
  expectFailed(report, 'catalog.products', /pdt_gone \(offers\.one\).*pdt_unknown \(funnels\.only\)/);
  expectFailed(report, 'catalog.addons', /adn_gone/);
  expectFailed(report, 'catalog.discounts', /GONE/);

  const kinds = await catalogFile(
    'kinds.yaml',
    catalogOf(
      offer(
        'one',
        '{ kind: change_plan, product_id: prod_team_license, proration_billing_mode: full_immediately }',
      ) + offer('two', '{ kind: payment, product_id: prod_pro_plan }'),
    ),
  );
  expectFailed(
    await examine({ CATALOG: kinds }),
    'catalog.kinds',
    /offers\.one.*paid once; offers\.two.*subscription/,
  );

  await control.createProduct({ product_id: 'pdt_old', name: 'Old', price: 500 });
  await control.updateProduct('pdt_old', { archived: true });
  const archived = await catalogFile(
    'archived.yaml',
    catalogOf(offer('one', '{ kind: charge, product_id: pdt_old }')),
  );
  const old = await examine({ CATALOG: archived });
  expectFailed(old, 'catalog.archived', /pdt_old \(offers\.one\) is archived/);
  expectFailed(old, 'prices', /offers\.one/);
});

test('products of another currency or brand are named', async () => {
  const { control } = stack.sandbox;
  await control.createProduct({
    product_id: 'pdt_euro',
    name: 'Euro',
    price: 500,
    currency: 'EUR',
    brand_id: 'brd_other',
  });
  const path = await catalogFile(
    'euro.yaml',
    catalogOf(offer('one', '{ kind: charge, product_id: pdt_euro }')),
  );
  const report = await examine({ CATALOG: path });
  expectFailed(report, 'catalog.currencies', /prod_starter_course in USD and pdt_euro in EUR/);
  expectFailed(report, 'catalog.brands', /pdt_euro in brd_other/);
});

test('a catalog with a mistake is a failure of its own', async () => {
  const path = await catalogFile('broken.yaml', 'version: 1\noffers: {}\nfunnels: { a: 1 }\n');
  const report = await examine({ CATALOG: path });
  expectFailed(report, 'catalog.file', /broken\.yaml/);
  expect(checkOf(report, 'catalog.products').status).toBe('unknown');
  expect(checkOf(report, 'webhook.endpoint').status).toBe('pass');
});

test('an endpoint that is missing, disabled or filtered is named, and mended by --fix', async () => {
  const elsewhere = await examine({ APP_URL: 'https://shop.example' });
  expectFailed(
    elsewhere,
    'webhook.endpoint',
    /None is registered for https:\/\/shop\.example\/webhooks\/dodo, only/,
  );
  // The API may be reached under another origin than the shop.
  expect(
    checkOf(await examine({ APP_URL: 'https://shop.example' }, stack.url), 'webhook.endpoint').status,
  ).toBe('pass');

  const subject = readSubject(environment());
  if (!subject.dodo) throw new Error('The environment names a Dodo.');
  const dodo = doctorsDodo(subject.dodo);
  const [endpoint] = (await dodo.webhooks.list()).data;
  await dodo.webhooks.update(endpoint?.id ?? '', { disabled: true, filter_types: ['payment.succeeded'] });
  const report = await examine();
  expectFailed(report, 'webhook.enabled', /disabled/);
  expectFailed(report, 'webhook.events', /not sent payment\.failed.*subscription\.plan_changed/);

  expect(await fixEndpoint(dodo, subject.webhookUrl, true)).toMatchObject({
    ok: true,
    message: expect.stringContaining('enabled it') as string,
  });
  const mended = await examine();
  expect(checkOf(mended, 'webhook.enabled').status).toBe('pass');
  expect(checkOf(mended, 'webhook.events').status).toBe('pass');
  expect(await fixEndpoint(dodo, subject.webhookUrl, true)).toMatchObject({
    message: expect.stringContaining('needs no change') as string,
  });

  const created = await fixEndpoint(dodo, 'https://other.example/webhooks/dodo', false);
  expect(created).toMatchObject({ ok: true, secret: expect.stringMatching(/^whsec_/) as string });
  expect(created.message).not.toContain(created.secret);
  expect((await dodo.webhooks.list()).data.map(({ url }) => url)).toContain(
    'https://other.example/webhooks/dodo',
  );
  const refused = await fixEndpoint(dodo, 'http://localhost:3000/webhooks/dodo', false);
  expect(refused.ok).toBe(false);
});

test('a webhook key that is not that of the endpoint, or of the running API, is named', async () => {
  const other = `whsec_${Buffer.from('another webhook key of 32 bytes.').toString('base64')}`;
  const report = await examine({ DODO_PAYMENTS_WEBHOOK_KEY: other });
  expectFailed(report, 'webhook.secret', /not the endpoint's secret/);
  expectFailed(report, 'webhook.delivery', /answered 401/);
  expect(checkOf(report, 'webhook.signature').status).toBe('pass');
  // During a rotation, either of the two may be the current one.
  const both = await examine({ DODO_PAYMENTS_WEBHOOK_KEY: `${stack.sandbox.webhookKey},${other}` });
  expect(checkOf(both, 'webhook.secret').status).toBe('pass');
});

test('somebody else behind the public address is noticed', async () => {
  const careless = createServer((_request, response) => response.end('welcome'));
  const port = await listenOnLoopback(careless);
  const report = await examine({}, `http://127.0.0.1:${port}`);
  expect(checkOf(report, 'webhook.delivery').status).toBe('pass');
  expectFailed(report, 'webhook.signature', /answered 200 to a wrongly signed event/);
  await closeServer(careless);
});

test('payers without a saved method are counted', async () => {
  const { control, books } = stack.sandbox;
  const subject = readSubject(environment());
  if (!subject.dodo) throw new Error('The environment names a Dodo.');
  const buyer = await control.purchase({ product_id: 'prod_course_workbook', email: 'bare@example.com' });
  const dodo = doctorsDodo(subject.dodo);
  const { items } = await dodo.customers.retrievePaymentMethods(buyer.customer_id);
  await dodo.customers.deletePaymentMethod(items[0]?.payment_method_id ?? '', {
    customer_id: buyer.customer_id,
  });
  expect(books.customers().length).toBe(3);
  expect(checkOf(await examine(), 'methods').detail).toMatch(/2 of the last 3 payers/);
});

test('an absent Temporal, namespace or worker is named', async () => {
  expectFailed(await examine({ TEMPORAL_ADDRESS: '127.0.0.1:1' }), 'temporal.reachable', /127\.0\.0\.1:1/);
  expectFailed(await examine({ TEMPORAL_NAMESPACE: 'nope' }), 'temporal.namespace', /"nope" does not exist/);
  expectFailed(
    await examine({ TEMPORAL_TASK_QUEUE: 'nobody' }),
    'temporal.worker',
    /"nobody".*workflows and activities/,
  );
});

test('mistakes of the environment do not hide the rest', async () => {
  const report = await examine({ PORT: 'seventy', RECONCILE_WINDOW: 'soon' });
  expectFailed(report, 'config', /PORT is "seventy".*RECONCILE_WINDOW/);
  expect(checkOf(report, 'key.valid').status).toBe('pass');

  const empty = await examine({
    DODO_PAYMENTS_BASE_URL: undefined,
    DODO_PAYMENTS_API_KEY: undefined,
    DODO_PAYMENTS_WEBHOOK_KEY: undefined,
  });
  expectFailed(empty, 'config', /DODO_PAYMENTS_ENVIRONMENT is missing/);
  expect(checkOf(empty, 'webhook.events').status).toBe('unknown');
  expect(empty.checks.map(({ id }) => id)).toEqual((await examine()).checks.map(({ id }) => id));
});

const postgres: PostgresForTests = await postgresForTests();
afterAll(async () => {
  if (postgres.available) await postgres.stop();
});

test.skipIf(!postgres.available)('a PostgreSQL ledger is looked at without a change', async () => {
  if (!postgres.available) return;
  const fresh = await examine({ DATABASE_URL: postgres.url });
  expectFailed(fresh, 'ledger.migrated', /migrations are missing/);
  await (await openLedger({ url: postgres.url })).close();
  const report = await examine({ DATABASE_URL: postgres.url });
  for (const id of ['ledger.reachable', 'ledger.migrated', 'ledger.writable', 'ledger.rights']) {
    expect(checkOf(report, id).status, id).toBe('pass');
  }
  const readOnly = new URL(postgres.url);
  readOnly.searchParams.set('options', '-c default_transaction_read_only=on');
  expectFailed(await examine({ DATABASE_URL: readOnly.href }), 'ledger.writable', /read-only/);
  const unreachable = await examine({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' });
  expectFailed(unreachable, 'ledger.reachable', /cannot be reached/);
});
