import { z } from 'zod';
import { customerOf, customerView } from '../dodo/customers.js';
import { deleteMethod, methodsOf, methodView } from '../dodo/payment-methods.js';
import { openPortal } from '../dodo/portal.js';
import { parse } from '../errors.js';
import { createdQuery, createdWithin, listQuery, page } from './paging.js';
import type { Route } from './route.js';
import { NO_CONTENT, ok } from './route.js';
import { portalQuerySchema } from './schemas.js';

const customerQuery = z.strictObject({
  ...listQuery,
  ...createdQuery,
  email: z.string().optional(),
  name: z.string().optional(),
});

export const customerRoutes: Route[] = [
  {
    method: 'get',
    path: '/customers',
    run(world, { query }) {
      const filter = parse(customerQuery, query, 'INVALID_QUERY_PARAMS');
      const customers = world.tables.customers
        .all()
        .filter(
          (customer) =>
            (filter.email === undefined || customer.email.toLowerCase() === filter.email.toLowerCase()) &&
            (filter.name === undefined || customer.name.toLowerCase().includes(filter.name.toLowerCase())) &&
            createdWithin(customer, filter),
        );
      return ok(page(customers, filter, customerView));
    },
  },
  {
    method: 'get',
    path: '/customers/:id',
    run: (world, { params }) => ok(customerView(customerOf(world, params['id'] ?? ''))),
  },
  {
    method: 'get',
    path: '/customers/:id/payment-methods',
    run(world, { params }) {
      const { customer_id } = customerOf(world, params['id'] ?? '');
      return ok({ items: methodsOf(world, customer_id).map(methodView) });
    },
  },
  {
    method: 'delete',
    path: '/customers/:id/payment-methods/:method',
    run(world, { params }) {
      deleteMethod(world, params['id'] ?? '', params['method'] ?? '');
      return NO_CONTENT;
    },
  },
  {
    method: 'post',
    path: '/customers/:id/customer-portal/session',
    run(world, { params, query }) {
      const { return_url } = parse(portalQuerySchema, query, 'INVALID_QUERY_PARAMS');
      return ok(openPortal(world, params['id'] ?? '', return_url ?? null));
    },
  },
];
