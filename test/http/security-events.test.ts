import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { IN_MEMORY, openEmbeddedLedger } from '../../sandbox/local/embedded-ledger.js';
import type { AuditEntry } from '../../src/domain/audit.js';
import { createApp } from '../../src/http/app.js';
import type { ApiDeps } from '../../src/http/deps.js';
import { registry } from '../../src/http/metrics.js';
import type { Ledger } from '../../src/ledger/index.js';
import { createLogger } from '../../src/log.js';
import { BACKEND, NOW, aRecord, tokens } from './scripted-api.js';
import { serve } from './serve.js';

const OPERATOR = 'key_operator_0123456789abcdef';

let ledger: Ledger;
let lines: Record<string, unknown>[];
let url: string;
/** How the run answers a withdrawal, and what had been written by then. */
let withdrawal: () => Promise<object>;
let recording: (entry: AuditEntry) => Promise<void>;
beforeAll(async () => {
  ledger = await openEmbeddedLedger(IN_MEMORY);
});
afterAll(() => ledger.close());
beforeEach(async () => {
  lines = [];
  withdrawal = () => Promise.resolve({ kind: 'done', value: {} });
  recording = (entry) => ledger.recordAudit(entry);
  const log = createLogger('error', {
    write: (line) => void lines.push(JSON.parse(line) as object as never),
  });
  const deps = {
    ledger: {
      ...ledger,
      presentation: () => Promise.resolve(aRecord()),
      recordAudit: (entry: AuditEntry) => recording(entry),
    },
    runs: { withdraw: () => withdrawal() },
    tokens,
    log,
    now: () => NOW,
    appUrl: 'https://shop.example',
    acceptWaitMs: 1,
    apiKeys: [BACKEND],
    operatorKeys: [{ name: 'anna', key: OPERATOR }],
    webhookSecrets: [Buffer.alloc(32, 1)],
  };
  url = await serve(createApp(deps as unknown as ApiDeps));
});

const send = (path: string, key?: string, body?: object) =>
  fetch(url + path, {
    method: body ? 'POST' : 'GET',
    headers: { 'Content-Type': 'application/json', ...(key && { Authorization: `Bearer ${key}` }) },
    ...(body && { body: JSON.stringify(body) }),
  });

const counted = async (event: string) => {
  const { values = [] } =
    (await registry.getMetricsAsJSON()).find(({ name }) => name === 'upsells_security_events_total') ?? {};
  return values.find(({ labels }) => labels.event === event)?.value ?? 0;
};

describe('security events', () => {
  it('of a flood are one line a minute and client, and all of them are counted', async () => {
    const before = await counted('authentication_failed');
    for (let tries = 0; tries < 10; tries += 1) await send('/api/upsell/cus_1', 'wrong_key_0123456789abcdef');
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'security',
        event: 'authentication_failed',
        reason: 'The key or token is not valid.',
        client: expect.stringContaining('127.0.0.1') as string,
        path: '/api/upsell/cus_1',
      }),
    ]);
    expect((await counted('authentication_failed')) - before).toBe(10);
    expect(JSON.stringify(lines)).not.toContain('wrong_key');
  });

  it('are rights that a key has not, and webhooks that are not signed, each with the reason', async () => {
    await send('/api/reviews', BACKEND);
    await send('/webhooks/dodo', undefined, { type: 'payment.succeeded' });
    expect(lines).toMatchObject([
      { level: 'security', event: 'forbidden', reason: 'This requires an operator key.' },
      { level: 'security', event: 'webhook_refused', reason: expect.stringContaining('missing') as string },
    ]);
  });
});

describe('a command', () => {
  const withdraw = () => send('/api/presentations/prs_1/withdraw', OPERATOR, { reason: 'wrong price' });
  const trail = async () => (await (await send('/api/audit', OPERATOR)).json()) as { entries: object[] };

  it('is in the audit trail before its effect, and its end after it', async () => {
    let written: object[] = [];
    withdrawal = async () => {
      written = await ledger.auditTrail({ limit: 1 });
      return { kind: 'done', value: {} };
    };
    expect((await withdraw()).status).toBe(200);
    const about = { actor: 'anna', command: 'withdraw', subject: 'prs_1', reason: 'wrong price' };
    expect(written).toMatchObject([{ ...about, phase: 'ordered', state: { status: 'open' } }]);
    const { entries } = await trail();
    expect(entries.slice(0, 2)).toMatchObject([
      { ...about, phase: 'done', state: { status: 'open' } },
      { ...about, phase: 'ordered' },
    ]);
    expect(lines).toMatchObject([{ level: 'security', event: 'operator_command', by: 'anna' }]);
    const page = await send('/api/audit?limit=1', OPERATOR);
    const { nextCursor } = (await page.json()) as { nextCursor: string };
    const next = await send(`/api/audit?limit=1&cursor=${nextCursor}`, OPERATOR);
    expect(await next.json()).toMatchObject({ entries: [{ phase: 'ordered' }] });
    expect((await send('/api/audit', BACKEND)).status).toBe(403);
  });

  it('that fails is in it as well', async () => {
    withdrawal = () => Promise.resolve({ kind: 'gone' });
    expect((await withdraw()).status).toBe(409);
    expect((await trail()).entries[0]).toMatchObject({ phase: 'failed', failure: 'already_decided' });
  });

  it('that cannot be recorded is not carried out', async () => {
    let asked = false;
    withdrawal = () => {
      asked = true;
      return Promise.resolve({ kind: 'done', value: {} });
    };
    recording = () => Promise.reject(new Error('The ledger is away.'));
    expect((await withdraw()).status).toBeGreaterThanOrEqual(500);
    expect(asked).toBe(false);
  });
});
