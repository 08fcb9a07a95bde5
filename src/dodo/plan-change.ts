/** Refusals of plan changes, and what the customer can do instead. */
import type DodoPayments from 'dodopayments';
import { isPlan, type WantedPlan } from '../domain/plan.js';

/** Dodo's code while an earlier change waits for its payment, or its payment was declined. */
export const PENDING_CHANGE = 'PENDING_PLAN_CHANGE_EXISTS';
/** Our code for the same, when the earlier change is one that the customer gave up for this one. */
export const DECLINED_CHANGE_PENDING = 'DECLINED_PLAN_CHANGE_PENDING';

export const SUBSCRIPTION_GONE = 'SUBSCRIPTION_NOT_FOUND';

const SCHEDULED_CANCELLATION = 'PLAN_CHANGE_NOT_ALLOWED_FOR_SCHEDULED_CANCELLATION';
const SCHEDULED_CHANGE = 'SCHEDULED_PLAN_CHANGE_EXISTS';

type State = Pick<
  DodoPayments.Subscription,
  'status' | 'cancel_at_next_billing_date' | 'scheduled_change' | 'product_id' | 'quantity' | 'addons'
>;

/**
 * Returns the code of the reason against changing this subscription to the wanted plan, or undefined.
 *
 * @param wanted `quantity` as shown; `carried` when it is the subscription's own
 */
export function reasonAgainstChange(
  subscription: State,
  wanted: WantedPlan & { carried: boolean },
): string | undefined {
  const state = reasonInState(subscription);
  if (state !== undefined) return state;
  if (wanted.carried && subscription.quantity !== wanted.quantity) return 'SUBSCRIPTION_CHANGED';
  return isPlan(subscription, wanted) ? 'ALREADY_ON_PLAN' : undefined;
}

/** Returns the code of the reason why a subscription in this state cannot be changed at all, or undefined. */
export function reasonInState(
  subscription: Pick<State, 'status' | 'cancel_at_next_billing_date' | 'scheduled_change'>,
): string | undefined {
  switch (subscription.status) {
    case 'active':
      if (subscription.cancel_at_next_billing_date) return SCHEDULED_CANCELLATION;
      return subscription.scheduled_change ? SCHEDULED_CHANGE : undefined;
    case 'on_hold':
    case 'past_due':
      return 'SUBSCRIPTION_UNPAID';
    case 'cancelled':
    case 'expired':
    case 'failed':
      return SUBSCRIPTION_GONE;
    case 'paused':
    case 'pending':
      return 'SUBSCRIPTION_INACTIVE';
  }
}

export interface Refusal {
  /** What is still open to the customer. */
  after: 'checkout' | 'update_method' | 'none';
  /** Shown to the customer. */
  message: string;
}

const UNDER_WAY: Refusal = {
  after: 'none',
  message:
    'Another change to your plan is already under way, so we did not make this one. You were not charged.',
};

const INACTIVE: Refusal = {
  after: 'none',
  message:
    'Your subscription is not active at the moment, so we did not change its plan. You were not charged.',
};

/** Refusals by code. A new subscription is sold only when the old one is gone. */
const REFUSALS: Record<string, Refusal> = {
  [PENDING_CHANGE]: UNDER_WAY,
  [DECLINED_CHANGE_PENDING]: {
    after: 'update_method',
    message:
      'An earlier change to your plan was declined by your bank and is still in the way. Please update your payment method, then confirm again. You were not charged.',
  },
  PREVIOUS_PAYMENT_PENDING: UNDER_WAY,
  [SCHEDULED_CHANGE]: {
    after: 'none',
    message:
      'Another change to your plan is already scheduled, so we did not make this one. You were not charged.',
  },
  [SCHEDULED_CANCELLATION]: {
    after: 'none',
    message: 'Your subscription is about to end, so we did not change your plan. You were not charged.',
  },
  SUBSCRIPTION_UNPAID: {
    after: 'update_method',
    message:
      'Your subscription has an open payment. Please update your payment method first. You were not charged.',
  },
  SUBSCRIPTION_INACTIVE: INACTIVE,
  INACTIVE_SUBSCRIPTION_PLAN_CHANGE_NOT_SUPPORTED: INACTIVE,
  SUBSCRIPTION_CHANGED: {
    after: 'none',
    message:
      'Your subscription has changed since this offer was made, so we did not change it again. You were not charged.',
  },
  ALREADY_ON_PLAN: { after: 'none', message: 'You are already on this plan. You were not charged again.' },
  [SUBSCRIPTION_GONE]: {
    after: 'checkout',
    message: 'Your subscription has ended. You can buy this plan at the checkout. You were not charged.',
  },
};

/** Returns the refusal for a code; undefined for every other failure, after which the standard checkout remains. */
export function planChangeRefusal(code: string): Refusal | undefined {
  return REFUSALS[code];
}
