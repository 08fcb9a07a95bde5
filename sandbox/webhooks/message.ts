import { Webhook } from 'standardwebhooks';
import { BUSINESS_ID } from '../dodo/business.js';
import { fullDisputeView } from '../dodo/disputes.js';
import { paymentView } from '../dodo/payment-views.js';
import { paymentOf } from '../dodo/payments.js';
import { refundOf, refundView } from '../dodo/refunds.js';
import { subscriptionView } from '../dodo/subscription-views.js';
import { subscriptionOf } from '../dodo/subscriptions.js';
import { notFound } from '../errors.js';
import type { DeliveryRow, EventSubject } from '../model.js';
import type { World } from '../world.js';

export interface SignedMessage {
  headers: Record<string, string>;
  body: string;
}

/** Returns the message of one attempt: current data and a fresh signature, whenever the event happened. */
export function signedMessage(world: World, delivery: DeliveryRow, keys: string): SignedMessage {
  const body = JSON.stringify({
    business_id: BUSINESS_ID,
    type: delivery.type,
    timestamp: delivery.timestamp,
    data: eventData(world, delivery.subject),
  });
  const sentAt = new Date();
  const signatures = keys.split(',').map((key) => new Webhook(key.trim()).sign(delivery.id, sentAt, body));
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'webhook-id': delivery.id,
      'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
      'webhook-signature': signatures.join(' '),
    },
  };
}

function eventData(world: World, subject: EventSubject): unknown {
  switch (subject.kind) {
    case 'Payment':
      return { payload_type: 'Payment', ...paymentView(world, paymentOf(world, subject.id)) };
    case 'Subscription': {
      const subscription = subscriptionOf(world, subject.id);
      return {
        payload_type: 'Subscription',
        ...subscriptionView(world, subscription),
        past_due_ends_at: subscription.past_due_ends_at,
      };
    }
    case 'Refund':
      return { payload_type: 'Refund', ...refundView(world, refundOf(world, subject.id)) };
    case 'Dispute': {
      const dispute = world.tables.disputes.get(subject.id);
      if (!dispute) throw notFound('Dispute', subject.id);
      return { payload_type: 'Dispute', ...fullDisputeView(world, dispute) };
    }
    case 'raw':
      return subject.data;
  }
}
