/** Keeping a subscription: what it must be like, and what the customer is told when it is not. Nothing here charges. */
import type DodoPayments from 'dodopayments';
import { SUBSCRIPTION_GONE, reasonInItsState } from './plan-change.js';

const DAY = 24 * 60 * 60 * 1000;

/**
 * Whether the subscription has not been billed for a period yet: it has a trial, and its last billing date lies before
 * the trial's first end. A trial that was made longer stays one.
 */
export function isInTrial(
  {
    trial_period_days,
    created_at,
    previous_billing_date,
    next_billing_date,
  }: Pick<
    DodoPayments.Subscription,
    'trial_period_days' | 'created_at' | 'previous_billing_date' | 'next_billing_date'
  >,
  now: Date,
): boolean {
  const firstEnd = Date.parse(created_at) + trial_period_days * DAY;
  return (
    trial_period_days > 0 &&
    Date.parse(previous_billing_date) < firstEnd &&
    Date.parse(next_billing_date) > now.getTime()
  );
}

const CHANGED =
  'Your subscription has changed since this offer was made, so nothing was done. You were not charged.';

const MESSAGES: Record<string, string> = {
  [SUBSCRIPTION_GONE]: 'Your subscription has ended, so there was nothing to do. You were not charged.',
  SUBSCRIPTION_UNPAID: 'Your subscription has an open payment, so nothing was done. You were not charged.',
  SUBSCRIPTION_INACTIVE:
    'Your subscription is not active at the moment, so nothing was done. You were not charged.',
  PENDING_PLAN_CHANGE_EXISTS:
    'A change to your plan is under way, so nothing was done. You were not charged.',
  TOO_LATE: 'We could not reach the payment provider in time, so nothing was done. You were not charged.',
};

/** What the customer is told when an accepted save offer was not carried out. */
export function saveRefusalMessage(code: string): string {
  return MESSAGES[code] ?? CHANGED;
}

/** Why this subscription cannot be kept so now, as a code; undefined when it can. */
export function reasonAgainstSave(
  subscription: Pick<
    DodoPayments.Subscription,
    'status' | 'cancel_at_next_billing_date' | 'scheduled_change' | 'product_id'
  >,
  productId: string,
): string | undefined {
  if (subscription.status !== 'active') return reasonInItsState(subscription);
  return subscription.cancel_at_next_billing_date ||
    subscription.scheduled_change ||
    subscription.product_id !== productId
    ? 'SUBSCRIPTION_CHANGED'
    : undefined;
}
