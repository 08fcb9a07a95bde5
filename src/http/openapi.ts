/** `GET /openapi.json`, written from the schemas that check the bodies. */
import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { PROBLEMS, PROBLEM_MEDIA_TYPE, type ProblemCode } from './problem.js';
import { locale } from './locale.js';
import {
  acceptBody,
  acceptUpsellBody,
  deadNotificationsQuery,
  declineUpsellBody,
  emptyBody,
  extendBody,
  purchaseBody,
  quoteBody,
  redeliverBody,
  resolveBody,
  triggerBody,
  withdrawBody,
} from './schemas.js';
import { ids } from './validate.js';

const money = z.int().meta({ description: 'Minor units of the currency.' });
const time = z.iso.datetime().meta({ description: 'RFC 3339, UTC.' });
const status = z.enum([
  'open',
  'accepted',
  'charging',
  'reconciling',
  'needs_review',
  'requires_action',
  'fallback',
  'paid',
  'declined',
  'expired',
  'withdrawn',
  'failed',
]);

const price = z.object({
  currency: z.string(),
  dueNow: money,
  tax: money.optional(),
  recurring: z
    .object({ amount: money, interval: z.enum(['Day', 'Week', 'Month', 'Year']), count: z.int() })
    .optional(),
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

const copy = z.object({
  headline: z.string(),
  body: z.string().optional(),
  badge: z.string().optional(),
  accept: z.string(),
  decline: z.string(),
});

const display = z
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

const presentation = z
  .object({
    id: ids.presentation,
    status,
    offerId: z.string(),
    funnelId: z.string(),
    step: z.string(),
    type: z.enum(['upsell', 'downsell', 'cross_sell']),
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

const deadNotification = z
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
const quote = z
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

const problem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
    detail: z.string().optional(),
  })
  .meta({ id: 'Problem' });

const accepted = z.object({ success: z.literal(true), sessionId: z.string().optional(), presentation });
const inFlight = z.object({ success: z.literal(false), status, presentation });
const declined = z.object({ success: z.literal(true), next: presentation.optional() });
const factValue = z.union([z.string(), z.number(), z.boolean()]);
const clauseResult = z.object({
  clause: z.string().meta({ example: 'amount gte 1000' }),
  fact: z.string(),
  value: z.union([factValue, z.array(factValue)]).optional(),
  holds: z.union([z.boolean(), z.literal('unknown')]),
  path: z.string().optional().meta({ description: 'Where it stands inside groups: any[0].all[1].' }),
});
const considered = z.object({
  funnelId: z.string(),
  reason: z.string().optional(),
  detail: z.string().optional(),
  clauses: z.array(clauseResult).optional(),
});
const purchaseView = z.object({
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
const experimentReport = z.object({
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

function json(schema: z.ZodType, description: string) {
  return { description, content: { 'application/json': { schema } } };
}

function problems(...codes: ProblemCode[]) {
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

function body(schema: z.ZodType, required = false) {
  return { required, content: { 'application/json': { schema } } };
}

const idempotencyKey = z.object({ 'Idempotency-Key': z.string().max(200).optional() });
const DECISION_PROBLEMS = [
  'invalid_body',
  'unauthorized',
  'presentation_not_found',
  'already_decided',
  'price_changed',
  'presentation_expired',
  'presentation_withdrawn',
  'rate_limited',
  'temporarily_unavailable',
] as const;

function accepting(requestBody: z.ZodType, path: z.ZodObject): ZodOpenApiOperationObject {
  return {
    requestParams: { path, query: inLanguage, header: idempotencyKey },
    requestBody: body(requestBody),
    responses: {
      '200': json(accepted, 'Paid.'),
      '202': json(inFlight, 'Still in flight; ask again at `Location`.'),
      ...problems(
        'payment_failed',
        'no_open_offer',
        'dodo_rejected',
        'dodo_unavailable',
        ...DECISION_PROBLEMS,
      ),
    },
  };
}

function declining(requestBody: z.ZodType, path: z.ZodObject): ZodOpenApiOperationObject {
  return {
    requestParams: { path, query: inLanguage, header: idempotencyKey },
    requestBody: body(requestBody),
    responses: {
      '200': json(declined, 'Declined; `next` is the offer that follows.'),
      ...problems('no_open_offer', ...DECISION_PROBLEMS),
    },
  };
}

function command(requestBody: z.ZodType, path: z.ZodObject, description: string): ZodOpenApiOperationObject {
  return {
    description,
    requestParams: { path },
    requestBody: body(requestBody, true),
    responses: {
      '200': json(presentation, 'Done.'),
      ...problems(
        'invalid_body',
        'unauthorized',
        'forbidden',
        'presentation_not_found',
        'already_decided',
        'not_in_review',
        'temporarily_unavailable',
      ),
    },
  };
}

/** Beats `Accept-Language`. */
const inLanguage = z.object({
  locale: locale.meta({ description: 'The language of `copy` and `display`, such as `de` or `pt-BR`.' }),
});

const customer = z.object({ customerId: ids.customer });
const one = z.object({ id: ids.presentation });

const paths: ZodOpenApiPathsObject = {
  '/webhooks/dodo': {
    post: {
      security: [],
      description:
        'Webhooks of Dodo Payments, signed as Standard Webhooks say. Acknowledged once Temporal has them.',
      requestParams: {
        header: z.object({
          'webhook-id': z.string(),
          'webhook-timestamp': z.string(),
          'webhook-signature': z.string(),
        }),
      },
      requestBody: body(z.looseObject({ type: z.string() }), true),
      responses: {
        '200': json(z.object({ received: z.literal(true) }), 'Recorded, or of no interest.'),
        ...problems('invalid_webhook', 'invalid_signature', 'payload_too_large', 'temporarily_unavailable'),
      },
    },
  },
  '/api/upsell/{customerId}': {
    get: {
      requestParams: { path: customer, query: inLanguage },
      responses: {
        '200': json(
          z.object({
            eligible: z.boolean(),
            reason: z.string().optional(),
            product: z
              .object({ id: z.string(), name: z.string(), price: money, currency: z.string() })
              .optional(),
            paymentMethodId: z.string().nullable().optional(),
            presentation: presentation.optional(),
          }),
          'What to show this customer now.',
        ),
        ...problems('invalid_parameter', 'unauthorized', 'forbidden'),
      },
    },
  },
  '/api/upsell/{customerId}/accept': { post: accepting(acceptUpsellBody, customer) },
  '/api/upsell/{customerId}/decline': { post: declining(declineUpsellBody, customer) },
  '/api/purchases': {
    post: {
      requestParams: { header: idempotencyKey },
      requestBody: body(purchaseBody, true),
      responses: {
        '201': json(
          z.object({ purchaseId: z.string(), checkoutUrl: z.url().nullable() }),
          'Send the customer to `checkoutUrl`.',
        ),
        ...problems(
          'invalid_body',
          'unauthorized',
          'forbidden',
          'product_unavailable',
          'dodo_rejected',
          'dodo_unavailable',
        ),
      },
    },
  },
  '/api/purchases/{purchaseId}': {
    get: {
      requestParams: { path: z.object({ purchaseId: ids.event }), query: inLanguage },
      responses: {
        '200': json(purchaseView, 'How it stands.'),
        ...problems('unauthorized', 'forbidden', 'purchase_not_found'),
      },
    },
  },
  '/api/triggers': {
    post: {
      requestBody: body(triggerBody, true),
      responses: {
        '202': json(z.object({ runId: z.string() }), 'Taken.'),
        ...problems('invalid_body', 'unauthorized', 'forbidden'),
      },
    },
  },
  '/api/presentations/{id}': {
    get: {
      requestParams: { path: one, query: inLanguage },
      responses: {
        '200': json(presentation, 'The presentation.'),
        ...problems('unauthorized', 'presentation_not_found'),
      },
    },
  },
  '/api/presentations/{id}/accept': { post: accepting(acceptBody, one) },
  '/api/presentations/{id}/quote': {
    post: {
      description: 'What another choice costs. Accept it with its `option`, `quantity` and `price.hash`.',
      requestParams: { path: one },
      requestBody: body(quoteBody),
      responses: {
        '200': json(quote, 'The price of this choice now. Nothing is charged.'),
        ...problems(
          'invalid_body',
          'unauthorized',
          'presentation_not_found',
          'already_decided',
          'presentation_expired',
          'presentation_withdrawn',
          'dodo_rejected',
          'rate_limited',
          'dodo_unavailable',
        ),
      },
    },
  },
  '/api/presentations/{id}/decline': { post: declining(emptyBody, one) },
  '/api/presentations/{id}/view': {
    post: {
      requestParams: { path: one, query: inLanguage },
      requestBody: body(emptyBody),
      responses: {
        '200': json(presentation, 'Seen.'),
        ...problems('unauthorized', 'presentation_not_found'),
      },
    },
  },
  '/api/presentations/{id}/extend': {
    post: command(extendBody, one, 'Operators: move the end of an open offer.'),
  },
  '/api/presentations/{id}/withdraw': {
    post: command(withdrawBody, one, 'Operators: take an open offer back.'),
  },
  '/api/presentations/{id}/resolve': {
    post: command(resolveBody, one, 'Operators: say whether an attempt that needs review was paid.'),
  },
  '/api/notifications/dead': {
    get: {
      description: 'Operators: webhooks to the merchant that were given up, newest first.',
      requestParams: { query: deadNotificationsQuery },
      responses: {
        '200': json(
          z.object({ notifications: z.array(deadNotification), nextCursor: z.string().optional() }),
          'One page; `nextCursor` leads to the next. Redelivered ones are left out unless `all=true`.',
        ),
        ...problems('invalid_parameter', 'unauthorized', 'forbidden'),
      },
    },
  },
  '/api/notifications/{id}/redeliver': {
    post: {
      description: 'Operators: send a dead notification again, under the same `webhook-id`.',
      requestParams: { path: z.object({ id: ids.notification }) },
      requestBody: body(redeliverBody, true),
      responses: {
        '200': json(deadNotification, 'Redelivered before; nothing was sent.'),
        '202': json(
          z.object({
            id: ids.notification,
            run: z.string(),
            links: z.object({ temporal: z.url().nullable() }),
          }),
          'The run has it. The timeline at `Location` tells how it ends.',
        ),
        ...problems(
          'invalid_body',
          'unauthorized',
          'forbidden',
          'notification_not_found',
          'temporarily_unavailable',
        ),
      },
    },
  },
  '/api/reports/funnels': {
    get: {
      responses: {
        '200': json(z.looseObject({}), 'Conversion per funnel, step and offer.'),
        ...problems('unauthorized', 'forbidden'),
      },
    },
  },
  '/api/reports/evaluations': {
    get: {
      description: 'Operators: what the funnels were matched against, oldest first. Ask again with `cursor`.',
      requestParams: {
        query: z.object({
          since: time.optional(),
          cursor: z.string().optional(),
          limit: z.int().min(1).max(500).optional(),
        }),
      },
      responses: {
        '200': json(
          z.object({
            evaluations: z.array(
              z.object({
                purchaseId: z.string(),
                trigger: z.string(),
                at: time,
                customerId: z.string().optional(),
                facts: z.record(z.string(), z.unknown()),
                funnelId: z.string().optional(),
                reason: z.string().optional(),
                considered: z.array(considered),
                catalogHash: z.string().optional(),
              }),
            ),
            cursor: z.string().optional(),
          }),
          'One page.',
        ),
        ...problems('invalid_parameter', 'unauthorized', 'forbidden'),
      },
    },
  },
  '/api/catalog': {
    get: {
      description: 'Operators: the catalog in force, and what still runs on which version.',
      responses: {
        '200': json(
          z.object({
            hash: z.string(),
            loadedAt: time,
            path: z.string().optional(),
            content: z.looseObject({}).meta({ description: 'With every default filled in.' }),
            problem: z
              .object({ at: time, lines: z.array(z.string()) })
              .optional()
              .meta({ description: 'Why the file as it stands now was refused.' }),
            running: z.array(
              z.object({
                catalogHash: z.string().nullable(),
                funnelId: z.string(),
                step: z.string(),
                offerId: z.string(),
                open: z.int(),
              }),
            ),
            waiting: z.array(
              z.object({ catalogHash: z.string().nullable(), funnelId: z.string(), runs: z.int() }),
            ),
          }),
          'The catalog.',
        ),
        ...problems('unauthorized', 'forbidden'),
      },
    },
  },
  '/api/reports/experiments': {
    get: {
      responses: {
        '200': json(
          experimentReport,
          'How the arms of experiments and holdouts compare, per set of weights.',
        ),
        ...problems('unauthorized', 'forbidden'),
      },
    },
  },
  '/healthz': {
    get: { security: [], responses: { '200': json(z.object({ status: z.literal('ok') }), 'Alive.') } },
  },
  '/readyz': {
    get: {
      security: [],
      responses: {
        '200': json(z.looseObject({ status: z.literal('ready') }), 'Temporal and the database are reached.'),
        '503': json(z.looseObject({ status: z.literal('not_ready') }), 'One of them is not.'),
      },
    },
  },
  '/metrics': {
    get: {
      security: [],
      responses: { '200': { description: 'Prometheus.', content: { 'text/plain': { schema: z.string() } } } },
    },
  },
};

export function openApiDocument(serverUrl: string) {
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'durable-upsells',
      version: '1.0.0',
      description:
        'Post-purchase offers for Dodo Payments. Errors are RFC 9457 problem details with a stable `code`.',
    },
    servers: [{ url: serverUrl }],
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
    security: [{ bearer: [] }],
    paths,
  });
}
