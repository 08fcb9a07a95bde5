import { generateKeyPairSync, createHmac, randomBytes } from 'node:crypto';
import { SignJWT, decodeJwt, decodeProtectedHeader } from 'jose';
import type { JWTPayload } from 'jose';
import { describe, expect, it } from 'vitest';
import { TOKEN_GRACE_MS, createTokens } from '../../src/http/token.js';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const secret = randomBytes(32);
const NOW = new Date('2026-11-22T12:00:00Z');
const WINDOW_END = new Date(NOW.getTime() + HOUR);
const input = {
  presentationId: 'prs_1',
  customerId: 'cus_1',
  priceHash: 'sha256:abc',
  expiresAt: WINDOW_END.toISOString(),
};
const tokensAt = (date: Date) => createTokens(secret, () => date);
const tokens = tokensAt(NOW);

/** The token a customer holds and an attacker starts from. */
const valid = await tokens.issue(input);

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signs a token like ours with these changes, by default with our secret. */
async function forge(
  claims: JWTPayload = {},
  header: Record<string, unknown> = {},
  key: Buffer = secret,
): Promise<string> {
  const seconds = Math.floor(NOW.getTime() / SECOND);
  return new SignJWT({
    iss: 'durable-upsells',
    aud: 'durable-upsells/presentation',
    sub: 'cus_1',
    prs: 'prs_1',
    price: 'sha256:abc',
    jti: 'x',
    iat: seconds,
    exp: seconds + 3600,
    ...claims,
  })
    .setProtectedHeader({ alg: 'HS256', typ: 'offer+jwt', ...header })
    .sign(key);
}

describe('tokens', () => {
  it('carry the claims they are bound to', async () => {
    const token = await tokens.issue(input);
    expect(await tokens.verify(token)).toEqual({
      ok: true,
      claims: {
        presentationId: 'prs_1',
        customerId: 'cus_1',
        priceHash: 'sha256:abc',
        expiresAt: new Date(WINDOW_END.getTime() + TOKEN_GRACE_MS).toISOString(),
      },
    });
    expect(decodeProtectedHeader(token)).toEqual({
      alg: 'HS256',
      typ: 'offer+jwt',
      kid: expect.stringMatching(/^[\w-]{8}$/) as string,
    });
  });

  it('each have a unique id', async () => {
    const [one, two] = await Promise.all([tokens.issue(input), tokens.issue(input)]);
    expect(decodeJwt(one).jti).not.toBe(decodeJwt(two).jti);
  });

  it('outlive the window by a day, so that the page can show the outcome', async () => {
    const token = await tokens.issue(input);
    const end = WINDOW_END.getTime() + TOKEN_GRACE_MS;
    expect(await tokensAt(new Date(end - SECOND)).verify(token)).toMatchObject({ ok: true });
    expect(await tokensAt(new Date(end + 10 * SECOND)).verify(token)).toEqual({
      ok: false,
      reason: 'expired',
    });
  });

  it('require a secret of 32 bytes', () => {
    expect(() => createTokens(randomBytes(31))).toThrow(RangeError);
  });

  it('are accepted when forged correctly, so that each attack below fails for its own reason', async () => {
    expect(await tokens.verify(await forge())).toMatchObject({ ok: true });
  });
});

describe('attacks', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const body = async (claims: JWTPayload = {}): Promise<string> => (await forge(claims)).split('.')[1] ?? '';
  const withHeader = async (header: Record<string, unknown>, signature = ''): Promise<string> =>
    `${base64url(header)}.${await body()}.${signature}`;
  const [head, claims, mac] = valid.split('.') as [string, string, string];
  const hmac = (text: string, key: Buffer | string, hash = 'sha256'): string =>
    createHmac(hash, key).update(text).digest('base64url');

  const attacks: [string, () => string | Promise<string>][] = [
    ['no token', () => ''],
    ['two dots', () => '..'],
    ['three meaningless parts', () => 'a.b.c'],
    ['alg none without signature', () => withHeader({ alg: 'none', typ: 'offer+jwt' })],
    ['alg none with the old signature', () => withHeader({ alg: 'none', typ: 'offer+jwt' }, mac)],
    ['alg NONE', () => withHeader({ alg: 'NONE', typ: 'offer+jwt' })],
    ['no alg', () => withHeader({ typ: 'offer+jwt' }, mac)],
    ['a missing signature', () => `${head}.${claims}.`],
    [
      'a signature with one character changed',
      () => `${head}.${claims}.${mac[0] === 'A' ? 'B' : 'A'}${mac.slice(1)}`,
    ],
    [
      'another presentation under the old signature',
      () => `${head}.${base64url({ ...decodeJwt(valid), prs: 'prs_2' })}.${mac}`,
    ],
    [
      'a later expiry under the old signature',
      () => `${head}.${base64url({ ...decodeJwt(valid), exp: 9e9 })}.${mac}`,
    ],
    ['another secret', () => forge({}, {}, randomBytes(32))],
    [
      'RS256, signed with the attacker’s key',
      () =>
        new SignJWT(decodeJwt(valid)).setProtectedHeader({ alg: 'RS256', typ: 'offer+jwt' }).sign(privateKey),
    ],
    [
      'HS256 over a public key, as in HS/RS confusion',
      async () => {
        const signed = `${base64url({ alg: 'HS256', typ: 'offer+jwt' })}.${await body()}`;
        return `${signed}.${hmac(signed, publicKey.export({ type: 'spki', format: 'pem' }))}`;
      },
    ],
    [
      'HS512 with the right secret',
      async () => {
        const signed = `${base64url({ alg: 'HS512', typ: 'offer+jwt' })}.${await body()}`;
        return `${signed}.${hmac(signed, secret, 'sha512')}`;
      },
    ],
    [
      'an empty HMAC key named by kid',
      async () => {
        const signed = `${base64url({ alg: 'HS256', typ: 'offer+jwt', kid: '../../../../dev/null' })}.${await body()}`;
        return `${signed}.${hmac(signed, '')}`;
      },
    ],
    [
      'the attacker’s key embedded in the header',
      () => {
        const key = randomBytes(32);
        return forge({}, { jwk: { kty: 'oct', k: key.toString('base64url') } }, key);
      },
    ],
    ['a critical extension', () => withHeader({ alg: 'HS256', typ: 'offer+jwt', crit: ['x'], x: 1 }, mac)],
    ['type JWT', () => forge({}, { typ: 'JWT' })],
    ['no type', () => forge({}, { typ: undefined })],
    ['another audience', () => forge({ aud: 'somewhere-else' })],
    ['no audience', () => forge({ aud: undefined })],
    ['another issuer', () => forge({ iss: 'somebody' })],
    ['no expiry', () => forge({ exp: undefined })],
    ['an expiry that is text', () => forge({ exp: '9999999999' as unknown as number })],
    ['not valid yet', () => forge({ nbf: Math.floor(NOW.getTime() / SECOND) + 60 })],
    ['no presentation', () => forge({ prs: undefined })],
    ['a presentation that is not text', () => forge({ prs: ['prs_1'] })],
    ['no customer', () => forge({ sub: undefined })],
    ['no price', () => forge({ price: undefined })],
    [
      'claims that are not an object',
      () => {
        const signed = `${base64url({ alg: 'HS256', typ: 'offer+jwt' })}.${base64url('prs_1')}`;
        return `${signed}.${hmac(signed, secret)}`;
      },
    ],
    ['a token of 3 kB', () => forge({ padding: 'x'.repeat(3000) })],
  ];

  it.each(attacks)('refuses %s', async (_name, make) => {
    expect(await tokens.verify(await make())).toEqual({ ok: false, reason: 'invalid' });
  });

  it('refuses an expired token and says so', async () => {
    const expired = await forge({ exp: Math.floor(NOW.getTime() / SECOND) - 60 });
    expect(await tokens.verify(expired)).toEqual({ ok: false, reason: 'expired' });
  });

  it('does not report an expired token with a bad signature as expired', async () => {
    const expired = await forge({ exp: Math.floor(NOW.getTime() / SECOND) - 60 }, {}, randomBytes(32));
    expect(await tokens.verify(expired)).toEqual({ ok: false, reason: 'invalid' });
  });
});

describe('a rotation of secrets', () => {
  it('is accepted by every server at every step', async () => {
    const [old, young] = [randomBytes(32), randomBytes(32)];
    const steps = [[old], [old, young], [young, old], [young]].map((secrets) => createTokens(secrets));
    const input = {
      presentationId: 'prs_1',
      customerId: 'cus_1',
      priceHash: 'h',
      expiresAt: new Date(Date.now() + 1000),
    };
    const accepted = await Promise.all(
      steps.map(async (issuer) => {
        const token = await issuer.issue(input);
        return Promise.all(steps.map(async (verifier) => (await verifier.verify(token)).ok));
      }),
    );
    // Servers of two neighbouring steps run side by side.
    accepted.forEach((row, step) => {
      for (const other of [step - 1, step, step + 1]) if (other in row) expect(row[other]).toBe(true);
    });
    expect(accepted[0]?.[3]).toBe(false);
  });
});
