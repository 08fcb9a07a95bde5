import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadLocalConfig } from '../../sandbox/local/config.js';
import { loadConfig } from '../../src/config/load.js';
import {
  mistakes,
  PRODUCTION,
  SECOND_WEBHOOK_KEY,
  server,
  useDataDirectory,
  WEBHOOK_KEY,
} from './environments.js';

const directory = useDataDirectory();

const PAYLOAD_KEY = Buffer.alloc(32, 4).toString('base64');

describe('secrets', () => {
  it('accept one webhook key, or two during a rotation', () => {
    expect(
      server({ DODO_PAYMENTS_WEBHOOK_KEY: `${WEBHOOK_KEY}, ${SECOND_WEBHOOK_KEY}` }).dodo.webhookSecrets,
    ).toEqual([Buffer.alloc(24, 1), Buffer.alloc(64, 2)]);
  });

  const badWebhookKeys = [
    '',
    'planted',
    'whsec_',
    'whsec_planted!',
    `whsec_${Buffer.alloc(23).toString('base64')}`,
    `whsec_${Buffer.alloc(65).toString('base64')}`,
    `hwsec_${Buffer.alloc(24).toString('base64')}`,
    'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=',
    Buffer.alloc(24).toString('base64'),
    `${WEBHOOK_KEY},`,
    `${WEBHOOK_KEY},planted`,
    `${WEBHOOK_KEY},${WEBHOOK_KEY},${WEBHOOK_KEY}`,
  ];
  it.each(badWebhookKeys)('reject the webhook key %j in every mode that receives webhooks', (key) => {
    const env = { ...PRODUCTION, DATA_DIR: directory(), DODO_PAYMENTS_WEBHOOK_KEY: key };
    for (const load of [
      () => loadConfig(env, { mode: 'server' }),
      () => loadLocalConfig(env, { mode: 'start' }),
      () => loadLocalConfig(env, { mode: 'demo' }),
    ]) {
      expect(Object.keys(mistakes(load))).toEqual(['DODO_PAYMENTS_WEBHOOK_KEY']);
    }
  });

  it.each([
    ['API_KEYS', 'planted-short'],
    ['API_KEYS', `${PRODUCTION.API_KEYS},`],
    ['API_KEYS', 'planted key with spaces in it 123'],
    ['API_KEYS', ''],
    ['OPERATOR_KEYS', 'plantéd-operator-key-0123456789'],
    ['OPERATOR_KEYS', PRODUCTION.API_KEYS],
    ['TOKEN_SECRET', 'planted-31-bytes-long-----------'.slice(0, 31)],
    ['TOKEN_SECRET', '   '],
    ['DATABASE_URL', 'mysql://u:planted@db/x'],
    ['DATABASE_URL', 'planted'],
    ['DODO_PAYMENTS_API_KEY', 'dodo test planted'],
    ['MERCHANT_WEBHOOK_SECRET', 'whsec_planted!'],
    ['TEMPORAL_PAYLOAD_KEYS', 'planted-without-an-id'],
    ['TEMPORAL_PAYLOAD_KEYS', `2027-01:${Buffer.from('planted, and too short').toString('base64')}`],
    ['TEMPORAL_PAYLOAD_KEYS', `a:${PAYLOAD_KEY},a:${PAYLOAD_KEY}`],
  ])('reject an invalid %s without quoting it', (name, value) => {
    expect(
      mistakes(() =>
        server({
          MERCHANT_WEBHOOK_URL: name.startsWith('MERCHANT') ? 'https://x.example' : undefined,
          [name]: value,
        }),
      ),
    ).toHaveProperty(name);
  });

  it('reject a merchant webhook with only a URL or only a secret', () => {
    expect(mistakes(() => server({ MERCHANT_WEBHOOK_URL: 'https://shop.example/hooks' }))).toHaveProperty(
      'MERCHANT_WEBHOOK_SECRET',
    );
    expect(mistakes(() => server({ MERCHANT_WEBHOOK_SECRET: WEBHOOK_KEY }))).toHaveProperty(
      'MERCHANT_WEBHOOK_URL',
    );
  });

  it('encrypt what runs carry, the first of a rotation', () => {
    const { payloadKeys } = server({
      TEMPORAL_PAYLOAD_KEYS: `new:${PAYLOAD_KEY}, old:${PAYLOAD_KEY}`,
    }).temporal;
    const key = Buffer.alloc(32, 4);
    expect(payloadKeys).toEqual([
      { id: 'new', key },
      { id: 'old', key },
    ]);
  });

  it('can be read from files', () => {
    const file = join(directory(), 'token');
    writeFileSync(file, `${PRODUCTION.TOKEN_SECRET}\n`);
    const config = server({ TOKEN_SECRET: undefined, TOKEN_SECRET_FILE: file });
    expect(config.auth.tokenSecret.toString()).toBe(PRODUCTION.TOKEN_SECRET);
    const hook = join(directory(), 'hook');
    writeFileSync(hook, WEBHOOK_KEY);
    expect(
      server({ MERCHANT_WEBHOOK_URL: 'https://shop.example/hooks', MERCHANT_WEBHOOK_SECRET_FILE: hook })
        .merchantWebhook,
    ).toEqual({ url: 'https://shop.example/hooks', secret: Buffer.alloc(24, 1) });
  });

  it('in files are rejected when also set directly, missing or empty', () => {
    const empty = join(directory(), 'empty');
    writeFileSync(empty, '\n');
    expect(mistakes(() => server({ TOKEN_SECRET_FILE: empty }))).toEqual({
      TOKEN_SECRET: 'and TOKEN_SECRET_FILE are both set; keep one of them.',
    });
    const alone = { TOKEN_SECRET: undefined };
    expect(mistakes(() => server({ ...alone, TOKEN_SECRET_FILE: empty }))).toEqual({
      TOKEN_SECRET_FILE: expect.stringContaining('is empty') as string,
    });
    expect(mistakes(() => server({ ...alone, TOKEN_SECRET_FILE: join(directory(), 'none') }))).toEqual({
      TOKEN_SECRET_FILE: expect.stringContaining('ENOENT') as string,
    });
  });
});
