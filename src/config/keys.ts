/** Keys of the API: a plain key, or one with a name, a scope and an end: `anna+read@2027-01-31:<key>`. */

export interface NamedKey {
  key: string;
  /** Stands in records of commands. */
  name?: string;
  /** May read and do nothing else. */
  readOnly?: boolean;
  /** The first moment at which it is not valid any more. RFC 3339. */
  until?: string;
}

export type GivenKey = string | NamedKey;

/** Returns the key itself. */
export function keyText(key: GivenKey): string {
  return typeof key === 'string' ? key : key.key;
}

const NAMED = /^([A-Za-z][A-Za-z0-9_.-]{0,39})(\+read)?(?:@(\d{4}-\d{2}-\d{2}))?:(.*)$/;
const DAY = 24 * 60 * 60 * 1000;

/** Reads an entry of `API_KEYS` or `OPERATOR_KEYS`; undefined if it has a colon and is not `name:key`. */
export function parseKey(text: string): GivenKey | undefined {
  if (!text.includes(':')) return text;
  const [, name, read, day, key] = NAMED.exec(text) ?? [];
  if (name === undefined || key === undefined) return undefined;
  const last = day === undefined ? undefined : Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(last)) return undefined;
  return {
    key,
    name,
    ...(read && { readOnly: true }),
    // The day itself is included.
    ...(last !== undefined && { until: new Date(last + DAY).toISOString() }),
  };
}
