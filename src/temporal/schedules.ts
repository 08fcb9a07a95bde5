/** Creates the sweep's schedule. */
import {
  ScheduleAlreadyRunning,
  ScheduleOverlapPolicy,
  type Client,
  type ScheduleOptions,
} from '@temporalio/client';
import type { SweepInput } from '../contract/messages.js';

/**
 * Creates the schedule, or updates an existing one to the configuration. Any number of workers may do so. The first sweep
 * of a new schedule runs immediately.
 */
export async function ensureSweepSchedule(
  client: Client,
  { taskQueue, intervalMs, windowMs }: { taskQueue: string; intervalMs: number; windowMs: number },
): Promise<void> {
  const scheduleId = `sweep/${taskQueue}`;
  const options = {
    scheduleId,
    spec: { intervals: [{ every: intervalMs }] },
    action: {
      type: 'startWorkflow',
      workflowType: 'sweep',
      workflowId: scheduleId,
      taskQueue,
      args: [{ windowMs } satisfies SweepInput],
      staticSummary: 'payments whose webhooks were lost',
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
    state: { triggerImmediately: true },
  } satisfies ScheduleOptions;
  try {
    await client.schedule.create(options);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    const { spec, action, policies } = options;
    await client.schedule
      .getHandle(scheduleId)
      .update((before) => ({ spec, action, policies, state: before.state }));
  }
}
