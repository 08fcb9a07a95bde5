/** `redelivery/<ntf id>/<when it died>`: sends a dead notification once more, at an operator's request. */
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
    // Cancelled: the notification is as dead as before.
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
