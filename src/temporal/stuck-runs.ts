/**
 * Finds runs that are stuck: Temporal repeats a workflow task that fails, so a run whose code does not fit its history, or
 * has a bug, neither ends nor answers until somebody deploys code that fits, or resets it.
 */
import type { Client } from '@temporalio/client';
import { Counter, Gauge } from 'prom-client';
import { registry } from '../metrics.js';
import { hasGrpcStatus } from './grpc-errors.js';

/** What fails a run's workflow tasks: code that takes another way than its history, another error of it, or no answer in time. */
export const STUCK_REASONS = ['nondeterminism', 'failure', 'timeout'] as const;
export type StuckReason = (typeof STUCK_REASONS)[number];

export interface StuckRun {
  workflowId: string;
  runId: string;
  workflowType: string;
  reason: StuckReason;
  /** How often the task was tried. */
  attempt: number;
  /** When the task was first tried. RFC 3339. */
  since: string;
  /** What the first failure said, for the log. */
  problem: string;
}

const SECOND = 1000;
const LOOK_EVERY = 30 * SECOND;
/** After a task has failed here: Temporal has recorded it by then. */
const LOOK_SOON = SECOND;
const CALL_DEADLINE = 10 * SECOND;
/** At the start, on servers that cannot be asked which runs have problems. */
const MOST_DESCRIBED = 5_000;
const AT_A_TIME = 8;
const LONGEST_PROBLEM = 300;
/** A single task that was not answered may be that of a worker which has been killed. */
const TIMEOUTS_TO_MIND = 3;

/**
 * Causes of `temporal.api.enums.v1.WorkflowTaskFailedCause` that leave nothing wrong with the code: an event that came
 * meanwhile, a sticky queue that was reset, a forced close, a failover, a reset of the run.
 */
const PASSING_CAUSES: readonly unknown[] = [1, 13, 17, 18, 20];
const NONDETERMINISTIC = 24;
/** The SDK's code for it, in its messages. */
const NONDETERMINISM_CODE = '[TMPRL1100]';

const failures = new Counter({
  name: 'upsells_workflow_task_failures_total',
  help: 'Workflow tasks that failed in this worker: by `nondeterminism`, because the code takes another way than the history, or another `failure`.',
  labelNames: ['reason'] as const,
  registers: [registry],
});
const stuck = new Gauge({
  name: 'upsells_runs_stuck',
  help: 'Runs whose workflow tasks fail again and again, as far as this worker knows, by reason. Neither clicks nor webhooks reach them.',
  labelNames: ['reason'] as const,
  registers: [registry],
});
for (const reason of STUCK_REASONS) stuck.set({ reason }, 0);
for (const reason of ['nondeterminism', 'failure'] as const) failures.inc({ reason }, 0);

/** Run ids whose tasks have failed in this process and that have not been looked at since. */
const suspects = new Set<string>();
let onSuspect: (() => void) | undefined;
let current: readonly StuckRun[] = [];

/** Returns the runs that the worker of this process knows to be stuck. */
export function stuckRuns(): readonly StuckRun[] {
  return current;
}

/** Takes note of a workflow task that failed in this process. */
export function noteTaskFailure(runId: string, failure: string): void {
  failures.inc({ reason: failure.includes(NONDETERMINISM_CODE) ? 'nondeterminism' : 'failure' });
  suspects.add(runId);
  onSuspect?.();
}

interface WatchLog {
  error(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  info(fields: object, message: string): void;
}

export interface StuckRunsWatch {
  /** Looks once, and returns what is stuck. */
  look(): Promise<readonly StuckRun[]>;
  stop(): Promise<void>;
}

/**
 * Watches for stuck runs of a task queue: those that fail in this process, and those that were stuck before it started.
 * Temporal servers from 1.30 on are asked which runs have problems (`TemporalReportedProblems`); on others, all open runs
 * are described once, at the start.
 */
export function watchStuckRuns({
  client,
  taskQueue,
  log,
}: {
  client: Client;
  taskQueue: string;
  log: WatchLog;
}): StuckRunsWatch {
  const { namespace } = client.options;
  let asked = false;
  let reported = true;
  let stopped = false;
  let looking: Promise<readonly StuckRun[]> | undefined;
  let next: { timer: NodeJS.Timeout; at: number } | undefined;

  async function list(query: string, limit = Infinity): Promise<Execution[]> {
    const found: Execution[] = [];
    for await (const { workflowId, runId } of client.workflow.list({ query })) {
      if (found.length >= limit) {
        log.warn({ limit }, 'only the latest open runs were looked at for failing workflow tasks');
        break;
      }
      found.push({ workflowId, runId });
    }
    return found;
  }

  const open = `TaskQueue = "${taskQueue}" AND ExecutionStatus = "Running"`;

  /** Lists the runs that may be stuck. */
  async function candidates(): Promise<Execution[]> {
    const found = current.map(({ workflowId, runId }) => ({ workflowId, runId }));
    for (const runId of [...suspects]) {
      if (found.some((one) => one.runId === runId)) suspects.delete(runId);
      // It is listed a moment after it has started; until then it stays a suspect.
      const listed = await list(`RunId = "${runId}"`);
      if (listed.length > 0) suspects.delete(runId);
      found.push(...listed);
    }
    if (reported) {
      try {
        found.push(...(await list(`${open} AND TemporalReportedProblems IS NOT NULL`)));
      } catch (error) {
        // A server before 1.30 does not know the attribute.
        if (!hasGrpcStatus(error, 'INVALID_ARGUMENT')) throw error;
        reported = false;
      }
    }
    if (!reported && !asked) found.push(...(await list(open, MOST_DESCRIBED)));
    asked = true;
    return [...new Map(found.map((one) => [one.runId, one])).values()];
  }

  async function describe({ workflowId, runId }: Execution): Promise<StuckRun | undefined> {
    const execution = { workflowId, runId };
    const answer = await client.withDeadline(Date.now() + CALL_DEADLINE, () =>
      client.workflowService.describeWorkflowExecution({ namespace, execution }).catch((error: unknown) => {
        if (hasGrpcStatus(error, 'NOT_FOUND')) return undefined;
        throw error;
      }),
    );
    const { pendingWorkflowTask: task, workflowExecutionInfo: info } = answer ?? {};
    if (!task || !info || info.closeTime || (task.attempt ?? 0) < 2) return undefined;
    const { history } = await client.withDeadline(Date.now() + CALL_DEADLINE, () =>
      client.workflowService.getWorkflowExecutionHistoryReverse({
        namespace,
        execution,
        maximumPageSize: 10,
      }),
    );
    const last = history?.events?.find(
      (event) =>
        event.workflowTaskFailedEventAttributes ??
        event.workflowTaskTimedOutEventAttributes ??
        event.workflowTaskCompletedEventAttributes,
    );
    const attempt = task.attempt ?? 0;
    const seconds = Number(task.originalScheduledTime?.seconds ?? task.scheduledTime?.seconds ?? 0);
    const run = {
      workflowId,
      runId,
      workflowType: info.type?.name ?? '',
      attempt,
      since: new Date(seconds * SECOND).toISOString(),
    };
    const failed = last?.workflowTaskFailedEventAttributes;
    if (failed) {
      if (PASSING_CAUSES.includes(failed.cause)) return undefined;
      const problem = (failed.failure?.message ?? '').slice(0, LONGEST_PROBLEM);
      const hasDiverged = Number(failed.cause) === NONDETERMINISTIC || problem.includes(NONDETERMINISM_CODE);
      return { ...run, reason: hasDiverged ? 'nondeterminism' : 'failure', problem };
    }
    if (!last?.workflowTaskTimedOutEventAttributes || attempt < TIMEOUTS_TO_MIND) return undefined;
    return { ...run, reason: 'timeout', problem: 'no worker has answered its workflow task in time' };
  }

  async function lookOnce(): Promise<readonly StuckRun[]> {
    const waiting = await candidates();
    const found: StuckRun[] = [];
    await Promise.all(
      Array.from({ length: AT_A_TIME }, async () => {
        for (let one = waiting.pop(); one !== undefined && !stopped; one = waiting.pop()) {
          const run = await describe(one);
          if (run) found.push(run);
        }
      }),
    );
    if (stopped) return current;
    for (const run of found)
      if (!current.some(({ runId }) => runId === run.runId))
        log.error(
          { ...run },
          'a run is stuck: its workflow tasks fail; see "Runs that are stuck" in operations.md',
        );
    for (const { workflowId, runId } of current)
      if (!found.some((run) => run.runId === runId))
        log.info({ workflowId, runId }, 'a run is no longer stuck');
    current = found;
    for (const reason of STUCK_REASONS)
      stuck.set({ reason }, found.filter((run) => run.reason === reason).length);
    return current;
  }

  function look(): Promise<readonly StuckRun[]> {
    looking ??= lookOnce().finally(() => (looking = undefined));
    return looking;
  }

  function schedule(ms: number): void {
    const at = Date.now() + ms;
    if (stopped || (next && next.at <= at)) return;
    clearTimeout(next?.timer);
    const timer = setTimeout(() => {
      next = undefined;
      void look()
        .catch((error: unknown) => log.warn({ err: error }, 'could not look for stuck runs'))
        .finally(() => schedule(suspects.size > 0 ? LOOK_SOON : LOOK_EVERY));
    }, ms);
    timer.unref();
    next = { timer, at };
  }

  onSuspect = () => schedule(LOOK_SOON);
  schedule(0);
  return {
    look,
    async stop() {
      stopped = true;
      clearTimeout(next?.timer);
      onSuspect = undefined;
      await looking?.catch(() => undefined);
      current = [];
      for (const reason of STUCK_REASONS) stuck.set({ reason }, 0);
    },
  };
}

interface Execution {
  workflowId: string;
  runId: string;
}
