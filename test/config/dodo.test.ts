import { describe, expect, it } from 'vitest';
import { loadLocalConfig } from '../../sandbox/local/config.js';
import { LIVE, mistakes, PRODUCTION, server, start, useDataDirectory, WEBHOOK_KEY } from './environments.js';

const MINUTE = 60_000;

const directory = useDataDirectory();

describe('Dodo Payments', () => {
  it('is the sandbox in development without a target, with its own keys unless others are set', () => {
    expect(
      start({ DODO_PAYMENTS_WEBHOOK_KEY: WEBHOOK_KEY, DODO_PAYMENTS_API_KEY: 'dodo_test_x' }).dodo,
    ).toEqual({
      sandbox: true,
      apiKey: 'dodo_test_x',
      webhookSecrets: [Buffer.alloc(24, 1)],
    });
  });

  it('is the real one once the environment or the base URL is set, and then requires keys', () => {
    const keys = { DODO_PAYMENTS_API_KEY: 'key', DODO_PAYMENTS_WEBHOOK_KEY: WEBHOOK_KEY };
    expect(start(LIVE).dodo).toMatchObject({
      sandbox: false,
      target: { environment: 'live_mode' },
    });
    expect(start({ ...keys, DODO_PAYMENTS_BASE_URL: 'http://127.0.0.1:4000/' }).dodo).toMatchObject({
      sandbox: false,
      target: { baseURL: 'http://127.0.0.1:4000' },
    });
    for (const target of [
      { DODO_PAYMENTS_ENVIRONMENT: 'live_mode' },
      { DODO_PAYMENTS_BASE_URL: 'https://live.dodopayments.com' },
    ]) {
      expect(Object.keys(mistakes(() => start(target))).sort()).toEqual([
        'DODO_PAYMENTS_API_KEY',
        'DODO_PAYMENTS_WEBHOOK_KEY',
      ]);
    }
  });

  it('is asked often in test mode without a webhook key, and only then', () => {
    const target = { DODO_PAYMENTS_ENVIRONMENT: 'test_mode', DODO_PAYMENTS_API_KEY: 'key' };
    const polled = start(target);
    expect(polled.dodo).toMatchObject({ sandbox: false, webhookSecrets: [] });
    expect(polled.timing).toMatchObject({ sweepIntervalMs: 3_000, pollIntervalMs: 2_000 });
    expect(start({ ...target, SWEEP_INTERVAL: '1m' }).timing.sweepIntervalMs).toBe(60_000);
    const told = start({ ...target, DODO_PAYMENTS_WEBHOOK_KEY: WEBHOOK_KEY });
    expect(told.timing).toMatchObject({ sweepIntervalMs: 300_000, pollIntervalMs: 10_000 });
    expect(start({}).timing.sweepIntervalMs).toBe(300_000);
  });

  it('must be named in production, exactly once', () => {
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
  ])('rejects %s', (_name, env) => {
    expect(Object.keys(mistakes(() => server(env)))).toEqual(['DODO_PAYMENTS_API_KEY']);
  });

  it('rejects a live key for the sandbox, and live mode for the demo', () => {
    expect(mistakes(() => start({ DODO_PAYMENTS_API_KEY: 'dodo_live_planted' }))).toHaveProperty(
      'DODO_PAYMENTS_API_KEY',
    );
    const live = {
      ...PRODUCTION,
      DATA_DIR: directory(),
      DODO_PAYMENTS_ENVIRONMENT: 'live_mode',
      DODO_PAYMENTS_API_KEY: 'dodo_live_x',
    };
    expect(Object.keys(mistakes(() => loadLocalConfig(live, { mode: 'demo' })))).toEqual([
      'DODO_PAYMENTS_ENVIRONMENT',
    ]);
  });

  it('in live mode requires a lost charge to be looked for as long as it may still succeed', () => {
    expect(mistakes(() => server({ ...LIVE, RECONCILE_WINDOW: '14m' }))).toHaveProperty('RECONCILE_WINDOW');
    expect(server({ ...LIVE, RECONCILE_WINDOW: '15m' }).timing.reconcileWindowMs).toBe(15 * MINUTE);
  });
});
