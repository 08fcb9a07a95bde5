/** The report on experiments as `GET /openapi.json` describes it. */
import { z } from 'zod';
import { GUARDRAILS, VERDICTS } from '../../reports/experiment-report.js';
import { reported } from './funnel-shapes.js';
import { time } from './shapes.js';

const interval = z.object({ low: z.number(), high: z.number() });
const lift = interval.extend({ difference: z.number(), pValue: z.number().nullable() });

export const experimentReport = z.object({
  generatedAt: time,
  ...reported,
  alpha: z.number(),
  power: z.number(),
  minimumDetectableEffect: z.number().meta({ description: 'In conversion: 0.05 is five percentage points.' }),
  experiments: z.array(
    z.object({
      name: z.string(),
      kind: z.enum(['variants', 'holdout']),
      inForce: z.boolean().meta({ description: 'Whether the catalog has it now, with these weights.' }),
      compares: z.string().meta({ description: 'The measure that is compared, in words.' }),
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
          guardrails: z
            .record(
              z.enum(GUARDRAILS),
              z.object({
                count: z.int(),
                share: z.number().nullable(),
                interval,
                difference: interval.extend({ difference: z.number() }).optional(),
                worse: z.boolean().meta({ description: 'Certainly higher than in the first arm.' }),
              }),
            )
            .meta({ description: 'What must not get worse. Customers, out of all who were exposed.' }),
          comparison: z
            .object({
              verdict: z.enum(VERDICTS),
              inWords: z.string(),
              conversion: lift.nullable(),
              revenue: z.record(z.string(), lift),
            })
            .optional()
            .meta({ description: 'Against the first arm.' }),
        }),
      ),
    }),
  ),
});
