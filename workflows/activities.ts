/** How each kind of activity is retried. The kinds differ in what a second try would do. */
import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  patched,
  proxyActivities,
} from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import type { SendReply } from '../src/domain/attempt.js';
import { REFUSED_BY_MERCHANT } from '../src/domain/notification.js';
import { DODO_BUSY } from '../src/contract/busy.js';
import { PATCHES } from './patches.js';
import { DAY } from './units.js';

/** Choosing and pricing an offer; worth retrying only while the customer may still be there. */
export const offerActivities = proxyActivities<Pick<Activities, 'evaluate' | 'present'>>({
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '1 hour',
  retry: { initialInterval: '1s', maximumInterval: '1 minute' },
  summary: 'choose and price an offer',
});

/** Calls that move money; Temporal never retries them. The timeout is longer than the HTTP timeout inside. */
export const moneyActivities = proxyActivities<Pick<Activities, 'charge' | 'changePlan'>>({
  startToCloseTimeout: '45s',
  retry: { maximumAttempts: 1 },
  summary: 'send the attempt, once',
});

/**
 * Reads of Dodo. They give up soon, because the workflow asks again at its own pace; the time allows for other requests
 * that have to go first.
 */
export const readActivities = proxyActivities<
  Pick<Activities, 'lookUpPayment' | 'lookUpPlanChange' | 'lookUpLostPlanChange'>
>({
  startToCloseTimeout: '2 minutes',
  scheduleToCloseTimeout: '3 minutes',
  retry: { initialInterval: '2s', maximumAttempts: 3 },
  summary: 'read the outcome from Dodo',
});

/** Opening a checkout link, which charges nothing, so it is retried until Dodo answers. */
export const checkoutActivities = proxyActivities<Pick<Activities, 'openFallback'>>({
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '24 hours',
  retry: { initialInterval: '1s', maximumInterval: '2 minutes' },
  summary: 'hand over the standard checkout',
});

/** What must happen eventually, however long an outage lasts. Safe to repeat. */
export const ledgerActivities = proxyActivities<
  Pick<
    Activities,
    | 'settle'
    | 'startWait'
    | 'recordSecondPurchasePayment'
    | 'saveSubscription'
    | 'giveUpRetention'
    | 'giveUpResuming'
    | 'recordState'
    | 'fenceAttempt'
    | 'askAgain'
    | 'cancelReplacedSubscription'
    | 'settleLatePayment'
    | 'recordReversal'
    | 'compensate'
    | 'followScheduledChange'
    | 'giveUpCompensation'
  >
>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '1s', maximumInterval: '1 minute' },
  summary: 'record the outcome',
});

/**
 * Pauses, their ends, and longer trials: states that Dodo is asked for until it says that they are so. When it does not
 * for days, as with a rejected key, a person has to look.
 */
export const retentionActivities = proxyActivities<
  Pick<Activities, 'saveSubscription' | 'resumeSubscription'>
>({
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '3 days',
  retry: { initialInterval: '1s', maximumInterval: '5 minutes' },
  summary: 'keep the subscription',
});

/** How long a webhook to the merchant is retried: as long as an outage on their side may last. */
export const LONGEST_MERCHANT_OUTAGE = 3 * DAY;

const NOTIFY = {
  startToCloseTimeout: '30s',
  retry: { initialInterval: '5s', maximumInterval: '1 hour' },
  summary: 'webhook to the merchant',
} as const;

/** Webhooks to the merchant, retried whatever the endpoint answers. */
export const notifyActivities = proxyActivities<
  Pick<Activities, 'deliverNotification' | 'buryNotification' | 'recordRedelivery'>
>({ ...NOTIFY, scheduleToCloseTimeout: LONGEST_MERCHANT_OUTAGE });

/** Webhooks that others wait behind: retried while the merchant is away, and not when their endpoint refuses them. */
export function inOrderActivities(scheduleToCloseTimeout: number) {
  return proxyActivities<Pick<Activities, 'deliverNotification' | 'deliverEither'>>({
    ...NOTIFY,
    // Two answers of the endpoint are waited for.
    startToCloseTimeout: '45s',
    scheduleToCloseTimeout,
    retry: { ...NOTIFY.retry, nonRetryableErrorTypes: [REFUSED_BY_MERCHANT] },
  });
}

/** Returns the reply of a call that moves money. If the activity failed without a reply, the outcome is `unknown` and `lost`. */
export async function sendOnce(send: () => Promise<SendReply>): Promise<SendReply> {
  try {
    return await send();
  } catch (failure) {
    if (isCancellation(failure) || !(failure instanceof ActivityFailure)) throw failure;
    return { kind: 'unknown', detail: failure.cause?.message ?? failure.message, lost: true };
  }
}

/** Returns what was read; undefined when it cannot be read now. */
export async function ifReadable<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (failure) {
    if (isCancellation(failure) || !(failure instanceof ActivityFailure)) throw failure;
    return undefined;
  }
}

/**
 * Reads the outcome of an attempt. A look-up that waited in vain for its turn at Dodo begins anew: that says nothing about
 * whether Dodo can be read. Undefined when it cannot.
 */
export async function readOutcome<T>(read: () => Promise<T>): Promise<T | undefined> {
  for (;;) {
    try {
      return await read();
    } catch (failure) {
      if (isCancellation(failure) || !(failure instanceof ActivityFailure)) throw failure;
      const { cause } = failure;
      const waited = cause instanceof ApplicationFailure && cause.type === DODO_BUSY;
      if (!waited || !patched(PATCHES.queuedLookUps)) return undefined;
    }
  }
}
