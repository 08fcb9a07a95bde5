import type DodoPayments from 'dodopayments';
import type { PlanChangeBody } from '../api/schemas.js';
import { ApiError, conflict, unprocessable } from '../errors.js';
import type { Metadata, PaymentRow, SubscriptionRow } from '../model.js';
import { businessPolicy } from '../policy.js';
import { newId } from '../state/ids.js';
import type { World } from '../world.js';
import { timestamp } from '../world.js';
import { attemptPayment } from './charge.js';
import { createPayment, isOpen, paymentLine } from './payments.js';
import type { Quote } from './plan-change-quote.js';
import { quotePlanChange } from './plan-change-quote.js';
import { productOf } from './products.js';
import {
  announce,
  applyChange,
  dropPendingChange,
  livePendingChange,
  subscriptionOf,
  updateSubscription,
} from './subscriptions.js';

export const LINK_LIFE = 24 * 60 * 60 * 1000;

const NO_HANDLES: Required<DodoPayments.SubscriptionChangePlanResponse> = {
  client_secret: null,
  expires_on: null,
  payment_id: null,
  payment_link: null,
};

/** Changes a plan: now, by a link, or at the next billing date. */
export function changePlan(
  world: World,
  subscriptionId: string,
  body: PlanChangeBody,
): DodoPayments.SubscriptionChangePlanResponse {
  const subscription = subscriptionOf(world, subscriptionId);
  const quote = quotePlanChange(world, subscription, body);
  const viaLink = body.collect_via_payment_link === true;
  if (viaLink) assertLinkAllowed(world, body);
  assertNothingPending(world, subscription, body, viaLink);
  dropPendingChange(world, subscriptionId);
  updateSubscription(world, subscriptionId, { scheduled_change: null });
  if (quote.scheduled) {
    schedule(world, quote, body.metadata ?? null);
    return NO_HANDLES;
  }
  if (quote.total === 0) {
    applyChange(world, subscriptionId, quote.change);
    return NO_HANDLES;
  }
  const payment = changePayment(world, quote, body.metadata ?? subscription.metadata, viaLink);
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

/** A declined change may be taken over by a payment link: nothing is under way that could pay twice. */
function assertNothingPending(
  world: World,
  subscription: SubscriptionRow,
  body: PlanChangeBody,
  viaLink: boolean,
): void {
  const pending = livePendingChange(world, subscription);
  if (pending && !(viaLink && pending.failed)) {
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

/** 422 while an earlier charge of the subscription is neither paid nor failed. */
export function assertNoPaymentPending(world: World, subscriptionId: string): void {
  const pending = world.tables.payments.all().some(
    (payment) =>
      payment.subscription_ids.includes(subscriptionId) &&
      isOpen(payment) &&
      // A link nobody has used yet holds nothing up.
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

function changePayment(world: World, quote: Quote, metadata: Metadata, viaLink: boolean): PaymentRow {
  const { subscription, change, basis, total, tax } = quote;
  const product = productOf(world, change.product_id);
  const payment = createPayment(world, {
    customer_id: subscription.customer_id,
    currency: subscription.currency,
    metadata,
    billing: subscription.billing,
    lines: [paymentLine(product.product_id, product.name, total, tax)],
    subscription_ids: [subscription.subscription_id],
    purpose: { kind: 'plan_change', subscription_id: subscription.subscription_id, basis },
    retriable: viaLink,
  });
  return viaLink ? withLink(world, payment) : payment;
}

/** A payment that is paid on its own page. */
export function withLink(world: World, payment: PaymentRow, page = 'pay'): PaymentRow {
  const linked: PaymentRow = {
    ...payment,
    payment_link: `${world.url}/${page}/${payment.payment_id}`,
    link_expires_at: new Date(world.now().getTime() + LINK_LIFE).toISOString(),
  };
  world.tables.payments.put(linked);
  return linked;
}

/** Takes a scheduled change back. 404 when there is none. */
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
