/** The Dodo Payments client, set up for this system. */
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import DodoPayments from 'dodopayments';
import { countDodoRequest, countDodoWait, observeBudget } from '../metrics.js';
import { keepable, mayHoldUnkeepableText } from '../domain/text.js';
import { inSpan } from '../tracing.js';
import { createBudget, PRIORITIES, type Budget } from './budget.js';
import { retryAfterMs } from './errors.js';
import { countReading, isReading } from './reading-only.js';

export type Dodo = DodoPayments;

/** Below the 45 s a money activity may take, so that a slow reply counts as lost and not as a dead worker. */
export const HTTP_TIMEOUT_MS = 25_000;

/** Which Dodo to talk to. The SDK's constructor takes an environment or a base URL, never both. */
export type DodoTarget =
  | { environment: 'test_mode' | 'live_mode'; baseURL?: undefined }
  | { baseURL: string; environment?: undefined };

/** Without `Retry-After`, a refusal for sending too much stops everybody for this long. */
const SHORT_PAUSE_MS = 1_000;

const budgets = new WeakMap<Dodo, Budget>();

/**
 * Creates a client that sends every request exactly once. Dodo has no idempotency keys, and the SDK would by default
 * send a POST up to three times. Reads are retried by Temporal, which honours `Retry-After` without blocking a worker.
 *
 * @param requestsPerMinute Dodo's limit; by default only its refusals limit requests. Who waits for their turn is not yet
 * within the timeout of a request
 */
export function createDodo(apiKey: string, target: DodoTarget, requestsPerMinute?: number): Dodo {
  const budget = createBudget({ perMinute: requestsPerMinute, onSent: countDodoWait });

  class LimitedDodo extends DodoPayments {
    protected override async prepareRequest(
      { method = 'get' }: RequestInit,
      { url }: { url: string },
    ): Promise<void> {
      countReading(method, url);
      await budget.take(budget.isMoney() && !isReading(method, url));
    }
  }

  const dodo = new LimitedDodo({
    bearerToken: apiKey,
    // The SDK rejects both, even when one of them comes from its environment variables.
    ...(target.baseURL === undefined
      ? { environment: target.environment, baseURL: null }
      : { baseURL: target.baseURL }),
    maxRetries: 0,
    // A redirect would send the request again, perhaps with the key, to wherever it says.
    fetchOptions: { redirect: 'manual' },
    async fetch(input, init) {
      const response = await fetchKeepable(input, init);
      heed(budget, response);
      return response;
    },
    timeout: HTTP_TIMEOUT_MS,
  });
  budgets.set(dodo, budget);
  observeBudget(requestsPerMinute, () =>
    PRIORITIES.map((priority) => [priority, budget.waiting(priority)] as const),
  );
  return dodo;
}

/**
 * Checks that the work at hand would get its turn at Dodo in time, before it does anything.
 *
 * @throws DodoBusyError if not
 */
export function admitTo(dodo: Dodo): void {
  budgets.get(dodo)?.admit();
}

/** Goes by what an answer says of the limit: a refusal stops everybody. */
function heed(budget: Budget, { status, headers }: Response): void {
  if (status === 429) return budget.pause(retryAfterMs(headers) ?? SHORT_PAUSE_MS);
  const remaining = headers.get('x-ratelimit-remaining');
  if (remaining !== null && /^\d+$/.test(remaining)) budget.learn(Number(remaining));
}

/** Fetches, and replaces what cannot be kept in the texts of the answer: names and addresses are typed by customers. */
async function fetchKeepable(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const method = init?.method?.toUpperCase() ?? 'GET';
  const response = await traced(method, input, () =>
    fetch(input, init).catch((error: unknown) => {
      countDodoRequest(method, 'failed');
      throw error;
    }),
  );
  countDodoRequest(method, `${String(Math.floor(response.status / 100))}xx`);
  if (response.body === null) return response;
  const text = await response.text();
  const { status, statusText, headers } = response;
  return new Response(cleaned(text), { status, statusText, headers });
}

/** Sends a request within a span, whose name has no ids. The trace stays here: Dodo gets no header of ours. */
function traced(
  method: string,
  input: string | URL | Request,
  send: () => Promise<Response>,
): Promise<Response> {
  const { pathname } = new URL(input instanceof Request ? input.url : input);
  const kind = pathname.split('/').map((part) => (/[A-Z0-9_]{4}/.test(part) ? '{id}' : part));
  return inSpan(
    `Dodo ${method} ${kind.join('/')}`,
    { kind: SpanKind.CLIENT, attributes: { 'http.request.method': method, 'url.path': pathname } },
    async (span) => {
      const response = await send();
      span.setAttribute('http.response.status_code', response.status);
      if (!response.ok) span.setStatus({ code: SpanStatusCode.ERROR });
      return response;
    },
  );
}

function cleaned(text: string): string {
  if (!mayHoldUnkeepableText(text)) return text;
  try {
    return JSON.stringify(keepable(JSON.parse(text)));
  } catch {
    return text;
  }
}
