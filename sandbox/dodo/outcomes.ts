import type { PaymentRow } from '../model.js';
import { businessPolicy } from '../policy.js';
import { unprocessable } from '../errors.js';
import type { World } from '../world.js';
import { cardPage } from './payment-links.js';
import { markUsed, saveCard } from './payment-methods.js';
import { isOpen, paymentOf, setPaymentStatus, updatePayment } from './payments.js';
import {
  announce,
  periodFromNow,
  recurringAmount,
  subscriptionOf,
  updateSubscription,
  useCycle,
} from './subscriptions.js';
import { applyChange, dropPendingChange } from './pending-change.js';
import { activate, hold, reactivate } from './subscription-lifecycle.js';

export type Ending =
  { status: 'succeeded' } | { status: 'failed'; error_code: string } | { status: 'cancelled' };

/** Ends a payment, with all that follows from its outcome. */
export function endPayment(world: World, id: string, ending: Ending): PaymentRow {
  switch (ending.status) {
    case 'succeeded': {
      const saved = keepCard(world, id);
      const payment = setPaymentStatus(world, id, 'succeeded', { payment_method_id: saved });
      redeemDiscounts(world, payment);
      onPaid(world, payment);
      return payment;
    }
    case 'failed': {
      const { link_expires_at } = paymentOf(world, id);
      const payment = setPaymentStatus(world, id, 'failed', {
        error_code: ending.error_code,
        // Away from the bank's page, back to where another card can be tried.
        ...(link_expires_at !== null && { payment_link: world.url + cardPage(paymentOf(world, id)) }),
      });
      onFailed(world, payment, payment.retriable);
      return payment;
    }
    case 'cancelled': {
      const payment = setPaymentStatus(world, id, 'cancelled', {});
      onFailed(world, payment, false);
      return payment;
    }
  }
}

/**
 * Ends a payment that is still open, for timers, the 3-D Secure page and the control API.
 *
 * @throws ApiError 422 when the payment has already ended
 */
export function settlePayment(world: World, id: string, ending: Ending): PaymentRow {
  const payment = paymentOf(world, id);
  if (!isOpen(payment)) {
    throw unprocessable('INVALID_REQUEST_PARAMETERS', `Payment ${id} has already ended: ${payment.status}`);
  }
  return endPayment(world, id, ending);
}

/** Saves the card that paid for later one-click charges. */
function keepCard(world: World, id: string): string | null {
  const payment = paymentOf(world, id);
  if (payment.payment_method_id === null && payment.card) {
    const method = saveCard(world, payment.customer_id, payment.card);
    updatePayment(world, id, { payment_method_id: method.payment_method_id });
    markUsed(world, method.payment_method_id);
    return method.payment_method_id;
  }
  if (payment.payment_method_id !== null) markUsed(world, payment.payment_method_id);
  return payment.payment_method_id;
}

function redeemDiscounts(world: World, payment: PaymentRow): void {
  if (payment.purpose.kind !== 'purchase') return;
  for (const { discount_id } of payment.discounts) {
    const discount = world.tables.discounts.get(discount_id);
    if (discount) world.tables.discounts.put({ ...discount, times_used: discount.times_used + 1 });
  }
}

/** Says whether a subscription has ended: a late outcome does not revive it. */
function isOver(world: World, subscriptionId: string): boolean {
  return ['cancelled', 'expired'].includes(subscriptionOf(world, subscriptionId).status);
}

function onPaid(world: World, payment: PaymentRow): void {
  const { purpose } = payment;
  if (payment.subscription_ids.some((id) => isOver(world, id))) return;
  switch (purpose.kind) {
    case 'purchase':
      for (const id of payment.subscription_ids) activate(world, id, payment.payment_method_id);
      return;
    case 'renewal': {
      const subscription = subscriptionOf(world, purpose.subscription_id);
      updateSubscription(world, purpose.subscription_id, {
        ...periodFromNow(world, subscription.product_id),
        status: 'active',
        dues: 0,
        period_amount: recurringAmount(world, subscription),
        discounts: useCycle(subscription),
      });
      announce(world, purpose.subscription_id, 'subscription.renewed');
      return;
    }
    case 'dues':
      reactivate(world, purpose.subscription_id);
      return;
    case 'plan_change': {
      const { pending_change } = subscriptionOf(world, purpose.subscription_id);
      if (pending_change?.payment_id === payment.payment_id) {
        applyChange(world, purpose.subscription_id, pending_change.change);
      }
      return;
    }
    case 'method_update':
      adoptMethod(world, purpose.subscription_id, payment.payment_method_id);
      return;
    case 'on_demand':
      return;
  }
}

/** Makes a subscription pay with another method from now on. */
export function adoptMethod(world: World, subscriptionId: string, methodId: string | null): void {
  const { pending_change } = subscriptionOf(world, subscriptionId);
  updateSubscription(world, subscriptionId, { payment_method_id: methodId });
  if (pending_change?.failed === true && businessPolicy(world).pendingChangeOnMethodUpdate === 'clear') {
    dropPendingChange(world, subscriptionId);
  }
  announce(world, subscriptionId, 'subscription.update_payment_method');
}

function onFailed(world: World, payment: PaymentRow, retriable: boolean): void {
  const { purpose } = payment;
  if (payment.subscription_ids.some((id) => isOver(world, id))) return;
  switch (purpose.kind) {
    case 'purchase':
      if (retriable) return;
      for (const id of payment.subscription_ids) {
        updateSubscription(world, id, { status: 'failed' });
        announce(world, id, 'subscription.failed');
      }
      return;
    case 'renewal': {
      const subscription = subscriptionOf(world, purpose.subscription_id);
      updateSubscription(world, purpose.subscription_id, {
        ...periodFromNow(world, subscription.product_id),
        // An unpaid period leaves no unused part to credit.
        period_amount: 0,
      });
      hold(world, purpose.subscription_id, purpose.basis);
      return;
    }
    case 'plan_change':
      onPlanChangeDeclined(world, payment, purpose.subscription_id, purpose.basis);
      return;
    case 'on_demand':
      hold(world, purpose.subscription_id, purpose.basis);
      return;
    case 'dues':
    case 'method_update':
      return;
  }
}

function onPlanChangeDeclined(
  world: World,
  payment: PaymentRow,
  subscriptionId: string,
  basis: number,
): void {
  const { pending_change: pending } = subscriptionOf(world, subscriptionId);
  if (pending?.payment_id !== payment.payment_id) return;
  if (payment.link_expires_at !== null && !payment.retriable) {
    updateSubscription(world, subscriptionId, { pending_change: null });
    return;
  }
  if (pending.change.on_payment_failure === 'prevent_change') {
    updateSubscription(world, subscriptionId, { pending_change: { ...pending, failed: true } });
    return;
  }
  applyChange(world, subscriptionId, pending.change);
  updateSubscription(world, subscriptionId, { period_amount: 0 });
  hold(world, subscriptionId, basis);
}
