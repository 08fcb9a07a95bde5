/** Which languages a request asks for. */
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
 * The most wanted first: `?locale=` alone, when it is there, else `Accept-Language`. Throws `invalid_parameter` when
 * the query names no language; what a browser sends is taken as far as it can be read.
 */
export function wantedLocales(req: Pick<Request, 'query' | 'acceptsLanguages'>): string[] {
  const named = parseParam(locale, 'locale', req.query.locale);
  return named === undefined ? req.acceptsLanguages().filter((tag) => tag !== '*') : [named];
}
