/** What the API answers, as `GET /openapi.json` describes it. */
import { z } from 'zod';
import { BILLING_INTERVALS, OFFER_TYPES, PRESENTATION_STATUSES } from '../domain/words.js';
import { PROBLEMS, type ProblemCode } from './problem.js';
import { ids } from './validate.js';

export const money = z.int().meta({ description: 'Minor units of the currency.' });
export const time = z.iso.datetime().meta({ description: 'RFC 3339, UTC.' });
export const status = z.enum(PRESENTATION_STATUSES);

export const price = z.object({
  currency: z.string(),
  dueNow: money,
  tax: money.optional(),
  recurring: z.object({ amount: money, interval: z.enum(BILLING_INTERVALS), count: z.int() }).optional(),
  difference: money.optional(),
  credit: money.optional(),
  effectiveAt: time.optional(),
  nextBillingAt: time.optional(),
  hash: z.string(),
});

const payment = z.object({
  mode: z.enum(['one_click', 'checkout']),
  method: z
    .object({
      id: z.string(),
      type: z.string(),
      network: z.string().optional(),
      last4: z.string().optional(),
      expiry: z.string().optional(),
    })
    .optional(),
});

export const copy = z.object({
  headline: z.string(),
  body: z.string().optional(),
  badge: z.string().optional(),
  accept: z.string(),
  decline: z.string(),
});

export const display = z
  .object({
    locale: z.string(),
    dueNow: z.string(),
    tax: z.string().optional(),
    recurring: z.string().optional(),
    difference: z.string().optional(),
    credit: z.string().optional(),
    effectiveAt: z.string().optional(),
    nextBillingAt: z.string().optional(),
  })
  .meta({ description: 'The price as the customer reads it, in the language of the copy.' });

export const presentation = z
  .object({
    id: ids.presentation,
    status,
    offerId: z.string(),
    funnelId: z.string(),
    step: z.string(),
    type: z.enum(OFFER_TYPES),
    customerId: z.string(),
    purchaseId: z.string(),
    product: z.object({ id: z.string(), name: z.string() }),
    quantity: z.int(),
    option: z.string().optional().meta({ description: 'The chosen one of `choices.options`.' }),
    choices: z
      .object({
        quantity: z.object({ min: z.int(), max: z.int() }).optional(),
        options: z
          .array(
            z.object({
              id: z.string(),
              label: z.string(),
              product: z.object({ id: z.string(), name: z.string() }),
              quantity: z.int(),
              quantities: z.object({ min: z.int(), max: z.int() }).optional(),
              price,
            }),
          )
          .optional(),
      })
      .optional()
      .meta({ description: 'What the customer may choose.' }),
    variant: z.string().optional().meta({ description: 'The arm of the experiment this step is.' }),
    price,
    payment,
    copy,
    display,
    expiresAt: time,
    serverTime: time,
    paidAmount: money.optional(),
    checkoutUrl: z.url().optional(),
    updatePaymentMethodUrl: z.url().optional(),
    message: z.string().optional(),
    token: z.string().optional(),
  })
  .meta({ id: 'Presentation' });

export const deadNotification = z
  .object({
    id: ids.notification.meta({ description: 'The `webhook-id` that the receiver sees.' }),
    type: z.string(),
    sequence: z.int(),
    purchaseId: z.string(),
    presentationId: ids.presentation,
    run: z.string(),
    timestamp: time,
    failure: z.string().optional().meta({ description: 'Why the last try failed.' }),
    diedAt: time,
    redeliveredAt: time.optional(),
  })
  .meta({ id: 'DeadNotification' });
export const quote = z
  .object({
    presentationId: ids.presentation,
    option: z.string().optional(),
    quantity: z.int(),
    product: z.object({ id: z.string(), name: z.string() }),
    price,
    payment,
    copy: copy.optional(),
    display,
    serverTime: time,
  })
  .meta({ id: 'Quote' });

export const problem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
    detail: z.string().optional(),
  })
  .meta({ id: 'Problem' });

export const accepted = z.object({
  success: z.literal(true),
  sessionId: z.string().optional(),
  presentation,
});
export const inFlight = z.object({ success: z.literal(false), status, presentation });
export const declined = z.object({ success: z.literal(true), next: presentation.optional() });
const factValue = z.union([z.string(), z.number(), z.boolean()]);
const clauseResult = z.object({
  clause: z.string().meta({ example: 'amount gte 1000' }),
  fact: z.string(),
  value: z.union([factValue, z.array(factValue)]).optional(),
  holds: z.union([z.boolean(), z.literal('unknown')]),
  path: z.string().optional().meta({ description: 'Where it stands inside groups: any[0].all[1].' }),
});
export const considered = z.object({
  funnelId: z.string(),
  reason: z.string().optional(),
  detail: z.string().optional(),
  clauses: z.array(clauseResult).optional(),
});
export const purchaseView = z.object({
  purchaseId: z.string(),
  status: z.enum(['awaiting_payment', 'evaluating', 'waiting', 'offering', 'settled']),
  /** While waiting: for which step, and when its offer is made. */
  waiting: z.object({ step: z.string(), until: time }).optional(),
  outcome: z.string().optional(),
  reason: z.string().optional(),
  customerId: z.string().optional(),
  funnelId: z.string().optional(),
  catalogHash: z.string().optional(),
  considered: z.array(considered).optional(),
  presentations: z.array(
    presentation.extend({
      catalogHash: z.string().optional().meta({ description: 'The version of the catalog it came from.' }),
    }),
  ),
  timeline: z.array(
    z.object({ at: time, type: z.string(), detail: z.record(z.string(), z.unknown()).optional() }),
  ),
  links: z.object({ temporal: z.url().nullable() }),
});

const interval = z.object({ low: z.number(), high: z.number() });
const lift = interval.extend({ difference: z.number(), pValue: z.number().nullable() });
export const experimentReport = z.object({
  generatedAt: time,
  alpha: z.number(),
  power: z.number(),
  minimumDetectableEffect: z.number().meta({ description: 'In conversion: 0.05 is five points.' }),
  experiments: z.array(
    z.object({
      name: z.string(),
      kind: z.enum(['variants', 'holdout']),
      inForce: z.boolean().meta({ description: 'The catalog has it now, with these weights.' }),
      compares: z.string().meta({ description: 'What counts, in words.' }),
      firstExposedAt: time.optional(),
      lastExposedAt: time.optional(),
      sampleRatio: z.object({ pValue: z.number().nullable(), mismatch: z.boolean() }),
      minimumSample: z.object({ perArm: z.int(), reached: z.boolean() }),
      confidence: z.number(),
      arms: z.array(
        z.object({
          variant: z.string(),
          weight: z.int(),
          exposed: z.int(),
          accepted: z.int(),
          paid: z.int(),
          conversion: z.number().nullable(),
          conversionInterval: interval,
          revenuePerCustomer: z.record(
            z.string(),
            z.object({ mean: z.number(), interval: interval.nullable() }),
          ),
          comparison: z
            .object({
              verdict: z.enum(['collecting', 'sample_ratio_mismatch', 'no_difference', 'better', 'worse']),
              inWords: z.string(),
              conversion: lift.nullable(),
              revenue: z.record(z.string(), lift),
            })
            .optional()
            .meta({ description: 'With the first arm.' }),
        }),
      ),
    }),
  ),
});
