/**
 * `notifications/<run>`: delivers one run's webhooks to the merchant, in order and at least once. It is a run of its own
 * so that an outage at the merchant's does not keep the purchase run open.
 *
 * While the endpoint is away, everything waits in order. What it refuses is set aside and retried on its own schedule,
 * and so is what it cannot take while it takes a later one about access.
 */
import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  condition,
  defineSignal,
  isCancellation,
  patched,
  rootCause,
  setHandler,
} from '@temporalio/workflow';
import { REFUSED_BY_MERCHANT, isAboutAccess, type Notification } from '../src/domain/notification.js';
import { LONGEST_MERCHANT_OUTAGE, inOrderActivities, notifyActivities } from './activities.js';
import { PATCHES } from './patches.js';
import { MINUTE } from './units.js';

/** Adds a notification to deliver; null says that there will be no more. */
export const deliver = defineSignal<[Notification | null]>('deliver');

/** The first tries of a notification. An endpoint that does not take it by then is away, or cannot take it. */
const AT_ONCE = MINUTE;

interface Queue {
  waiting: Notification[];
  complete: boolean;
  count: { delivered: number; dead: number };
}

export async function notifications(): Promise<{ delivered: number; dead: number }> {
  const queue: Queue = { waiting: [], complete: false, count: { delivered: 0, dead: 0 } };
  setHandler(deliver, (notification) => {
    if (notification === null) queue.complete = true;
    else queue.waiting.push(notification);
  });
  await (patched(PATCHES.notificationOrder) ? deliverAround(queue) : deliverOneByOne(queue));
  return queue.count;
}

/** Runs that began before the patch: each one waits for the end of the one before. */
async function deliverOneByOne(queue: Queue): Promise<void> {
  const { waiting } = queue;
  for (;;) {
    await condition(() => queue.complete || waiting.length > 0);
    const next = waiting.shift();
    if (!next) return;
    await deliverFully(queue, next);
  }
}

async function deliverAround(queue: Queue): Promise<void> {
  const { waiting } = queue;
  let aside = 0;
  const lost: unknown[] = [];
  /** Retries it beside the others, on a schedule of its own. */
  function setAside(notification: Notification): void {
    aside += 1;
    void deliverFully(queue, notification)
      .catch((failure: unknown) => void lost.push(failure))
      .finally(() => (aside -= 1));
  }

  for (;;) {
    await condition(() => waiting.length > 0 || (queue.complete && aside === 0));
    const [head] = waiting;
    if (!head) {
      // Neither delivered nor kept for an operator: somebody has to see that.
      if (lost.length > 0) throw lost[0];
      return;
    }
    const settled = await deliverHead(queue, head);
    if (settled.kind === 'overtaken') {
      waiting.splice(waiting.indexOf(settled.by), 1);
      queue.count.delivered += 1;
    }
    waiting.shift();
    if (settled.kind === 'dead') await bury(queue, head, settled.failure);
    else if (settled.kind === 'delivered') queue.count.delivered += 1;
    else setAside(head);
  }
}

type HeadSettled =
  | { kind: 'delivered' }
  /** The endpoint refused it. */
  | { kind: 'refused' }
  /** The endpoint failed on it, and took a later one. */
  | { kind: 'overtaken'; by: Notification }
  | { kind: 'dead'; failure: unknown };

/**
 * Delivers the first of the queue. Where the endpoint does not take it within a minute, it goes on together with the
 * first one about access, as soon as there is one.
 */
async function deliverHead({ waiting }: Queue, head: Notification): Promise<HeadSettled> {
  const deadline = Date.now() + LONGEST_MERCHANT_OUTAGE;
  const rival = () => waiting.find((one) => one !== head && isAboutAccess(one));
  try {
    if (await isTakenAtOnce(head)) return { kind: 'delivered' };
    // At least one try, however long the first minute took.
    const { deliverNotification, deliverEither } = inOrderActivities(Math.max(deadline - Date.now(), MINUTE));
    if (await doneBefore(rival, () => deliverNotification(head))) return { kind: 'delivered' };
    const by = rival();
    if (!by) throw new Error('unreachable: only a rival ends the wait');
    const which = await deliverEither([head, by]);
    return which === 'first' ? { kind: 'delivered' } : { kind: 'overtaken', by };
  } catch (failure) {
    if (isCancellation(failure)) throw failure;
    return isRefusal(failure) ? { kind: 'refused' } : { kind: 'dead', failure };
  }
}

/** False when the endpoint is away. */
async function isTakenAtOnce(notification: Notification): Promise<boolean> {
  try {
    await inOrderActivities(AT_ONCE).deliverNotification(notification);
    return true;
  } catch (failure) {
    if (isCancellation(failure) || !isAway(failure)) throw failure;
    return false;
  }
}

/**
 * Waits for a delivery, and gives it up for a rival. A try that is under way then may still arrive: it is repeated under
 * the same id.
 *
 * @returns false when it was given up
 */
async function doneBefore(rival: () => unknown, work: () => Promise<void>): Promise<boolean> {
  if (rival() !== undefined) return false;
  let ended = false;
  const scope = new CancellationScope();
  const delivery = scope.run(work).finally(() => (ended = true));
  delivery.catch(() => undefined);
  await condition(() => ended || rival() !== undefined);
  if (ended) {
    await delivery;
    return true;
  }
  scope.cancel();
  return false;
}

/** Retries for days, and then puts it aside for an operator. */
async function deliverFully(queue: Queue, notification: Notification): Promise<void> {
  try {
    await notifyActivities.deliverNotification(notification);
    queue.count.delivered += 1;
  } catch (failure) {
    await bury(queue, notification, failure);
  }
}

/** Days of retries are over. It is kept for an operator, and the ones behind it still go out. */
async function bury({ count }: Queue, notification: Notification, failure: unknown): Promise<void> {
  await notifyActivities.buryNotification({ ...notification, failure: rootCause(failure) });
  count.dead += 1;
}

function isRefusal(failure: unknown): boolean {
  return causeOf(failure)?.type === REFUSED_BY_MERCHANT;
}

/** Whether another try may help. */
function isAway(failure: unknown): boolean {
  return !isRefusal(failure) && causeOf(failure)?.nonRetryable !== true;
}

function causeOf(failure: unknown): ApplicationFailure | undefined {
  const cause = failure instanceof ActivityFailure ? failure.cause : undefined;
  return cause instanceof ApplicationFailure ? cause : undefined;
}
