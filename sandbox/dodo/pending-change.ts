import type { PlanChange, SubscriptionRow } from '../model.js';
import type { World } from '../world.js';
import { isUnpaid, paymentOf, setPaymentStatus } from './payments.js';
import {
  subscriptionOf,
  updateSubscription,
  announce,
  recurringAmount,
  useCycle,
  periodFromNow,
} from './subscriptions.js';

/** Drops a plan change that waits for its payment, and cancels the page that could still pay for it. */
export function dropPendingChange(world: World, id: string): void {
  const pending = subscriptionOf(world, id).pending_change;
  if (!pending) return;
  updateSubscription(world, id, { pending_change: null });
  if (isUnpaid(paymentOf(world, pending.payment_id)))
    setPaymentStatus(world, pending.payment_id, 'cancelled');
}

/** Puts a plan change into effect, however it was paid. */
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

/** Returns the pending change, unless its payment link has expired. */
export function livePendingChange(
  world: World,
  subscription: SubscriptionRow,
): SubscriptionRow['pending_change'] {
  const pending = subscription.pending_change;
  if (pending?.expires_at != null && new Date(pending.expires_at) <= world.now()) return null;
  return pending;
}
