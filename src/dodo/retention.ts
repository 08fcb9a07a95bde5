/** Retention offers: when they may be carried out, and the messages for when they may not. Nothing here charges. */
import type DodoPayments from 'dodopayments';
import { SUBSCRIPTION_GONE, reasonInState } from './plan-change.js';

const DAY = 24 * 60 * 60 * 1000;

/**
 * Returns true while the subscription has not been billed for a period yet: it has a trial, and its last billing date
 * lies before the trial's original end. An extended trial is still a trial.
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

/** The code of a retention offer that Dodo did not confirm for days. */
export const RETENTION_UNPROVEN = 'RETENTION_UNPROVEN';

const CHANGED =
  'Your subscription has changed since this offer was made, so we changed nothing. You were not charged.';

const MESSAGES: Record<string, string> = {
  [SUBSCRIPTION_GONE]: 'Your subscription has ended, so there was nothing to change. You were not charged.',
  SUBSCRIPTION_UNPAID: 'Your subscription has an open payment, so we changed nothing. You were not charged.',
  SUBSCRIPTION_INACTIVE:
    'Your subscription is not active at the moment, so we changed nothing. You were not charged.',
  PENDING_PLAN_CHANGE_EXISTS:
    'A change to your plan is under way, so we changed nothing. You were not charged.',
  [RETENTION_UNPROVEN]:
    'We could not confirm this change with the payment provider. Our team is looking into it. You were not charged.',
  TOO_LATE: 'We could not reach the payment provider in time, so we changed nothing. You were not charged.',
};

/** Returns the message for a customer whose accepted retention offer was not carried out. */
export function retentionRefusalMessage(code: string): string {
  return MESSAGES[code] ?? CHANGED;
}

/** Returns the code of the reason against carrying out a retention offer now, or undefined. */
export function reasonAgainstRetention(
  subscription: Pick<
    DodoPayments.Subscription,
    'status' | 'cancel_at_next_billing_date' | 'scheduled_change' | 'product_id'
  >,
  productId: string,
): string | undefined {
  if (subscription.status !== 'active') return reasonInState(subscription);
  return subscription.cancel_at_next_billing_date ||
    subscription.scheduled_change ||
    subscription.product_id !== productId
    ? 'SUBSCRIPTION_CHANGED'
    : undefined;
}
