/** Commands in bulk, as `GET /openapi.json` describes them. */
import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { BULK_COMMANDS, BULK_ROW_STATES, BULK_STATUSES } from '../../domain/bulk.js';
import { bulkBody, orderBody } from '../bulk.js';
import { ids } from '../validate.js';
import { body, json, problems } from './parts.js';
import { money, time } from './shapes.js';

const run = z
  .object({
    id: ids.bulk,
    command: z.enum(BULK_COMMANDS),
    parameters: z.looseObject({}),
    selection: z.string().meta({ description: 'How the rows were selected, in words.' }),
    status: z.enum(BULK_STATUSES),
    perMinute: z.int().meta({ description: 'Rows a minute.' }),
    createdBy: z.string(),
    createdAt: time,
    startedBy: z.string().optional(),
    startedAt: time.optional(),
    reason: z.string().optional(),
    abortedBy: z.string().optional(),
    endedAt: time.optional(),
  })
  .meta({ id: 'BulkCommand' });

const view = run
  .extend({
    totals: z.object({
      rows: z.int(),
      states: z.partialRecord(z.enum(BULK_ROW_STATES), z.int()),
      money: z.array(
        z.object({
          currency: z.string().nullable(),
          status: z.string().meta({ description: 'When the selection was frozen.' }),
          rows: z.int(),
          price: money,
          paid: money,
          due: money.meta({ description: 'What goes back.' }),
        }),
      ),
      results: z.array(z.object({ result: z.string(), rows: z.int() })),
    }),
  })
  .meta({ id: 'BulkCommandWithTotals' });

const path = z.object({ id: ids.bulk });
const known = ['unauthorized', 'forbidden', 'bulk_not_found'] as const;

function order(does: string, status: '200' | '202', result: string) {
  return {
    post: {
      description: `Operators: ${does}`,
      requestParams: { path },
      requestBody: body(orderBody, true),
      responses: {
        [status]: json(view, result),
        ...problems('invalid_body', ...known, 'bulk_ended', 'temporarily_unavailable'),
      },
    },
  };
}

export const bulkPaths: ZodOpenApiPathsObject = {
  '/api/bulk': {
    get: {
      description: 'Operators: commands in bulk, newest first.',
      responses: {
        '200': json(z.object({ bulk: z.array(run) }), 'The latest 100.'),
        ...problems('unauthorized', 'forbidden'),
      },
    },
    post: {
      description:
        'Operators: freeze a selection for a command. Nothing is ordered yet: the answer says how many rows and how much money it concerns.',
      requestBody: body(bulkBody, true),
      responses: {
        '201': json(view, 'The frozen selection.'),
        ...problems('invalid_body', 'unauthorized', 'forbidden', 'nothing_found'),
      },
    },
  },
  '/api/bulk/{id}': {
    get: {
      description: 'Operators: one command in bulk, and how far it is.',
      requestParams: { path },
      responses: { '200': json(view, 'As it is now.'), ...problems('invalid_parameter', ...known) },
    },
  },
  '/api/bulk/{id}/rows.csv': {
    get: {
      description: 'Operators: every row with its result.',
      requestParams: { path },
      responses: {
        '200': {
          description: 'In the order of the selection.',
          content: { 'text/csv': { schema: z.string() } },
        },
        ...problems('invalid_parameter', ...known),
      },
    },
  },
  '/api/bulk/{id}/start': order('order what was selected.', '202', 'It is under way.'),
  '/api/bulk/{id}/abort': order(
    'let no further row begin. Refunds that were asked for are followed to their end.',
    '200',
    'It is aborted.',
  ),
};
