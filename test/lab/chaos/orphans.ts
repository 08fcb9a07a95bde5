/** Activities that a killed worker leaves behind. Temporal believes they are running until they time out. */
import type { Client } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import proto from '@temporalio/proto';

const SECOND = 1000;
const { PENDING_ACTIVITY_STATE_STARTED } = proto.temporal.api.enums.v1.PendingActivityState;

/**
 * Lets the activities of a dead worker process time out at once, instead of after 45 or 60 seconds. They end as they would
 * by themselves, with a start-to-close timeout. Returns their names.
 */
export async function expireOrphans(client: Client, taskQueue: string, pid: number): Promise<string[]> {
  const namespace = client.options.namespace;
  const expired: string[] = [];
  const running = client.workflow.list({
    query: `TaskQueue = '${taskQueue}' AND ExecutionStatus = 'Running'`,
  });
  for await (const { workflowId, runId } of running) {
    const execution = { workflowId, runId };
    // Otherwise its next task would wait ten seconds for the worker that had the run in memory.
    await client.workflowService.resetStickyTaskQueue({ namespace, execution });
    const { pendingActivities } = await client.workflowService.describeWorkflowExecution({
      namespace,
      execution,
    });
    for (const { activityId, activityType, state, lastWorkerIdentity } of pendingActivities ?? []) {
      const dead = lastWorkerIdentity?.startsWith(`${pid}@`) ?? false;
      if (!dead || state !== PENDING_ACTIVITY_STATE_STARTED) continue;
      await client.workflowService.updateActivityOptions({
        namespace,
        execution,
        id: activityId,
        activityOptions: { startToCloseTimeout: msToTs(SECOND) },
        updateMask: { paths: ['startToCloseTimeout'] },
      });
      expired.push(`${workflowId} ${activityType?.name ?? ''}`);
    }
  }
  return expired;
}
