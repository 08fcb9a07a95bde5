import type DodoPayments from 'dodopayments';
import { notFound } from '../errors.js';
import type { BillingAddress, CheckoutRow, Metadata, PlanChange, SubscriptionRow } from '../model.js';
import { addInterval } from '../money/calendar.js';
import type { PricedLine } from '../money/cart.js';
import { sum } from '../money/cart.js';
import { discounted } from '../money/discounts.js';
import { businessPolicy } from '../policy.js';
import { newId } from '../state/ids.js';
import { emit } from '../webhooks/events.js';
import type { World } from '../world.js';
import { timestamp } from '../world.js';
import { isUnpaid, paymentOf, setPaymentStatus } from './payments.js';
import { productOf } from './products.js';

const DAY = 24 * 60 * 60 * 1000;

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

/** Tells the merchant about a subscription: the event itself, and the `subscription.updated` that goes with it. */
export function announce(world: World, id: string, type: DodoPayments.WebhookEventType): void {
  emit(world, type, { kind: 'Subscription', id });
  if (type !== 'subscription.updated') emit(world, 'subscription.updated', { kind: 'Subscription', id });
}

/** How often the plan is paid. */
export function frequency(world: World, productId: string): DodoPayments.Price.RecurringPrice {
  const { price } = productOf(world, productId);
  if (price.type !== 'recurring_price') throw new Error(`Product ${productId} is not a plan.`);
  return price;
}

/** The plan's price per period at list, before tax: seats and add-ons included. */
export function listAmount(plan: Pick<SubscriptionRow, 'unit_price' | 'quantity' | 'addons'>): number {
  return plan.unit_price * plan.quantity + sum(plan.addons, (addon) => addon.unit_price * addon.quantity);
}

/** What the next period costs before tax, after the discounts that are left. */
export function recurringAmount(
  world: World,
  plan: Pick<SubscriptionRow, 'product_id' | 'unit_price' | 'quantity' | 'addons' | 'discounts'>,
): number {
  const { currency } = frequency(world, plan.product_id);
  return discounted(world, listAmount(plan), plan.product_id, currency, plan.discounts);
}

/** The subscription a cart line will become once it is paid. */
export function createSubscription(
  world: World,
  input: {
    customerId: string;
    line: PricedLine;
    billing: BillingAddress;
    metadata: Metadata;
    discounts: { discount_id: string; subscription_cycles: number | null }[];
    terms: Pick<CheckoutRow, 'on_demand'>;
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

/** The first payment came in: the subscription begins now. */
export function activate(world: World, id: string, paymentMethodId: string | null): void {
  const subscription = subscriptionOf(world, id);
  const now = world.now();
  const price = frequency(world, subscription.product_id);
  const next =
    subscription.trial_period_days > 0
      ? addInterval(now, subscription.trial_period_days, 'Day')
      : addInterval(now, price.payment_frequency_count, price.payment_frequency_interval);
  updateSubscription(world, id, {
    status: 'active',
    payment_method_id: paymentMethodId,
    previous_billing_date: now.toISOString(),
    next_billing_date: next.toISOString(),
    expires_at: addInterval(
      now,
      price.subscription_period_count,
      price.subscription_period_interval,
    ).toISOString(),
    discounts: useCycle(subscription),
  });
  announce(world, id, 'subscription.active');
}

/** The discounts left after one more period. */
export function useCycle({ discounts }: Pick<SubscriptionRow, 'discounts'>): SubscriptionRow['discounts'] {
  return discounts.map((held) => ({
    ...held,
    cycles_remaining: held.cycles_remaining === null ? null : Math.max(0, held.cycles_remaining - 1),
  }));
}

/** A new billing period that starts now. */
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

/** A charge for the subscription failed: past due while there is grace, else on hold. */
export function hold(world: World, id: string, dues: number): void {
  const { pastDueGraceDays } = businessPolicy(world);
  const grace = pastDueGraceDays > 0;
  updateSubscription(world, id, {
    status: grace ? 'past_due' : 'on_hold',
    past_due_ends_at: grace ? new Date(world.now().getTime() + pastDueGraceDays * DAY).toISOString() : null,
    dues,
  });
  announce(world, id, grace ? 'subscription.past_due' : 'subscription.on_hold');
}

/** The dues were paid. */
export function reactivate(world: World, id: string): void {
  updateSubscription(world, id, { status: 'active', past_due_ends_at: null, dues: 0 });
  announce(world, id, 'subscription.active');
}

/** Gives up a plan change that waits for its payment, and the page that could still pay for it. */
export function dropPendingChange(world: World, id: string): void {
  const pending = subscriptionOf(world, id).pending_change;
  if (!pending) return;
  updateSubscription(world, id, { pending_change: null });
  if (isUnpaid(paymentOf(world, pending.payment_id)))
    setPaymentStatus(world, pending.payment_id, 'cancelled');
}

export function cancelNow(world: World, id: string): void {
  dropPendingChange(world, id);
  updateSubscription(world, id, {
    status: 'cancelled',
    cancelled_at: timestamp(world),
    scheduled_change: null,
  });
  announce(world, id, 'subscription.cancelled');
}

/** Puts a plan change into effect, whoever paid for it and how. */
export function applyChange(world: World, id: string, change: PlanChange): void {
  const subscription = subscriptionOf(world, id);
  const { product_id, quantity, addons, unit_price, discounts } = change;
  updateSubscription(world, id, {
    product_id,
    quantity,
    addons,
    unit_price,
    discounts,
    credit_balance: subscription.credit_balance + change.credits,
    pending_change: null,
    scheduled_change: null,
    ...(change.resets_dates
      ? {
          ...periodFromNow(world, product_id),
          period_amount: recurringAmount(world, change),
          discounts: useCycle(change),
        }
      : {}),
  });
  announce(world, id, 'subscription.plan_changed');
}

/** A pending change, unless it waits for a payment link that has expired. */
export function livePendingChange(
  world: World,
  subscription: SubscriptionRow,
): SubscriptionRow['pending_change'] {
  const pending = subscription.pending_change;
  if (pending?.expires_at != null && new Date(pending.expires_at) <= world.now()) return null;
  return pending;
}
