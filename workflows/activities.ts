/** How each kind of activity may be tried. The activities themselves are told apart by what a second try would do. */
import { ActivityFailure, isCancellation, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import type { SendReply } from '../src/domain/attempt.js';

/** Choosing and pricing an offer: worth trying only while the customer may still be there. */
export const offerActivities = proxyActivities<Pick<Activities, 'evaluate' | 'present'>>({
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '1 hour',
  retry: { initialInterval: '1s', maximumInterval: '1 minute' },
  summary: 'choose and price an offer',
});

/** Calls that move money: never tried twice by Temporal. Longer than the HTTP timeout inside. */
export const moneyActivities = proxyActivities<Pick<Activities, 'charge' | 'changePlan'>>({
  startToCloseTimeout: '45s',
  retry: { maximumAttempts: 1 },
  summary: 'send the attempt, once',
});

/** One look at Dodo. Given up soon: the workflow asks again at its own pace. */
export const readActivities = proxyActivities<Pick<Activities, 'lookUpPayment' | 'lookUpPlanChange'>>({
  startToCloseTimeout: '30s',
  scheduleToCloseTimeout: '1 minute',
  retry: { initialInterval: '2s', maximumAttempts: 3 },
  summary: 'read the outcome from Dodo',
});

/** Opening a checkout link charges nobody, so it is tried until Dodo answers. */
export const checkoutActivities = proxyActivities<Pick<Activities, 'openFallback'>>({
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '24 hours',
  retry: { initialInterval: '1s', maximumInterval: '2 minutes' },
  summary: 'hand over the standard checkout',
});

/** What must happen in the end, however long the world is away. Safe to repeat. */
export const ledgerActivities = proxyActivities<
  Pick<
    Activities,
    | 'settle'
    | 'startWait'
    | 'saveSubscription'
    | 'resumeSubscription'
    | 'recordState'
    | 'cancelReplacedSubscription'
    | 'settleLatePayment'
    | 'recordReversal'
    | 'compensate'
    | 'giveUpCompensation'
  >
>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '1s', maximumInterval: '1 minute' },
  summary: 'record the outcome',
});

/** Webhooks to the merchant, for as long as an outage of theirs may last. */
export const notifyActivities = proxyActivities<
  Pick<Activities, 'deliverNotification' | 'buryNotification' | 'recordRedelivery'>
>({
  startToCloseTimeout: '30s',
  scheduleToCloseTimeout: '3 days',
  retry: { initialInterval: '5s', maximumInterval: '1 hour' },
  summary: 'webhook to the merchant',
});

/** A money call's reply; whatever stopped the activity from replying leaves its outcome unknown. */
export async function sendOnce(send: () => Promise<SendReply>): Promise<SendReply> {
  try {
    return await send();
  } catch (failure) {
    if (isCancellation(failure) || !(failure instanceof ActivityFailure)) throw failure;
    return { kind: 'unknown', detail: failure.cause?.message ?? failure.message };
  }
}

/** A read that may be impossible now. */
export async function ifReadable<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (failure) {
    if (isCancellation(failure) || !(failure instanceof ActivityFailure)) throw failure;
    return undefined;
  }
}
