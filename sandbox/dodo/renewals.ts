import type { Currency, Metadata, PaymentRow, SubscriptionRow } from '../model.js';
import { unprocessable } from '../errors.js';
import { taxed } from '../money/tax.js';
import type { World } from '../world.js';
import { attemptPayment } from './charge.js';
import { endPayment } from './outcomes.js';
import { createPayment, paymentLine } from './payments.js';
import { assertNoPaymentPending } from './plan-change.js';
import { productOf } from './products.js';
import { frequency, recurringAmount, subscriptionOf, updateSubscription } from './subscriptions.js';
import { applyChange, dropPendingChange } from './pending-change.js';
import { cancelNow } from './subscription-lifecycle.js';

/**
 * Renews a subscription whose billing date has come: ends it if it was to be cancelled, else applies a scheduled
 * change and charges the saved method for a new period that starts now.
 */
export function renew(world: World, id: string): PaymentRow | null {
  const due = subscriptionOf(world, id);
  if (due.status !== 'active') {
    throw unprocessable('SUBSCRIPTION_INACTIVE', `Subscription is not active: ${due.status}`);
  }
  if (due.cancel_at_next_billing_date) {
    cancelNow(world, id);
    return null;
  }
  const metadata = due.scheduled_change?.metadata ?? due.metadata;
  if (due.scheduled_change) {
    dropPendingChange(world, id);
    applyChange(world, id, { ...due.scheduled_change.change, resets_dates: false });
  }
  const subscription = subscriptionOf(world, id);
  const amount = recurringAmount(world, subscription);
  const credit = Math.min(subscription.credit_balance, amount);
  updateSubscription(world, id, { credit_balance: subscription.credit_balance - credit });
  return chargeSubscription(world, subscription, { kind: 'renewal', basis: amount - credit, metadata });
}

/** Charges the amount that a failed renewal or plan change left unpaid. */
export function chargeDues(world: World, id: string): PaymentRow {
  const subscription = subscriptionOf(world, id);
  return chargeSubscription(world, subscription, {
    kind: 'dues',
    basis: subscription.dues,
    metadata: subscription.metadata,
  });
}

/** Charges any amount to an on-demand subscription, for `POST /subscriptions/:id/charge`. */
export function chargeOnDemand(
  world: World,
  id: string,
  charge: {
    amount: number;
    currency: Currency | null;
    description: string | null;
    metadata: Metadata | null;
  },
): PaymentRow {
  const subscription = subscriptionOf(world, id);
  if (!subscription.on_demand) {
    throw unprocessable('SUBSCRIPTION_NOT_ON_DEMAND', 'Subscription is not on demand');
  }
  if (subscription.status !== 'active')
    throw unprocessable('SUBSCRIPTION_INACTIVE', 'Subscription is not active');
  if (subscription.cancel_at_next_billing_date) {
    throw unprocessable(
      'CHARGE_NOT_ALLOWED_FOR_SCHEDULED_CANCELLATION',
      'Subscription scheduled for cancellation',
    );
  }
  if (charge.currency !== null && charge.currency !== subscription.currency) {
    throw unprocessable('UNSUPPORTED_CURRENCY', `The subscription is charged in ${subscription.currency}`);
  }
  assertNoPaymentPending(world, id);
  return chargeSubscription(world, subscription, {
    kind: 'on_demand',
    basis: charge.amount,
    metadata: charge.metadata ?? subscription.metadata,
    description: charge.description,
  });
}

function chargeSubscription(
  world: World,
  subscription: SubscriptionRow,
  charge: {
    kind: 'renewal' | 'dues' | 'on_demand';
    basis: number;
    metadata: Metadata;
    description?: string | null;
  },
): PaymentRow {
  const { subscription_id, product_id } = subscription;
  const product = productOf(world, product_id);
  const inclusive = frequency(world, product_id).tax_inclusive === true;
  const { tax, total } = taxed(charge.basis, subscription.billing.country, inclusive);
  const payment = createPayment(world, {
    customer_id: subscription.customer_id,
    currency: subscription.currency,
    metadata: charge.metadata,
    billing: subscription.billing,
    lines: [paymentLine(product_id, charge.description ?? product.name, total, tax)],
    subscription_ids: [subscription_id],
    purpose: { kind: charge.kind, subscription_id, basis: charge.basis },
  });
  const method =
    subscription.payment_method_id === null
      ? undefined
      : world.tables.methods.get(subscription.payment_method_id);
  if (total === 0) return endPayment(world, payment.payment_id, { status: 'succeeded' });
  if (!method) {
    return endPayment(world, payment.payment_id, {
      status: 'failed',
      error_code: 'PAYMENT_METHOD_UNSUPPORTED',
    });
  }
  return attemptPayment(world, payment.payment_id, { card: method.card, method, present: false });
}
