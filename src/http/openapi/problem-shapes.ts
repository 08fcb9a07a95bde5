/** Errors as `GET /openapi.json` describes them: one shape per code, so that a client can tell them apart. */
import { z } from 'zod';
import { PROBLEMS, type ProblemCode } from '../problem.js';
import { candidate } from './review-shapes.js';
import { presentation, quote } from './shapes.js';

const errors = z
  .array(
    z.union([
      z.object({ pointer: z.string().meta({ description: 'A JSON pointer.' }), detail: z.string() }),
      z.object({ parameter: z.string(), detail: z.string() }),
    ]),
  )
  .meta({ description: 'Every mistake.' });
const current = presentation
  .optional()
  .meta({ description: 'The presentation as it is now. Show it, and ask again if it is open.' });

const listed = z.array(z.string()).optional().meta({ description: 'Ids.' });

/** What a code has besides the members that all have. */
const MEMBERS: Partial<Record<ProblemCode, z.ZodRawShape>> = {
  invalid_body: { errors: errors.optional() },
  invalid_parameter: { errors: errors.optional() },
  payment_failed: {
    checkoutUrl: z.url().nullable().meta({ description: 'Where the customer can pay instead.' }),
    updatePaymentMethodUrl: z.url().nullable(),
    presentation,
  },
  already_decided: {
    presentation: current,
    resolution: z
      .object({ paid: z.boolean(), paymentId: z.string().optional(), reason: z.string(), by: z.string() })
      .optional()
      .meta({ description: 'For reviews: how it was resolved before.' }),
  },
  price_changed: {
    presentation: current,
    quote: quote.optional().meta({ description: 'The current price of the choice that was named.' }),
  },
  offer_changed: { presentation },
  presentation_expired: { presentation: current },
  presentation_withdrawn: { presentation: current },
  consent_required: { missing: z.array(z.string()).meta({ description: 'Ids of the missing consents.' }) },
  customer_active: { runs: listed, purchases: listed, presentations: listed },
  money_in_doubt: { reviews: listed, compensations: listed, payments: listed },
  evidence_mismatch: { candidate: candidate.optional() },
};

/** `payment_failed` becomes `PaymentFailed`. */
function idOf(code: string): string {
  return code.replaceAll(/(^|_)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
}

const EXAMPLES: Partial<Record<ProblemCode, string>> = {
  payment_failed: 'Your bank declined the payment. You were not charged.',
  price_changed: 'The price has changed since it was shown. Nothing was charged; please decide again.',
  rate_limited: 'Too many requests with this token. Try again in a minute.',
};

/** The shape of each problem. */
export const PROBLEM_SHAPES = Object.fromEntries(
  Object.entries(PROBLEMS).map(([code, { status, title }]) => [
    code,
    z
      .looseObject({
        type: z.literal(`urn:problem-type:durable-upsells:${code}`),
        title: z.string().meta({ example: title }),
        status: z.literal(status),
        code: z.literal(code as ProblemCode),
        detail: z
          .string()
          .optional()
          .meta({
            description: 'Explains this occurrence to a person.',
            ...(EXAMPLES[code as ProblemCode] && { example: EXAMPLES[code as ProblemCode] }),
          }),
        ...MEMBERS[code as ProblemCode],
      })
      .meta({ id: `${idOf(code)}Problem`, description: title }),
  ]),
) as unknown as Record<ProblemCode, z.ZodObject>;
