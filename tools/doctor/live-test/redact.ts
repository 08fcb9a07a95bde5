/** Keeps what Dodo answered, without what belongs to people or opens doors. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One call and its answer. */
export interface RecordedCall {
  method: string;
  /** With `:id` in place of ids. */
  path: string;
  status: number;
  request: unknown;
  response: unknown;
}

const PERSONAL =
  /^(?:email|name|phone_number|street|city|state|zipcode|tax_id|card_holder_name|card_last_four|last4_digits|customer_name|customer_email|customer_business_name|business_name)$/;
const SECRET = /secret|token|publishable_key|password|authorization/i;
const LINK = /(?:_url|_link|^link)$/;
const ID = /\b(?:cus|pay|sub|cks|inv|ref|bus|pm|msg|evt|ep|whk|pdt|prod|adn|dsc)_[A-Za-z0-9_-]+/g;

/** Replaces ids by numbered ones, equal ids by equal ones, so that bodies still belong together. */
export function createRedaction(): (value: unknown) => unknown {
  const ids = new Map<string, string>();
  const anonymous = (id: string): string => {
    const prefix = id.slice(0, id.indexOf('_'));
    const known = ids.get(id) ?? `${prefix}_${String(ids.size + 1).padStart(4, '0')}`;
    ids.set(id, known);
    return known;
  };
  const redact = (value: unknown, key = ''): unknown => {
    if (Array.isArray(value)) return value.map((item) => redact(item, key));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, redact(field, name)]));
    }
    if (typeof value !== 'string') return value;
    if (SECRET.test(key) || PERSONAL.test(key)) return key === 'email' ? 'person@example.com' : 'redacted';
    if (LINK.test(key)) return 'https://example.com/redacted';
    return value.replace(ID, anonymous);
  };
  return (value) => redact(value);
}

/** Returns a `fetch` that remembers every call. */
export function recordingFetch(calls: RecordedCall[]): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    const url = new URL(input instanceof Request ? input.url : input);
    const [request, answer] = [jsonOf(init?.body), jsonOf(await response.clone().text())];
    const path = url.pathname.replace(ID, ':id');
    calls.push({ method: init?.method ?? 'GET', path, status: response.status, request, response: answer });
    return response;
  };
}

function jsonOf(body: unknown): unknown {
  if (typeof body !== 'string' || body === '') return null;
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

/** Writes the calls into a folder, one file each, in the form that the conformance test reads. */
export async function saveCalls(folder: string, calls: RecordedCall[]): Promise<number> {
  await mkdir(folder, { recursive: true });
  const redact = createRedaction();
  let number = 0;
  for (const call of calls) {
    number += 1;
    const name = `${String(number).padStart(3, '0')}-${call.method.toLowerCase()}${call.path.replace(/[^a-z-]+/g, '-')}`;
    const text = JSON.stringify(redact(call), undefined, 2);
    await writeFile(join(folder, `${name.replace(/-+$/, '')}.json`), `${text}\n`);
  }
  return number;
}
