/** Reads server-sent events as they come. */
export interface Heard<T> {
  event?: string;
  id?: string;
  data: T;
}

export interface Listening<T> {
  status: number;
  headers: Headers;
  /** Returns the next event; undefined when the stream has ended. */
  next(): Promise<Heard<T> | undefined>;
  close(): void;
}

export async function listenTo<T = Record<string, unknown>>(
  url: string,
  credential: string,
  headers: Record<string, string> = {},
): Promise<Listening<T>> {
  const controller = new AbortController();
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${credential}`, ...headers },
    signal: controller.signal,
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  async function next(): Promise<Heard<T> | undefined> {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end >= 0) {
        const block = text.slice(0, end);
        text = text.slice(end + 2);
        const fields = new Map(
          block.split('\n').map((line) => {
            const at = line.indexOf(':');
            return [line.slice(0, at), line.slice(at + 1).trim()] as const;
          }),
        );
        const data = fields.get('data');
        if (data === undefined) continue;
        return { event: fields.get('event'), id: fields.get('id'), data: JSON.parse(data) as T };
      }
      const chunk = await reader?.read();
      if (chunk === undefined || chunk.done) return undefined;
      text += chunk.value;
    }
  }
  return { status: response.status, headers: response.headers, next, close: () => controller.abort() };
}
