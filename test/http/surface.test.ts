/** What every route has in common: headers, methods, CORS, and what is answered while a part of the system is away. */
import { describe, expect, it } from 'vitest';
import { createApp, createMetricsApp } from '../../src/http/app.js';
import type { ApiDeps } from '../../src/http/deps.js';
import { LedgerError } from '../../src/ledger/index.js';
import { signWebhook } from '../../src/webhooks/sign.js';
import { BACKEND, NOW, aRecord, scriptedApp, tokens } from './scripted-api.js';
import { serve } from './serve.js';

const OPERATOR = 'key_operator_0123456789abcdef';
const SHOP = 'https://shop.example';

const depsWith = (over: object) =>
  ({
    ledger: { presentation: () => Promise.resolve(aRecord()), markHandedOut: () => Promise.resolve() },
    runs: { ping: () => Promise.resolve() },
    tokens,
    log: { error: () => undefined, warn: () => undefined, info: () => undefined },
    now: () => NOW,
    appUrl: SHOP,
    acceptWaitMs: 1,
    apiKeys: [BACKEND],
    operatorKeys: [OPERATOR],
    webhookSecrets: [],
    catalogState: () => ({ catalog: { hash: 'h' }, loadedAt: NOW.toISOString() }),
    ...over,
  }) as unknown as ApiDeps;
const api = (over: object = {}) => serve(createApp(depsWith(over)));
const as = (key: string) => ({ headers: { Authorization: `Bearer ${key}` } });

describe('every answer', () => {
  it.each([
    '/healthz',
    '/readyz',
    '/metrics',
    '/openapi.json',
    '/webhooks/dodo',
    '/nowhere',
    '/api/upsell/cus_1',
  ])('of %s forbids sniffing, framing and scripts', async (path) => {
    const { headers } = await fetch((await serve(scriptedApp({}, []))) + path);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
    );
    expect(headers.get('strict-transport-security')).toMatch(/max-age=\d{8}/);
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });
});

describe('methods that a route does not serve', () => {
  it.each([
    ['DELETE', '/api/presentations/prs_1', 'GET, HEAD, OPTIONS'],
    ['GET', '/api/presentations/prs_1/accept', 'POST, OPTIONS'],
    ['PUT', '/api/purchases', 'POST, OPTIONS'],
    ['POST', '/healthz', 'GET, HEAD, OPTIONS'],
    ['GET', '/webhooks/dodo', 'POST, OPTIONS'],
  ])('are 405 with Allow: %s %s', async (method, path, allow) => {
    const response = await fetch((await api()) + path, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
    expect(await response.json()).toMatchObject({ code: 'method_not_allowed' });
  });
});

describe('a page of another origin', () => {
  const path = '/api/presentations/prs_1/accept';
  const preflight = async (url: string, origin: string, to = path) =>
    fetch(url + to, {
      method: 'OPTIONS',
      headers: { Origin: origin, 'Access-Control-Request-Method': 'POST' },
    });

  it('that is allowed may call the token routes, without credentials', async () => {
    const url = await api();
    const { status, headers } = await preflight(url, SHOP);
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(SHOP);
    expect(headers.get('access-control-allow-headers')).toContain('Authorization');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    const read = await fetch(`${url}/api/presentations/prs_1`, {
      headers: { ...as(BACKEND).headers, Origin: SHOP },
    });
    expect([read.status, read.headers.get('access-control-allow-origin')]).toEqual([200, SHOP]);
    expect(read.headers.get('vary')).toContain('Origin');
    const refused = await fetch(url + path, { method: 'POST', headers: { Origin: SHOP } });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, SHOP]);
  });

  it.each([
    ['another origin', 'https://evil.example', path],
    ['a look-alike', 'https://shop.example.evil.example', path],
    ['a page without an origin', 'null', path],
    ['a route of backends', SHOP, '/api/purchases'],
    ['a command', SHOP, '/api/presentations/prs_1/withdraw'],
  ])('is told nothing about %s', async (_, origin, to) => {
    const { headers } = await preflight(await api(), origin, to);
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it('may be named in place of the own one', async () => {
    const url = await api({ allowedOrigins: ['https://www.shop.example'] });
    const allowed = async (origin: string) =>
      (await preflight(url, origin)).headers.get('access-control-allow-origin');
    expect([await allowed('https://www.shop.example'), await allowed(SHOP)]).toEqual([
      'https://www.shop.example',
      null,
    ]);
  });
});

describe('while the store is away', () => {
  it.each([
    new LedgerError('unreachable', 'The ledger failed.'),
    new LedgerError('failed', 'The disk is full.', '53100'),
    new LedgerError('failed', 'It is read-only.', '25006'),
  ])('reads and clicks are 503 with Retry-After (%s)', async (error) => {
    const url = await api({ ledger: { presentation: () => Promise.reject(error) } });
    for (const [path, method] of [
      ['/api/presentations/prs_1', 'GET'],
      ['/api/presentations/prs_1/accept', 'POST'],
    ] as const) {
      const response = await fetch(url + path, { method, ...as(BACKEND) });
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
      expect(await response.json()).toMatchObject({ code: 'temporarily_unavailable' });
    }
  });

  it('a mistake of ours is still 500', async () => {
    const error = new LedgerError('failed', 'No such column.', '42703');
    const url = await api({ ledger: { presentation: () => Promise.reject(error) } });
    expect((await fetch(`${url}/api/presentations/prs_1`, as(BACKEND))).status).toBe(500);
  });
});

describe('places and times in queries', () => {
  it.each([
    '/api/reviews?cursor=9999999999999999-rev_0123456789abcdef01234567',
    '/api/reviews?cursor=999999999999999-rev_0123456789abcdef01234567',
    '/api/reviews?limit=0x10',
    '/api/notifications/dead?cursor=999999999999999-1',
    '/api/reports/evaluations?since=0000-01-01T00:00:00Z',
    '/api/reports/evaluations?since=9999-12-31T23:59:59-23:59',
    `/api/reports/evaluations?cursor=${Buffer.from('9999-99-99T00:00:00Z p').toString('base64url')}`,
    `/api/reports/evaluations?cursor=${Buffer.from('+012026-11-22T00:00:00Z p').toString('base64url')}`,
    `/api/reports/evaluations?cursor=${Buffer.from('2026-11-22T00:00:00Z a\0b').toString('base64url')}`,
  ])('that nothing can be at are refused: %s', async (path) => {
    const response = await fetch((await api({ ledger: {} })) + path, as(OPERATOR));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'invalid_parameter' });
  });

  it('put off no offer for more than a year', async () => {
    const until = new Date(NOW.getTime() + 366 * 86_400_000).toISOString();
    const response = await fetch(
      `${await api({ ledger: { presentation: () => Promise.resolve(aRecord()), recordAudit: () => Promise.resolve() } })}/api/presentations/prs_1/extend`,
      {
        method: 'POST',
        headers: { ...as(OPERATOR).headers, 'Content-Type': 'application/json' },
        body: JSON.stringify({ until, reason: 'a test' }),
      },
    );
    expect(response.status).toBe(400);
    expect(JSON.stringify(await response.json())).toContain('within a year');
  });
});

describe('metrics', () => {
  it('are kept off the API where they have a port of their own', async () => {
    expect((await fetch(`${await api({ metricsApart: true })}/metrics`)).status).toBe(404);
    const apart = await serve(createMetricsApp(depsWith({})));
    const { status, headers } = await fetch(`${apart}/metrics`);
    expect([status, headers.get('content-type')]).toEqual([200, expect.stringContaining('text/plain')]);
    expect((await fetch(`${apart}/healthz`)).status).toBe(404);
  });
});

describe('a webhook that was encoded anew on the way', () => {
  it('is refused, and told apart in the log once a minute', async () => {
    const secret = Buffer.alloc(32, 7);
    const errors: string[] = [];
    const log = { error: (_: object, message: string) => void errors.push(message), warn: () => undefined };
    const url = await api({ log, webhookSecrets: [secret] });
    const event = { type: 'payment.succeeded', data: { payment_id: 'pay_1' } };
    const timestamp = NOW.getTime() / 1000;
    const signature = signWebhook({ id: 'msg_1', timestamp, body: JSON.stringify(event), secret });
    const deliver = (body: string) =>
      fetch(`${url}/webhooks/dodo`, {
        method: 'POST',
        headers: {
          'webhook-id': 'msg_1',
          'webhook-timestamp': String(timestamp),
          'webhook-signature': signature,
        },
        body,
      });
    for (let sent = 0; sent < 2; sent += 1)
      expect((await deliver(JSON.stringify(event, null, 2))).status).toBe(401);
    expect((await deliver(JSON.stringify({ ...event, type: 'forged' }))).status).toBe(401);
    expect(errors).toEqual([expect.stringContaining('encoded anew')]);
  });
});

describe('a presentation token', () => {
  const tokenOf = () =>
    tokens.issue({ presentationId: 'prs_1', customerId: 'cus_1', priceHash: 'sha256:a', expiresAt: NOW });
  const method = { id: 'pm_1', type: 'card' };

  it('reads of a withdrawn offer that it has ended, and no payment method or checkout', async () => {
    const record = aRecord({
      status: 'withdrawn',
      payment: { mode: 'one_click', method },
      checkoutUrl: 'https://pay.example/1',
    });
    const url = await api({
      ledger: {
        presentation: () => Promise.resolve(record),
        currentPresentation: () => Promise.resolve(undefined),
      },
    });
    const read = await fetch(`${url}/api/presentations/prs_1`, as(await tokenOf()));
    const view = (await read.json()) as Record<string, unknown>;
    expect(view).toMatchObject({ status: 'withdrawn', payment: { mode: 'one_click' } });
    expect(JSON.stringify(view)).not.toMatch(/pm_1|pay\.example/);
  });

  it('asks for twenty prices a minute', async () => {
    const closed = aRecord({ status: 'declined' });
    const url = await api({ ledger: { presentation: () => Promise.resolve(closed) } });
    const token = await tokenOf();
    const quote = async () =>
      (await fetch(`${url}/api/presentations/prs_1/quote`, { method: 'POST', ...as(token) })).status;
    for (let asked = 0; asked < 20; asked += 1) expect(await quote()).toBe(409);
    expect(await quote()).toBe(429);
  });
});
