/** Which activities go first where requests to Dodo have to wait for their turn. */
import { Context } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { DODO_BUSY } from '../src/contract/busy.js';
import { DodoBusyError, withPriority, type Priority } from '../src/dodo/budget.js';
import { admitTo, HTTP_TIMEOUT_MS, type Dodo } from '../src/dodo/client.js';

/** The activities that ask Dodo for something. */
export const PRIORITY: Readonly<Record<string, Priority | undefined>> = {
  charge: 'money',
  changePlan: 'money',
  lookUpPayment: 'proof',
  lookUpPlanChange: 'proof',
  lookUpLostPlanChange: 'proof',
  openFallback: 'proof',
  cancelReplacedSubscription: 'proof',
  saveSubscription: 'proof',
  resumeSubscription: 'proof',
  settleLatePayment: 'proof',
  compensate: 'proof',
  recordReversal: 'proof',
  recordSecondPurchasePayment: 'proof',
  followScheduledChange: 'proof',
  evaluate: 'offer',
  present: 'offer',
  sweepPayments: 'sweep',
  evaluateShadows: 'sweep',
  mendPresentations: 'sweep',
  mendPurchases: 'sweep',
  findReversals: 'sweep',
  mendCompensations: 'sweep',
  mendReviews: 'sweep',
};

/** A customer waits for the charge, and its run must learn soon that nothing was sent. */
const MONEY_PATIENCE_MS = 15_000;
/** Where activities run without Temporal. */
const USUAL_TIMEOUT_MS = 60_000;
const LONGEST_RETRY_MS = 60_000;

/**
 * Wraps activities so that each of their requests to Dodo has a priority. One that cannot get its turn before its
 * timeout is tried again later, having sent nothing in vain.
 */
export function withPriorities<T extends Record<string, (...args: never[]) => Promise<unknown>>>(
  dodo: Dodo,
  activities: T,
): T {
  const wrapped = Object.entries(activities).map(([name, activity]) => {
    const priority = PRIORITY[name];
    if (priority === undefined) return [name, activity];
    const prioritized = (...args: never[]) =>
      withPriority(priority, patienceOf(priority), async () => {
        try {
          // Charges answer by themselves that nothing was sent.
          if (priority !== 'money') admitTo(dodo);
          return await activity(...args);
        } catch (error) {
          if (error instanceof DodoBusyError) throw again(error);
          throw error;
        }
      });
    return [name, prioritized];
  });
  return Object.fromEntries(wrapped) as T;
}

/** A request that is sent last must still be answered within the activity's time. */
function patienceOf(priority: Priority): number {
  const timeout = activityTimeout() ?? USUAL_TIMEOUT_MS;
  return priority === 'money' ? MONEY_PATIENCE_MS : Math.max(timeout - HTTP_TIMEOUT_MS - 1_000, timeout / 4);
}

function activityTimeout(): number | undefined {
  try {
    return Context.current().info.startToCloseTimeoutMs;
  } catch {
    return undefined;
  }
}

function again({ message, retryAfterMs }: DodoBusyError): ApplicationFailure {
  return ApplicationFailure.create({
    message,
    type: DODO_BUSY,
    nonRetryable: false,
    // Nothing that anybody has to look at.
    category: ApplicationFailureCategory.BENIGN,
    nextRetryDelay: Math.min(Math.max(retryAfterMs, 1_000), LONGEST_RETRY_MS),
  });
}
