/** `Idempotency-Key` and `eventId`: each stands for one request, and for no other. */
import { createHash } from 'node:crypto';
import type { Response } from 'express';
import { callerOf } from './auth.js';
import type { ApiDeps } from './deps.js';
import { Problem } from './problem.js';

type KeyDeps = Pick<ApiDeps, 'ledger' | 'now'>;

/** A request and the key it was sent under. */
export interface KeyedRequest {
  /** Whose key it is: another's same key means something else. */
  scope: string;
  key: string | undefined;
  /** The route, what it is about, and the body. */
  request: readonly unknown[];
  /** What the client calls the key. */
  name?: string;
}

/** Returns whose keys a caller uses: those of a browser are its customer's, all others the merchant's. */
export function keyScope(res: Response): string {
  const caller = callerOf(res);
  return caller.kind === 'token' ? `customer ${caller.claims.customerId}` : 'merchant';
}

/**
 * Carries out a request under its key. A request that was refused leaves the key free: nothing has happened, and what was
 * refused then may be right now. Without a key, it is simply carried out.
 *
 * @throws Problem `idempotency_key_reused` when the key was used for another request
 */
export async function underKey<T>(
  { ledger, now }: KeyDeps,
  { scope, key, request, name = 'Idempotency-Key' }: KeyedRequest,
  act: () => Promise<T>,
): Promise<T> {
  if (key === undefined) return act();
  const binding = { key: digest([name, scope, key]), request: digest(request) };
  if ((await ledger.bindKey({ ...binding, at: now().toISOString() })) !== binding.request) {
    throw new Problem('idempotency_key_reused', {
      detail: `This ${name} was used for another request. Nothing was done; use another one.`,
    });
  }
  try {
    return await act();
  } catch (error) {
    if (hadNoEffect(error)) await ledger.freeKey(binding);
    throw error;
  }
}

/** A payment that failed was tried; an error of ours says nothing about what has happened. */
function hadNoEffect(error: unknown): boolean {
  return error instanceof Problem && error.status < 500 && error.code !== 'payment_failed';
}

function digest(value: readonly unknown[]): string {
  return createHash('sha256').update(canonical(value)).digest('base64url');
}

/** Writes a value as JSON, in whatever order its fields came. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_: string, field: unknown) =>
    typeof field === 'object' && field !== null && !Array.isArray(field)
      ? Object.fromEntries(Object.entries(field).sort(([a], [b]) => (a < b ? -1 : 1)))
      : field,
  );
}
