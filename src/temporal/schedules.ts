/** Creates the schedules of the sweep and of the janitor. */
import {
  ScheduleAlreadyRunning,
  ScheduleOverlapPolicy,
  type Client,
  type ScheduleOptions,
} from '@temporalio/client';
import type { JanitorInput, SweepInput } from '../contract/messages.js';

const MINUTE = 60_000;
/** The janitor looks this much less often than the sweep: every hour by default. */
const SWEEPS_PER_ROUND = 12;
/** How long a run is left alone before it may count as gone: longer than any of its activities takes. */
const GRACE_MS = 5 * MINUTE;

/** Creates the sweep's schedule. The first sweep of a new schedule runs immediately. */
export async function ensureSweepSchedule(
  client: Client,
  { taskQueue, intervalMs, windowMs }: { taskQueue: string; intervalMs: number; windowMs: number },
): Promise<void> {
  await ensure(client, {
    scheduleId: `sweep/${taskQueue}`,
    spec: { intervals: [{ every: intervalMs }] },
    action: {
      type: 'startWorkflow',
      workflowType: 'sweep',
      workflowId: `sweep/${taskQueue}`,
      taskQueue,
      args: [{ windowMs } satisfies SweepInput],
      staticSummary: 'payments whose webhooks were lost',
    },
    state: { triggerImmediately: true },
  });
}

/** Creates the janitor's schedule: a round for every twelve sweeps, looking back as far as they do. */
export async function ensureJanitorSchedule(
  client: Client,
  options: { taskQueue: string; sweepIntervalMs: number; windowMs: number; reconcileWindowMs: number },
): Promise<void> {
  const { taskQueue, sweepIntervalMs, windowMs, reconcileWindowMs } = options;
  await ensure(client, {
    scheduleId: `janitor/${taskQueue}`,
    spec: { intervals: [{ every: sweepIntervalMs * SWEEPS_PER_ROUND }] },
    action: {
      type: 'startWorkflow',
      workflowType: 'janitor',
      workflowId: `janitor/${taskQueue}`,
      taskQueue,
      args: [{ windowMs, reconcileWindowMs, graceMs: GRACE_MS } satisfies JanitorInput],
      staticSummary: 'what runs that are gone have left',
    },
  });
}

/** Creates a schedule, or updates an existing one to the configuration. Any number of workers may do so. */
async function ensure(client: Client, schedule: Omit<ScheduleOptions, 'policies'>): Promise<void> {
  const options = {
    ...schedule,
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
  } satisfies ScheduleOptions;
  try {
    await client.schedule.create(options);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    const { spec, action, policies } = options;
    await client.schedule
      .getHandle(options.scheduleId)
      .update((before) => ({ spec, action, policies, state: before.state }));
  }
}
