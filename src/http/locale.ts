/** The languages a request asks for. */
import type { Request } from 'express';
import { z } from 'zod';
import { canonicalTag } from '../catalog/words.js';
import { parseParam } from './validate.js';

const EXPECTED = 'must be a language tag such as de or pt-BR';
/** Language, script, region, one variant, and extensions of Unicode: all of BCP 47 that has a meaning here. */
const TAG =
  /^[A-Za-z]{2,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?(?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))?(?:-u(?:-[A-Za-z0-9][A-Za-z](?:-[A-Za-z0-9]{3,8})?)+)?$/;

/** A BCP 47 language tag, as `?locale=` names it. */
export const locale = z
  .string('must be one language tag')
  .max(35, EXPECTED)
  .regex(TAG, EXPECTED)
  .refine((tag) => canonicalTag(tag) !== undefined, EXPECTED)
  .optional();

/**
 * Returns the requested languages, most preferred first: `?locale=` alone if present, else as much of
 * `Accept-Language` as can be parsed.
 *
 * @throws Problem `invalid_parameter` when `?locale=` is not a language tag
 */
export function wantedLocales(req: Pick<Request, 'query' | 'acceptsLanguages'>): string[] {
  const named = parseParam(locale, 'locale', req.query.locale);
  return named === undefined ? req.acceptsLanguages().filter((tag) => tag !== '*') : [named];
}
