/** The activities a worker offers to workflows. Their names are in recorded histories. */
import { bulkActivities } from './afterwards/bulk.js';
import { closedOfferActivities } from './afterwards/closed-offer.js';
import { compensationActivities } from './afterwards/compensate.js';
import { janitorActivities } from './afterwards/janitor.js';
import { latePaymentActivities } from './afterwards/late-payment.js';
import { notifyActivities } from './afterwards/notify.js';
import { resolutionActivities } from './afterwards/resolution.js';
import { reversalActivities } from './afterwards/reversal.js';
import { scheduledChangeActivities } from './afterwards/scheduled-change.js';
import { settleActivities } from './afterwards/settle.js';
import { sweepActivities } from './afterwards/sweep.js';
import type { ActivityContext } from './context.js';
import { cancelReplacedActivities } from './fulfilling/cancel-replaced.js';
import { changePlanActivities } from './fulfilling/change-plan.js';
import { askAgainActivities } from './fulfilling/ask-again.js';
import { chargeActivities } from './fulfilling/charge.js';
import { fallbackActivities } from './fulfilling/fallback.js';
import { fenceActivities } from './fulfilling/fence.js';
import { lookUpActivities } from './fulfilling/look-up.js';
import { lostPlanChangeActivities } from './fulfilling/lost-plan-change.js';
import { recordStateActivities } from './fulfilling/record-state.js';
import { retentionActivities } from './fulfilling/retention.js';
import { withDefiniteFailures } from './definite-failures.js';
import { withPriorities } from './priorities.js';
import { evaluateActivities } from './offering/evaluate.js';
import { presentActivities } from './offering/present.js';
import { shadowActivities } from './offering/shadow-turn.js';
import { secondPaymentActivities } from './offering/second-payment.js';
import { waitActivities } from './offering/wait.js';

/** Makes all activities for a worker, on one Dodo client and one ledger. */
export function createActivities(context: ActivityContext) {
  const activities = withDefiniteFailures({
    ...evaluateActivities(context),
    ...presentActivities(context),
    ...waitActivities(context),
    ...secondPaymentActivities(context),
    ...chargeActivities(context),
    ...changePlanActivities(context),
    ...cancelReplacedActivities(context),
    ...lookUpActivities(context),
    ...lostPlanChangeActivities(context),
    ...fallbackActivities(context),
    ...recordStateActivities(context),
    ...fenceActivities(context),
    ...askAgainActivities(context),
    ...retentionActivities(context),
    ...settleActivities(context),
    ...scheduledChangeActivities(context),
    ...latePaymentActivities(context),
    ...closedOfferActivities(context),
    ...compensationActivities(context),
    ...reversalActivities(context),
    ...sweepActivities(context),
    ...shadowActivities(context),
    ...janitorActivities(context),
    ...bulkActivities(context),
    ...resolutionActivities(context),
    ...notifyActivities(context),
  });
  return withPriorities(context.dodo, activities);
}

export type Activities = ReturnType<typeof createActivities>;
