/** A JSON client over HTTP. */

const SECOND = 1000;
const TIMEOUT = 30 * SECOND;

export interface Reply<T> {
  status: number;
  headers: Headers;
  /** Parsed when it is JSON, else the text; undefined when it is empty. */
  body: T;
}

export interface JsonClient {
  get<T = Record<string, unknown>>(path: string): Promise<Reply<T>>;
  /** Without a body, an empty object is sent. */
  post<T = Record<string, unknown>>(
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Reply<T>>;
}

/**
 * Creates a client of the API at `url`.
 *
 * @param credential a key or token, sent as `Authorization: Bearer`
 */
export function jsonClient(url: string, credential?: string): JsonClient {
  async function call<T>(
    method: string,
    path: string,
    body?: unknown,
    more: Record<string, string> = {},
  ): Promise<Reply<T>> {
    const response = await fetch(new URL(path, url), {
      method,
      headers: {
        ...(credential !== undefined && { authorization: `Bearer ${credential}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...more,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT),
    });
    const text = await response.text();
    const { status, headers } = response;
    const isJson = headers.get('content-type')?.includes('json') ?? false;
    return { status, headers, body: (text === '' ? undefined : isJson ? JSON.parse(text) : text) as T };
  }
  return {
    get: (path) => call('GET', path),
    post: (path, body = {}, headers) => call('POST', path, body, headers),
  };
}

/**
 * Returns the body of a reply that must have a certain status.
 *
 * @throws Error with the status and the body of any other reply
 */
export function bodyOf<T>(
  what: string,
  { status, body }: Pick<Reply<T>, 'status' | 'body'>,
  expected = 200,
): T {
  if (status === expected) return body;
  throw new Error(`${what} returned ${status} instead of ${expected}: ${JSON.stringify(body)}`);
}
