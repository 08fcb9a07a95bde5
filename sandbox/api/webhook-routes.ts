import { z } from 'zod';
import { BRAND_ID, BUSINESS_ID } from '../dodo/business.js';
import { parse } from '../errors.js';
import {
  changeEndpoint,
  deleteEndpoint,
  endpointOf,
  endpoints,
  endpointView,
  registerEndpoint,
  secretOf,
  type EndpointChange,
} from '../webhooks/endpoints.js';
import type { World } from '../world.js';
import type { Route } from './route.js';
import { ok } from './route.js';

const changeSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).nullish(),
  description: z.string().nullish(),
  disabled: z.boolean().nullish(),
  filter_types: z.array(z.string()).nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  rate_limit: z.int().min(0).nullish(),
});
const createSchema = changeSchema.extend({
  url: z.url({ protocol: /^https?$/ }),
  headers: z.record(z.string(), z.string()).nullish(),
  idempotency_key: z.string().nullish(),
});

const listQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(250).default(50),
  iterator: z.string().optional(),
});

/** Leaves out what is null, but for the filter: null there means every event. */
function changeOf(body: z.output<typeof changeSchema>): EndpointChange {
  return {
    ...(body.url != null && { url: body.url }),
    ...(body.description != null && { description: body.description }),
    ...(body.disabled != null && { disabled: body.disabled }),
    ...(body.filter_types !== undefined && { filter_types: body.filter_types }),
    ...(body.metadata != null && { metadata: body.metadata }),
    ...(body.rate_limit !== undefined && { rate_limit: body.rate_limit }),
  };
}

export const webhookRoutes: Route[] = [
  {
    method: 'get',
    path: '/webhooks',
    run(world, { query }) {
      const { limit, iterator } = parse(listQuery, query, 'INVALID_QUERY_PARAMS');
      const all = endpoints(world);
      const from = iterator === undefined ? 0 : all.findIndex(({ id }) => id === iterator) + 1;
      const data = all.slice(from, from + limit);
      const done = from + limit >= all.length;
      return ok({
        data: data.map(endpointView),
        done,
        iterator: data.at(-1)?.id ?? null,
        prev_iterator: null,
      });
    },
  },
  {
    method: 'post',
    path: '/webhooks',
    run(world, { body }) {
      const terms = parse(createSchema, body);
      return ok(endpointView(registerEndpoint(world, { ...changeOf(terms), url: terms.url })));
    },
  },
  {
    method: 'get',
    path: '/webhooks/:id',
    run: (world, { params }) => ok(endpointView(endpointOf(world, params['id'] ?? ''))),
  },
  {
    method: 'patch',
    path: '/webhooks/:id',
    run: (world, { params, body }) =>
      ok(endpointView(changeEndpoint(world, params['id'] ?? '', changeOf(parse(changeSchema, body))))),
  },
  {
    method: 'delete',
    path: '/webhooks/:id',
    run(world, { params }) {
      deleteEndpoint(world, params['id'] ?? '');
      return { status: 200 };
    },
  },
  {
    method: 'get',
    path: '/webhooks/:id/secret',
    run: (world, { params }) => ok({ secret: secretOf(endpointOf(world, params['id'] ?? '')) }),
  },
  { method: 'get', path: '/brands', run: (world) => ok({ items: brandIds(world).map(brandView) }) },
];

/** The business's own brand, and every other one that a product names. */
function brandIds(world: World): string[] {
  const named = world.tables.products.all().flatMap(({ brand_id }) => brand_id ?? []);
  return [...new Set([BRAND_ID, ...named])];
}

function brandView(brand_id: string) {
  return {
    brand_id,
    business_id: BUSINESS_ID,
    name: brand_id === BRAND_ID ? 'Sandbox' : brand_id,
    enabled: true,
    statement_descriptor: 'SANDBOX',
    verification_enabled: true,
    verification_status: 'Success' as const,
  };
}
