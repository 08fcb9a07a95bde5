/** Identifies the caller: the merchant's backend, an operator, or a customer's browser with a presentation token. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import { Problem, presentationNotFound } from './problem.js';
import type { TokenClaims, Tokens } from './token.js';

export type Caller =
  /** `keyId` identifies the key in audit records without revealing it. */
  { kind: 'backend' | 'operator'; keyId: string } | { kind: 'token'; claims: TokenClaims };

export interface AuthenticateOptions {
  apiKeys: readonly string[];
  operatorKeys: readonly string[];
  tokens: Tokens;
}

const MAX_CREDENTIAL_LENGTH = 4096;
const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;
const KEY_ID_LENGTH = 8;

/**
 * Authenticates `Authorization: Bearer` and sets `res.locals.caller`; responds 401 without valid credentials. Ignores
 * the query string: URLs end up in logs, browser histories and `Referer` headers.
 */
export function authenticate({ apiKeys, operatorKeys, tokens }: AuthenticateOptions): RequestHandler {
  const keys = [
    ...apiKeys.map((key) => ({ kind: 'backend' as const, digest: sha256(key) })),
    ...operatorKeys.map((key) => ({ kind: 'operator' as const, digest: sha256(key) })),
  ];

  return async (req, res, next) => {
    const header = req.headers.authorization;
    if (header === undefined) {
      throw unauthorized('Send Authorization: Bearer with an API key or a presentation token.');
    }
    const credential = header.length <= MAX_CREDENTIAL_LENGTH ? BEARER.exec(header)?.[1] : undefined;
    if (credential === undefined) {
      throw unauthorized(
        'The Authorization header must be "Bearer" followed by one key or token.',
        'invalid_request',
      );
    }

    const digest = sha256(credential);
    let found: Caller | undefined;
    // Compare every key, so that timing reveals neither a near miss nor which key matched.
    for (const key of keys) {
      if (timingSafeEqual(digest, key.digest)) {
        found = { kind: key.kind, keyId: key.digest.toString('hex').slice(0, KEY_ID_LENGTH) };
      }
    }
    if (found === undefined) {
      const verified = await tokens.verify(credential);
      if (!verified.ok) {
        throw unauthorized(
          verified.reason === 'expired' ? 'The token has expired.' : 'The key or token is not valid.',
          'invalid_token',
        );
      }
      found = { kind: 'token', claims: verified.claims };
    }
    res.locals.caller = found;
    next();
  };
}

/**
 * Returns the caller that `authenticate` identified.
 *
 * @throws Error when the route is not behind `authenticate`, which is a bug of ours
 */
export function callerOf(res: Response): Caller {
  const caller = res.locals.caller as Caller | undefined;
  if (caller === undefined) throw new Error('This route is not behind authenticate().');
  return caller;
}

/** Admits backends, and operators, who may do everything backends may. */
export const requireBackend: RequestHandler = (_req, res, next) => {
  if (callerOf(res).kind === 'token') {
    throw new Problem('forbidden', {
      detail: 'A presentation token grants access to its own presentation only.',
    });
  }
  next();
};

/** Admits operators only. */
export const requireOperator: RequestHandler = (_req, res, next) => {
  if (callerOf(res).kind !== 'operator') {
    throw new Problem('forbidden', { detail: 'This requires an operator key.' });
  }
  next();
};

/**
 * Admits backends, operators, and the token of the presentation that the path parameter `paramName` names. To a
 * token, every other id looks as if it did not exist.
 */
export function requireBackendOrToken(paramName: string): RequestHandler {
  return (req, res, next) => {
    const caller = callerOf(res);
    if (caller.kind === 'token' && caller.claims.presentationId !== req.params[paramName]) {
      throw presentationNotFound();
    }
    next();
  };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** @param error as in RFC 6750; absent when no credentials were sent */
function unauthorized(detail: string, error?: 'invalid_request' | 'invalid_token'): Problem {
  const challenge = 'Bearer realm="durable-upsells"';
  return new Problem('unauthorized', {
    detail,
    headers: { 'WWW-Authenticate': error === undefined ? challenge : `${challenge}, error="${error}"` },
  });
}
