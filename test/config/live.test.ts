import { describe, expect, it } from 'vitest';
import { SANDBOX_WEBHOOK_KEY } from '../../sandbox/index.js';
import { LIVE, mistakes, server, useDataDirectory, WEBHOOK_KEY } from './environments.js';

useDataDirectory();

const merchant = { MERCHANT_WEBHOOK_SECRET: LIVE.DODO_PAYMENTS_WEBHOOK_KEY };

describe('live mode', () => {
  it('is served with settings of its own', () => {
    expect(server({ ...LIVE, ...merchant, MERCHANT_WEBHOOK_URL: 'https://10.0.0.5/hooks' }).dodo.live).toBe(
      true,
    );
    expect(server().dodo.live).toBeUndefined();
  });

  it.each([
    ['the default APP_URL', 'APP_URL', { APP_URL: undefined }],
    ['plain http to customers', 'APP_URL', { APP_URL: 'http://shop.example' }],
    ['customers sent to this machine', 'APP_URL', { APP_URL: 'https://localhost:3000' }],
    [
      'plain http to Dodo',
      'DODO_PAYMENTS_BASE_URL',
      { DODO_PAYMENTS_ENVIRONMENT: undefined, DODO_PAYMENTS_BASE_URL: 'http://live.dodopayments.com' },
    ],
    [
      'the published webhook key',
      'DODO_PAYMENTS_WEBHOOK_KEY',
      { DODO_PAYMENTS_WEBHOOK_KEY: SANDBOX_WEBHOOK_KEY },
    ],
    ['a webhook key of one byte', 'DODO_PAYMENTS_WEBHOOK_KEY', { DODO_PAYMENTS_WEBHOOK_KEY: WEBHOOK_KEY }],
    ['a weak token secret', 'TOKEN_SECRET', { TOKEN_SECRET: 'a'.repeat(32) }],
    ['a weak API key', 'API_KEYS', { API_KEYS: 'b'.repeat(24) }],
    ['a weak operator key', 'OPERATOR_KEYS', { OPERATOR_KEYS: `anna:${'ab'.repeat(20)}` }],
    ...[
      'http://shop.example/hooks',
      'https://127.0.0.2/hooks',
      'https://[::1]/hooks',
      'https://[::ffff:127.0.0.1]/hooks',
      'https://169.254.169.254/latest',
      'https://[fe80::1]/hooks',
      'https://0x7f000001/hooks',
      'https://hooks.localhost./hooks',
    ].map((url): [string, string, object] => [
      `notifications to ${url}`,
      'MERCHANT_WEBHOOK_URL',
      { ...merchant, MERCHANT_WEBHOOK_URL: url },
    ]),
  ])('refuses %s', (_, name, env) => {
    expect(Object.keys(mistakes(() => server({ ...LIVE, ...env })))).toEqual([name]);
    const test = { DODO_PAYMENTS_ENVIRONMENT: 'test_mode', DODO_PAYMENTS_API_KEY: 'dodo_test_planted' };
    expect(() => server({ ...LIVE, ...env, ...test, DODO_PAYMENTS_BASE_URL: undefined })).not.toThrow();
  });
});

describe('keys', () => {
  it('have names, scopes and ends', () => {
    const key = 'planted-operator-key-0123456789';
    expect(
      server({ OPERATOR_KEYS: `anna:${key}1,bob+read@2027-01-31:${key}2,${key}3` }).auth.operatorKeys,
    ).toEqual([
      { name: 'anna', key: `${key}1` },
      { name: 'bob', key: `${key}2`, readOnly: true, until: '2027-02-01T00:00:00.000Z' },
      `${key}3`,
    ]);
  });

  it.each([
    'anna:short',
    ':planted-operator-key-0123456789',
    'a@2027-02-31x:planted-operator-key-0123456789',
  ])('are refused: %s', (OPERATOR_KEYS) =>
    expect(Object.keys(mistakes(() => server({ OPERATOR_KEYS })))).toEqual(['OPERATOR_KEYS']),
  );

  it('of both kinds are told to be the same, whatever their names', () => {
    const key = 'planted-operator-key-0123456789';
    const env = { API_KEYS: `shop:${key}`, OPERATOR_KEYS: `anna:${key}` };
    expect(mistakes(() => server(env))).toHaveProperty('OPERATOR_KEYS');
  });

  it('of tokens are several during a rotation; the first one signs', () => {
    const [first, second] = [
      'planted-1-token-secret-0123456789abcdef',
      'planted-2-token-secret-0123456789abcdef',
    ];
    expect(server({ TOKEN_SECRET: `${first}, ${second}` }).auth).toMatchObject({
      tokenSecret: Buffer.from(first),
      earlierTokenSecrets: [Buffer.from(second)],
    });
  });
});

describe('signing in by OpenID Connect', () => {
  const OIDC = {
    OIDC_ISSUER: 'https://accounts.example/',
    OIDC_CLIENT_ID: 'offers',
    OIDC_CLIENT_SECRET: 'planted',
    OIDC_REDIRECT_URL: 'https://offers.shop.example/below/dashboard/sign-in/callback',
    OIDC_OPERATORS: 'Anna@Shop.example, @shop.example+read, subject-7',
  };

  it('takes a provider and who may come in', () =>
    expect(server(OIDC).auth.oidc).toEqual({
      issuer: 'https://accounts.example',
      clientId: 'offers',
      clientSecret: 'planted',
      redirectUrl: OIDC.OIDC_REDIRECT_URL,
      operators: [
        { who: 'anna@shop.example' },
        { who: '@shop.example', readOnly: true },
        { who: 'subject-7' },
      ],
    }));

  it.each(Object.keys(OIDC))('is all or nothing: %s', (name) =>
    expect(Object.keys(mistakes(() => server({ ...OIDC, [name]: undefined })))).toEqual([name]),
  );

  it.each([
    ['OIDC_ISSUER', 'http://accounts.example'],
    ['OIDC_REDIRECT_URL', 'http://offers.shop.example/dashboard/sign-in/callback'],
    ['OIDC_REDIRECT_URL', 'https://offers.shop.example/dashboard'],
    ['OIDC_OPERATORS', 'anna@'],
    ['OIDC_OPERATORS', '@'],
    ['OIDC_OPERATORS', 'anna@shop.example,,'],
    ['OIDC_OPERATORS', '+read'],
    ['OIDC_CLIENT_ID', 'two words'],
  ])('refuses %s=%s', (name, value) =>
    expect(Object.keys(mistakes(() => server({ ...OIDC, [name]: value })))).toEqual([name]),
  );

  it('takes a provider on this machine without TLS', () =>
    expect(server({ ...OIDC, OIDC_ISSUER: 'http://localhost:9000' }).auth.oidc).toBeDefined());
});
