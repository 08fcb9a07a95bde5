/** Presentation tokens, with which a customer's browser may see and decide one presentation, and nothing else. */
import { MIN_TOKEN_SECRET_BYTES } from '../config/fields.js';
import { createHmac, createSecretKey, randomUUID } from 'node:crypto';
import { SignJWT, errors, jwtVerify } from 'jose';

const SECOND = 1000;
const HOUR = 3600 * SECOND;

/**
 * How long a token stays valid after the window. The page must still be able to show how the offer ended: reconciling
 * a charge can take a while, and customers return from a fallback checkout or a 3-D Secure page. This is no loophole:
 * the workflow, not the token, decides whether an accept is in time.
 */
export const TOKEN_GRACE_MS = 24 * HOUR;

const ALGORITHM = 'HS256';
const TYPE = 'offer+jwt';
const ISSUER = 'durable-upsells';
const AUDIENCE = 'durable-upsells/presentation';
const CLOCK_TOLERANCE_SECONDS = 5;
const MAX_TOKEN_LENGTH = 2048;

/** The claims a token is bound to. */
export interface TokenClaims {
  presentationId: string;
  customerId: string;
  /** The price the customer saw: an accept with this token is for this price. */
  priceHash: string;
  /** When the token expires, which is after the offer does. RFC 3339 UTC. */
  expiresAt: string;
}

export interface TokenInput {
  presentationId: string;
  customerId: string;
  priceHash: string;
  /** The end of the presentation's window. */
  expiresAt: string | Date;
}

export type TokenVerification =
  { ok: true; claims: TokenClaims } | { ok: false; reason: 'expired' | 'invalid' };

export interface Tokens {
  issue(input: TokenInput): Promise<string>;
  verify(token: string): Promise<TokenVerification>;
}

/**
 * Creates the issuer and verifier of tokens. The first secret signs; tokens of all of them are accepted, so that a secret
 * can be rotated while several servers run. Each has at least 32 bytes. Only HS256 with the type, issuer and
 * audience set here is accepted; keys named in a token's header (`jwk`, `jku`, `x5c`) are
 * ignored; `kid` chooses among the secrets.
 *
 * @throws RangeError when the secret is too short
 */
export function createTokens(
  secrets: Buffer | readonly Buffer[],
  now: () => Date = () => new Date(),
): Tokens {
  const keys = (Buffer.isBuffer(secrets) ? [secrets] : secrets).map(signingKey);
  const [signer] = keys;
  if (signer === undefined) throw new RangeError('Tokens need a secret.');
  const keyOf = ({ kid }: { kid?: string }) => (keys.find((key) => key.kid === kid) ?? signer).key;
  return {
    async issue({ presentationId, customerId, priceHash, expiresAt }) {
      const end = new Date(expiresAt).getTime() + TOKEN_GRACE_MS;
      return new SignJWT({ prs: presentationId, price: priceHash })
        .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: signer.kid })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setSubject(customerId)
        .setJti(randomUUID())
        .setIssuedAt(now())
        .setExpirationTime(Math.floor(end / SECOND))
        .sign(signer.key);
    },
    async verify(token) {
      if (token.length > MAX_TOKEN_LENGTH) return { ok: false, reason: 'invalid' };
      try {
        const { payload } = await jwtVerify(token, keyOf, {
          algorithms: [ALGORITHM],
          typ: TYPE,
          issuer: ISSUER,
          audience: AUDIENCE,
          requiredClaims: ['sub', 'exp', 'iat', 'jti', 'prs', 'price'],
          clockTolerance: CLOCK_TOLERANCE_SECONDS,
          currentDate: now(),
        });
        const { sub, prs, price, exp } = payload;
        if (typeof prs !== 'string' || typeof price !== 'string' || sub === undefined || exp === undefined) {
          return { ok: false, reason: 'invalid' };
        }
        return {
          ok: true,
          claims: {
            presentationId: prs,
            customerId: sub,
            priceHash: price,
            expiresAt: new Date(exp * SECOND).toISOString(),
          },
        };
      } catch (error) {
        return { ok: false, reason: error instanceof errors.JWTExpired ? 'expired' : 'invalid' };
      }
    },
  };
}

/** Issues and verifies tokens with the secrets in force, of which the first one signs. */
export function rotatingTokens(secrets: () => readonly Buffer[], now?: () => Date): Tokens {
  let made: { of: string; tokens: Tokens } | undefined;
  const current = () => {
    const given = secrets();
    const of = given.map((secret) => signingKey(secret).kid).join();
    if (made?.of !== of) made = { of, tokens: createTokens(given, now) };
    return made.tokens;
  };
  current();
  return { issue: (input) => current().issue(input), verify: (token) => current().verify(token) };
}

const KID_LENGTH = 8;

function signingKey(secret: Buffer) {
  if (secret.length < MIN_TOKEN_SECRET_BYTES) {
    throw new RangeError(
      `The token secret has ${secret.length} bytes; it needs at least ${MIN_TOKEN_SECRET_BYTES}.`,
    );
  }
  const kid = createHmac('sha256', secret).update('kid').digest('base64url').slice(0, KID_LENGTH);
  return { key: createSecretKey(secret), kid };
}
