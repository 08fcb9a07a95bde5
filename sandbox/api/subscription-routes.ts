import { z } from 'zod';
import { BRAND_ID } from '../dodo/business.js';
import { updatePaymentMethod } from '../dodo/method-update.js';
import { quotePlanChange } from '../dodo/plan-change-quote.js';
import { previewView } from '../dodo/plan-change-preview.js';
import { cancelScheduledChange, changePlan } from '../dodo/plan-change.js';
import { chargeOnDemand } from '../dodo/renewals.js';
import { patchSubscription } from '../dodo/subscription-updates.js';
import { subscriptionListView, subscriptionView } from '../dodo/subscription-views.js';
import { subscriptionOf } from '../dodo/subscriptions.js';
import { parse } from '../errors.js';
import { businessPolicy } from '../policy.js';
import { foundByList, foundByRead } from '../read-faults.js';
import { createdQuery, createdWithin, listQuery, page } from './paging.js';
import type { Route } from './route.js';
import { NO_CONTENT, ok } from './route.js';
import {
  methodUpdateSchema,
  onDemandChargeSchema,
  planChangeBodySchema,
  subscriptionPatchSchema,
} from './schemas.js';

const subscriptionQuery = z.strictObject({
  ...listQuery,
  ...createdQuery,
  customer_id: z.string().optional(),
  product_id: z.string().optional(),
  brand_id: z.string().optional(),
  status: z.string().optional(),
  cancel_at_next_billing_date: z.enum(['true', 'false']).optional(),
});

export const subscriptionRoutes: Route[] = [
  {
    method: 'get',
    path: '/subscriptions',
    run(world, { query }) {
      const filter = parse(subscriptionQuery, query, 'INVALID_QUERY_PARAMS');
      const subscriptions = foundByList(
        world,
        'subscription',
        world.tables.subscriptions.all(),
        (subscription) =>
          (filter.brand_id === undefined || filter.brand_id === BRAND_ID) &&
          (filter.customer_id === undefined || subscription.customer_id === filter.customer_id) &&
          (filter.product_id === undefined || subscription.product_id === filter.product_id) &&
          (filter.status === undefined || subscription.status === filter.status) &&
          (filter.cancel_at_next_billing_date === undefined ||
            String(subscription.cancel_at_next_billing_date) === filter.cancel_at_next_billing_date) &&
          createdWithin(subscription, filter),
      );
      return ok(
        page(subscriptions, filter, (subscription) =>
          world.reads.listed(
            'subscription',
            subscription.subscription_id,
            subscriptionListView(world, subscription),
          ),
        ),
      );
    },
  },
  {
    method: 'get',
    path: '/subscriptions/:id',
    run(world, { params }) {
      const subscription = subscriptionOf(world, params['id'] ?? '');
      return ok(subscriptionView(world, foundByRead(world, 'subscription', subscription)));
    },
  },
  {
    method: 'patch',
    path: '/subscriptions/:id',
    run(world, { params, body }) {
      const patch = parse(subscriptionPatchSchema, body);
      return ok(subscriptionView(world, patchSubscription(world, params['id'] ?? '', patch)));
    },
  },
  {
    method: 'post',
    path: '/subscriptions/:id/change-plan/preview',
    run(world, { params, body }) {
      const subscription = subscriptionOf(world, params['id'] ?? '');
      return ok(previewView(world, quotePlanChange(world, subscription, parse(planChangeBodySchema, body))));
    },
  },
  {
    method: 'post',
    path: '/subscriptions/:id/change-plan',
    run(world, { params, body }) {
      const change = parse(planChangeBodySchema, body);
      const handles = changePlan(world, params['id'] ?? '', change);
      const empty = businessPolicy(world).emptyChangePlanBody && handles.payment_link == null;
      return empty ? { status: 200 } : ok(handles);
    },
  },
  {
    method: 'delete',
    path: '/subscriptions/:id/change-plan/scheduled',
    run(world, { params }) {
      cancelScheduledChange(world, params['id'] ?? '');
      return NO_CONTENT;
    },
  },
  {
    method: 'post',
    path: '/subscriptions/:id/update-payment-method',
    run: (world, { params, body }) =>
      ok(updatePaymentMethod(world, params['id'] ?? '', parse(methodUpdateSchema, body))),
  },
  {
    method: 'post',
    path: '/subscriptions/:id/charge',
    run(world, { params, body }) {
      const charge = parse(onDemandChargeSchema, body);
      const payment = chargeOnDemand(world, params['id'] ?? '', {
        amount: charge.product_price,
        currency: charge.product_currency ?? null,
        description: charge.product_description ?? null,
        metadata: charge.metadata ?? null,
      });
      return ok({ payment_id: payment.payment_id });
    },
  },
];
