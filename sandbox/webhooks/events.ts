import type DodoPayments from 'dodopayments';
import { newId } from '../state/ids.js';
import type { DeliveryRow, EventSubject } from '../model.js';
import type { World } from '../world.js';
import { timestamp } from '../world.js';

/** Records an event for delivery. It is sent once the change it belongs to is on disk and answered. */
export function emit(world: World, type: DodoPayments.WebhookEventType, subject: EventSubject): void {
  record(world, { type, subject });
}

/** Records any event, including types that Dodo does not have. Returns its `webhook-id`. */
export function record(
  world: World,
  event: { type: string; subject: EventSubject; timestamp?: string },
): string {
  const delivery: DeliveryRow = {
    id: newId('msg'),
    type: event.type,
    timestamp: event.timestamp ?? timestamp(world),
    subject: event.subject,
    status: 'pending',
    next_attempt_at: new Date().toISOString(),
    attempts: [],
  };
  world.tables.deliveries.put(delivery);
  world.outbox.deliveries.push(delivery.id);
  return delivery.id;
}
