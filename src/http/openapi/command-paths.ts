/** The routes of operators' commands that concern neither a presentation nor a review. */
import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { PAUSABLE } from '../../domain/pause.js';
import { searchQuery } from '../routes/search.js';
import { evaluateAgainBody, pauseBody } from '../schemas.js';
import { ids } from '../validate.js';
import { body, json, problems } from './parts.js';
import { purchaseView } from './run-shapes.js';
import { time } from './shapes.js';

const pauses = z.object({
  pauses: z.array(
    z.object({
      kind: z.enum(PAUSABLE),
      id: ids.offer,
      pausedAt: time,
      actor: z.string(),
      reason: z.string(),
    }),
  ),
});

function switching(does: string) {
  return {
    post: {
      description: `Operators: ${does}`,
      requestParams: { path: z.object({ id: ids.offer }) },
      requestBody: body(pauseBody, true),
      responses: {
        '200': json(pauses, `Everything that is paused now. Repeating it changes nothing.`),
        ...problems('invalid_body', 'invalid_parameter', 'unauthorized', 'forbidden', 'not_in_catalog'),
      },
    },
  };
}

export const commandPaths: ZodOpenApiPathsObject = {
  '/api/search': {
    get: {
      description: 'Operators: where the story of an id of any kind is told.',
      requestParams: { query: searchQuery },
      responses: {
        '200': json(
          z.looseObject({
            kind: z.enum(['customer', 'purchase', 'review']),
            customerId: z.string().optional(),
            purchaseId: z.string().optional(),
            presentationId: z.string().optional(),
            reviewId: z.string().optional(),
          }),
          'The customer with their purchases, the purchase, or the review.',
        ),
        ...problems('invalid_parameter', 'unauthorized', 'forbidden', 'nothing_found'),
      },
    },
  },
  '/api/pauses': {
    get: {
      description: 'Operators: the offers and funnels that are paused everywhere.',
      responses: { '200': json(pauses, 'Oldest first.'), ...problems('unauthorized', 'forbidden') },
    },
  },
  '/api/offers/{id}/pause': switching('show this offer to nobody any more. Open ones stay open.'),
  '/api/offers/{id}/unpause': switching('show a paused offer again.'),
  '/api/funnels/{id}/pause': switching('show nothing of this funnel any more.'),
  '/api/funnels/{id}/unpause': switching('let a paused funnel go on.'),
  '/api/purchases/{purchaseId}/evaluate': {
    post: {
      description: 'Operators: evaluate a paid purchase once more that ended without an offer.',
      requestParams: { path: z.object({ purchaseId: ids.event }) },
      requestBody: body(evaluateAgainBody, true),
      responses: {
        '202': json(purchaseView, 'A new run evaluates it.'),
        ...problems(
          'invalid_body',
          'unauthorized',
          'forbidden',
          'purchase_not_found',
          'not_evaluable',
          'temporarily_unavailable',
        ),
      },
    },
  },
};
