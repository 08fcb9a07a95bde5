/** The Dodo Payments client of this system. */
import DodoPayments from 'dodopayments';

export type Dodo = DodoPayments;

/** Below the 45 s a money activity may take, so that a slow Dodo is seen as a lost reply and not as a dead worker. */
export const HTTP_TIMEOUT_MS = 25_000;

export type DodoTarget =
  | { environment: 'test_mode' | 'live_mode'; baseURL?: undefined }
  | { baseURL: string; environment?: undefined };

/**
 * A client that sends every request once. Dodo has no idempotency keys and the SDK would send a POST up to three
 * times by itself; reads are tried again by Temporal, which obeys `Retry-After` without blocking a worker.
 */
export function createDodo(apiKey: string, target: DodoTarget): Dodo {
  return new DodoPayments({
    bearerToken: apiKey,
    // Both given is an error of the SDK, also when one comes from its environment variables.
    ...(target.baseURL === undefined
      ? { environment: target.environment, baseURL: null }
      : { baseURL: target.baseURL }),
    maxRetries: 0,
    timeout: HTTP_TIMEOUT_MS,
  });
}
