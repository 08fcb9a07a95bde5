import type DodoPayments from 'dodopayments';
import type { ScheduledChange, SubscriptionRow } from '../model.js';
import { discountDetail } from '../money/discounts.js';
import type { World } from '../world.js';
import { BRAND_ID } from './business.js';
import { limitedCustomerView } from './customers.js';
import { frequency, recurringAmount } from './subscriptions.js';

function scheduledView(world: World, scheduled: ScheduledChange): DodoPayments.ScheduledPlanChange {
  const { id, created_at, effective_at, change } = scheduled;
  const product = world.tables.products.get(change.product_id);
  return {
    id,
    created_at,
    effective_at,
    product_id: change.product_id,
    product_name: product?.name ?? null,
    product_description: product?.description ?? null,
    quantity: change.quantity,
    addons: change.addons.map(({ addon_id, quantity }) => ({
      addon_id,
      quantity,
      name: world.tables.addons.get(addon_id)?.name ?? addon_id,
    })),
  };
}

/** Returns what the subscription and its list entry have in common. */
function commonView(world: World, subscription: SubscriptionRow) {
  const price = frequency(world, subscription.product_id);
  const [firstDiscount] = subscription.discounts;
  return {
    subscription_id: subscription.subscription_id,
    status: subscription.status,
    created_at: subscription.created_at,
    billing: subscription.billing,
    currency: subscription.currency,
    customer: limitedCustomerView(world, subscription.customer_id),
    customer_business_name: null,
    metadata: subscription.metadata,
    product_id: subscription.product_id,
    quantity: subscription.quantity,
    recurring_pre_tax_amount: recurringAmount(world, subscription),
    tax_inclusive: price.tax_inclusive === true,
    payment_frequency_count: price.payment_frequency_count,
    payment_frequency_interval: price.payment_frequency_interval,
    subscription_period_count: price.subscription_period_count,
    subscription_period_interval: price.subscription_period_interval,
    previous_billing_date: subscription.previous_billing_date,
    next_billing_date: subscription.next_billing_date,
    trial_period_days: subscription.trial_period_days,
    trial_amount: null,
    on_demand: subscription.on_demand,
    has_payment_method: subscription.payment_method_id !== null,
    payment_method_id: subscription.payment_method_id,
    cancel_at_next_billing_date: subscription.cancel_at_next_billing_date,
    cancelled_at: subscription.cancelled_at,
    paused_at: subscription.paused_at,
    discount_id: firstDiscount?.discount_id ?? null,
    discount_cycles_remaining: firstDiscount?.cycles_remaining ?? null,
    scheduled_change: subscription.scheduled_change
      ? scheduledView(world, subscription.scheduled_change)
      : null,
    tax_id: subscription.tax_id ?? null,
  };
}

export function subscriptionView(world: World, subscription: SubscriptionRow): DodoPayments.Subscription {
  const discounts = subscription.discounts.flatMap(({ discount_id, cycles_remaining }, position) => {
    const discount = world.tables.discounts.get(discount_id);
    return discount ? [discountDetail(discount, position, cycles_remaining)] : [];
  });
  return {
    ...commonView(world, subscription),
    brand_id: BRAND_ID,
    addons: subscription.addons.map(({ addon_id, quantity }) => ({ addon_id, quantity })),
    discounts: discounts.length > 0 ? discounts : null,
    expires_at: subscription.expires_at,
    cancellation_comment: subscription.cancellation_comment,
    cancellation_feedback: subscription.cancellation_feedback,
    credit_entitlement_cart: [],
    meter_credit_entitlement_cart: [],
    meters: [],
    custom_field_responses: null,
  } satisfies DodoPayments.Subscription;
}

export function subscriptionListView(
  world: World,
  subscription: SubscriptionRow,
): DodoPayments.SubscriptionListResponse {
  return {
    ...commonView(world, subscription),
    product_name: world.tables.products.get(subscription.product_id)?.name ?? null,
    discounts: subscription.discounts.map(({ discount_id, cycles_remaining }) => ({
      discount_id,
      discount_cycles_remaining: cycles_remaining,
    })),
  } satisfies DodoPayments.SubscriptionListResponse;
}
