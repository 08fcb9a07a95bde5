import { addInterval } from '../money/calendar.js';
import { businessPolicy } from '../policy.js';
import type { World } from '../world.js';
import { timestamp } from '../world.js';
import { subscriptionOf, updateSubscription, announce, frequency, useCycle } from './subscriptions.js';
import { dropPendingChange } from './pending-change.js';

const DAY = 24 * 60 * 60 * 1000;

/** Starts a subscription whose first payment was received. */
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

/** Puts a subscription on hold after a failed charge, or past due if there is a grace period. */
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

/** Reactivates a subscription whose dues were paid. */
export function reactivate(world: World, id: string): void {
  updateSubscription(world, id, { status: 'active', past_due_ends_at: null, dues: 0 });
  announce(world, id, 'subscription.active');
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
