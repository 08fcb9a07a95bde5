/** Speaks to a running system as an operator. */

/** A command that did not do what was asked, with the exit code that says why. */
export class CommandFailure extends Error {
  /** @param exitCode 1: refused; 2: not given as it has to be; 3: the system could not be reached, or could not do it now */
  constructor(
    message: string,
    readonly exitCode: 1 | 2 | 3,
  ) {
    super(message);
  }
}

export interface Api {
  get(path: string): Promise<unknown>;
  /** Returns a file as it is. */
  read(path: string): Promise<string>;
  post(path: string, body: object): Promise<unknown>;
  delete(path: string, body: object): Promise<unknown>;
}

export interface ApiOptions {
  api?: string;
  key?: string;
}

/** Returns the system that the options or the environment name. */
export function connect({ api, key }: ApiOptions, env = process.env): Api {
  const url = (api ?? env.API_URL ?? `http://localhost:${env.PORT ?? '3000'}`).replace(/\/+$/, '');
  const [first = ''] = (env.OPERATOR_KEYS ?? '').split(',');
  // A key may have a name in front of it.
  const operatorKey = key ?? first.trim().replace(/^[a-z0-9_-]{1,32}:/i, '');
  if (!operatorKey)
    throw new CommandFailure('An operator key is needed: pass --key or set OPERATOR_KEYS.', 2);

  async function send(method: string, path: string, body?: object): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(url + path, {
        method,
        headers: {
          authorization: `Bearer ${operatorKey}`,
          ...(body && { 'content-type': 'application/json' }),
        },
        ...(body && { body: JSON.stringify(body) }),
      });
    } catch {
      throw new CommandFailure(`${url} cannot be reached.`, 3);
    }
    if (response.ok) return response;
    const answer: unknown = await response.json().catch(() => ({}));
    throw new CommandFailure(inWords(response.status, answer), response.status >= 500 ? 3 : 1);
  }
  const ask = async (method: string, path: string, body?: object): Promise<unknown> =>
    (await send(method, path, body)).json().catch(() => ({}));
  return {
    get: (path) => ask('GET', path),
    read: async (path) => (await send('GET', path)).text(),
    post: (path, body) => ask('POST', path, body),
    delete: (path, body) => ask('DELETE', path, body),
  };
}

function inWords(status: number, answer: unknown): string {
  const { title, detail, code, errors } = answer as {
    title?: string;
    detail?: string;
    code?: string;
    errors?: { pointer?: string; parameter?: string; detail: string }[];
  };
  const mistakes = (errors ?? []).map(
    ({ pointer, parameter, detail: mistake }) => `\n  ${parameter ?? pointer?.slice(2) ?? ''} ${mistake}`,
  );
  return `${title ?? `The answer was ${status}`} (${code ?? status}). ${detail ?? ''}${mistakes.join('')}`.trim();
}
