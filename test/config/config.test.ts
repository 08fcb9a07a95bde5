import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadLocalConfig } from '../../sandbox/local/config.js';
import { loadConfig } from '../../src/config/load.js';
import { mistakes, PRODUCTION, server, start, useDataDirectory, WEBHOOK_KEY } from './environments.js';

const MINUTE = 60_000;

const directory = useDataDirectory();

describe('SECOND_OPERATOR', () => {
  it('takes the keys of two people', () => {
    expect(server().secondOperator).toBe(false);
    expect(mistakes(() => server({ SECOND_OPERATOR: 'on' }))).toHaveProperty('OPERATOR_KEYS');
    const two = 'anna:operator-key-0123456789abcdef,ben:operator-key-fedcba9876543210';
    expect(server({ SECOND_OPERATOR: 'on', OPERATOR_KEYS: two }).secondOperator).toBe(true);
  });
});

describe('DATA_RETENTION', () => {
  const DAY = 24 * 60 * MINUTE;

  it('names what is deleted after which time, beside what nobody needs for long', () => {
    expect(start().dataRetention).toEqual({ quotes: 90 * DAY, idempotency_keys: 400 * DAY });
    expect(start({ DATA_RETENTION: 'facts=30d, quotes=7d,purchases=3650d' }).dataRetention).toEqual({
      facts: 30 * DAY,
      quotes: 7 * DAY,
      purchases: 3650 * DAY,
      idempotency_keys: 400 * DAY,
    });
  });

  it.each(['facts', 'facts=1h', 'facts=soon', 'audit=30d', 'facts=30d,facts=40d', 'purchases=30d', '=30d'])(
    'is refused as %s',
    (text) => {
      expect(mistakes(() => start({ DATA_RETENTION: text }))).toHaveProperty('DATA_RETENTION');
    },
  );
});

describe('defaults', () => {
  it('run everything on this machine from an empty environment', () => {
    expect(start()).toMatchObject({
      mode: 'start',
      http: { host: '127.0.0.1', port: 3000, acceptWaitMs: 8000 },
      dodo: { sandbox: true, apiKey: undefined, webhookSecrets: undefined },
      temporal: { address: undefined, namespace: undefined, taskQueue: 'offers', uiUrl: undefined },
      ledger: { kind: 'embedded', directory: join(directory(), 'ledger') },
      catalogPath: resolve('offers.yaml'),
      timing: {
        reconcileWindowMs: 20 * MINUTE,
        pollIntervalMs: 10_000,
        actionWindowMs: 3_600_000,
        sendWindowMs: 7_200_000,
        sweepIntervalMs: 5 * MINUTE,
        sweepWindowMs: 48 * 60 * MINUTE,
      },
      merchantWebhook: undefined,
      appUrl: 'http://localhost:3000',
      dataDir: directory(),
      logLevel: 'info',
    });
  });

  it('use the port in the address customers are sent back to', () => {
    expect(start({ PORT: '4100' }).appUrl).toBe('http://localhost:4100');
    expect(start({ PORT: '0' })).toMatchObject({ http: { port: 0 }, appUrl: 'http://localhost:3000' });
  });

  it('listen on all interfaces in production and on loopback in development', () => {
    expect(server().http.host).toBe('0.0.0.0');
    expect(loadLocalConfig({ DATA_DIR: directory() }, { mode: 'demo' }).http.host).toBe('127.0.0.1');
    expect(start({ HOST: '0.0.0.0' }).http.host).toBe('0.0.0.0');
    expect(start({ HOST: '::1' }).http.host).toBe('::1');
  });

  it('apply to variables that are set but blank', () => {
    expect(start({ PORT: '', APP_URL: ' ', TEMPORAL_ADDRESS: '', LOG_LEVEL: '' })).toMatchObject({
      http: { port: 3000 },
      logLevel: 'info',
    });
  });

  it('cannot be changed once loaded', () => {
    const config = start();
    expect(() => {
      (config.http as { port: number }).port = 1;
    }).toThrow(TypeError);
    expect(() => {
      (config.auth.apiKeys as string[]).push('x');
    }).toThrow(TypeError);
  });
});

describe('values', () => {
  it('are read into their groups', () => {
    expect(
      server({
        PORT: '8080',
        ACCEPT_WAIT: '0s',
        TEMPORAL_ADDRESS: 'temporal:7233',
        TEMPORAL_NAMESPACE: 'shop.a1b2c',
        TEMPORAL_TASK_QUEUE: 'upsells',
        TEMPORAL_UI_URL: 'https://temporal.example/',
        CATALOG: '/etc/offers.yaml',
        RECONCILE_WINDOW: '90s',
        POLL_INTERVAL: '250ms',
        SWEEP_INTERVAL: '1h',
        SWEEP_WINDOW: '7d',
        MERCHANT_WEBHOOK_URL: 'https://shop.example/hooks?x=1',
        MERCHANT_WEBHOOK_SECRET: WEBHOOK_KEY,
        APP_URL: 'https://Shop.example/',
        LOG_LEVEL: 'debug',
        API_KEYS: 'a-key-of-24-characters--, another-key-of-this-backend==',
      }),
    ).toMatchObject({
      http: { port: 8080, acceptWaitMs: 0 },
      dodo: {
        sandbox: false,
        target: { environment: 'test_mode' },
        apiKey: 'dodo_test_planted',
        webhookSecrets: [Buffer.alloc(24, 1)],
      },
      temporal: {
        address: 'temporal:7233',
        namespace: 'shop.a1b2c',
        taskQueue: 'upsells',
        uiUrl: 'https://temporal.example',
      },
      ledger: { kind: 'postgres', url: PRODUCTION.DATABASE_URL },
      catalogPath: '/etc/offers.yaml',
      timing: {
        reconcileWindowMs: 90_000,
        pollIntervalMs: 250,
        sweepIntervalMs: 60 * MINUTE,
        sweepWindowMs: 7 * 24 * 60 * MINUTE,
      },
      merchantWebhook: { url: 'https://shop.example/hooks?x=1', secret: Buffer.alloc(24, 1) },
      appUrl: 'https://shop.example',
      logLevel: 'debug',
      auth: {
        apiKeys: ['a-key-of-24-characters--', 'another-key-of-this-backend=='],
        operatorKeys: [PRODUCTION.OPERATOR_KEYS],
        tokenSecret: Buffer.from(PRODUCTION.TOKEN_SECRET ?? ''),
      },
    });
  });

  it.each([
    ['PORT', ['-1', '65536', '80.5', '0x50', 'http', '1e3', '999999']],
    ['HOST', ['a b', 'http://localhost', 'localhost:80', '-x', '256.0.0.1:1']],
    ['ACCEPT_WAIT', ['8', '8 s', '-8s', '1.5s', '2m', '8sec', 's']],
    ['RECONCILE_WINDOW', ['0s', '500ms', '8d', 'forever']],
    ['POLL_INTERVAL', ['10', '99ms', '2h']],
    ['SWEEP_INTERVAL', ['500ms', '2d']],
    ['SWEEP_WINDOW', ['59s', '91d']],
    ['TEMPORAL_ADDRESS', ['temporal', 'http://temporal:7233', 'temporal:', ':7233', 'a b:1']],
    ['TEMPORAL_NAMESPACE', ['a b', '/x', '-x', 'x'.repeat(201)]],
    ['TEMPORAL_TASK_QUEUE', ['a b', '']],
    ['TEMPORAL_DEPLOYMENT_NAME', ['a b', 'a.b', '']],
    ['TEMPORAL_UI_URL', ['temporal', 'ftp://temporal', 'javascript:alert(1)']],
    [
      'APP_URL',
      [
        'shop.example',
        'ftp://shop.example',
        'https://shop.example/path',
        'https://shop.example?x',
        'https://shop.example/#',
        'https://u@shop.example',
        'https:shop.example',
        'https://shop.example\\',
        'https://',
      ],
    ],
    [
      'MERCHANT_WEBHOOK_URL',
      ['shop.example', 'https://u:planted@shop.example/', 'file:///x', 'https://shop.example/#x'],
    ],
    ['DODO_PAYMENTS_ENVIRONMENT', ['live', 'test', 'LIVE_MODE', 'production', 'dodo_live_planted']],
    ['DODO_PAYMENTS_BASE_URL', ['localhost:4000', 'ftp://localhost', 'https://u:planted@localhost']],
    ['LOG_LEVEL', ['loud', 'INFO']],
  ])('%s rejects invalid values and says what it expects', (name, values) => {
    for (const value of values.filter((text) => text !== '')) {
      const found = mistakes(() => start({ [name]: value }));
      expect(found[name], value).toMatch(/^is ".*"; expected .+\.$/);
    }
  });

  it('are all checked, and one error lists every mistake', () => {
    const found = mistakes(() =>
      loadConfig({ PORT: 'x', APP_URL: 'y', LOG_LEVEL: 'z', TOKEN_SECRET: 'short' }, { mode: 'server' }),
    );
    expect(Object.keys(found).sort()).toEqual([
      'API_KEYS',
      'APP_URL',
      'DATABASE_URL',
      'DODO_PAYMENTS_API_KEY',
      'DODO_PAYMENTS_ENVIRONMENT',
      'DODO_PAYMENTS_WEBHOOK_KEY',
      'LOG_LEVEL',
      'OPERATOR_KEYS',
      'PORT',
      'TOKEN_SECRET',
    ]);
  });

  it('of the two sweep variables must be consistent', () => {
    expect(mistakes(() => start({ SWEEP_INTERVAL: '1h', SWEEP_WINDOW: '30m' }))).toHaveProperty(
      'SWEEP_WINDOW',
    );
  });
});

describe('modes', () => {
  it.each(['server', 'worker'] as const)('never generate keys for a %s', (mode) => {
    const { API_KEYS, OPERATOR_KEYS, TOKEN_SECRET, ...rest } = PRODUCTION;
    const keys = { API_KEYS, OPERATOR_KEYS, TOKEN_SECRET };
    const load = () => loadConfig({ ...rest, DATA_DIR: directory() }, { mode });
    if (mode === 'server') expect(Object.keys(mistakes(load))).toEqual(Object.keys(keys));
    else expect(load().auth).toEqual({ apiKeys: [], operatorKeys: [], tokenSecret: undefined });
    expect(readdirSync(directory())).toEqual([]);
  });

  it('require of a worker only what it uses', () => {
    const worker = loadConfig(
      {
        DATABASE_URL: PRODUCTION.DATABASE_URL,
        DODO_PAYMENTS_ENVIRONMENT: 'test_mode',
        DODO_PAYMENTS_API_KEY: PRODUCTION.DODO_PAYMENTS_API_KEY,
      },
      { mode: 'worker' },
    );
    expect(worker).toMatchObject({
      mode: 'worker',
      dodo: { sandbox: false, webhookSecrets: [] },
      auth: { apiKeys: [], operatorKeys: [], tokenSecret: undefined },
    });
    expect(Object.keys(mistakes(() => loadConfig({}, { mode: 'worker' }))).sort()).toEqual([
      'DATABASE_URL',
      'DODO_PAYMENTS_API_KEY',
      'DODO_PAYMENTS_ENVIRONMENT',
    ]);
  });
});
