import { z } from 'zod';
import { ApiError, notFound, parse } from '../errors.js';
import { BRAND_ID } from '../dodo/business.js';
import { addonView, discountView, productListView, productOf, productView } from '../dodo/products.js';
import { discountByCode, redeemable } from '../money/discounts.js';
import { listQuery, page } from './paging.js';
import type { Route } from './route.js';
import { ok } from './route.js';

const productQuery = z.strictObject({
  ...listQuery,
  recurring: z.enum(['true', 'false']).optional(),
  archived: z.enum(['true', 'false']).default('false'),
  brand_id: z.string().optional(),
});

/** Newer than SDK 2.52. */
const localeQuery = z.strictObject({ locale: z.string().optional() });

export const catalogRoutes: Route[] = [
  {
    method: 'get',
    path: '/products',
    run(world, { query }) {
      const filter = parse(productQuery, query, 'INVALID_QUERY_PARAMS');
      const products = world.tables.products
        .all()
        .filter(
          (product) =>
            String(product.archived) === filter.archived &&
            (filter.brand_id === undefined || filter.brand_id === (product.brand_id ?? BRAND_ID)) &&
            (filter.recurring === undefined ||
              String(product.price.type === 'recurring_price') === filter.recurring),
        );
      return ok(page(products, filter, productListView));
    },
  },
  {
    method: 'get',
    path: '/products/:id',
    run(world, { params, query }) {
      const { locale } = parse(localeQuery, query, 'INVALID_QUERY_PARAMS');
      return ok(productView(productOf(world, params['id'] ?? ''), locale));
    },
  },
  {
    method: 'get',
    path: '/addons',
    run: (world, { query }) =>
      ok(
        page(
          world.tables.addons.all(),
          parse(z.strictObject(listQuery), query, 'INVALID_QUERY_PARAMS'),
          addonView,
        ),
      ),
  },
  {
    method: 'get',
    path: '/addons/:id',
    run(world, { params }) {
      const id = params['id'] ?? '';
      const addon = world.tables.addons.get(id);
      if (!addon) throw notFound('Addon', id);
      return ok(addonView(addon));
    },
  },
  {
    method: 'get',
    path: '/discounts/code/:code',
    run(world, { params }) {
      const code = params['code'] ?? '';
      if (!discountByCode(world, code))
        throw new ApiError(404, 'NOT_FOUND', `Discount code ${code} not found`);
      return ok(discountView(redeemable(world, code, null)));
    },
  },
];
