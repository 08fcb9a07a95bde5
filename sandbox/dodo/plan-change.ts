import type DodoPayments from 'dodopayments';
import type { PlanChangeBody } from '../api/schemas.js';
import { ApiError, conflict, unprocessable } from '../errors.js';
import type { Metadata, PaymentRow, PendingChange, SubscriptionRow } from '../model.js';
import { businessPolicy } from '../policy.js';
import { newId } from '../state/ids.js';
import type { World } from '../world.js';
import { timestamp } from '../world.js';
import { attemptPayment } from './charge.js';
import { withLink } from './payment-links.js';
import { createPayment, isOpen, isUnpaid, paymentLine, paymentOf } from './payments.js';
import type { Quote } from './plan-change-quote.js';
import { quotePlanChange } from './plan-change-quote.js';
import { productOf } from './products.js';
import { announce, subscriptionOf, updateSubscription } from './subscriptions.js';
import { applyChange, dropPendingChange, livePendingChange } from './pending-change.js';

const NO_HANDLES: Required<DodoPayments.SubscriptionChangePlanResponse> = {
  client_secret: null,
  expires_on: null,
  payment_id: null,
  payment_link: null,
};

/** Changes a plan: now, through a payment link, or at the next billing date. */
export function changePlan(
  world: World,
  subscriptionId: string,
  body: PlanChangeBody,
): DodoPayments.SubscriptionChangePlanResponse {
  const subscription = subscriptionOf(world, subscriptionId);
  const quote = quotePlanChange(world, subscription, body);
  const viaLink = body.collect_via_payment_link === true;
  if (viaLink) assertLinkAllowed(world, body);
  assertNothingPending(world, subscription, body);
  dropPendingChange(world, subscriptionId);
  if (quote.scheduled) {
    schedule(world, quote, body.metadata ?? null);
    return NO_HANDLES;
  }
  if (quote.total === 0) {
    applyChange(world, subscriptionId, quote.change);
    return NO_HANDLES;
  }
  const payment = changePayment(world, quote, body);
  updateSubscription(world, subscriptionId, {
    pending_change: {
      payment_id: payment.payment_id,
      change: quote.change,
      failed: false,
      expires_at: payment.link_expires_at,
    },
  });
  if (viaLink) {
    return {
      client_secret: `${payment.payment_id}_secret`,
      expires_on: payment.link_expires_at,
      payment_id: payment.payment_id,
      payment_link: payment.payment_link,
    };
  }
  const method =
    subscription.payment_method_id === null
      ? undefined
      : world.tables.methods.get(subscription.payment_method_id);
  if (!method) {
    throw unprocessable('NO_ELIGIBLE_PAYMENT_METHODS', 'The subscription has no payment method on file');
  }
  attemptPayment(world, payment.payment_id, { card: method.card, method, present: false });
  return NO_HANDLES;
}

function assertLinkAllowed(world: World, body: PlanChangeBody): void {
  const allowed =
    businessPolicy(world).planChangeViaPaymentLink &&
    body.effective_at !== 'next_billing_date' &&
    body.on_payment_failure === 'prevent_change';
  if (!allowed) {
    throw unprocessable(
      'INVALID_REQUEST_PARAMETERS',
      'collect_via_payment_link needs the capability allow_plan_change_via_payment_link, effective_at immediately and on_payment_failure prevent_change',
    );
  }
}

/**
 * Says whether a change may replace a pending one without the risk of a double payment. An unpaid link is replaced
 * on request; a declined charge of the saved card may be followed by a link.
 */
function mayReplace(world: World, pending: PendingChange, body: PlanChangeBody): boolean {
  const payment = paymentOf(world, pending.payment_id);
  return payment.link_expires_at === null
    ? pending.failed && body.collect_via_payment_link === true
    : isUnpaid(payment) && body.cancel_older_payment_link === true;
}

function assertNothingPending(world: World, subscription: SubscriptionRow, body: PlanChangeBody): void {
  const pending = livePendingChange(world, subscription);
  if (pending && !mayReplace(world, pending, body)) {
    throw conflict(
      'PENDING_PLAN_CHANGE_EXISTS',
      'A pending plan change already exists for this subscription. Please wait for the current payment to complete.',
    );
  }
  if (subscription.scheduled_change && body.cancel_scheduled_change_plan !== true) {
    throw conflict(
      'SCHEDULED_PLAN_CHANGE_EXISTS',
      'A scheduled plan change already exists for this subscription. Please cancel the existing scheduled change before creating a new one.',
    );
  }
  assertNoPaymentPending(world, subscription.subscription_id);
}

/** @throws ApiError 422 while an earlier charge of the subscription has no outcome yet */
export function assertNoPaymentPending(world: World, subscriptionId: string): void {
  const pending = world.tables.payments.all().some(
    (payment) =>
      payment.subscription_ids.includes(subscriptionId) &&
      isOpen(payment) &&
      // An unused link blocks nothing.
      payment.status !== 'requires_payment_method',
  );
  if (pending) {
    throw unprocessable(
      'PREVIOUS_PAYMENT_PENDING',
      'Cannot create new charge as previous payment is not successful yet',
    );
  }
}

function schedule(
  world: World,
  { subscription, change, effectiveAt }: Quote,
  metadata: Metadata | null,
): void {
  updateSubscription(world, subscription.subscription_id, {
    scheduled_change: {
      id: newId('spc'),
      created_at: timestamp(world),
      effective_at: effectiveAt,
      metadata,
      change,
    },
  });
  announce(world, subscription.subscription_id, 'subscription.updated');
}

/** Creates the payment of a change. A declined link takes no second card unless the business keeps it pending. */
function changePayment(world: World, quote: Quote, body: PlanChangeBody): PaymentRow {
  const viaLink = body.collect_via_payment_link === true;
  const { subscription, change, basis, total, tax } = quote;
  const product = productOf(world, change.product_id);
  const payment = createPayment(world, {
    customer_id: subscription.customer_id,
    currency: subscription.currency,
    metadata: body.metadata ?? subscription.metadata,
    billing: subscription.billing,
    return_url: body.return_url ?? returnUrlOf(world, subscription),
    lines: [paymentLine(product.product_id, product.name, total, tax)],
    subscription_ids: [subscription.subscription_id],
    purpose: { kind: 'plan_change', subscription_id: subscription.subscription_id, basis },
    retriable: viaLink && businessPolicy(world).declinedPlanChangeLink === 'stays_pending',
  });
  return viaLink ? withLink(world, payment) : payment;
}

/** Only a change by payment link names a return URL. From the bank's page of others, it goes back to where the subscription was bought. */
function returnUrlOf(world: World, { subscription_id }: SubscriptionRow): string | null {
  const first = world.tables.payments
    .all()
    .find(
      ({ purpose, subscription_ids }) =>
        purpose.kind === 'purchase' && subscription_ids.includes(subscription_id),
    );
  return first?.return_url ?? null;
}

/**
 * Cancels a scheduled change.
 *
 * @throws ApiError 404 when there is none
 */
export function cancelScheduledChange(world: World, subscriptionId: string): void {
  if (!subscriptionOf(world, subscriptionId).scheduled_change) {
    throw new ApiError(
      404,
      'SCHEDULED_PLAN_CHANGE_NOT_FOUND',
      'No scheduled plan change found for this subscription.',
    );
  }
  updateSubscription(world, subscriptionId, { scheduled_change: null });
  announce(world, subscriptionId, 'subscription.updated');
}
