import { randomBytes } from 'node:crypto';
import express from 'express';
import { describe, expect, it } from 'vitest';
import {
  failureLimit,
  authenticate,
  callerOf,
  requireBackend,
  requireBackendOrToken,
  requireOperator,
} from '../../src/http/auth.js';
import { presentationNotFound } from '../../src/http/problem.js';
import { problemHandler } from '../../src/http/problem-handler.js';
import { createTokens } from '../../src/http/token.js';
import { serve } from './serve.js';

const BACKEND = 'key_backend_0123456789abcdef';
const BACKEND_2 = 'key_backend_fedcba9876543210';
const OPERATOR = 'key_operator_0123456789abcdef';
const HOUR = 3600 * 1000;
const tokens = createTokens(randomBytes(32));

const tokenFor = (presentationId: string, shift = HOUR): Promise<string> =>
  tokens.issue({
    presentationId,
    customerId: 'cus_1',
    priceHash: 'h',
    expiresAt: new Date(Date.now() + shift),
  });

/** A miniature of the API, in which only `prs_1` exists. */
async function api(): Promise<string> {
  const app = express();
  app.use('/api', authenticate({ apiKeys: [BACKEND, BACKEND_2], operatorKeys: [OPERATOR], tokens }));
  app.get('/api/upsell/:customerId', requireBackend, (_req, res) => void res.json(callerOf(res)));
  app.get('/api/reports/funnels', requireOperator, (_req, res) => void res.json(callerOf(res)));
  app.post('/api/presentations/:id/withdraw', requireOperator, (_req, res) => void res.json(callerOf(res)));
  app.get('/api/presentations/:id', requireBackendOrToken('id'), (req, res) => {
    if (req.params.id !== 'prs_1') throw presentationNotFound();
    res.json(callerOf(res));
  });
  app.get('/open', (_req, res) => void res.json(callerOf(res)));
  app.use(problemHandler({ error: () => undefined }));
  return serve(app);
}

const get = (url: string, credential?: string, scheme = 'Bearer'): Promise<Response> =>
  fetch(url, { headers: credential === undefined ? {} : { Authorization: `${scheme} ${credential}` } });

describe('keys', () => {
  it('distinguish backends from operators, and identify each key without revealing it', async () => {
    const url = await api();
    const callers = await Promise.all(
      [BACKEND, BACKEND_2, OPERATOR].map(async (key) => (await get(`${url}/api/upsell/cus_1`, key)).json()),
    );
    expect(callers).toMatchObject([{ kind: 'backend' }, { kind: 'backend' }, { kind: 'operator' }]);
    const keyIds = callers.map((caller) => (caller as { keyId: string }).keyId);
    expect(new Set(keyIds).size).toBe(3);
    expect(keyIds.every((id) => /^[0-9a-f]{8}$/.test(id))).toBe(true);
  });

  it('allow operators what backends may do, but not the reverse', async () => {
    const url = await api();
    expect((await get(`${url}/api/reports/funnels`, OPERATOR)).status).toBe(200);
    const refused = await get(`${url}/api/reports/funnels`, BACKEND);
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ code: 'forbidden' });
  });

  it('are accepted with "Bearer" in any case', async () => {
    const url = await api();
    expect((await get(`${url}/api/upsell/cus_1`, BACKEND, 'bearer')).status).toBe(200);
  });

  it.each([
    ['no key', undefined, 'Bearer'],
    ['an empty key', '', 'Bearer'],
    ['a wrong key', `${BACKEND}x`, 'Bearer'],
    ['the beginning of a key', BACKEND.slice(0, -1), 'Bearer'],
    ['a key in upper case', BACKEND.toUpperCase(), 'Bearer'],
    ['two keys at once', `${BACKEND}, ${OPERATOR}`, 'Bearer'],
    ['a key in basic authentication', Buffer.from(`${BACKEND}:`).toString('base64'), 'Basic'],
    ['a key without a scheme', BACKEND, ''],
    ['a very long key', 'x'.repeat(8000), 'Bearer'],
  ])('are required: %s gets 401 and a challenge', async (_name, credential, scheme) => {
    const url = await api();
    const response = await get(`${url}/api/upsell/cus_1`, credential, scheme);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer realm=/);
    expect(await response.json()).toMatchObject({ code: 'unauthorized' });
  });
});

describe('keys with a scope or an end', () => {
  it('read and do nothing else, and are worth nothing after their last day', async () => {
    let now = new Date('2027-01-31T23:59:59Z');
    const app = express();
    const key = { name: 'bob', key: OPERATOR, readOnly: true, until: '2027-02-01T00:00:00.000Z' };
    app.use(authenticate({ apiKeys: [], operatorKeys: [key], tokens, now: () => now }));
    app.all('/', (_req, res) => void res.json(callerOf(res)));
    app.use(problemHandler({ error: () => undefined }));
    const url = await serve(app);
    expect((await get(url, OPERATOR)).status).toBe(200);
    const posted = await fetch(url, { method: 'POST', headers: { Authorization: `Bearer ${OPERATOR}` } });
    expect(posted.status).toBe(403);
    now = new Date('2027-02-01T00:00:00Z');
    expect((await get(url, OPERATOR)).status).toBe(401);
  });
});

describe('wrong keys', () => {
  it('are limited for each client, without locking out those that have a right one', async () => {
    let now = 0;
    const app = express();
    const options = { apiKeys: [{ name: 'shop', key: BACKEND }], operatorKeys: [], tokens };
    app.use(authenticate({ ...options, failures: failureLimit(() => now) }));
    app.get('/', (_req, res) => void res.json(callerOf(res)));
    app.use(problemHandler({ error: () => undefined }));
    const url = await serve(app);
    const statuses = new Set<number>();
    for (let tries = 0; tries < 100; tries += 1) statuses.add((await get(url, `${BACKEND}x`)).status);
    expect([...statuses]).toEqual([401]);
    const limited = await get(url, `${BACKEND}x`);
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '60']);
    expect(await (await get(url, BACKEND)).json()).toEqual({ kind: 'backend', keyId: 'shop' });
    now = 60_000;
    expect((await get(url, `${BACKEND}x`)).status).toBe(401);
  });
});

describe('tokens', () => {
  it('grant access to their own presentation', async () => {
    const url = await api();
    const response = await get(`${url}/api/presentations/prs_1`, await tokenFor('prs_1'));
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      kind: 'token',
      claims: { presentationId: 'prs_1', customerId: 'cus_1', priceHash: 'h' },
    });
  });

  it('get the same response for someone else’s presentation as for one that does not exist', async () => {
    const url = await api();
    const token = await tokenFor('prs_2');
    const others = await get(`${url}/api/presentations/prs_1`, token);
    const missing = await get(`${url}/api/presentations/prs_2`, token);
    const backends = await get(`${url}/api/presentations/prs_3`, BACKEND);
    expect([others.status, missing.status, backends.status]).toEqual([404, 404, 404]);
    const bodies = await Promise.all([others.text(), missing.text(), backends.text()]);
    expect(new Set(bodies).size).toBe(1);
    const names = [others, missing].map((response) => [...response.headers.keys()].join());
    expect(names[0]).toBe(names[1]);
  });

  it('grant no access to the routes of backends and operators, even for their own customer', async () => {
    const url = await api();
    const token = await tokenFor('prs_1');
    expect((await get(`${url}/api/upsell/cus_1`, token)).status).toBe(403);
    expect((await get(`${url}/api/reports/funnels`, token)).status).toBe(403);
    const withdraw = await fetch(`${url}/api/presentations/prs_1/withdraw`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}` },
    });
    expect(withdraw.status).toBe(403);
  });

  it('are refused when expired, tampered with or signed with another secret', async () => {
    const url = await api();
    const expired = await tokenFor('prs_1', -25 * HOUR);
    const tampered = `${(await tokenFor('prs_1')).slice(0, -4)}AAAA`;
    const foreign = await createTokens(randomBytes(32)).issue({
      presentationId: 'prs_1',
      customerId: 'cus_1',
      priceHash: 'h',
      expiresAt: new Date(Date.now() + HOUR),
    });
    for (const token of [expired, tampered, foreign]) {
      const response = await get(`${url}/api/presentations/prs_1`, token);
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toContain('invalid_token');
    }
    const response = await get(`${url}/api/presentations/prs_1`, expired);
    expect(await response.json()).toMatchObject({ detail: 'The token has expired.' });
  });

  it('and keys are ignored in the query string, in cookies and in other headers', async () => {
    const url = await api();
    const token = await tokenFor('prs_1');
    for (const name of ['token', 'access_token', 'key', 'authorization']) {
      for (const credential of [token, BACKEND, `Bearer ${BACKEND}`]) {
        const address = `${url}/api/presentations/prs_1?${name}=${encodeURIComponent(credential)}`;
        expect((await fetch(address)).status).toBe(401);
      }
    }
    const headers = { Cookie: `token=${token}`, 'X-Api-Key': BACKEND };
    expect((await fetch(`${url}/api/presentations/prs_1`, { headers })).status).toBe(401);
  });
});

it('a route that is not behind authenticate() fails instead of admitting everyone', async () => {
  const url = await api();
  expect((await fetch(`${url}/open`)).status).toBe(500);
});
