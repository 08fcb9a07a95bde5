/** The routes of reviews, and the command that closes a purchase. */
import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { reviewsQuery } from '../reviews/list.js';
import { closeBody, resolveBody } from '../schemas.js';
import { ids } from '../validate.js';
import { body, inLanguage, json, problems } from './parts.js';
import { review, reviewWithCandidates } from './review-shapes.js';
import { purchaseView } from './run-shapes.js';

export const reviewPaths: ZodOpenApiPathsObject = {
  '/api/reviews': {
    get: {
      description:
        'Operators: money or access in doubt, newest first. Open reviews unless `status` says otherwise.',
      requestParams: { query: reviewsQuery },
      responses: {
        '200': json(
          z.object({ reviews: z.array(review), nextCursor: z.string().optional() }),
          'One page; `nextCursor` leads to the next.',
        ),
        ...problems('invalid_parameter', 'unauthorized', 'forbidden'),
      },
    },
  },
  '/api/reviews/{id}': {
    get: {
      description:
        'Operators: one review, with the payments at Dodo that may be the one in doubt, as they are now, and what speaks for and against each.',
      requestParams: { path: z.object({ id: ids.review }) },
      responses: {
        '200': json(
          reviewWithCandidates,
          'The review. While Dodo cannot be read, `candidates` is null and `candidatesReason` says why.',
        ),
        ...problems('invalid_parameter', 'unauthorized', 'forbidden', 'review_not_found'),
      },
    },
  },
  '/api/reviews/{id}/resolve': {
    post: {
      description:
        'Operators: end a review. What is said is checked against Dodo at that moment; of two operators, the first wins.',
      requestParams: { path: z.object({ id: ids.review }) },
      requestBody: body(resolveBody, true),
      responses: {
        '200': json(review, 'The review, resolved.'),
        ...problems(
          'invalid_body',
          'invalid_parameter',
          'unauthorized',
          'forbidden',
          'review_not_found',
          'not_in_review',
          'evidence_mismatch',
          'confirmation_required',
          'already_decided',
          'temporarily_unavailable',
        ),
      },
    },
  },
  '/api/purchases/{purchaseId}/close': {
    post: {
      description:
        'Operators: end a run that is dead or stuck, and free its customer. What money it touched stays under review. Safe to repeat.',
      requestParams: { path: z.object({ purchaseId: ids.event }), query: inLanguage },
      requestBody: body(closeBody, true),
      responses: {
        '200': json(purchaseView, 'The purchase, settled.'),
        ...problems(
          'invalid_body',
          'invalid_parameter',
          'unauthorized',
          'forbidden',
          'purchase_not_found',
          'temporarily_unavailable',
        ),
      },
    },
  },
};
