/** The API for back ends: Node, Deno, Bun and workers. It needs `fetch` and nothing else. */
import type { BodyOf, OperationId, Result } from './result.js';

export interface OffersClientOptions {
  baseUrl: string;
  /** A backend key. It never leaves the server. */
  apiKey: string;
  fetch?: typeof fetch;
  /** How long to wait for each answer. Milliseconds. */
  timeoutMs?: number;
  /** How often a call that may be repeated safely is tried again. */
  retries?: number;
}

export interface CallOptions {
  /** The customer's language, as a BCP 47 tag. */
  locale?: string;
}

export interface WriteOptions extends CallOptions {
  /** The same key is the same request, however often it is sent. One is made for each call that names none. */
  idempotencyKey?: string;
}

const SECOND = 1000;
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 10 * SECOND;
/** Statuses that say that nothing was done, or that cannot have done it twice under the same key. */
const REPEATABLE = [429, 503];
const SUCCESS = [200, 201, 202, 204];

export class OffersClient {
  readonly #options: Required<OffersClientOptions>;

  constructor({ baseUrl, apiKey, fetch = globalThis.fetch, timeoutMs, retries }: OffersClientOptions) {
    this.#options = {
      baseUrl: baseUrl.replace(/\/$/, ''),
      apiKey,
      fetch,
      timeoutMs: timeoutMs ?? 30 * SECOND,
      retries: retries ?? 2,
    };
  }

  /** Gets the offer to show a customer now, with a token for their browser, or why there is none. */
  getOffer(customerId: string, options?: CallOptions): Promise<Result<'getOffer'>> {
    return this.#call('GET', `/api/upsell/${segment(customerId)}`, options);
  }

  /** Accepts the offer a customer has. */
  acceptOffer(
    customerId: string,
    body: BodyOf<'acceptOffer'> = {},
    options?: WriteOptions,
  ): Promise<Result<'acceptOffer'>> {
    return this.#write(`/api/upsell/${segment(customerId)}/accept`, body, options);
  }

  /** Declines the offer a customer has. */
  declineOffer(
    customerId: string,
    body: BodyOf<'declineOffer'> = {},
    options?: WriteOptions,
  ): Promise<Result<'declineOffer'>> {
    return this.#write(`/api/upsell/${segment(customerId)}/decline`, body, options);
  }

  getPresentation(id: string, options?: CallOptions): Promise<Result<'getPresentation'>> {
    return this.#call('GET', `/api/presentations/${segment(id)}`, options);
  }

  acceptPresentation(
    id: string,
    body: BodyOf<'acceptPresentation'> = {},
    options?: WriteOptions,
  ): Promise<Result<'acceptPresentation'>> {
    return this.#write(`/api/presentations/${segment(id)}/accept`, body, options);
  }

  declinePresentation(id: string, options?: WriteOptions): Promise<Result<'declinePresentation'>> {
    return this.#write(`/api/presentations/${segment(id)}/decline`, {}, options);
  }

  /** Prices another option or quantity. Nothing is charged. */
  quoteChoice(
    id: string,
    body: BodyOf<'quoteChoice'>,
    options?: CallOptions,
  ): Promise<Result<'quoteChoice'>> {
    return this.#write(`/api/presentations/${segment(id)}/quote`, body, options);
  }

  /** Gets the signed receipt of an acceptance. */
  getReceipt(id: string): Promise<Result<'getReceipt'>> {
    return this.#call('GET', `/api/presentations/${segment(id)}/receipt`);
  }

  /** Registers a purchase before it is paid, and opens its checkout. */
  registerPurchase(
    body: BodyOf<'registerPurchase'>,
    options?: WriteOptions,
  ): Promise<Result<'registerPurchase'>> {
    return this.#write('/api/purchases', body, options);
  }

  getPurchase(purchaseId: string, options?: CallOptions): Promise<Result<'getPurchase'>> {
    return this.#call('GET', `/api/purchases/${segment(purchaseId)}`, options);
  }

  /** Tells of an event that may lead to an offer. The same `eventId` is the same run. */
  sendTrigger(body: BodyOf<'sendTrigger'>): Promise<Result<'sendTrigger'>> {
    return this.#write('/api/triggers', body);
  }

  #write<K extends OperationId>(path: string, body: unknown, options?: WriteOptions): Promise<Result<K>> {
    const key = options?.idempotencyKey ?? crypto.randomUUID();
    return this.#call<K>('POST', path, options, body, key);
  }

  /** Sends a request, and sends the same one again while that is safe and of use. */
  async #call<K extends OperationId>(
    method: 'GET' | 'POST',
    path: string,
    options: CallOptions = {},
    body?: unknown,
    key?: string,
  ): Promise<Result<K>> {
    const { retries } = this.#options;
    for (let attempt = 0; ; attempt++) {
      const { response, cause } = await this.#send(method, path, options, body, key);
      const again = response === undefined || REPEATABLE.includes(response.status);
      if (!again || attempt >= retries) return resultOf<K>(response, cause);
      const asked = Number(response?.headers.get('retry-after')) * SECOND;
      await response?.body?.cancel();
      const pause = asked > 0 ? asked : FIRST_PAUSE * 2 ** attempt;
      await new Promise((resolve) => setTimeout(resolve, Math.min(pause, LONGEST_PAUSE)));
    }
  }

  async #send(
    method: string,
    path: string,
    { locale }: CallOptions,
    body: unknown,
    key: string | undefined,
  ): Promise<{ response?: Response; cause?: unknown }> {
    const { baseUrl, apiKey, timeoutMs, fetch: http } = this.#options;
    const query = locale === undefined ? '' : `?locale=${encodeURIComponent(locale)}`;
    try {
      const response = await http(`${baseUrl}${path}${query}`, {
        method,
        headers: {
          authorization: `Bearer ${apiKey}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(key !== undefined && { 'idempotency-key': key }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      return { response };
    } catch (cause) {
      return { cause };
    }
  }
}

async function resultOf<K extends OperationId>(
  response: Response | undefined,
  cause: unknown,
): Promise<Result<K>> {
  if (!response) return { ok: false, status: 'other', code: 'unreachable', cause };
  const { status } = response;
  const data: unknown = status === 204 ? undefined : await response.json().catch(() => undefined);
  if (SUCCESS.includes(status) && (data !== undefined || status === 204))
    return { ok: true, status, data } as Result<K>;
  const { code } = (data ?? {}) as { code?: unknown };
  if (typeof code === 'string') return { ok: false, status, code, problem: data } as Result<K>;
  return { ok: false, status: 'other', code: 'unexpected', httpStatus: status, problem: data };
}

/** Ids never add a segment to a path. */
function segment(id: string): string {
  return encodeURIComponent(id);
}
