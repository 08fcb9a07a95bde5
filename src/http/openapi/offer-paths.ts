/** `/api/upsell` and `/api/presentations`. */
import { z } from 'zod';
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from 'zod-openapi';
import {
  acceptBody,
  acceptUpsellBody,
  declineUpsellBody,
  emptyBody,
  extendBody,
  quoteBody,
  resolveBody,
  withdrawBody,
} from '../schemas.js';
import { ids } from '../validate.js';
import { askAgain, body, idempotencyHeader, inLanguage, json, problems } from './parts.js';
import {
  accepted,
  declined,
  inFlight,
  presentation,
  presentationWithNext,
  quote,
  receipt,
  upsell,
} from './shapes.js';

const customer = z.object({ customerId: ids.customer });
const one = z.object({ id: ids.presentation });

const DECISION_PROBLEMS = [
  'invalid_body',
  'invalid_parameter',
  'unauthorized',
  'forbidden',
  'presentation_not_found',
  'already_decided',
  'price_changed',
  'presentation_expired',
  'presentation_withdrawn',
  'idempotency_key_reused',
  'rate_limited',
  'temporarily_unavailable',
] as const;

function accepting(requestBody: z.ZodType, path: z.ZodObject): ZodOpenApiOperationObject {
  return {
    requestParams: { path, query: inLanguage, header: idempotencyHeader },
    requestBody: body(requestBody),
    responses: {
      '200': json(accepted, 'Paid.'),
      '202': { ...json(inFlight, 'In flight; ask again at `Location`.'), headers: askAgain },
      ...problems(
        'payment_failed',
        'no_open_offer',
        'offer_changed',
        'consent_required',
        'dodo_rejected',
        'dodo_unavailable',
        ...DECISION_PROBLEMS,
      ),
    },
  };
}

function declining(requestBody: z.ZodType, path: z.ZodObject): ZodOpenApiOperationObject {
  return {
    requestParams: { path, query: inLanguage, header: idempotencyHeader },
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
      '200': json(presentation, 'The presentation as it is now.'),
      ...problems(
        'invalid_body',
        'unauthorized',
        'forbidden',
        'presentation_not_found',
        'already_decided',
        'not_in_review',
        'evidence_mismatch',
        'confirmation_required',
        'temporarily_unavailable',
      ),
    },
  };
}

/** One event of a stream. */
const event = z.object({
  event: z.literal('presentation').optional(),
  id: z.string().optional(),
  data: z.string().optional(),
  retry: z.int().optional(),
});

export const offerPaths: ZodOpenApiPathsObject = {
  '/api/upsell/{customerId}': {
    get: {
      requestParams: { path: customer, query: inLanguage },
      responses: {
        '200': json(upsell, 'The offer to show this customer now, or why there is none.'),
        ...problems('invalid_parameter', 'unauthorized', 'forbidden'),
      },
    },
  },
  '/api/upsell/{customerId}/accept': { post: accepting(acceptUpsellBody, customer) },
  '/api/upsell/{customerId}/decline': { post: declining(declineUpsellBody, customer) },
  '/api/presentations/{id}': {
    get: {
      requestParams: { path: one, query: inLanguage },
      responses: {
        '200': json(presentationWithNext, 'The presentation.'),
        ...problems('unauthorized', 'presentation_not_found', 'rate_limited'),
      },
    },
  },
  '/api/presentations/{id}/events': {
    get: {
      description:
        'Server-sent events named `presentation`: the presentation at once, and whenever it changes. Ends with its final state. Read it with `fetch`, which can send `Authorization`, and come back when it ends before that.',
      requestParams: {
        path: one,
        query: inLanguage,
        header: z.object({
          'Last-Event-ID': z.string().optional().meta({ description: 'The `id` of the last event.' }),
        }),
      },
      responses: {
        '200': {
          description: 'Events whose `data` is a presentation.',
          content: { 'text/event-stream': { schema: event } },
        },
        '204': { description: 'The reader has seen the final state; it need not come back.' },
        ...problems('unauthorized', 'presentation_not_found', 'rate_limited'),
      },
    },
  },
  '/api/presentations/{id}/receipt': {
    get: {
      description:
        'What the customer accepted: text, price, language, time, choice and consents, in clear and signed. `GET /.well-known/jwks.json` has the public key.',
      requestParams: { path: one },
      responses: {
        '200': json(receipt, 'The receipt.'),
        ...problems('unauthorized', 'forbidden', 'presentation_not_found', 'receipt_not_found'),
      },
    },
  },
  '/api/presentations/{id}/accept': { post: accepting(acceptBody, one) },
  '/api/presentations/{id}/quote': {
    post: {
      description: 'Prices another choice. Accept it with its `option`, `quantity` and `price.hash`.',
      requestParams: { path: one },
      requestBody: body(quoteBody),
      responses: {
        '200': json(quote, 'The current price of this choice. Nothing is charged.'),
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
        '200': json(presentation, 'The view was recorded.'),
        ...problems('invalid_body', 'unauthorized', 'presentation_not_found', 'rate_limited'),
      },
    },
  },
  '/api/presentations/{id}/extend': {
    post: command(extendBody, one, 'Operators: change when an open offer expires.'),
  },
  '/api/presentations/{id}/withdraw': {
    post: command(withdrawBody, one, 'Operators: withdraw an open offer.'),
  },
  '/api/presentations/{id}/resolve': {
    post: command(resolveBody, one, 'Operators: say whether an attempt under review was paid.'),
  },
};
