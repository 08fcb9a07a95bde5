/** Everything a worker can do in the world. */
import { changePlanActivities } from './change-plan.js';
import { chargeActivities } from './charge.js';
import type { ActivityContext } from './context.js';
import { evaluateActivities } from './evaluate.js';
import { fallbackActivities } from './fallback.js';
import { latePaymentActivities } from './late-payment.js';
import { lookUpActivities } from './look-up.js';
import { notifyActivities } from './notify.js';
import { presentActivities } from './present.js';
import { recordStateActivities } from './record-state.js';
import { reversalActivities } from './reversal.js';
import { saveActivities } from './save-subscription.js';
import { settleActivities } from './settle.js';
import { sweepActivities } from './sweep.js';
import { waitActivities } from './wait.js';

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
    ...saveActivities(context),
    ...latePaymentActivities(context),
    ...reversalActivities(context),
    ...sweepActivities(context),
    ...notifyActivities(context),
  };
}

export type Activities = ReturnType<typeof createActivities>;
