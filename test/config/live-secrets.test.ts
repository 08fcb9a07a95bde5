/** Secrets in files, rotated while a process runs. */
import { defaultPayloadConverter } from '@temporalio/common';
import { payloadCodec } from '../../src/temporal/payload-codec.js';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { followSecrets } from '../../src/config/live-secrets.js';
import { loadConfig } from '../../src/config/load.js';
import { rotatingTokens } from '../../src/http/token.js';
import { webhookHeaders } from '../../src/webhooks/sign.js';
import { verifyWebhook } from '../../src/webhooks/verify.js';
import { aRecord, scriptedApp } from '../http/scripted-api.js';
import { serve } from '../http/serve.js';
import { PRODUCTION, SECOND_WEBHOOK_KEY, useDataDirectory, WEBHOOK_KEY } from './environments.js';

const directory = useDataDirectory();
const KEYS = ['first-backend-key-0123456789', 'other-backend-key-0123456789'] as const;
const SECRETS = ['first-token-secret-0123456789abcdef', 'other-token-secret-0123456789abcdef'] as const;

/** Follows files that a test writes, and says what was logged. */
function following(contents: Record<string, string>) {
  const file = (name: string) => join(directory(), name);
  const write = (name: string, text: string) => writeFileSync(file(name), `${text}\n`);
  for (const [name, text] of Object.entries(contents)) write(name, text);
  const env = {
    ...PRODUCTION,
    ...(contents.MERCHANT_WEBHOOK_SECRET && { MERCHANT_WEBHOOK_URL: 'https://shop.example/hooks' }),
    ...Object.fromEntries(
      Object.keys(contents).flatMap((name) => [
        [name, undefined],
        [`${name}_FILE`, file(name)],
      ]),
    ),
  };
  const load = () => loadConfig(env, { mode: 'server' });
  const logged: [level: string, fields: object][] = [];
  const live = followSecrets(load(), {
    env,
    load,
    log: {
      info: (fields) => void logged.push(['info', fields]),
      error: (fields) => void logged.push(['error', fields]),
    },
    everyMs: 5,
  });
  onTestFinished(live.stop);
  return { live, write, logged };
}

it('keys are accepted and refused as their file says, without a restart', async () => {
  const { live, write, logged } = following({ API_KEYS: KEYS[0] });
  const app = scriptedApp({ before: aRecord() }, [], [], {
    get apiKeys() {
      return live.current().auth.apiKeys;
    },
  });
  const url = await serve(app);
  const statusOf = async (key: string) =>
    (await fetch(`${url}/api/presentations/prs_1`, { headers: { Authorization: `Bearer ${key}` } })).status;
  expect([await statusOf(KEYS[0]), await statusOf(KEYS[1])]).toEqual([200, 401]);
  write('API_KEYS', KEYS.join(','));
  await vi.waitFor(async () => expect(await statusOf(KEYS[1])).toBe(200));
  expect(await statusOf(KEYS[0])).toBe(200);
  write('API_KEYS', KEYS[1]);
  await vi.waitFor(async () => expect(await statusOf(KEYS[0])).toBe(401));
  expect(await statusOf(KEYS[1])).toBe(200);
  expect(logged).toContainEqual(['info', { changed: ['API_KEYS'] }]);
});

it('secrets that are invalid leave those of before in force', async () => {
  const { live, write, logged } = following({ API_KEYS: KEYS[0], DODO_PAYMENTS_WEBHOOK_KEY: WEBHOOK_KEY });
  write('API_KEYS', 'too-short');
  await vi.waitFor(() => expect(logged).toHaveLength(1));
  expect(logged[0]).toMatchObject(['error', { changed: ['API_KEYS'] }]);
  expect(JSON.stringify(logged)).not.toContain('too-short');
  expect(live.current().auth.apiKeys).toEqual([KEYS[0]]);
  write('API_KEYS', KEYS[0]);
  write('DODO_PAYMENTS_WEBHOOK_KEY', `${WEBHOOK_KEY},${SECOND_WEBHOOK_KEY}`);
  await vi.waitFor(() =>
    expect(live.current().dodo).toMatchObject({ webhookSecrets: [Buffer.alloc(24, 1), Buffer.alloc(64, 2)] }),
  );
});

it('tokens of before a rotation are accepted until their secret is taken away', async () => {
  const { live, write } = following({ TOKEN_SECRET: SECRETS[0] });
  const tokens = rotatingTokens(() => {
    const { tokenSecret, earlierTokenSecrets = [] } = live.current().auth;
    return [tokenSecret, ...earlierTokenSecrets];
  });
  const input = {
    presentationId: 'prs_1',
    customerId: 'cus_1',
    priceHash: 'sha256:a',
    expiresAt: new Date(Date.now() + 60_000),
  };
  const before = await tokens.issue(input);
  write('TOKEN_SECRET', `${SECRETS[1]},${SECRETS[0]}`);
  await vi.waitFor(async () => {
    const after = await tokens.issue(input);
    expect(after.split('.')[0]).not.toBe(before.split('.')[0]);
  });
  expect(await tokens.verify(before)).toMatchObject({ ok: true });
  write('TOKEN_SECRET', SECRETS[1]);
  await vi.waitFor(async () => expect(await tokens.verify(before)).toEqual({ ok: false, reason: 'invalid' }));
});

it('a notification is signed with both secrets of a rotation, and either verifies it', () => {
  const { live } = following({ MERCHANT_WEBHOOK_SECRET: `${SECOND_WEBHOOK_KEY},${WEBHOOK_KEY}` });
  const { merchantWebhook } = live.current();
  if (!merchantWebhook) throw new Error('It is configured.');
  const timestamp = Math.floor(Date.now() / 1000);
  const body = Buffer.from('{"type":"offer.paid"}');
  const headers = webhookHeaders({ ...merchantWebhook, id: 'ntf_1', timestamp, body });
  for (const secret of [Buffer.alloc(24, 1), Buffer.alloc(64, 2)])
    expect(verifyWebhook({ headers, body, secrets: [secret], now: new Date() })).toMatchObject({ ok: true });
  const stranger = Buffer.alloc(32, 3);
  expect(verifyWebhook({ headers, body, secrets: [stranger], now: new Date() })).toMatchObject({ ok: false });
});

it('the key that encrypts what runs carry changes, and the one of before still opens it', async () => {
  const entry = (id: string, byte: number) => `${id}:${Buffer.alloc(32, byte).toString('base64')}`;
  const { live, write } = following({ TEMPORAL_PAYLOAD_KEYS: entry('old', 1) });
  const codec = payloadCodec(() => live.current().temporal.payloadKeys ?? []);
  const before = await codec.encode([defaultPayloadConverter.toPayload('before')]);
  write('TEMPORAL_PAYLOAD_KEYS', `${entry('new', 2)},${entry('old', 1)}`);
  await vi.waitFor(async () => {
    const [after] = await codec.encode(before);
    expect(Buffer.from(after?.metadata?.['encryption-key-id'] ?? []).toString()).toBe('new');
  });
  const [opened] = await codec.decode(before);
  expect(opened && defaultPayloadConverter.fromPayload(opened)).toBe('before');
});
