/** Validates input: ids in plain ASCII, strict bodies, JSON only. */
import express from 'express';
import type { Request, RequestHandler } from 'express';
import { z } from 'zod';
import {
  BULK_ID,
  CATALOG_ID,
  CUSTOM_FACT,
  DODO_ID,
  EVENT_ID,
  METADATA_KEY,
  NOTIFICATION_ID,
  PRESENTATION_ID,
  PRICE_HASH,
  PURCHASE_ID,
  REVIEW_ID,
  type TextPattern,
} from '../domain/patterns.js';
import { KEEPABLE_TEXT } from '../domain/text.js';
import { invalidBody, invalidParameter } from './field-errors.js';
import { Problem } from './problem.js';

const IDEMPOTENCY_KEY: TextPattern = {
  regex: /^[\x21-\x7e]{1,200}$/,
  expected: '1 to 200 visible ASCII characters',
};

/** Counts characters as JSON Schema does: a pair of surrogates is one. */
const lengthOf = (value: string) => [...value].length;

/** Text of a length, without NUL and lone surrogates. */
export function text(min: number, max: number) {
  return (
    z
      .string()
      .refine((value) => lengthOf(value) >= min, `must have at least ${min} characters`)
      .refine((value) => lengthOf(value) <= max, `must have at most ${max} characters`)
      .refine((value) => KEEPABLE_TEXT.test(value), 'must not contain NUL or half of a surrogate pair')
      // In UTF-8 there are no halves of pairs, and not every reader of the document knows them.
      .meta({ override: { minLength: min, maxLength: max, pattern: '^[^\\u0000]*$' } })
  );
}

function pattern({ regex, expected }: TextPattern) {
  return z.string(`must be a string: ${expected}`).regex(regex, `must be ${expected}`);
}

const dodoId = pattern(DODO_ID);

/** Schemas of the ids that clients send, one per kind. */
export const ids = {
  customer: dodoId,
  product: dodoId,
  subscription: dodoId,
  payment: dodoId,
  purchase: pattern(PURCHASE_ID),
  presentation: pattern(PRESENTATION_ID),
  event: pattern(EVENT_ID),
  offer: pattern(CATALOG_ID),
  notification: pattern(NOTIFICATION_ID),
  review: pattern(REVIEW_ID),
  bulk: pattern(BULK_ID),
  priceHash: pattern(PRICE_HASH),
} as const;

const MAX_QUANTITY = 10_000;

/** The quantity of a product: a whole number from 1 to 10,000. */
export const quantity = z
  .int(`must be a whole number from 1 to ${MAX_QUANTITY}`)
  .min(1, 'must be at least 1')
  .max(MAX_QUANTITY, `must be at most ${MAX_QUANTITY}`);

/** The years that every part of the system can keep. */
const YEARS = '(?=19[7-9]|2[01])';

/** A time that every part of the system can keep: RFC 3339, from 1970 to 2199. */
export const time = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2026-12-01T00:00:00Z' })
  .refine((value) => new RegExp(`^${YEARS}`).test(value), { error: 'must be from 1970 to 2199' })
  .meta({ override: withinYears });

/** Adds the years to the pattern of a time or date. */
export function withinYears({ jsonSchema }: { jsonSchema: { pattern?: string } }): void {
  jsonSchema.pattern = jsonSchema.pattern?.replace(/^\^/, `^${YEARS}`);
}

const MAX_REASON_LENGTH = 500;
const ONE_LINE = /^[^\p{Cc}\p{Surrogate}\u2028\u2029]*$/u;
/** The same for readers that do not know Unicode's categories, with whatever is trimmed at its ends. */
const DOCUMENTED_LINE = (() => {
  const breaks = '\\u2028\\u2029';
  const controls = `\\u0000-\\u001f\\u007f-\\u009f${breaks}`;
  const spaces = ' \\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000\\ufeff';
  const trimmed = `[\\t-\\r${breaks}${spaces}]*`;
  return `^${trimmed}[^${controls}${spaces}](?:[^${controls}]*[^${controls}${spaces}])?${trimmed}$`;
})();

/** One line of text, without spaces at its ends. `expected` completes "must ...". */
export function line(max: number, expected: string) {
  return z
    .string(`must be a string that ${expected}`)
    .trim()
    .min(1, 'must not be empty')
    .refine((value) => lengthOf(value) <= max, `must have at most ${max} characters`)
    .refine((value) => ONE_LINE.test(value), 'must be one line without control characters')
    .meta({ override: { maxLength: max, pattern: DOCUMENTED_LINE } });
}

/** An operator's reason, for the record: 1 to 500 characters on one line. */
export const reason = line(MAX_REASON_LENGTH, 'gives the reason');

const MAX_PAIRS = 50;
/** Those that we write beside a merchant's own: the registration and its proof. */
const OUR_PAIRS = 2;
const MAX_TEXT_LENGTH = 500;

const scalar = z.union(
  [text(0, MAX_TEXT_LENGTH), z.number(), z.boolean()],
  `must be a string of at most ${MAX_TEXT_LENGTH} characters without NUL or half of a surrogate pair, a number, true or false`,
);

/** An object of scalars. Reports each bad key by name: zod's own error for records says only that one is invalid. */
function pairs(name: TextPattern, most = MAX_PAIRS) {
  return z
    .record(z.string(), scalar, 'must be an object')
    .superRefine((value, context) => {
      for (const key of Object.keys(value)) {
        if (name.regex.test(key)) continue;
        context.addIssue({ code: 'custom', path: [key], message: `must have a name of ${name.expected}` });
      }
    })
    .refine((value) => Object.keys(value).length <= most, `must have at most ${most} entries`)
    .meta({ override: { maxProperties: most, propertyNames: { pattern: name.regex.source } } });
}

/** Metadata within Dodo's limits, ours included: 50 pairs, keys of 40 characters, values of 500. */
export const metadata = pairs(METADATA_KEY, MAX_PAIRS - OUR_PAIRS);

/** Facts about a customer that the merchant's app sends with a trigger, for the catalog's `facts.<name>`. */
export const facts = pairs(CUSTOM_FACT);

/**
 * Parses a body. A request without one counts as `{}`.
 *
 * @throws Problem `invalid_body` listing every mistake
 */
export function parseBody<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const result = schema.safeParse(body === undefined ? {} : body);
  if (!result.success) throw invalidBody(result.error);
  return result.data;
}

/**
 * Parses one parameter or header.
 *
 * @throws Problem `invalid_parameter` naming it
 */
export function parseParam<T extends z.ZodType>(schema: T, name: string, value: unknown): z.output<T> {
  const result = schema.safeParse(value);
  if (!result.success) throw invalidParameter(result.error, name);
  return result.data;
}

/**
 * Parses the whole query string with a strict object.
 *
 * @throws Problem `invalid_parameter` listing every mistake
 */
export function parseQuery<T extends z.ZodType>(schema: T, query: unknown): z.output<T> {
  const result = schema.safeParse(query);
  if (!result.success) throw invalidParameter(result.error);
  return result.data;
}

/** The `Idempotency-Key` header. */
export const idempotencyKey = pattern(IDEMPOTENCY_KEY).optional();

/**
 * Returns the `Idempotency-Key` header, if present.
 *
 * @throws Problem `invalid_parameter` when it is malformed
 */
export function readIdempotencyKey(req: Pick<Request, 'get'>): string | undefined {
  return parseParam(idempotencyKey, 'Idempotency-Key', req.get('idempotency-key'));
}

const JSON_LIMIT_BYTES = 64 * 1024;

/**
 * Creates the parser of JSON bodies, of at most 64 KiB unless the route needs more. Responds 415 to a body of another type: ignoring it, as Express
 * does, would take it for an empty one and accept something the client did not say.
 */
export function jsonBody(limit = JSON_LIMIT_BYTES): RequestHandler {
  const parse = express.json({ limit, type: () => true });
  return (req, res, next) => {
    const hasBody =
      req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;
    if (hasBody && !req.is('application/json')) {
      throw new Problem('unsupported_media_type', { detail: 'Content-Type must be application/json.' });
    }
    parse(req, res, next);
  };
}
