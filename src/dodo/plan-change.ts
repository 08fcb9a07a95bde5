/** When a subscription's plan cannot be changed, and what is left to the customer then. */
import type DodoPayments from 'dodopayments';

export const SUBSCRIPTION_GONE = 'SUBSCRIPTION_NOT_FOUND';

const SCHEDULED_CANCELLATION = 'PLAN_CHANGE_NOT_ALLOWED_FOR_SCHEDULED_CANCELLATION';
const SCHEDULED_CHANGE = 'SCHEDULED_PLAN_CHANGE_EXISTS';

type State = Pick<
  DodoPayments.Subscription,
  'status' | 'cancel_at_next_billing_date' | 'scheduled_change' | 'product_id' | 'quantity'
>;

/** What a customer accepted. `quantity` as it was shown; `carried` when it is the subscription's own. */
export interface WantedPlan {
  productId: string;
  quantity: number;
  carried: boolean;
}

/** Why this subscription must not be changed so, as a code; undefined when it may be. */
export function reasonAgainstChange(subscription: State, wanted: WantedPlan): string | undefined {
  const state = reasonInItsState(subscription);
  if (state !== undefined) return state;
  if (wanted.carried && subscription.quantity !== wanted.quantity) return 'SUBSCRIPTION_CHANGED';
  const there = subscription.product_id === wanted.productId && subscription.quantity === wanted.quantity;
  return there ? 'ALREADY_ON_PLAN' : undefined;
}

/** Why nothing can be changed about a subscription in this state, as a code. */
export function reasonInItsState(
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
  after: 'checkout' | 'update_method' | 'none';
  message: string;
}

const UNDER_WAY: Refusal = {
  after: 'none',
  message:
    'Another change to your plan is already under way, so this one was not made. You were not charged.',
};

/** What is left after a refusal. A new subscription is sold only where the old one is gone. */
const REFUSALS: Record<string, Refusal> = {
  PENDING_PLAN_CHANGE_EXISTS: UNDER_WAY,
  PREVIOUS_PAYMENT_PENDING: UNDER_WAY,
  [SCHEDULED_CHANGE]: {
    after: 'none',
    message:
      'Another change to your plan is already scheduled, so this one was not made. You were not charged.',
  },
  [SCHEDULED_CANCELLATION]: {
    after: 'none',
    message: 'Your subscription is about to end, so its plan was not changed. You were not charged.',
  },
  SUBSCRIPTION_UNPAID: {
    after: 'update_method',
    message:
      'Your subscription has an open payment. Please update your payment method first. You were not charged.',
  },
  SUBSCRIPTION_INACTIVE: {
    after: 'none',
    message:
      'Your subscription is not active at the moment, so its plan was not changed. You were not charged.',
  },
  INACTIVE_SUBSCRIPTION_PLAN_CHANGE_NOT_SUPPORTED: {
    after: 'none',
    message:
      'Your subscription is not active at the moment, so its plan was not changed. You were not charged.',
  },
  SUBSCRIPTION_CHANGED: {
    after: 'none',
    message:
      'Your subscription has changed since this offer was made, so it was not changed again. You were not charged.',
  },
  ALREADY_ON_PLAN: { after: 'none', message: 'You are on this plan already. You were not charged again.' },
  [SUBSCRIPTION_GONE]: {
    after: 'checkout',
    message: 'Your subscription has ended. You can take this plan at the checkout. You were not charged.',
  },
};

/** Undefined for every other failure, after which the standard checkout is left. */
export function planChangeRefusal(code: string): Refusal | undefined {
  return REFUSALS[code];
}
