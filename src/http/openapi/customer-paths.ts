/** The routes of a customer's data. */
import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { eraseBody } from '../schemas.js';
import { ids, reason } from '../validate.js';
import { body, json, problems } from './parts.js';
import { time } from './shapes.js';

const rows = z.array(z.record(z.string(), z.unknown()));
const counts = z.record(z.string(), z.int().min(0));

export const customerPaths: ZodOpenApiPathsObject = {
  '/api/customers/{customerId}/data': {
    get: {
      description: 'Operators: everything the ledger holds about a customer, to be given to them.',
      requestParams: { path: z.object({ customerId: ids.customer }) },
      responses: {
        '200': json(
          z.object({
            customerId: ids.customer,
            exportedAt: time,
            data: z
              .record(z.string(), rows)
              .meta({ description: 'The rows of each table, as `docs/privacy.md` lists them.' }),
          }),
          'The data. What Dodo Payments knows of the customer is not in it.',
        ),
        ...problems('unauthorized', 'forbidden', 'nothing_found'),
      },
    },
    delete: {
      description:
        'Operators: erase a customer. What bookkeeping keeps is given a random name that leads back to nobody, and the rest is deleted. The reason is given in the body or, where a client sends none with DELETE, in the query.',
      requestParams: {
        path: z.object({ customerId: ids.customer }),
        query: z.object({ reason: reason.optional() }),
      },
      requestBody: body(eraseBody),
      responses: {
        '200': json(
          z.object({ customerId: ids.customer, pseudonymised: counts, deleted: counts }),
          'The rows of each table that were changed. Repeating it changes nothing.',
        ),
        ...problems('invalid_body', 'unauthorized', 'forbidden', 'customer_active', 'money_in_doubt'),
      },
    },
  },
};
