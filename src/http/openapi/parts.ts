/** Parts that the descriptions of several routes are made of. */
import { z } from 'zod';
import { locale } from '../locale.js';
import { PROBLEMS, PROBLEM_MEDIA_TYPE, type ProblemCode } from '../problem.js';
import { idempotencyKey } from '../validate.js';
import { problem } from './shapes.js';

/** A JSON answer. */
export function json(schema: z.ZodType, description: string) {
  return { description, content: { 'application/json': { schema } } };
}

/** The answers to errors with these codes, by status. */
export function problems(...codes: ProblemCode[]) {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes)
    byStatus.set(PROBLEMS[code].status, [...(byStatus.get(PROBLEMS[code].status) ?? []), code]);
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      String(status),
      {
        description: list.map((code) => `\`${code}\``).join(', '),
        content: { [PROBLEM_MEDIA_TYPE]: { schema: problem } },
      },
    ]),
  );
}

/** A JSON body. */
export function body(schema: z.ZodType, required = false) {
  return { required, content: { 'application/json': { schema } } };
}

/** The headers of a POST that may be repeated. */
export const idempotencyHeader = z.object({ 'Idempotency-Key': idempotencyKey });

/** Beats `Accept-Language`. */
export const inLanguage = z.object({
  locale: locale.meta({ description: 'The language of `copy` and `display`, such as `de` or `pt-BR`.' }),
});
