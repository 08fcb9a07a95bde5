/** The report on funnels in shadow as `GET /openapi.json` describes it. */
import { z } from 'zod';
import { SHADOW_BLOCKERS } from '../../domain/words.js';
import { reported } from './funnel-shapes.js';
import { money, time } from './shapes.js';

const price = z.object({
  offerId: z.string(),
  productId: z.string(),
  currency: z.string(),
  count: z.int(),
  min: money,
  p25: money,
  median: money,
  p75: money,
  max: money,
});

export const shadowReport = z.object({
  generatedAt: time,
  ...reported,
  funnels: z.array(
    z.object({
      funnelId: z.string(),
      mode: z
        .enum(['live', 'shadow'])
        .nullable()
        .meta({ description: 'As in the catalog in force; null if it is not in there any more.' }),
      purchases: z.int().meta({ description: 'Purchases and triggers that it saw.' }),
      candidates: z.int().meta({
        description: 'Those whose rule may hold and that no live funnel goes before: Dodo has to be asked.',
      }),
      evaluated: z.int().meta({ description: 'Candidates of which it is known.' }),
      waiting: z.int().meta({ description: 'Candidates that wait for their turn.' }),
      givenUp: z.int().meta({ description: 'Candidates without a result: the budget did not suffice.' }),
      reached: z.int().meta({ description: 'Candidates to whom it would have been shown.' }),
      reachRate: z.number().nullable().meta({ description: '`reached` divided by `evaluated`.' }),
      reachRateInterval: z.object({ low: z.number(), high: z.number(), confidence: z.number() }),
      estimatedReach: z
        .int()
        .nullable()
        .meta({ description: 'How many of all candidates that rate stands for.' }),
      blocked: z.array(
        z.object({
          reason: z.enum(SHADOW_BLOCKERS).meta({
            description: '`outranked`: a live funnel that is tried before it decided. Else as for offers.',
          }),
          count: z.int(),
          example: z.object({ purchaseId: z.string(), detail: z.string().optional() }),
        }),
      ),
      insteadOf: z
        .array(z.object({ funnelId: z.string(), count: z.int() }))
        .meta({ description: 'The live funnels whose offers were shown to those it would have reached.' }),
      prices: z
        .array(price)
        .meta({ description: 'What would have been due at once, by offer and currency, tax included.' }),
    }),
  ),
});
