/** The routes of operators and probes: notifications, reports, the catalog, health and metrics. */
import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { BILLING_INTERVALS } from '../../domain/words.js';
import { auditQuery } from '../audit.js';
import { deadNotificationsQuery } from '../dead-notifications.js';
import { MAX_EVALUATIONS_PAGE } from '../evaluations.js';
import { periodFields, periodQuery } from '../period.js';
import { redeliverBody } from '../schemas.js';
import { ids, time as given } from '../validate.js';
import { funnelReport, reported } from './funnel-shapes.js';
import { shadowReport } from './shadow-shapes.js';
import { experimentReport } from './experiment-shapes.js';
import { body, json, problems } from './parts.js';
import { catalogInForce, deadNotification, evaluation } from './run-shapes.js';
import { money, time } from './shapes.js';

const auditEntry = z.object({
  seq: z.int(),
  commandId: z.string(),
  at: time,
  phase: z.enum(['ordered', 'done', 'failed']),
  actor: z.string().meta({ description: 'The name of the key, or a part of its hash.' }),
  command: z.string(),
  subject: z.string(),
  reason: z.string(),
  state: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
  failure: z.string().optional(),
});

export const operatorPaths: ZodOpenApiPathsObject = {
  '/api/notifications/dead': {
    get: {
      description: 'Operators: webhooks to the merchant that could not be delivered, newest first.',
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
        '200': json(deadNotification, 'It has already been redelivered; nothing was sent.'),
        '202': json(
          z.object({
            id: ids.notification,
            run: z.string(),
            links: z.object({ temporal: z.url().nullable() }),
          }),
          'A run sends it. The timeline at `Location` shows the result.',
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
  '/api/audit': {
    get: {
      description:
        'Operators: what operators ordered, newest first. Each command has an entry from before its effect and one from after it.',
      requestParams: { query: auditQuery },
      responses: {
        '200': json(
          z.object({ entries: z.array(auditEntry), nextCursor: z.string().optional() }),
          'One page; `nextCursor` leads to the next.',
        ),
        ...problems('invalid_parameter', 'unauthorized', 'forbidden'),
      },
    },
  },
  '/api/reports/funnels': {
    get: {
      description: 'Operators: conversion of the offers shown from `from` to `to`.',
      requestParams: { query: periodQuery },
      responses: {
        '200': json(funnelReport, 'Conversion per funnel, step and offer.'),
        ...problems('invalid_parameter', 'unauthorized', 'forbidden'),
      },
    },
  },
  '/api/reports/evaluations': {
    get: {
      description:
        'Operators: the facts that funnels were matched against, oldest first. `cursor` leads to the next page.',
      requestParams: {
        query: z.object({
          ...periodFields,
          since: given.optional(),
          cursor: z
            .string()
            .regex(/^[A-Za-z0-9_-]{1,500}$/)
            .optional(),
          limit: z.int().min(1).max(MAX_EVALUATIONS_PAGE).optional(),
        }),
      },
      responses: {
        '200': json(
          z.object({
            evaluations: z.array(evaluation),
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
      description: 'Operators: the catalog in force, and the runs on each version.',
      responses: {
        '200': json(catalogInForce, 'The catalog.'),
        ...problems('unauthorized', 'forbidden'),
      },
    },
  },
  '/api/reports/experiments': {
    get: {
      description: 'Operators: experiments and holdouts, over customers first exposed from `from` to `to`.',
      requestParams: { query: periodQuery },
      responses: {
        '200': json(
          experimentReport,
          'Comparison of the arms of experiments and holdouts, per set of weights.',
        ),
        ...problems('invalid_parameter', 'unauthorized', 'forbidden'),
      },
    },
  },
  '/api/reports/shadow-funnels': {
    get: {
      description:
        'Operators: what funnels with `mode: shadow` would have done with purchases and triggers from `from` to `to`.',
      requestParams: { query: periodQuery },
      responses: {
        '200': json(shadowReport, 'Reach, what blocks it, and prices, per funnel.'),
        ...problems('invalid_parameter', 'unauthorized', 'forbidden'),
      },
    },
  },
  '/api/reports/cohorts': {
    get: {
      description:
        'Operators: what the offers of each month brought within 7, 30 and 90 days of being shown, net of refunds and lost disputes.',
      requestParams: { query: periodQuery },
      responses: {
        '200': json(
          z.object({
            generatedAt: time,
            ...reported,
            cohorts: z.array(
              z.object({
                month: z.string(),
                offerId: z.string(),
                currency: z.string(),
                presented: z.int(),
                paid: z.int(),
                net: z.array(
                  z.object({
                    days: z.int(),
                    amount: money,
                    immature: z.int().meta({
                      description: 'Presentations younger than that: the amount may still change.',
                    }),
                  }),
                ),
              }),
            ),
          }),
          'Newest month first.',
        ),
        ...problems('invalid_parameter', 'unauthorized', 'forbidden'),
      },
    },
  },
  '/api/reports/recurring': {
    get: {
      description:
        'Operators: recurring revenue by offers, as a bridge: opening + won + expansion - contraction - churned - reversed = closing. Before tax, for subscriptions that offers sold or changed. A subscription counts until a webhook says that it has ended, or all that was paid for it has gone back; what customers change at Dodo themselves is not counted.',
      requestParams: { query: periodQuery },
      responses: {
        '200': json(
          z.object({
            generatedAt: time,
            ...reported,
            bridges: z.array(
              z.object({
                currency: z.string(),
                interval: z.enum(BILLING_INTERVALS).meta({
                  description:
                    'What the amounts are per. `Month` wherever a price comes to a whole number of minor units a month, else its own billing period.',
                }),
                count: z.int(),
                opening: money.meta({ description: 'Before the period.' }),
                won: money.meta({ description: 'Subscriptions sold.' }),
                expansion: money.meta({ description: 'Plans changed for dearer ones: the difference.' }),
                contraction: money.meta({ description: 'Plans changed for cheaper ones: the difference.' }),
                churned: money.meta({
                  description:
                    'What offers had brought on subscriptions that ended; negative where that was a contraction.',
                }),
                reversed: money.meta({
                  description: 'What offers had brought that were refunded or lost to disputes in full.',
                }),
                closing: money.meta({ description: 'At the end of the period.' }),
              }),
            ),
            uncompared: z.int().meta({
              description:
                'Changes of plan in the period whose prices cannot be compared exactly. They are in no bridge.',
            }),
          }),
          'One bridge per currency and period; those without any movement are left out.',
        ),
        ...problems('invalid_parameter', 'unauthorized', 'forbidden'),
      },
    },
  },
  '/.well-known/jwks.json': {
    get: {
      security: [],
      description: 'The public key that receipts are signed with.',
      responses: {
        '200': json(z.object({ keys: z.array(z.looseObject({ kid: z.string() })) }), 'A JSON Web Key Set.'),
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
        '200': json(
          z.looseObject({ status: z.enum(['ready', 'degraded']) }),
          'Temporal and the database can be reached. `degraded`: the worker of this process knows of runs that are stuck, and names them.',
        ),
        '503': json(
          z.looseObject({ status: z.literal('not_ready') }),
          'At least one of them cannot be reached.',
        ),
      },
    },
  },
  '/metrics': {
    get: {
      security: [],
      responses: {
        '200': {
          description: 'Metrics in the Prometheus format.',
          content: { 'text/plain': { schema: z.string() } },
        },
      },
    },
  },
};
