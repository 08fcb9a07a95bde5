/**
 * `notifications/<run>`: delivers one run's webhooks to the merchant, in order and at least once. It is a run of its own
 * so that an outage at the merchant's does not keep the purchase run open.
 */
import { condition, defineSignal, rootCause, setHandler } from '@temporalio/workflow';
import type { Notification } from '../src/domain/notification.js';
import { notifyActivities } from './activities.js';

/** Adds a notification to deliver; null says that there will be no more. */
export const deliver = defineSignal<[Notification | null]>('deliver');

export async function notifications(): Promise<{ delivered: number; dead: number }> {
  const waiting: Notification[] = [];
  let complete = false;
  setHandler(deliver, (notification) => {
    if (notification === null) complete = true;
    else waiting.push(notification);
  });
  const count = { delivered: 0, dead: 0 };
  for (;;) {
    await condition(() => complete || waiting.length > 0);
    const next = waiting.shift();
    if (!next) return count;
    try {
      await notifyActivities.deliverNotification(next);
      count.delivered += 1;
    } catch (failure) {
      // Days of retries are over. It is kept for an operator, and the ones behind it still go out.
      await notifyActivities.buryNotification({ ...next, failure: rootCause(failure) });
      count.dead += 1;
    }
  }
}
