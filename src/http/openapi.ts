/** `GET /openapi.json`, written from the schemas that check the bodies. */
import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { PROBLEMS, PROBLEM_MEDIA_TYPE, type ProblemCode } from './problem.js';
import { locale } from './locale.js';
import {
  money,
  time,
  presentation,
  deadNotification,
  quote,
  problem,
  accepted,
  inFlight,
  declined,
  considered,
  purchaseView,
  experimentReport,
} from './openapi-shapes.js';
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
