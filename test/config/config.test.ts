import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, loadConfig, loadDotEnv } from '../../src/config/config.js';
import type { Environment, Mode } from '../../src/config/config.js';

const WEBHOOK_KEY = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
const SECOND_WEBHOOK_KEY = `whsec_${Buffer.alloc(64, 2).toString('base64')}`;
const MINUTE = 60_000;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'config-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const start = (env: Environment = {}) => loadConfig({ DATA_DIR: directory, ...env }, { mode: 'start' });

const PRODUCTION: Environment = {
  DODO_PAYMENTS_ENVIRONMENT: 'test_mode',
  DODO_PAYMENTS_API_KEY: 'dodo_test_planted',
  DODO_PAYMENTS_WEBHOOK_KEY: WEBHOOK_KEY,
  DATABASE_URL: 'postgres://upsells:planted@db:5432/upsells',
  API_KEYS: 'planted-backend-key-0123456789',
  OPERATOR_KEYS: 'planted-operator-key-0123456789',
  TOKEN_SECRET: 'planted-token-secret-0123456789abcdef',
};
const server = (env: Environment = {}) => loadConfig({ ...PRODUCTION, ...env }, { mode: 'server' });

function mistakes(action: () => unknown): Record<string, string> {
  try {
    action();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    for (const { name, message } of error.problems) expect(error.message).toContain(`\n  ${name} ${message}`);
    expect(error.message).not.toContain('planted');
    return Object.fromEntries(error.problems.map(({ name, message }) => [name, message]));
  }
  throw new Error('This configuration should have been refused.');
}

describe('defaults', () => {
  it('start everything on this machine from an empty environment', () => {
    expect(start()).toMatchObject({
      mode: 'start',
      http: { host: '127.0.0.1', port: 3000, acceptWaitMs: 8000 },
      dodo: { sandbox: true, apiKey: undefined, webhookSecrets: undefined },
      temporal: { address: undefined, namespace: undefined, taskQueue: 'offers', uiUrl: undefined },
      ledger: { kind: 'embedded', directory: join(directory, 'ledger') },
      catalogPath: resolve('offers.yaml'),
      timing: {
        reconcileWindowMs: 20 * MINUTE,
        pollIntervalMs: 10_000,
        sweepIntervalMs: 5 * MINUTE,
        sweepWindowMs: 48 * 60 * MINUTE,
      },
      merchantWebhook: undefined,
      appUrl: 'http://localhost:3000',
      dataDir: directory,
      logLevel: 'info',
    });
  });

  it('follow the port in the address customers are sent back to', () => {
    expect(start({ PORT: '4100' }).appUrl).toBe('http://localhost:4100');
    expect(start({ PORT: '0' })).toMatchObject({ http: { port: 0 }, appUrl: 'http://localhost:3000' });
  });

  it('listen everywhere in production and on loopback in development', () => {
    expect(server().http.host).toBe('0.0.0.0');
    expect(loadConfig({ DATA_DIR: directory }, { mode: 'demo' }).http.host).toBe('127.0.0.1');
    expect(start({ HOST: '0.0.0.0' }).http.host).toBe('0.0.0.0');
    expect(start({ HOST: '::1' }).http.host).toBe('::1');
  });

  it('hold for variables that are set but blank', () => {
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
        generated: { apiKeys: false, operatorKeys: false },
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
  ])('%s refuses what it cannot use and says what it expects', (name, values) => {
    for (const value of values.filter((text) => text !== '')) {
      const found = mistakes(() => start({ [name]: value }));
      expect(found[name], value).toMatch(/^is ".*"; expected .+\.$/);
    }
  });

  it('are all checked before one error lists every mistake', () => {
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

  it('of the two sweep variables must fit each other', () => {
    expect(mistakes(() => start({ SWEEP_INTERVAL: '1h', SWEEP_WINDOW: '30m' }))).toHaveProperty(
      'SWEEP_WINDOW',
    );
  });
});

describe('Dodo Payments', () => {
  it('is the sandbox when development names no other, with its own keys unless some are given', () => {
    expect(
      start({ DODO_PAYMENTS_WEBHOOK_KEY: WEBHOOK_KEY, DODO_PAYMENTS_API_KEY: 'dodo_test_x' }).dodo,
    ).toEqual({
      sandbox: true,
      apiKey: 'dodo_test_x',
      webhookSecrets: [Buffer.alloc(24, 1)],
    });
  });

  it('is a real one as soon as the environment or the base URL is given, and then needs keys', () => {
    const keys = { DODO_PAYMENTS_API_KEY: 'key', DODO_PAYMENTS_WEBHOOK_KEY: WEBHOOK_KEY };
    expect(start({ ...keys, DODO_PAYMENTS_ENVIRONMENT: 'live_mode' }).dodo).toMatchObject({
      sandbox: false,
      target: { environment: 'live_mode' },
    });
    expect(start({ ...keys, DODO_PAYMENTS_BASE_URL: 'http://127.0.0.1:4000/' }).dodo).toMatchObject({
      sandbox: false,
      target: { baseURL: 'http://127.0.0.1:4000' },
    });
    for (const target of [
      { DODO_PAYMENTS_ENVIRONMENT: 'test_mode' },
      { DODO_PAYMENTS_BASE_URL: 'http://127.0.0.1:4000' },
    ]) {
      expect(Object.keys(mistakes(() => start(target))).sort()).toEqual([
        'DODO_PAYMENTS_API_KEY',
        'DODO_PAYMENTS_WEBHOOK_KEY',
      ]);
    }
  });

  it('is never assumed in production, and never named twice', () => {
    expect(mistakes(() => server({ DODO_PAYMENTS_ENVIRONMENT: undefined }))).toEqual({
      DODO_PAYMENTS_ENVIRONMENT: expect.stringContaining('Live is never assumed') as string,
    });
    expect(mistakes(() => server({ DODO_PAYMENTS_BASE_URL: 'http://127.0.0.1:4000' }))).toEqual({
      DODO_PAYMENTS_ENVIRONMENT: expect.stringContaining('keep one of them') as string,
    });
  });

  it.each([
    ['a live key in test mode', { DODO_PAYMENTS_API_KEY: 'dodo_live_planted' }],
    ['a test key in live mode', { DODO_PAYMENTS_ENVIRONMENT: 'live_mode' }],
    [
      'a test key at the live address',
      { DODO_PAYMENTS_ENVIRONMENT: undefined, DODO_PAYMENTS_BASE_URL: 'https://live.dodopayments.com' },
    ],
    [
      'a live key at the test address',
      {
        DODO_PAYMENTS_ENVIRONMENT: undefined,
        DODO_PAYMENTS_API_KEY: 'dodo_live_planted',
        DODO_PAYMENTS_BASE_URL: 'https://test.dodopayments.com',
      },
    ],
  ])('refuses %s', (_name, env) => {
    expect(Object.keys(mistakes(() => server(env)))).toEqual(['DODO_PAYMENTS_API_KEY']);
  });

  it('refuses a live key for the sandbox, and live mode for the demo', () => {
    expect(mistakes(() => start({ DODO_PAYMENTS_API_KEY: 'dodo_live_planted' }))).toHaveProperty(
      'DODO_PAYMENTS_API_KEY',
    );
    const live = {
      ...PRODUCTION,
      DATA_DIR: directory,
      DODO_PAYMENTS_ENVIRONMENT: 'live_mode',
      DODO_PAYMENTS_API_KEY: 'dodo_live_x',
    };
    expect(Object.keys(mistakes(() => loadConfig(live, { mode: 'demo' })))).toEqual([
      'DODO_PAYMENTS_ENVIRONMENT',
    ]);
  });

  it('in live mode does not stop looking for a lost charge while it may still go through', () => {
    const live = { DODO_PAYMENTS_ENVIRONMENT: 'live_mode', DODO_PAYMENTS_API_KEY: 'dodo_live_x' };
    expect(mistakes(() => server({ ...live, RECONCILE_WINDOW: '14m' }))).toHaveProperty('RECONCILE_WINDOW');
    expect(server({ ...live, RECONCILE_WINDOW: '15m' }).timing.reconcileWindowMs).toBe(15 * MINUTE);
  });
});

describe('secrets', () => {
  it('take one webhook key, or two while it is rotated', () => {
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
  it.each(badWebhookKeys)('refuse the webhook key %j in every mode that receives webhooks', (key) => {
    for (const mode of ['start', 'server', 'demo'] satisfies Mode[]) {
      const env = { ...PRODUCTION, DATA_DIR: directory, DODO_PAYMENTS_WEBHOOK_KEY: key };
      expect(Object.keys(mistakes(() => loadConfig(env, { mode })))).toEqual(['DODO_PAYMENTS_WEBHOOK_KEY']);
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
  ])('refuse a bad %s without quoting it', (name, value) => {
    expect(
      mistakes(() =>
        server({
          MERCHANT_WEBHOOK_URL: name.startsWith('MERCHANT') ? 'https://x.example' : undefined,
          [name]: value,
        }),
      ),
    ).toHaveProperty(name);
  });

  it('refuse half a merchant webhook', () => {
    expect(mistakes(() => server({ MERCHANT_WEBHOOK_URL: 'https://shop.example/hooks' }))).toHaveProperty(
      'MERCHANT_WEBHOOK_SECRET',
    );
    expect(mistakes(() => server({ MERCHANT_WEBHOOK_SECRET: WEBHOOK_KEY }))).toHaveProperty(
      'MERCHANT_WEBHOOK_URL',
    );
  });

  it('may come from files', () => {
    const file = join(directory, 'token');
    writeFileSync(file, `${PRODUCTION.TOKEN_SECRET}\n`);
    const config = server({ TOKEN_SECRET: undefined, TOKEN_SECRET_FILE: file });
    expect(config.auth.tokenSecret.toString()).toBe(PRODUCTION.TOKEN_SECRET);
    const hook = join(directory, 'hook');
    writeFileSync(hook, WEBHOOK_KEY);
    expect(
      server({ MERCHANT_WEBHOOK_URL: 'https://shop.example/hooks', MERCHANT_WEBHOOK_SECRET_FILE: hook })
        .merchantWebhook,
    ).toEqual({ url: 'https://shop.example/hooks', secret: Buffer.alloc(24, 1) });
  });

  it('in files are refused when given twice, missing or empty', () => {
    const empty = join(directory, 'empty');
    writeFileSync(empty, '\n');
    expect(mistakes(() => server({ TOKEN_SECRET_FILE: empty }))).toEqual({
      TOKEN_SECRET: 'and TOKEN_SECRET_FILE are both given; keep one of them.',
    });
    const alone = { TOKEN_SECRET: undefined };
    expect(mistakes(() => server({ ...alone, TOKEN_SECRET_FILE: empty }))).toEqual({
      TOKEN_SECRET_FILE: expect.stringContaining('is empty') as string,
    });
    expect(mistakes(() => server({ ...alone, TOKEN_SECRET_FILE: join(directory, 'none') }))).toEqual({
      TOKEN_SECRET_FILE: expect.stringContaining('ENOENT') as string,
    });
  });
});

describe('generated secrets', () => {
  it('are made once, survive a restart and are for the owner only', () => {
    const first = start();
    const second = loadConfig({ DATA_DIR: directory }, { mode: 'demo' });
    expect(second.auth).toEqual(first.auth);
    expect(first.auth.generated).toEqual({ apiKeys: true, operatorKeys: true });
    expect(first.auth.tokenSecret.length).toBeGreaterThanOrEqual(32);
    for (const name of ['api-key', 'operator-key', 'token-secret']) {
      expect(statSync(join(directory, 'secrets', name)).mode & 0o777).toBe(0o600);
    }
    expect(first.auth.apiKeys[0]).toMatch(/^key_backend_.{43}$/);
    expect(
      server({ API_KEYS: first.auth.apiKeys[0], OPERATOR_KEYS: first.auth.operatorKeys[0] }),
    ).toBeDefined();
  });

  it('give way to those that are given', () => {
    const { auth } = start({ API_KEYS: PRODUCTION.API_KEYS, TOKEN_SECRET: PRODUCTION.TOKEN_SECRET });
    expect(auth.apiKeys).toEqual([PRODUCTION.API_KEYS]);
    expect(auth.tokenSecret.toString()).toBe(PRODUCTION.TOKEN_SECRET);
    expect(auth.generated).toEqual({ apiKeys: false, operatorKeys: true });
    expect(existsSync(join(directory, 'secrets', 'api-key'))).toBe(false);
  });

  it('are not made for a configuration that is refused', () => {
    mistakes(() => start({ PORT: 'x' }));
    expect(existsSync(join(directory, 'secrets'))).toBe(false);
  });

  it('name the file that is damaged, and the directory that cannot be used', () => {
    start();
    const file = join(directory, 'secrets', 'api-key');
    chmodSync(file, 0o600);
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, 20));
    expect(mistakes(() => start())).toEqual({
      DATA_DIR: expect.stringContaining(`${file} is damaged`) as string,
    });
    const blocked = join(directory, 'blocked');
    writeFileSync(blocked, '');
    expect(mistakes(() => start({ DATA_DIR: blocked }))).toHaveProperty('DATA_DIR');
  });
});

describe('modes', () => {
  it('ask of a worker only what it uses', () => {
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

describe('.env', () => {
  it('adds what is not set already', () => {
    const file = join(directory, '.env');
    const name = `CONFIG_TEST_${randomBytes(4).toString('hex')}`;
    writeFileSync(file, `${name}=from-file\nPATH=from-file\n`);
    expect(loadDotEnv(file)).toBe('loaded');
    expect(process.env[name]).toBe('from-file');
    expect(process.env.PATH).not.toBe('from-file');
    Reflect.deleteProperty(process.env, name);
  });

  it('need not exist', () => {
    expect(loadDotEnv(join(directory, 'none'))).toBe('absent');
  });

  it('has an example that names every variable, and whose values are accepted', () => {
    const example = readFileSync('.env.example', 'utf8');
    const given = [...example.matchAll(/^# ([A-Z_]+)=(.*)$/gm)].map(
      ([, name = '', value = '']): [string, string] => [name, value],
    );
    expect(given.map(([name]) => name).sort()).toEqual(readVariables().sort());
    const plain = given.filter(
      ([name, value]) => value !== '' && !value.endsWith('...') && name !== 'DODO_PAYMENTS_BASE_URL',
    );
    expect(() =>
      server({ ...Object.fromEntries(plain), MERCHANT_WEBHOOK_SECRET: WEBHOOK_KEY }),
    ).not.toThrow();
  });
});

/** Every variable the code asks for, seen by asking it. */
function readVariables(): string[] {
  const asked = new Set<string>();
  const env = new Proxy(
    { ...PRODUCTION, DATA_DIR: directory },
    {
      get: (target: Environment, name) => {
        if (typeof name !== 'string') return undefined;
        if (!name.endsWith('_FILE')) asked.add(name);
        return target[name];
      },
    },
  );
  loadConfig(env, { mode: 'start' });
  return [...asked];
}
