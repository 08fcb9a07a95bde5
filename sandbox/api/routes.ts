import { catalogRoutes } from './catalog-routes.js';
import { checkoutRoutes } from './checkout-routes.js';
import { customerRoutes } from './customer-routes.js';
import { paymentRoutes } from './payment-routes.js';
import type { Route } from './route.js';
import { subscriptionRoutes } from './subscription-routes.js';
import { webhookRoutes } from './webhook-routes.js';

/** Every Dodo route that the sandbox implements. */
export const ROUTES: Route[] = [
  ...catalogRoutes,
  ...customerRoutes,
  ...checkoutRoutes,
  ...paymentRoutes,
  ...subscriptionRoutes,
  ...webhookRoutes,
];
