/** Reviews as `GET /openapi.json` describes them. */
import { z } from 'zod';
import { REVIEW_KINDS, REVIEW_STATUSES } from '../../domain/accounting.js';
import { EVIDENCE_CHECKS } from '../../domain/evidence.js';
import { ids } from '../validate.js';
import { money, time } from './shapes.js';

export const review = z
  .object({
    reviewId: ids.review,
    kind: z.enum(REVIEW_KINDS),
    status: z.enum(REVIEW_STATUSES),
    purchaseId: z.string().optional(),
    presentationId: z.string().optional(),
    attemptId: z.string().optional(),
    paymentId: z.string().optional(),
    subscriptionId: z.string().optional(),
    customerId: z.string().optional(),
    amount: money.optional(),
    currency: z.string().optional(),
    detail: z.string().optional().meta({ description: 'What is in doubt, in words.' }),
    openedAt: time,
    ageSeconds: z.int().meta({ description: 'Until now, or until it was resolved.' }),
    resolvedAt: time.optional(),
    resolution: z
      .object({ paid: z.boolean(), paymentId: z.string().optional(), reason: z.string(), by: z.string() })
      .optional()
      .meta({ description: 'What was said, and by which key; `by` is `proof` when Dodo said it.' }),
    links: z.object({
      purchase: z.string().nullable(),
      presentation: z.string().nullable(),
      temporal: z.url().nullable(),
    }),
  })
  .meta({ id: 'Review' });

export const candidate = z
  .object({
    paymentId: z.string(),
    status: z.string().nullable(),
    amount: money.optional(),
    currency: z.string().optional(),
    createdAt: z.string().optional(),
    verdict: z.enum(['undecided', 'counts', 'goes_back', 'review', 'not_ours']),
    verdictDetail: z.string().optional(),
    evidence: z.array(
      z.object({
        check: z.enum(EVIDENCE_CHECKS),
        says: z.enum(['for', 'against', 'nothing']),
        detail: z.string(),
      }),
    ),
  })
  .meta({ id: 'CandidatePayment' });

export const reviewWithCandidates = review.extend({
  candidates: z.array(candidate).nullable(),
  candidatesReason: z.string().optional().meta({ description: 'Why there is no list now.' }),
});
