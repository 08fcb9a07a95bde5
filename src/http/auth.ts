/** Identifies the caller: the merchant's backend, an operator, or a customer's browser with a presentation token. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import type { GivenKey, NamedKey } from '../config/keys.js';
import { Problem, presentationNotFound } from './problem.js';
import type { TokenClaims, Tokens } from './token.js';

export type Caller =
  /** `keyId` identifies the key in audit records without revealing it. */
  { kind: 'backend' | 'operator'; keyId: string } | { kind: 'token'; claims: TokenClaims };

/** Says whether a client may fail once more. */
export type FailureLimit = (client: string) => boolean;

/** Keys, or what returns those in force. */
type Keys = readonly GivenKey[] | (() => readonly GivenKey[]);

export interface AuthenticateOptions {
  apiKeys: Keys;
  operatorKeys: Keys;
  tokens: Tokens;
  /** Unlimited if omitted. */
  failures?: FailureLimit;
  now?: () => Date;
}

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);
const MAX_CREDENTIAL_LENGTH = 4096;
const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;
const KEY_ID_LENGTH = 8;

/**
 * Authenticates `Authorization: Bearer` and sets `res.locals.caller`; responds 401 without valid credentials. Ignores
 * the query string: URLs end up in logs, browser histories and `Referer` headers.
 */
export function authenticate({
  apiKeys,
  operatorKeys,
  tokens,
  failures = () => true,
  now = () => new Date(),
}: AuthenticateOptions): RequestHandler {
  const backends = knownKeys('backend', apiKeys);
  const operators = knownKeys('operator', operatorKeys);

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
    let known: ReturnType<typeof knownKey> | undefined;
    // Compare every key, so that timing reveals neither a near miss nor which key matched.
    for (const key of [...backends(), ...operators()]) {
      if (timingSafeEqual(digest, key.digest)) {
        known = key;
        found = { kind: key.kind, keyId: key.keyId };
      }
    }
    if (known && now().getTime() >= known.end) throw unauthorized('The key has expired.', 'invalid_token');
    if (known?.readOnly && !READING.has(req.method))
      throw new Problem('forbidden', { detail: 'This key may read and do nothing else.' });
    if (found === undefined) {
      const verified = await tokens.verify(credential);
      if (!verified.ok) {
        // An expired token is no guess. A valid key is never locked out, even behind one address with those that guess.
        if (verified.reason !== 'expired' && !failures(req.ip ?? ''))
          throw new Problem('rate_limited', {
            detail: 'Too many wrong keys from this address. Try again in a minute.',
            headers: { 'Retry-After': '60' },
          });
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

/** A person who may use the dashboard. */
export interface Operator {
  /** By which records of commands name them. */
  id: string;
  /** May look, and give no command. */
  readOnly: boolean;
}

/** Returns the operator whose key a text is; undefined if it is none, or has expired. */
export function operatorWithKey(
  operatorKeys: readonly GivenKey[],
  text: string,
  now: Date,
): Operator | undefined {
  const digest = sha256(text);
  let found: ReturnType<typeof knownKey> | undefined;
  for (const key of operatorKeys.map((each) => knownKey('operator', each)))
    if (timingSafeEqual(digest, key.digest)) found = key;
  return found && operatorOf(found, now);
}

/** Returns the operator whose key has an id; undefined if there is none any more, or it has expired. */
export function operatorWithId(
  operatorKeys: readonly GivenKey[],
  id: string,
  now: Date,
): Operator | undefined {
  return operatorKeys
    .map((each) => knownKey('operator', each))
    .filter(({ keyId }) => keyId === id)
    .map((key) => operatorOf(key, now))
    .find((operator) => operator !== undefined);
}

function operatorOf({ keyId, readOnly, end }: ReturnType<typeof knownKey>, now: Date): Operator | undefined {
  return now.getTime() < end ? { id: keyId, readOnly: readOnly === true } : undefined;
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

const MINUTE = 60_000;
const FAILURES_PER_MINUTE = 100;
const MAX_CLIENTS = 10_000;

/** Creates a limit of 100 wrong credentials a minute for each client. */
export function failureLimit(now: () => number = Date.now): FailureLimit {
  const clients = new Map<string, { since: number; count: number }>();
  return (client) => {
    const at = now();
    const known = clients.get(client);
    if (known && at - known.since < MINUTE) return (known.count += 1) <= FAILURES_PER_MINUTE;
    clients.delete(client);
    if (clients.size >= MAX_CLIENTS) clients.delete(clients.keys().next().value ?? '');
    clients.set(client, { since: at, count: 1 });
    return true;
  };
}

/** Returns the keys in force, hashed once for as long as they stay the same. */
function knownKeys(kind: 'backend' | 'operator', keys: Keys) {
  let hashed: { given: readonly GivenKey[]; known: ReturnType<typeof knownKey>[] } | undefined;
  return () => {
    const given = typeof keys === 'function' ? keys() : keys;
    if (hashed?.given !== given) hashed = { given, known: given.map((key) => knownKey(kind, key)) };
    return hashed.known;
  };
}

function knownKey(kind: 'backend' | 'operator', given: GivenKey) {
  const { key, name, readOnly, until }: NamedKey = typeof given === 'string' ? { key: given } : given;
  const digest = sha256(key);
  const keyId = name ?? digest.toString('hex').slice(0, KEY_ID_LENGTH);
  return { kind, digest, keyId, readOnly, end: until === undefined ? Infinity : Date.parse(until) };
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
