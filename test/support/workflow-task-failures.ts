/**
 * Detects runs whose workflow code is broken. Temporal retries a failed workflow task, so a run with a bug in its code
 * neither ends nor answers, and a test that waits for it would hang until its timeout.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isGrpcServiceError, type Client, type WorkflowHandle } from '@temporalio/client';
import proto, { type temporal } from '@temporalio/proto';

const LOOK_EVERY = 500;
/** How long stopped work may take to end. */
const LAST_WORDS = 5_000;

/** The status code of gRPC. */
const NOT_FOUND = 5;

const { WorkflowTaskFailedCause } = proto.temporal.api.enums.v1;
/** Other causes are Temporal's own, such as a reset, or an event that arrived during the task. */
const CODE_FAULTS: readonly unknown[] = [
  WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR,
  WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE,
];

/** A workflow task failed in workflow code. The message names the run and quotes the error. */
export class BrokenWorkflow extends Error {
  override name = 'BrokenWorkflow';
}

/** Returns the error message of an event that records a failure in workflow code, or undefined for other events. */
export function codeFault(event: temporal.api.history.v1.IHistoryEvent): string | undefined {
  const failed = event.workflowTaskFailedEventAttributes;
  if (!failed || !CODE_FAULTS.includes(failed.cause)) return undefined;
  return failed.failure?.message ?? 'no reason given';
}

/** Returns all open runs of the client's namespace, in the one way that the time-skipping server supports too. */
export async function openRuns({ workflow, workflowService, options }: Client): Promise<WorkflowHandle[]> {
  const { namespace } = options;
  const { executions } = await workflowService.listOpenWorkflowExecutions({ namespace, startTimeFilter: {} });
  return (executions ?? []).map(({ execution }) =>
    workflow.getHandle(execution?.workflowId ?? '', execution?.runId ?? undefined),
  );
}

/**
 * Watches runs until one of them fails in its code.
 *
 * @param runs called for every look, because runs start other runs
 * @returns the failure, or undefined once `over` is aborted
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
 * Runs `work`, and fails as soon as one of the runs fails in its code.
 *
 * @param stop ends whatever the work waits for; called after such a failure
 * @throws BrokenWorkflow after such a failure, else what `work` throws
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
