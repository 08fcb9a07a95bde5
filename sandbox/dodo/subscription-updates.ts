import type { SubscriptionPatch } from '../api/schemas.js';
import { unprocessable } from '../errors.js';
import type { SubscriptionRow } from '../model.js';
import type { World } from '../world.js';
import { timestamp } from '../world.js';
import { renew } from './renewals.js';
import { announce, periodFromNow, subscriptionOf, updateSubscription } from './subscriptions.js';
import { cancelNow } from './subscription-lifecycle.js';

/** Applies `PATCH /subscriptions/:id`. A `next_billing_date` that is not in the future renews the subscription at once. */
export function patchSubscription(world: World, id: string, patch: SubscriptionPatch): SubscriptionRow {
  const subscription = subscriptionOf(world, id);
  const fields = Object.entries(patch).filter(([, value]) => value !== undefined && value !== null);
  if (patch.pause != null) {
    throw unprocessable(
      'INVALID_REQUEST_BODY',
      'pause was removed: use status paused, or status active to resume',
    );
  }
  if (patch.status === 'paused' || patch.status === 'active') {
    if (fields.length > 1) {
      throw unprocessable('INVALID_REQUEST_BODY', `status ${patch.status} must be sent alone`);
    }
    return patch.status === 'paused' ? pause(world, subscription) : resume(world, subscription);
  }
  if (['cancelled', 'failed', 'expired'].includes(subscription.status)) {
    throw unprocessable('SUBSCRIPTION_INACTIVE', `Subscription is not active: ${subscription.status}`);
  }
  updateSubscription(world, id, {
    ...(patch.metadata != null ? { metadata: patch.metadata } : {}),
    ...(patch.billing != null ? { billing: patch.billing } : {}),
    ...(patch.cancellation_comment != null ? { cancellation_comment: patch.cancellation_comment } : {}),
    ...(patch.cancellation_feedback != null ? { cancellation_feedback: patch.cancellation_feedback } : {}),
    ...(patch.cancel_at_next_billing_date != null
      ? { cancel_at_next_billing_date: patch.cancel_at_next_billing_date }
      : {}),
    ...(patch.next_billing_date != null
      ? { next_billing_date: new Date(patch.next_billing_date).toISOString() }
      : {}),
  });
  if (patch.status === 'cancelled') {
    cancelNow(world, id);
  } else {
    announce(world, id, 'subscription.updated');
    if (patch.next_billing_date != null && new Date(patch.next_billing_date) <= world.now()) renew(world, id);
  }
  return subscriptionOf(world, id);
}

function pause(world: World, { subscription_id, status }: SubscriptionRow): SubscriptionRow {
  if (status !== 'active') {
    throw unprocessable(
      'SUBSCRIPTION_INACTIVE',
      `Only an active subscription can be paused; this one is ${status}`,
    );
  }
  const paused = updateSubscription(world, subscription_id, {
    status: 'paused',
    paused_at: timestamp(world),
  });
  announce(world, subscription_id, 'subscription.paused');
  return paused;
}

function resume(world: World, { subscription_id, status, product_id }: SubscriptionRow): SubscriptionRow {
  if (status !== 'paused') {
    throw unprocessable(
      'INVALID_REQUEST_PARAMETERS',
      `Only a paused subscription can be resumed; this one is ${status}`,
    );
  }
  const resumed = updateSubscription(world, subscription_id, {
    status: 'active',
    paused_at: null,
    ...periodFromNow(world, product_id),
  });
  announce(world, subscription_id, 'subscription.unpaused');
  return resumed;
}
