/** Sends updates to runs, leaves decisions for them, and asks Temporal about them. */
import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure, type UpdateDefinition } from '@temporalio/common';
import {
  accept,
  acceptOffer,
  decline,
  declineOffer,
  extend,
  resolve,
  view,
  withdraw,
  type AcceptRequest,
  type ResolveRequest,
} from '../../contract/messages.js';
import type { Answer } from '../../contract/answer.js';
import type { Decision } from '../../domain/words.js';
import { hasGrpcStatus } from '../grpc-errors.js';
import { signalIfRunning, type RunsOptions } from './calls.js';

const SECOND = 1000;
const CALL_DEADLINE = 5 * SECOND;
const SHORTEST_WAIT = SECOND / 10;

interface UpdateOptions {
  /** Makes the update idempotent. */
  updateId?: string;
  /** How long to wait for the result once the run has accepted the update. */
  waitMs?: number;
}

/** `TASK_QUEUE_TYPE_WORKFLOW` of Temporal's API. */
const WORKFLOW_TASKS = 1;

export function askingRuns({ client, taskQueue }: RunsOptions) {
  const handleOf = (run: string) => client.workflow.getHandle(run);
  const withDeadline = <T>(call: () => Promise<T>, ms = CALL_DEADLINE): Promise<T> =>
    client.withDeadline(Date.now() + ms, call);

  async function update<T, A extends [unknown]>(
    run: string,
    definition: UpdateDefinition<T, A>,
    args: A,
    { updateId, waitMs = CALL_DEADLINE }: UpdateOptions = {},
  ): Promise<Answer<T>> {
    let accepted = false;
    try {
      const handle = await withDeadline(() =>
        handleOf(run).startUpdate(definition, { args, updateId, waitForStage: 'ACCEPTED' }),
      );
      accepted = true;
      const value = await withDeadline(() => handle.result(), Math.max(waitMs, SHORTEST_WAIT));
      return { kind: 'done', value };
    } catch (error) {
      const answer = answerOf(error);
      return accepted && answer.kind === 'unanswered' ? { kind: 'pending' } : answer;
    }
  }

  async function statusOf(run: string): Promise<'running' | 'closed' | 'unknown'> {
    try {
      const { status } = await withDeadline(() => handleOf(run).describe());
      return status.name === 'RUNNING' ? 'running' : 'closed';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return 'unknown';
      throw error;
    }
  }

  return {
    accept: (run: string, request: AcceptRequest, options: Required<UpdateOptions>) =>
      update(run, accept, [request], options),
    decline: (
      run: string,
      presentationId: string,
      { at, ...options }: Required<UpdateOptions> & { at: string },
    ) => update(run, decline, [{ presentationId, at }], options),
    view: (run: string, presentationId: string, at: string) => update(run, view, [{ presentationId, at }]),
    withdraw: (run: string, presentationId: string, reason: string) =>
      update(run, withdraw, [{ presentationId, reason }]),
    extend: (run: string, presentationId: string, until: string, reason: string) =>
      update(run, extend, [{ presentationId, until, reason }]),
    resolve: (run: string, request: ResolveRequest) => update(run, resolve, [request]),

    /** Leaves an acceptance with Temporal when no worker answers; the run acts on it once a worker is back. */
    leaveAcceptance: (run: string, request: AcceptRequest) =>
      signalIfRunning(client, () => handleOf(run).signal(acceptOffer, request)),
    /** Leaves a decline with Temporal, as `leaveAcceptance` does. */
    leaveDecline: (run: string, presentationId: string, at: string) =>
      signalIfRunning(client, () => handleOf(run).signal(declineOffer, { presentationId, at })),

    /** Returns the state of a run; `unknown` when Temporal has no such run. */
    status: (run: string) => statusOf(run),

    /**
     * Lists the runs of a customer that are open: those that can be searched for, and those among the ones named. What was
     * started a moment ago may not be found yet.
     */
    async openRunsOf(customerId: string, named: readonly string[]): Promise<string[]> {
      const open = new Set<string>();
      const query = `CustomerId = '${customerId}' AND TaskQueue = '${taskQueue}' AND ExecutionStatus = 'Running'`;
      await withDeadline(async () => {
        for await (const { workflowId } of client.workflow.list({ query, pageSize: 20 })) {
          open.add(workflowId);
          if (open.size === 20) break;
        }
      });
      for (const run of named) if ((await statusOf(run)) === 'running') open.add(run);
      return [...open];
    },

    /** Counts the workers that poll for workflow tasks. Throws when Temporal cannot be reached. */
    async countWorkers(): Promise<number> {
      const { pollers } = await withDeadline(() =>
        client.workflowService.describeTaskQueue({
          namespace: client.options.namespace,
          taskQueue: { name: taskQueue },
          taskQueueType: WORKFLOW_TASKS,
        }),
      );
      return new Set((pollers ?? []).map(({ identity }) => identity)).size;
    },

    /** Throws when Temporal cannot be reached. */
    async ping(): Promise<void> {
      await withDeadline(() => client.connection.workflowService.getSystemInfo({}));
    },
  };
}

/** Translates the failure of an update. Rethrows what is not an answer. */
function answerOf(error: unknown): Exclude<Answer<never>, { kind: 'done' }> {
  if (error instanceof WorkflowNotFoundError) return { kind: 'gone' };
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return { kind: 'unanswered' };
  if (error instanceof WorkflowUpdateFailedError) {
    const { cause } = error;
    // The run ended while the update was waiting: the ledger has the outcome.
    if (!(cause instanceof ApplicationFailure) || cause.type === 'AcceptedUpdateCompletedWorkflow') {
      return { kind: 'gone' };
    }
    const [won, at] = (cause.details ?? []) as [(Decision | null)?, string?];
    const code = cause.type ?? '';
    return { kind: 'refused', code, message: cause.message, won: won ?? undefined, at };
  }
  if (hasGrpcStatus(error, 'DEADLINE_EXCEEDED')) return { kind: 'unanswered' };
  // More updates are waiting than a run takes at once; the first of them will be answered.
  if (hasGrpcStatus(error, 'RESOURCE_EXHAUSTED')) return { kind: 'pending' };
  throw error;
}
