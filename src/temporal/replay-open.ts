/** Replays the open runs of a namespace on a build that is about to be deployed. */
import type { Client } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import type { WorkflowBundle } from './bundle.js';

export interface BrokenRun {
  workflowId: string;
  runId: string;
  problem: string;
}

export interface Replayed {
  /** How many runs were replayed. */
  runs: number;
  broken: BrokenRun[];
}

/**
 * Replays every open run, and finds those that would be stuck on the workflow code of a bundle. The runs are only read.
 *
 * @param options `taskQueue` leaves out the runs of other task queues; `dataConverter` reads what is encrypted; `onBroken` is told of each as it is found
 */
export async function replayOpen(
  client: Client,
  workflowBundle: WorkflowBundle,
  {
    taskQueue,
    dataConverter,
    onBroken,
  }: { taskQueue?: string; dataConverter?: DataConverter; onBroken?: (run: BrokenRun) => void } = {},
): Promise<Replayed> {
  const ofQueue = taskQueue === undefined ? '' : ` AND TaskQueue = "${taskQueue}"`;
  const open = client.workflow.list({ query: `ExecutionStatus = "Running"${ofQueue}` });
  const result: Replayed = { runs: 0, broken: [] };
  for await (const { workflowId, runId, error } of Worker.runReplayHistories(
    // Histories are read as they are stored.
    { workflowBundle, dataConverter },
    open.intoHistories({ concurrency: 4 }),
  )) {
    result.runs += 1;
    if (error === undefined) continue;
    const run = { workflowId, runId, problem: error.message };
    result.broken.push(run);
    onBroken?.(run);
  }
  return result;
}
