/** A store that is away, can only be read, or whose disk is full: 503 with `Retry-After` everywhere, and never a 500. */
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../src/http/app.js';
import type { ApiDeps } from '../../src/http/deps.js';
import { openApiDocument } from '../../src/http/openapi/document.js';
import { createTokens } from '../../src/http/token.js';
import { LedgerError, type LedgerErrorCode } from '../../src/ledger/index.js';
import { serve } from './serve.js';

const BACKEND = 'key_backend_0123456789abcdef';
const OPERATOR = 'key_operator_0123456789abcdef';

/** Every method of the ledger fails. */
function brokenApi(code: LedgerErrorCode) {
  const logged: object[] = [];
  const note = (fields: object) => void logged.push(fields);
  const failing = new Proxy(
    {},
    {
      get: (_, name) =>
        name === 'then' ? undefined : () => Promise.reject(new LedgerError(code, `It is ${code}.`)),
    },
  );
  const deps = {
    ledger: failing,
    runs: new Proxy({}, { get: () => () => Promise.resolve(undefined) }),
    dodo: failing,
    tokens: createTokens(randomBytes(32)),
    catalog: () => ({ hash: 'sha256:x', offers: {}, funnels: {}, policy: {} }),
    catalogState: () => ({ catalog: { hash: 'sha256:x' }, loadedAt: '2026-11-22T12:00:00.000Z' }),
    receipts: { jwks: { keys: [] } },
    log: { error: note, warn: note, info: note, debug: note },
    now: () => new Date(),
    appUrl: 'https://shop.example',
    acceptWaitMs: 1,
    apiKeys: [BACKEND],
    operatorKeys: [OPERATOR],
    webhookSecrets: [],
  };
  return { url: serve(createApp(deps as unknown as ApiDeps)), logged };
}

/** Reads and clicks that need the ledger. */
const { paths = {} } = openApiDocument('https://shop.example');
const reads = Object.entries(paths)
  .filter(([path, { get }]) => get && path.startsWith('/api/'))
  .map(([path]) => path.replaceAll(/\{[^}]+\}/g, 'prs_1'));
const clicks: [path: string, body: object][] = [
  ['/api/presentations/prs_1/accept', {}],
  ['/api/presentations/prs_1/decline', {}],
  ['/api/presentations/prs_1/view', {}],
  ['/api/presentations/prs_1/quote', { quantity: 2 }],
  ['/api/upsell/cus_1/accept', {}],
  ['/api/upsell/cus_1/decline', {}],
];

describe.each(['unreachable', 'read_only', 'disk_full'] as const)('while the ledger is %s', (code) => {
  it('reads answer 503 and say when to come again', async () => {
    const url = await brokenApi(code).url;
    const answers = await Promise.all(
      reads.map(async (path) => {
        const { status, headers } = await fetch(url + path, {
          headers: { Authorization: `Bearer ${OPERATOR}` },
        });
        return { path, status, retryAfter: headers.get('retry-after') };
      }),
    );
    const wrong = answers.filter(
      ({ status, retryAfter }) => status >= 500 && !(status === 503 && retryAfter),
    );
    expect(wrong).toEqual([]);
    expect(answers.filter(({ status }) => status === 503).length).toBeGreaterThan(8);
  });

  it.each(clicks)('a click answers 503 and says when to come again: %s', async (path, body) => {
    const response = await fetch((await brokenApi(code).url) + path, {
      method: 'POST',
      headers: { Authorization: `Bearer ${BACKEND}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
    expect(await response.json()).toMatchObject({ code: 'temporarily_unavailable' });
  });

  it('it is not ready, and says why', async () => {
    const { url, logged } = brokenApi(code);
    const response = await fetch(`${await url}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      status: 'not_ready',
      temporal: true,
      database: false,
      reasons: { database: code },
    });
    expect(logged).toContainEqual(expect.objectContaining({ what: 'database' }));
  });
});
