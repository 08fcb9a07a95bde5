/** What operators' commands and the janitor do with runs: end them, and start the runs that mend what was left. */
import { randomUUID } from 'node:crypto';
import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import type {
  ClosingInput,
  LatePaymentInput,
  Pause,
  ResolutionInput,
  ReversalEvent,
  ReversalInput,
  ScheduledChangeInput,
} from '../../contract/messages.js';
import { reversalEvent, reviewResolved } from '../../contract/messages.js';
import type { BulkInput } from '../../domain/bulk.js';
import { compensationId, type CompensationInput } from '../../domain/compensation.js';
import { workflowId } from '../../domain/ids.js';
import { hasGrpcStatus } from '../grpc-errors.js';
import { withRequestId } from '../request-id.js';
import { signalIfRunning, unlessStarted, type RunsOptions } from './calls.js';

const SECOND = 1000;
const CALL_DEADLINE = 5 * SECOND;
/** How long a cancelled run may take to end by itself. */
const CANCEL_GRACE = 3 * SECOND;

export function operatingRuns({ client, taskQueue, notify }: RunsOptions) {
  const withDeadline = <T>(call: () => Promise<T>, ms = CALL_DEADLINE): Promise<T> =>
    client.withDeadline(Date.now() + ms, call);

  /** Waits until a run has ended, however it ends. Returns false when it has not. */
  async function hasEnded(run: string, ms: number): Promise<boolean> {
    try {
      await withDeadline(() => client.workflow.getHandle(run).result(), ms);
      return true;
    } catch (error) {
      if (error instanceof WorkflowFailedError || error instanceof WorkflowNotFoundError) return true;
      if (hasGrpcStatus(error, 'DEADLINE_EXCEEDED')) return false;
      throw error;
    }
  }

  /** Its notifier delivers what it has, and would wait for more for ever. */
  async function endNotifier(run: string): Promise<void> {
    if (!notify) return;
    const notifier = client.workflow.getHandle(workflowId.notifications(run));
    await signalIfRunning(client, () => notifier.signal('deliver', null));
  }

  return {
    endNotifier,

    /**
     * Ends a run: cancels it, and terminates it if it does not end within moments.
     *
     * @returns how it ended; `not_running` when it had ended before or never existed
     * @throws when Temporal cannot be reached
     */
    async end(run: string, reason: string): Promise<'cancelled' | 'terminated' | 'not_running'> {
      const handle = client.workflow.getHandle(run);
      try {
        const { status } = await withDeadline(() => handle.describe());
        if (status.name !== 'RUNNING') return 'not_running';
        await withDeadline(() => handle.cancel());
        if (await hasEnded(run, CANCEL_GRACE)) return 'cancelled';
        await withDeadline(() => handle.terminate(reason));
        await endNotifier(run);
        return 'terminated';
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return 'not_running';
        throw error;
      }
    },

    /** Returns the run that started a run; undefined when it was not started by one, or does not exist. */
    async parentOf(run: string): Promise<string | undefined> {
      try {
        const { parentExecution } = await withDeadline(() => client.workflow.getHandle(run).describe());
        return parentExecution?.workflowId ?? undefined;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return undefined;
        throw error;
      }
    },

    /** Starts the run that settles an offer by an operator's word, and waits a moment for its end. */
    async settleByWord(input: ResolutionInput, waitMs: number): Promise<void> {
      const run = workflowId.resolution(input.reviewId);
      await unlessStarted(client, () =>
        client.workflow.start('resolution', {
          workflowId: run,
          taskQueue,
          args: [{ ...input, notify }],
          workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
          staticSummary: `an operator says that ${input.presentationId} was ${input.paid ? 'paid' : 'not paid'}`,
        }),
      );
      await hasEnded(run, waitMs);
    },

    /**
     * Starts the run of a payment that no run waits for. False when there was one already.
     *
     * @param options `rejected`: a person has decided that the payment goes back; a run that ended before does not know
     */
    async startLatePayment(
      paymentId: string,
      attemptId: string,
      { rejected = false }: { rejected?: boolean } = {},
    ): Promise<boolean> {
      const started = await unlessStarted(client, () =>
        client.workflow.start('latePayment', {
          workflowId: workflowId.latePayment(paymentId),
          taskQueue,
          args: [{ paymentId, attemptId, notify, ...(rejected && { rejected }) } satisfies LatePaymentInput],
          workflowIdReusePolicy: rejected ? 'ALLOW_DUPLICATE' : 'ALLOW_DUPLICATE_FAILED_ONLY',
          staticSummary: `${paymentId} was paid, and its run has ended`,
        }),
      );
      return started === 'delivered';
    },

    /**
     * Starts the run that tells the merchant of an offer, once it is settled as unpaid without its run. The same offer
     * again is the same run.
     */
    async tellOfClosing(input: { presentationId: string; purchaseId: string }): Promise<void> {
      if (!notify) return;
      await unlessStarted(client, () =>
        client.workflow.start('closing', {
          workflowId: workflowId.closing(input.presentationId),
          taskQueue,
          args: [{ ...input, notify } satisfies ClosingInput],
          workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
          staticSummary: `${input.presentationId} was settled without its run`,
        }),
      );
    },

    /** Tells the run of a payment that its review is resolved, if it waits for that. False when there is no such run. */
    async tellReviewResolved(paymentId: string): Promise<boolean> {
      const handle = client.workflow.getHandle(workflowId.latePayment(paymentId));
      return (await signalIfRunning(client, () => handle.signal(reviewResolved))) === 'delivered';
    },

    /** Starts the run that undoes something. False when it is under way. */
    async startCompensation(input: CompensationInput): Promise<boolean> {
      const started = await unlessStarted(client, () =>
        client.workflow.start('compensation', {
          workflowId: workflowId.compensation(compensationId(input)),
          taskQueue,
          args: [input.kind === 'refund_part' ? { ...input, notify } : input],
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          staticSummary: compensationId(input),
        }),
      );
      return started === 'delivered';
    },

    /** Starts the run that follows a change at the next billing date. False when it is under way. */
    async followScheduledChange(input: Omit<ScheduledChangeInput, 'notify'>): Promise<boolean> {
      const started = await unlessStarted(client, () =>
        client.workflow.start('scheduledChange', {
          workflowId: workflowId.scheduledChange(input.presentationId),
          taskQueue,
          args: [{ ...input, notify } satisfies ScheduledChangeInput],
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          staticSummary: `scheduled change of ${input.subscriptionId} to ${input.productId}`,
        }),
      );
      return started === 'delivered';
    },

    /** Starts the run that ends a pause. False when a run of the subscription's pauses is under way. */
    async endPauseLater(pause: Pause): Promise<boolean> {
      const started = await unlessStarted(client, () =>
        client.workflow.start('pause', {
          workflowId: workflowId.pause(pause.subscriptionId),
          taskQueue,
          args: [pause],
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          staticSummary: `pause of ${pause.subscriptionId} until ${pause.until}`,
        }),
      );
      return started === 'delivered';
    },

    /** Starts the run of a bulk command. It goes on where it was, if it is under way. */
    async startBulk(bulkId: string): Promise<void> {
      await unlessStarted(client, () =>
        client.workflow.start('bulk', {
          workflowId: workflowId.bulk(bulkId),
          taskQueue,
          args: [{ bulkId } satisfies BulkInput],
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          staticSummary: `bulk command ${bulkId}`,
        }),
      );
    },

    /**
     * Tells of a refund or dispute that the ledger does not have: its webhook was lost, or its run ended before it could
     * be recorded. False when Temporal does not take it.
     */
    async tellReversal(event: ReversalEvent): Promise<boolean> {
      const started = await withRequestId(`janitor-${randomUUID()}`, () =>
        unlessStarted(client, () =>
          client.workflow.signalWithStart('reversal', {
            workflowId: workflowId.reversal(event.id),
            taskQueue,
            args: [{ notify } satisfies ReversalInput],
            workflowIdReusePolicy: 'ALLOW_DUPLICATE',
            staticSummary: `${event.kind} of ${event.paymentId}`,
            signal: reversalEvent,
            signalArgs: [event],
          }),
        ),
      );
      return started === 'delivered';
    },
  };
}
