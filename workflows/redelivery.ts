/** `redelivery/<ntf id>/<time of death>`: sends a dead notification once more, because an operator wants it. */
import { isCancellation, rootCause, workflowInfo } from '@temporalio/workflow';
import { notifyActivities } from './activities.js';
import type { RedeliveryInput } from '../src/contract/messages.js';

export async function redelivery({
  id,
  notification,
  reason,
}: RedeliveryInput): Promise<'delivered' | 'dead'> {
  const run = workflowInfo().workflowId;
  try {
    await notifyActivities.deliverNotification(notification);
  } catch (failure) {
    // Somebody changed their mind: it is as dead as before.
    if (isCancellation(failure)) throw failure;
    await notifyActivities.buryNotification({
      ...notification,
      failure: rootCause(failure),
      redelivery: run,
    });
    return 'dead';
  }
  await notifyActivities.recordRedelivery({ id, notification, reason, run });
  return 'delivered';
}
