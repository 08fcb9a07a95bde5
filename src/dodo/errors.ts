/** Classifies failed calls to Dodo by whether Dodo may have acted on them. */
import DodoPayments from 'dodopayments';
import { DodoBusyError } from './budget.js';

/** `message` is in our words and may be shown to anybody; `said` is what was said, for logs. */
export type DodoFailure = { message: string; said?: string } &
  /** A definite refusal: nothing happened at Dodo. */
  (
    | { kind: 'rejected'; status: number; code: string }
    /** Certainly not acted upon: the connection was never made, or there were too many requests, at Dodo or waiting here. */
    | { kind: 'not_sent'; retryAfterMs?: number }
    /** Timeout, lost connection, 5xx or a nonsensical answer: the call may have taken effect. */
    | { kind: 'unknown' }
  );

const NEVER_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Classifies what a call to Dodo threw. Whatever it does not recognize is `unknown`. */
export function classify(error: unknown): DodoFailure {
  if (error instanceof DodoBusyError)
    return { kind: 'not_sent', retryAfterMs: error.retryAfterMs, message: error.message };
  if (error instanceof DodoPayments.APIConnectionTimeoutError)
    return { kind: 'unknown', message: 'Dodo did not answer in time.' };
  if (error instanceof DodoPayments.APIConnectionError) {
    const code = causeCode(error);
    return code !== undefined && NEVER_CONNECTED.has(code)
      ? { kind: 'not_sent', message: `Dodo could not be reached (${code}).` }
      : {
          kind: 'unknown',
          message: `The connection to Dodo was lost${code === undefined ? '' : ` (${code})`}.`,
        };
  }
  if (isApiError(error)) {
    const { status } = error;
    const code = codeOf(error);
    const message = `Dodo answered ${status}${code === undefined ? '' : ` ${code}`}.`;
    const words = { message, said: error.message };
    if (status === 429) return { kind: 'not_sent', retryAfterMs: retryAfterMs(error.headers), ...words };
    if (status === 408 || status >= 500) return { kind: 'unknown', ...words };
    if (status >= 400) return { kind: 'rejected', status, code: code ?? `HTTP_${status}`, ...words };
    return { kind: 'unknown', ...words };
  }
  const said = error instanceof Error ? error.message : String(error);
  return { kind: 'unknown', message: 'Dodo gave no usable answer.', said };
}

/**
 * Returns true when Dodo refused our API key. That says nothing about the request: an operator has to fix the key, and
 * the call is worth repeating then.
 */
export function isKeyRejected(failure: DodoFailure): boolean {
  return failure.kind === 'rejected' && (failure.status === 401 || failure.status === 403);
}

interface ApiError extends Error {
  status: number;
  headers: Headers | undefined;
  /** The parsed body. */
  error: unknown;
}

function isApiError(error: unknown): error is ApiError {
  return error instanceof DodoPayments.APIError && typeof error.status === 'number';
}

const CODE = /^[A-Za-z0-9_.-]{1,64}$/;

/** Dodo's own code, such as `PENDING_PLAN_CHANGE_EXISTS`. */
function codeOf(error: ApiError): string | undefined {
  const body = error.error;
  if (typeof body !== 'object' || body === null || !('code' in body)) return undefined;
  return typeof body.code === 'string' && CODE.test(body.code) ? body.code : undefined;
}

/** Reads `Retry-After`, in seconds or as a date. Capped at an hour, because a header must not stop us for a day. */
export function retryAfterMs(headers: Headers | undefined): number | undefined {
  const HOUR = 3_600_000;
  const value = headers?.get('retry-after');
  if (!value) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), HOUR);
}

/** Finds the system error code, which fetch hides a few causes deep. */
function causeCode(error: unknown): string | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if (at instanceof AggregateError && at.errors.length > 0) {
      const inner = causeCode(at.errors[0]);
      if (inner !== undefined) return inner;
    }
    if ('code' in at && typeof at.code === 'string') return at.code;
  }
  return undefined;
}

/** Awaits `call` and returns undefined on a 404. Rethrows every other failure. */
export async function ifFound<T>(call: PromiseLike<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof DodoPayments.NotFoundError) return undefined;
    throw error;
  }
}
