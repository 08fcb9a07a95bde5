import DodoPayments from 'dodopayments';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { withPriority } from '../../src/dodo/budget.js';
import { createDodo, HTTP_TIMEOUT_MS, type Dodo } from '../../src/dodo/client.js';
import { classify, type DodoFailure } from '../../src/dodo/errors.js';
import {
  hang,
  json,
  refusal,
  reset,
  startRawServer,
  truncated,
  webPage,
  type Answer,
  type RawServer,
} from './raw-server.js';

const API_KEY = 'dodo_test_key';
/** Short, so that tests need not wait long for a server that never answers. */
const TIMEOUT_MS = 300;

let server: RawServer;
let dodo: Dodo;

beforeAll(async () => {
  server = await startRawServer();
  dodo = createDodo(API_KEY, { baseURL: server.url });
});
beforeEach(() => server.clear());
afterEach(() => vi.unstubAllEnvs());
afterAll(() => server.close());

type MoneyCall = (client: Dodo, options?: { timeout: number }) => PromiseLike<unknown>;

const MONEY_CALLS: [name: string, path: string, call: MoneyCall][] = [
  [
    'checkoutSessions.create',
    '/checkouts',
    (client, options) =>
      client.checkoutSessions.create(
        {
          product_cart: [{ product_id: 'prod_team_license', quantity: 1 }],
          customer: { customer_id: 'cus_1' },
          billing_address: { country: 'US', zipcode: '10001' },
          payment_method_id: 'pm_1',
          confirm: true,
          metadata: { upsell_attempt_id: 'purchase/pay_1:team:1' },
        },
        options,
      ),
  ],
  [
    'payments.create',
    '/payments',
    (client, options) =>
      client.payments.create(
        {
          product_cart: [{ product_id: 'prod_setup_session', quantity: 1 }],
          customer: { customer_id: 'cus_1' },
          billing: { country: 'US', zipcode: '10001' },
          payment_method_id: 'pm_1',
        },
        options,
      ),
  ],
  [
    'subscriptions.changePlan',
    '/subscriptions/sub_1/change-plan',
    (client, options) =>
      client.subscriptions.changePlan(
        'sub_1',
        {
          product_id: 'prod_pro_plan',
          quantity: 1,
          proration_billing_mode: 'difference_immediately',
          on_payment_failure: 'prevent_change',
        },
        options,
      ),
  ],
];

const MISHAPS: [name: string, answer: Answer, expected: Partial<DodoFailure>][] = [
  ['a reset connection', reset, { kind: 'unknown' }],
  ['500', refusal(500, 'INTERNAL_SERVER_ERROR'), { kind: 'unknown' }],
  [
    '503 with a header that asks for a retry',
    refusal(503, 'DISCOUNT_CONCURRENT_REDEMPTION', { 'x-should-retry': 'true' }),
    { kind: 'unknown' },
  ],
  ['408', refusal(408, 'REQUEST_TIMEOUT'), { kind: 'unknown' }],
  [
    '429',
    refusal(429, 'TOO_MANY_REQUESTS', { 'retry-after': '7' }),
    { kind: 'not_sent', retryAfterMs: 7_000 },
  ],
  [
    '409',
    refusal(409, 'PENDING_PLAN_CHANGE_EXISTS'),
    { kind: 'rejected', status: 409, code: 'PENDING_PLAN_CHANGE_EXISTS' },
  ],
  [
    '422',
    refusal(422, 'NO_ELIGIBLE_PAYMENT_METHODS'),
    { kind: 'rejected', status: 422, code: 'NO_ELIGIBLE_PAYMENT_METHODS' },
  ],
  ['no answer', hang, { kind: 'unknown' }],
  ['an answer that breaks off', truncated, { kind: 'unknown' }],
];

describe.each(MONEY_CALLS)('%s', (_, path, call) => {
  it.each(MISHAPS)('is sent exactly once on %s', async (_mishap, answer, expected) => {
    server.answer = answer;
    const error = await thrownBy(call(dodo, answer === hang ? { timeout: TIMEOUT_MS } : undefined));
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([`POST ${path}`]);
    expect(classify(error)).toMatchObject(expected);
  });

  it('is sent exactly once when a web page comes with status 200, which the SDK takes for success', async () => {
    server.answer = webPage;
    expect(await call(dodo)).toContain('<!doctype html>');
    expect(server.requests).toHaveLength(1);
  });

  it('is sent exactly once on a kept-alive connection that breaks', async () => {
    server.answer = json(200, { payment_id: 'pay_1' });
    await call(dodo);
    server.clear();
    server.answer = (res) => res.socket?.destroy();
    expect(classify(await thrownBy(call(dodo)))).toMatchObject({ kind: 'unknown' });
    expect(server.requests).toHaveLength(1);
  });

  it('is sent exactly once when it succeeds', async () => {
    server.answer = json(200, { payment_id: 'pay_1' });
    expect(await call(dodo)).toEqual({ payment_id: 'pay_1' });
    expect(server.requests).toHaveLength(1);
  });
});

it('reads are sent once as well: retries are up to Temporal', async () => {
  server.answer = refusal(500, 'INTERNAL_SERVER_ERROR');
  await thrownBy(dodo.payments.retrieve('pay_1'));
  expect(server.requests.map(({ method }) => method)).toEqual(['GET']);
});

it('the test server counts every try of a client that retries', async () => {
  const patient = new DodoPayments({ bearerToken: API_KEY, baseURL: server.url, maxRetries: 2 });
  server.answer = refusal(500, 'INTERNAL_SERVER_ERROR', { 'retry-after-ms': '1' });
  await thrownBy(patient.payments.retrieve('pay_1'));
  expect(server.requests).toHaveLength(3);
});

describe('createDodo', () => {
  it('sends the key and times out sooner than a money activity', async () => {
    server.answer = json(200, {});
    await dodo.payments.retrieve('pay_1');
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${API_KEY}`);
    expect(dodo.timeout).toBe(HTTP_TIMEOUT_MS);
    expect(HTTP_TIMEOUT_MS).toBeLessThan(45_000);
    expect(dodo.maxRetries).toBe(0);
  });

  it.each([
    ['test_mode' as const, 'https://test.dodopayments.com'],
    ['live_mode' as const, 'https://live.dodopayments.com'],
  ])('in %s talks to %s', (environment, url) => {
    expect(createDodo(API_KEY, { environment }).baseURL).toBe(url);
  });

  it("uses its own target, whatever base URL the process's environment names", () => {
    vi.stubEnv('DODO_PAYMENTS_BASE_URL', 'http://127.0.0.1:9');
    expect(createDodo(API_KEY, { environment: 'test_mode' }).baseURL).toBe('https://test.dodopayments.com');
    expect(createDodo(API_KEY, { baseURL: server.url }).baseURL).toBe(server.url);
  });
});

async function thrownBy(call: PromiseLike<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error('The call was expected to fail but succeeded.');
}

describe('a redirect', () => {
  it.each(MONEY_CALLS)('of %s is not followed, and may have had an effect', async (_, path, call) => {
    server.answer = (res) => res.writeHead(307, { location: `${server.url}/elsewhere` }).end();
    const failure = await Promise.resolve(call(dodo)).catch(classify);
    expect(failure).toMatchObject({ kind: 'unknown', message: 'Dodo answered 307.' });
    expect(server.requests.map((request) => request.path)).toEqual([path]);
  });
});

describe('an answer', () => {
  it('whose texts nobody can keep is cleaned', async () => {
    const name = JSON.parse('"A\\u0000da \\ud800 \\ud83d\\ude00"') as string;
    server.answer = json(200, { customer_id: 'cus_1', name });
    expect(await dodo.customers.retrieve('cus_1')).toMatchObject({ name: 'A\ufffdda \ufffd \u{1f600}' });
  });
});

describe('the limit', () => {
  const limited = (perMinute?: number) => createDodo(API_KEY, { baseURL: server.url }, perMinute);

  it('makes requests wait, which is not within their timeout', async () => {
    // Seven at once, then about one a second.
    const client = limited(60);
    server.answer = json(200, {});
    const started = performance.now();
    const calls = Array.from({ length: 7 }, () => client.payments.retrieve('pay_1', { timeout: TIMEOUT_MS }));
    await Promise.all(calls);
    expect(server.requests).toHaveLength(7);
    expect(performance.now() - started).toBeGreaterThan(2 * TIMEOUT_MS);
  });

  it('is one for all clients with other options', async () => {
    const client = limited(1);
    server.answer = json(200, {});
    await client.payments.retrieve('pay_1');
    const other = client.withOptions({ timeout: TIMEOUT_MS });
    expect(await Promise.resolve(other.payments.retrieve('pay_1')).catch(classify)).toMatchObject({
      kind: 'not_sent',
      message: 'Other requests to Dodo have to go first.',
    });
    expect(server.requests).toHaveLength(1);
  });

  it('is learned from a refusal: nobody asks for anything before Retry-After is over', async () => {
    const client = limited();
    server.answer = refusal(429, 'TOO_MANY_REQUESTS', { 'retry-after': '1' });
    expect(await Promise.resolve(client.payments.retrieve('pay_1')).catch(classify)).toMatchObject({
      kind: 'not_sent',
      retryAfterMs: 1_000,
    });
    server.answer = json(200, {});
    const started = performance.now();
    await client.customers.retrieve('cus_1');
    expect(performance.now() - started).toBeGreaterThan(900);
  });

  it('does not hold up a charge whose attempt is recorded', async () => {
    const client = limited(1);
    server.answer = json(200, { session_id: 'cks_1' });
    await client.payments.retrieve('pay_1');
    await withPriority('money', 1_000, () => client.checkoutSessions.create({ product_cart: [] }));
    expect(server.requests.map(({ path }) => path)).toEqual(['/payments/pay_1', '/checkouts']);
  });
});
