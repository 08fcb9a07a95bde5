/** Everything a worker can do in the world. */
import { changePlanActivities } from './fulfilling/change-plan.js';
import { chargeActivities } from './fulfilling/charge.js';
import type { ActivityContext } from './context.js';
import { evaluateActivities } from './offering/evaluate.js';
import { fallbackActivities } from './fulfilling/fallback.js';
import { compensationActivities } from './afterwards/compensate.js';
import { latePaymentActivities } from './afterwards/late-payment.js';
import { lookUpActivities } from './fulfilling/look-up.js';
import { notifyActivities } from './afterwards/notify.js';
import { presentActivities } from './offering/present.js';
import { recordStateActivities } from './fulfilling/record-state.js';
import { reversalActivities } from './afterwards/reversal.js';
import { retentionActivities } from './fulfilling/retention.js';
import { settleActivities } from './afterwards/settle.js';
import { sweepActivities } from './afterwards/sweep.js';
import { waitActivities } from './offering/wait.js';

export function createActivities(context: ActivityContext) {
  return {
    ...evaluateActivities(context),
    ...presentActivities(context),
    ...waitActivities(context),
    ...chargeActivities(context),
    ...changePlanActivities(context),
    ...lookUpActivities(context),
    ...fallbackActivities(context),
    ...recordStateActivities(context),
    ...settleActivities(context),
    ...retentionActivities(context),
    ...latePaymentActivities(context),
    ...compensationActivities(context),
    ...reversalActivities(context),
    ...sweepActivities(context),
    ...notifyActivities(context),
  };
}

export type Activities = ReturnType<typeof createActivities>;
