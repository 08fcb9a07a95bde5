/** Parts shared by the descriptions of several routes. */
import { z } from 'zod';
import { locale } from '../locale.js';
import { PROBLEMS, PROBLEM_MEDIA_TYPE, type ProblemCode } from '../problem.js';
import { idempotencyKey } from '../validate.js';
import { PROBLEM_SHAPES } from './problem-shapes.js';
import { problem } from './shapes.js';

/** Describes a JSON response. */
export function json(schema: z.ZodType, description: string) {
  return { description, content: { 'application/json': { schema } } };
}

/** Describes the responses for these codes, by status. */
export function problems(...codes: ProblemCode[]) {
  const byStatus = new Map<number, ProblemCode[]>();
  // Every route behind authentication may meet a limit of wrong keys, or a store that is away.
  const general: ProblemCode[] = codes.includes('unauthorized')
    ? ['invalid_parameter', 'rate_limited', 'temporarily_unavailable']
    : [];
  for (const code of new Set([...codes, ...general]))
    byStatus.set(PROBLEMS[code].status, [...(byStatus.get(PROBLEMS[code].status) ?? []), code]);
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      String(status),
      {
        description: list.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' '),
        content: { [PROBLEM_MEDIA_TYPE]: { schema: oneOf(list) } },
        ...(HEADERS[status] && { headers: HEADERS[status] }),
      },
    ]),
  );
}

function oneOf(codes: ProblemCode[]): z.ZodType {
  const [first, second, ...others] = codes.map((code) => PROBLEM_SHAPES[code]);
  if (first === undefined) throw new Error('unreachable: a status has a code');
  return second === undefined ? first : z.discriminatedUnion('code', [first, second, ...others]);
}

const retryAfter = z.object({
  'Retry-After': z.string().meta({ description: 'Seconds.', example: '5' }),
});

/** The headers of errors, by status. */
const HEADERS: Record<number, z.ZodObject> = {
  401: z.object({
    'WWW-Authenticate': z.string().optional().meta({ example: 'Bearer realm="durable-upsells"' }),
  }),
  429: retryAfter,
  503: retryAfter,
};

/** The headers of an answer to ask again for. */
export const askAgain = retryAfter.extend({
  Location: z.string().meta({ description: 'Where to ask.', example: '/api/presentations/prs_8Jk2' }),
});

/** Describes what may go wrong everywhere. */
export const unexpected = {
  description: 'Any other error, such as `internal_error`.',
  content: { [PROBLEM_MEDIA_TYPE]: { schema: problem } },
};

/** Describes a JSON body. */
export function body(schema: z.ZodType, required = false) {
  return { required, content: { 'application/json': { schema } } };
}

/** The header of a POST that may be repeated safely. */
export const idempotencyHeader = z.object({ 'Idempotency-Key': idempotencyKey });

/** Takes precedence over `Accept-Language`. */
export const inLanguage = z.object({
  locale: locale.meta({ description: 'The language of `copy` and `display`, such as `de` or `pt-BR`.' }),
});
