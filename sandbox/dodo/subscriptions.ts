import type DodoPayments from 'dodopayments';
import { notFound } from '../errors.js';
import type { BillingAddress, CheckoutRow, Metadata, SubscriptionRow } from '../model.js';
import { addInterval } from '../money/calendar.js';
import type { PricedLine } from '../money/cart.js';
import { sum } from '../money/cart.js';
import { discounted } from '../money/discounts.js';
import { newId } from '../state/ids.js';
import { emit } from '../webhooks/events.js';
import type { World } from '../world.js';
import { timestamp } from '../world.js';
import { productOf } from './products.js';

export function subscriptionOf(world: World, id: string): SubscriptionRow {
  const subscription = world.tables.subscriptions.get(id);
  if (!subscription) throw notFound('Subscription', id);
  return subscription;
}

export function updateSubscription(
  world: World,
  id: string,
  change: Partial<SubscriptionRow>,
): SubscriptionRow {
  const subscription: SubscriptionRow = { ...subscriptionOf(world, id), ...change };
  world.tables.subscriptions.put(subscription);
  return subscription;
}

/** Emits an event of a subscription, and the `subscription.updated` that goes with it. */
export function announce(world: World, id: string, type: DodoPayments.WebhookEventType): void {
  emit(world, type, { kind: 'Subscription', id });
  if (type !== 'subscription.updated') emit(world, 'subscription.updated', { kind: 'Subscription', id });
}

/** Returns a plan's price, with its billing interval. */
export function frequency(world: World, productId: string): DodoPayments.Price.RecurringPrice {
  const { price } = productOf(world, productId);
  if (price.type !== 'recurring_price') throw new Error(`Product ${productId} is not a plan.`);
  return price;
}

/** Returns a plan's list price per period before tax, with seats and add-ons. */
export function listAmount(plan: Pick<SubscriptionRow, 'unit_price' | 'quantity' | 'addons'>): number {
  return plan.unit_price * plan.quantity + sum(plan.addons, (addon) => addon.unit_price * addon.quantity);
}

/** Returns the price of the next period before tax, after the remaining discounts. */
export function recurringAmount(
  world: World,
  plan: Pick<SubscriptionRow, 'product_id' | 'unit_price' | 'quantity' | 'addons' | 'discounts'>,
): number {
  const { currency } = frequency(world, plan.product_id);
  return discounted(world, listAmount(plan), plan.product_id, currency, plan.discounts);
}

/** Creates the subscription that starts once its cart line is paid. */
export function createSubscription(
  world: World,
  input: {
    customerId: string;
    line: PricedLine;
    billing: BillingAddress;
    metadata: Metadata;
    discounts: { discount_id: string; subscription_cycles: number | null }[];
    terms: Pick<CheckoutRow, 'on_demand' | 'tax_id'>;
  },
): SubscriptionRow {
  const { line } = input;
  const at = timestamp(world);
  const subscription: SubscriptionRow = {
    subscription_id: newId('sub'),
    customer_id: input.customerId,
    created_at: at,
    status: 'pending',
    product_id: line.product.product_id,
    quantity: line.quantity,
    unit_price: line.unit_price,
    addons: line.addons.map(({ addon_id, quantity, unit_price }) => ({ addon_id, quantity, unit_price })),
    currency: line.product.price.currency,
    billing: input.billing,
    tax_id: input.terms.tax_id ?? null,
    metadata: input.metadata,
    discounts: input.discounts.map(({ discount_id, subscription_cycles }) => ({
      discount_id,
      cycles_remaining: subscription_cycles,
    })),
    previous_billing_date: at,
    next_billing_date: at,
    expires_at: null,
    trial_period_days: line.trial_days,
    on_demand: input.terms.on_demand !== null,
    payment_method_id: null,
    cancel_at_next_billing_date: false,
    cancelled_at: null,
    cancellation_comment: null,
    cancellation_feedback: null,
    paused_at: null,
    past_due_ends_at: null,
    period_amount: line.list - line.discount,
    credit_balance: 0,
    dues: 0,
    pending_change: null,
    scheduled_change: null,
  };
  world.tables.subscriptions.put(subscription);
  return subscription;
}

/** Returns the discounts that remain after one more period. */
export function useCycle({ discounts }: Pick<SubscriptionRow, 'discounts'>): SubscriptionRow['discounts'] {
  return discounts.map((held) => ({
    ...held,
    cycles_remaining: held.cycles_remaining === null ? null : Math.max(0, held.cycles_remaining - 1),
  }));
}

/** Returns the dates of a billing period that starts now. */
export function periodFromNow(
  world: World,
  productId: string,
): Pick<SubscriptionRow, 'previous_billing_date' | 'next_billing_date'> {
  const now = world.now();
  const price = frequency(world, productId);
  return {
    previous_billing_date: now.toISOString(),
    next_billing_date: addInterval(
      now,
      price.payment_frequency_count,
      price.payment_frequency_interval,
    ).toISOString(),
  };
}
