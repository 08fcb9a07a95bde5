import type DodoPayments from 'dodopayments';
import { unprocessable } from '../errors.js';
import type { PaymentRow } from '../model.js';
import type { World } from '../world.js';
import type { CardEntry } from './cards.js';
import { payLink } from './hosted-payments.js';
import type { PayResult } from './hosted-payments.js';
import { adoptMethod } from './outcomes.js';
import { createPayment } from './payments.js';
import { withLink } from './payment-links.js';
import { chargeDues } from './renewals.js';
import { subscriptionOf } from './subscriptions.js';

export type MethodUpdate =
  { type: 'new'; return_url?: string | null | undefined } | { type: 'existing'; payment_method_id: string };

/** Changes a subscription's payment method: through a page for a new card, at once for a saved one. */
export function updatePaymentMethod(
  world: World,
  subscriptionId: string,
  update: MethodUpdate,
): DodoPayments.SubscriptionUpdatePaymentMethodResponse {
  const subscription = subscriptionOf(world, subscriptionId);
  if (['cancelled', 'failed', 'expired', 'pending'].includes(subscription.status)) {
    throw unprocessable('SUBSCRIPTION_INACTIVE', `Subscription is not active: ${subscription.status}`);
  }
  if (update.type === 'new') {
    const payment = updatePage(world, subscriptionId, update.return_url ?? null);
    return {
      client_secret: `${payment.payment_id}_secret`,
      expires_on: payment.link_expires_at,
      payment_id: payment.payment_id,
      payment_link: payment.payment_link,
    };
  }
  const method = world.tables.methods.get(update.payment_method_id);
  if (method?.customer_id !== subscription.customer_id) {
    throw unprocessable(
      'INVALID_REQUEST_PARAMETERS',
      `Payment method ${update.payment_method_id} does not belong to customer ${subscription.customer_id}`,
    );
  }
  adoptMethod(world, subscriptionId, method.payment_method_id);
  const dues = payDues(world, subscriptionId);
  return { client_secret: null, expires_on: null, payment_id: dues?.payment_id ?? null, payment_link: null };
}

/** Creates a payment of zero whose page takes the new card. */
function updatePage(world: World, subscriptionId: string, returnUrl: string | null): PaymentRow {
  const { customer_id, currency, billing, metadata } = subscriptionOf(world, subscriptionId);
  const payment = createPayment(world, {
    customer_id,
    currency,
    billing,
    metadata,
    lines: [],
    subscription_ids: [subscriptionId],
    return_url: returnUrl,
    retriable: true,
    purpose: { kind: 'method_update', subscription_id: subscriptionId },
  });
  return withLink(world, payment);
}

/** Saves the card entered on the page, and charges what a subscription on hold owes. Returns the last payment. */
export function enterNewCard(world: World, paymentId: string, entry: CardEntry): PayResult {
  const result = payLink(world, paymentId, entry);
  if (!result.ok || result.payment.status !== 'succeeded') return result;
  const { purpose } = result.payment;
  if (purpose.kind !== 'method_update') return result;
  const dues = payDues(world, purpose.subscription_id);
  return dues ? { ok: true, payment: dues } : result;
}

function payDues(world: World, subscriptionId: string): PaymentRow | null {
  const { status } = subscriptionOf(world, subscriptionId);
  return status === 'on_hold' || status === 'past_due' ? chargeDues(world, subscriptionId) : null;
}
