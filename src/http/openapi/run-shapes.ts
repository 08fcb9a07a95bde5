/** Runs, their evaluations and their notifications as `GET /openapi.json` describes them. */
import { z } from 'zod';
import { NOTIFICATION_TYPES, OUTCOMES, PURCHASE_STATUSES, TRIGGER_TYPES } from '../../domain/words.js';
import { ids } from '../validate.js';
import { presentation, reason, time } from './shapes.js';

const factValue = z.union([z.string(), z.number(), z.boolean()]);
const clauseResult = z.object({
  clause: z.string().meta({ example: 'amount gte 1000' }),
  fact: z.string(),
  value: z.union([factValue, z.array(factValue)]).optional(),
  holds: z.union([z.boolean(), z.literal('unknown')]),
  path: z.string().optional().meta({ description: 'Its place inside groups, such as `any[0].all[1]`.' }),
});

const considered = z.object({
  funnelId: z.string(),
  reason: reason.optional(),
  detail: z.string().optional(),
  clauses: z.array(clauseResult).optional(),
});

export const purchaseView = z.object({
  purchaseId: z.string(),
  status: z.enum(PURCHASE_STATUSES),
  waiting: z
    .object({ step: z.string(), until: time })
    .optional()
    .meta({ description: 'While waiting: the next step, and when its offer is made.' }),
  outcome: z.enum(OUTCOMES).optional(),
  reason: reason.optional(),
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

export const evaluation = z.object({
  purchaseId: z.string(),
  trigger: z.enum(TRIGGER_TYPES),
  at: time,
  customerId: z.string().optional(),
  facts: z.record(z.string(), z.unknown()),
  funnelId: z.string().optional(),
  reason: reason.optional(),
  considered: z.array(considered),
  catalogHash: z.string().optional(),
});

export const catalogInForce = z.object({
  hash: z.string(),
  loadedAt: time,
  path: z.string().optional(),
  content: z.looseObject({}).meta({ description: 'With all defaults filled in.' }),
  problem: z
    .object({ at: time, lines: z.array(z.string()) })
    .optional()
    .meta({ description: 'Why the current file was refused.' }),
  running: z.array(
    z.object({
      catalogHash: z.string().nullable(),
      funnelId: z.string(),
      step: z.string(),
      offerId: z.string(),
      open: z.int(),
    }),
  ),
  waiting: z.array(z.object({ catalogHash: z.string().nullable(), funnelId: z.string(), runs: z.int() })),
});

export const deadNotification = z
  .object({
    id: ids.notification.meta({ description: 'The `webhook-id` that the receiver sees.' }),
    type: z.enum(NOTIFICATION_TYPES),
    sequence: z.int(),
    purchaseId: z.string(),
    presentationId: ids.presentation,
    run: z.string(),
    timestamp: time,
    failure: z.string().optional().meta({ description: 'Why the last attempt failed.' }),
    diedAt: time,
    redeliveredAt: time.optional(),
  })
  .meta({ id: 'DeadNotification' });
