/** The report on funnels as `GET /openapi.json` describes it. */
import { z } from 'zod';
import { time } from './shapes.js';

const byCurrency = z.record(z.string(), z.number()).meta({ description: 'Minor units by currency.' });
/** The period that was asked for. */
export const reported = { from: time.optional(), to: time.optional(), tz: z.string() };
const counts = z.object({
  presented: z.int(),
  viewed: z.int(),
  accepted: z.int(),
  declined: z.int(),
  expired: z.int(),
  paid: z.int(),
  scheduled: z
    .int()
    .optional()
    .meta({ description: 'Changes of plan at the next billing date. Left out if there is none.' }),
  recovered: z.int().meta({ description: 'The part of `paid` that came through the fallback.' }),
  gross: byCurrency,
  net: byCurrency,
});
const rates = z.object({
  takeRate: z.number().nullable(),
  takeRateInterval: z.object({ low: z.number(), high: z.number(), confidence: z.number() }),
});

export const funnelReport = z.object({
  generatedAt: time,
  ...reported,
  rows: z.array(
    counts.extend({
      funnelId: z.string(),
      step: z.string(),
      offerId: z.string(),
      ...rates.shape,
    }),
  ),
  totals: counts.extend(rates.shape),
});
