/** `pause/<subscriptionId>`: ends a pause that a customer accepted, when its time is over. */
import { condition, setHandler } from '@temporalio/workflow';
import { ledgerActivities } from './activities.js';
import { pausedAgain, type Pause } from '../src/contract/messages.js';

export async function pause(first: Pause): Promise<void> {
  let current: Pause | undefined = first;
  let next: Pause | undefined;
  setHandler(pausedAgain, (another) => void (next = another), {
    description: 'The subscription was resumed and paused again; the new pause counts.',
  });
  while (current) {
    const left = Date.parse(current.until) - Date.now();
    if (left > 0) await condition(() => next !== undefined, left, { summary: 'the subscription is paused' });
    if (next === undefined) {
      const { subscriptionId, presentationId, pausedAt } = current;
      await ledgerActivities.resumeSubscription({ subscriptionId, presentationId, pausedAt });
    }
    current = next;
    next = undefined;
  }
}
