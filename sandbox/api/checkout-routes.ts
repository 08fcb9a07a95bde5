import { checkoutOf, readCheckoutView } from '../dodo/checkouts.js';
import { createCheckout, previewCheckout } from '../dodo/checkout-creation.js';
import { cartPreviewView } from '../dodo/cart-preview.js';
import { parse } from '../errors.js';
import type { Route } from './route.js';
import { ok } from './route.js';
import { checkoutBodySchema } from './schemas.js';

export const checkoutRoutes: Route[] = [
  {
    method: 'post',
    path: '/checkouts',
    run: (world, { body }) => createCheckout(world, parse(checkoutBodySchema, body)),
  },
  {
    method: 'post',
    path: '/checkouts/preview',
    run: (world, { body }) =>
      ok(cartPreviewView(world, previewCheckout(world, parse(checkoutBodySchema, body)))),
  },
  {
    method: 'get',
    path: '/checkouts/:id',
    run: (world, { params }) => ok(readCheckoutView(world, checkoutOf(world, params['id'] ?? ''))),
  },
];
