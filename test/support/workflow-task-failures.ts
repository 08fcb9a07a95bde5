/**
 * Notices runs whose workflow code is broken. Temporal retries a workflow task that fails, so a run with a bug in its
 * code neither ends nor answers, and whatever waits for it would wait for its whole timeout.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isGrpcServiceError, type Client, type WorkflowHandle } from '@temporalio/client';
import proto, { type temporal } from '@temporalio/proto';

const LOOK_EVERY = 500;
/** For work that was stopped. */
const LAST_WORDS = 5_000;

/** As gRPC numbers it. */
const NOT_FOUND = 5;

const { WorkflowTaskFailedCause } = proto.temporal.api.enums.v1;
/** The other causes are Temporal's own: a reset, or a task that was overtaken by a new event. */
const CODE_FAULTS: readonly unknown[] = [
  WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR,
  WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE,
];

/** A workflow task that failed in workflow code. The message names the run and quotes the code's own error. */
export class BrokenWorkflow extends Error {
  override name = 'BrokenWorkflow';
}

/** Returns the message of the error in workflow code that an event records, or undefined for any other event. */
export function codeFault(event: temporal.api.history.v1.IHistoryEvent): string | undefined {
  const failed = event.workflowTaskFailedEventAttributes;
  if (!failed || !CODE_FAULTS.includes(failed.cause)) return undefined;
  return failed.failure?.message ?? 'no reason given';
}

/** Returns every open run of the client's namespace. The only such list that the time-skipping server has. */
export async function openRuns({ workflow, workflowService, options }: Client): Promise<WorkflowHandle[]> {
  const { namespace } = options;
  const { executions } = await workflowService.listOpenWorkflowExecutions({ namespace, startTimeFilter: {} });
  return (executions ?? []).map(({ execution }) =>
    workflow.getHandle(execution?.workflowId ?? '', execution?.runId ?? undefined),
  );
}

/**
 * Looks at runs until one of them fails in its code.
 *
 * @param runs asked again at every look, because runs start others
 * @returns the failure; undefined once `over` is aborted
 */
async function firstCodeFault(
  runs: () => Promise<readonly WorkflowHandle[]>,
  over: AbortSignal,
): Promise<BrokenWorkflow | undefined> {
  while (!over.aborted) {
    await sleep(LOOK_EVERY, undefined, { signal: over }).catch(() => undefined);
    for (const handle of over.aborted ? [] : await runs()) {
      const fault = await faultOf(handle);
      if (fault === undefined) continue;
      return new BrokenWorkflow(`The workflow code of ${handle.workflowId} failed: ${fault}`);
    }
  }
  return undefined;
}

async function faultOf(handle: WorkflowHandle): Promise<string | undefined> {
  try {
    const { events } = await handle.fetchHistory();
    return events?.map(codeFault).find((fault) => fault !== undefined);
  } catch (error) {
    if (isGrpcServiceError(error) && Number(error.code) === NOT_FOUND) return undefined;
    throw error;
  }
}

/**
 * Does something with runs, unless one of them fails in its code.
 *
 * @param stop called when that happens; ends whatever the work waits for
 * @throws BrokenWorkflow when that happened, a moment after `stop`; else what `work` throws
 */
export async function unlessBroken<T>(
  runs: () => Promise<readonly WorkflowHandle[]>,
  work: () => Promise<T>,
  stop: (fault: BrokenWorkflow) => Promise<void> = async () => undefined,
): Promise<T> {
  const over = new AbortController();
  const working = work();
  const ended = working.then(
    () => over.abort(),
    () => over.abort(),
  );
  const fault = await firstCodeFault(runs, over.signal);
  if (!fault) return working;
  await stop(fault);
  await Promise.race([ended, sleep(LAST_WORDS)]);
  throw fault;
}
