/** `pause/<subscriptionId>`: ends a pause that a customer accepted, when its time is over. */
import { ActivityFailure, condition, isCancellation, setHandler } from '@temporalio/workflow';
import type { ResumeInput } from '../activities/fulfilling/retention.js';
import { ledgerActivities, retentionActivities } from './activities.js';
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
      await endPause({ subscriptionId, presentationId, pausedAt });
    }
    current = next;
    next = undefined;
  }
}

/** Ends a pause. When Dodo does not take it for days, a person has to. */
async function endPause(input: ResumeInput): Promise<void> {
  try {
    await retentionActivities.resumeSubscription(input);
  } catch (failure) {
    if (!(failure instanceof ActivityFailure) || isCancellation(failure)) throw failure;
    await ledgerActivities.giveUpResuming(input);
  }
}
