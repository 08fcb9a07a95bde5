/** The routes that start runs: `/webhooks/dodo`, `/api/purchases` and `/api/triggers`. */
import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { WEBHOOK_ID, WEBHOOK_TIMESTAMP } from '../../webhooks/sign.js';
import { purchaseBody, triggerBody } from '../schemas.js';
import { ids } from '../validate.js';
import { body, idempotencyHeader, inLanguage, json, problems } from './parts.js';
import { purchaseView } from './run-shapes.js';

export const runPaths: ZodOpenApiPathsObject = {
  '/webhooks/dodo': {
    post: {
      security: [],
      description:
        'Webhooks from Dodo Payments, signed as Standard Webhooks. Acknowledged once Temporal has them.',
      requestParams: {
        header: z.object({
          'webhook-id': z.string().regex(WEBHOOK_ID),
          'webhook-timestamp': z.string().regex(WEBHOOK_TIMESTAMP).meta({ description: 'Unix seconds.' }),
          'webhook-signature': z.string(),
        }),
      },
      requestBody: body(z.looseObject({ type: z.string() }), true),
      responses: {
        '200': json(z.object({ received: z.literal(true) }), 'Recorded or ignored.'),
        ...problems('invalid_webhook', 'invalid_signature', 'payload_too_large', 'temporarily_unavailable'),
      },
    },
  },
  '/api/purchases': {
    post: {
      requestParams: { header: idempotencyHeader },
      requestBody: body(purchaseBody, true),
      responses: {
        '201': json(
          z.object({ purchaseId: ids.purchase, checkoutUrl: z.url().nullable() }),
          'Send the customer to `checkoutUrl`.',
        ),
        ...problems(
          'invalid_body',
          'unauthorized',
          'forbidden',
          'product_unavailable',
          'dodo_rejected',
          'dodo_unavailable',
          'idempotency_key_reused',
        ),
      },
    },
  },
  '/api/purchases/{purchaseId}': {
    get: {
      requestParams: { path: z.object({ purchaseId: ids.event }), query: inLanguage },
      responses: {
        '200': json(purchaseView, 'The purchase as it is now.'),
        ...problems('unauthorized', 'forbidden', 'purchase_not_found'),
      },
    },
  },
  '/api/triggers': {
    post: {
      requestParams: { header: idempotencyHeader },
      requestBody: body(triggerBody, true),
      responses: {
        '202': json(z.object({ runId: z.string() }), 'The run has been started, now or earlier.'),
        ...problems('invalid_body', 'unauthorized', 'forbidden', 'idempotency_key_reused'),
      },
    },
  },
};
