/** Text that can be kept. NUL and lone surrogates are valid in JSON escapes, but PostgreSQL and UTF-8 have no place for them. */

/** Matches text that can be kept, in JavaScript as in JSON Schema. */
export const KEEPABLE_TEXT = /^[^\u0000\uD800-\uDFFF]*$/u; // eslint-disable-line no-control-regex

const UNKEEPABLE = /[\0\p{Surrogate}]/gu;
/** Finds JSON escapes that may stand for such characters. */
const SUSPECT_ESCAPE = /\\u(?:0000|d[89a-f])/i;

/** Checks whether JSON text may contain strings that cannot be kept. A false alarm costs a walk through its values. */
export function mayHoldUnkeepableText(json: string): boolean {
  return SUSPECT_ESCAPE.test(json);
}

/** Returns a parsed JSON value with every character that cannot be kept replaced by U+FFFD, in names as in values. */
export function keepable(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(UNKEEPABLE, '\ufffd');
  if (Array.isArray(value)) return value.map(keepable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name.replace(UNKEEPABLE, '\ufffd'), keepable(field)]),
  );
}
