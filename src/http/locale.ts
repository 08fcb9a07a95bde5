/** The languages a request asks for. */
import type { Request } from 'express';
import { z } from 'zod';
import { canonicalTag } from '../catalog/words.js';
import { parseParam } from './validate.js';

/** A BCP 47 language tag, as `?locale=` names it. */
export const locale = z
  .string('must be one language tag')
  .max(35, 'must be a language tag such as de or pt-BR')
  .refine((tag) => canonicalTag(tag) !== undefined, 'must be a language tag such as de or pt-BR')
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
