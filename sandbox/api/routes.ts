import { catalogRoutes } from './catalog-routes.js';
import { checkoutRoutes } from './checkout-routes.js';
import { customerRoutes } from './customer-routes.js';
import { paymentRoutes } from './payment-routes.js';
import type { Route } from './route.js';
import { subscriptionRoutes } from './subscription-routes.js';

/** Every route of Dodo's that the sandbox stands in for. */
export const ROUTES: Route[] = [
  ...catalogRoutes,
  ...customerRoutes,
  ...checkoutRoutes,
  ...paymentRoutes,
  ...subscriptionRoutes,
];
