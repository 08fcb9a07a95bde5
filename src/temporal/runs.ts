/** The typed client of the runs: what the API uses, and what an app backend may use straight through Temporal. */
import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  isGrpcServiceError,
  type Client,
} from '@temporalio/client';
import { ApplicationFailure, type SearchAttributePair, type UpdateDefinition } from '@temporalio/common';
import type { Decision, TriggerType } from '../domain/words.js';
import {
  accept,
  acceptOffer,
  decline,
  declineOffer,
  extend,
  paymentEvent,
  resolve,
  reversalEvent,
  subscriptionEvent,
  view,
  withdraw,
  type AcceptRequest,
  type DecisionReply,
  type LatePaymentInput,
  type PurchaseInput,
  type RedeliveryInput,
  type ReversalInput,
  type Timing,
  type TriggerEvent,
} from '../contract/messages.js';
import { workflowId } from '../domain/ids.js';
import { searchAttributeKeys as keys } from '../contract/search-attributes.js';
import type { Route } from '../webhooks/route.js';
import { createEventLimit } from './event-limit.js';
import { withRequestId } from './request-id.js';

const SECOND = 1000;
/** A webhook is answered well within Dodo's 15 s, or Dodo is asked to come again. */
const INGRESS_DEADLINE = 8 * SECOND;
const UPDATE_DEADLINE = 5 * SECOND;

export interface RunsOptions {
  client: Client;
  taskQueue: string;
  timing: Timing;
  /** Whether new runs tell the merchant's backend. */
  notify: boolean;
}

/** How an update ended. */
export type Answer<T> =
  | { kind: 'done'; value: T }
  /** Refused by the run; `code` is one of the codes in `refusal`, `won` the decision that was first. */
  | { kind: 'refused'; code: string; message: string; won?: Decision }
  /** The run has it and works on it. */
  | { kind: 'pending' }
  /** The run has ended, or there never was one. */
  | { kind: 'gone' }
  /** No worker took it in time: the run does not have it. */
  | { kind: 'unanswered' };

type DeliverableRoute = Exclude<Route, { kind: 'ignored' }>;
type Delivery = 'delivered' | 'no_run' | 'duplicate';

export type Runs = ReturnType<typeof createRuns>;

export function createRuns({ client, taskQueue, timing, notify }: RunsOptions) {
  const eventLimit = createEventLimit();

  function purchaseOptions(input: PurchaseInput, attributes: SearchAttributePair[], summary: string) {
    return {
      workflowId:
        input.trigger === 'purchase'
          ? workflowId.purchase(input.purchaseId)
          : workflowId.trigger(input.purchaseId),
      taskQueue,
      args: [input] as [PurchaseInput],
      // A webhook that comes again after the run has ended must not start a second one.
      workflowIdReusePolicy: 'REJECT_DUPLICATE' as const,
      typedSearchAttributes: [{ key: keys.OfferState, value: 'open' }, ...attributes],
      staticSummary: summary,
    };
  }

  /** Sends a signal to a run that may have ended. */
  async function signalIfRunning(send: () => Promise<void>): Promise<'delivered' | 'no_run'> {
    try {
      await client.withDeadline(Date.now() + INGRESS_DEADLINE, send);
      return 'delivered';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return 'no_run';
      throw error;
    }
  }

  async function update<T, A extends [unknown]>(
    run: string,
    definition: UpdateDefinition<T, A>,
    args: A,
    { updateId, waitMs = UPDATE_DEADLINE }: { updateId?: string; waitMs?: number } = {},
  ): Promise<Answer<T>> {
    let accepted = false;
    try {
      const handle = await client.withDeadline(Date.now() + UPDATE_DEADLINE, () =>
        client.workflow.getHandle(run).startUpdate(definition, { args, updateId, waitForStage: 'ACCEPTED' }),
      );
      accepted = true;
      const value = await client.withDeadline(Date.now() + Math.max(waitMs, SECOND / 10), () =>
        handle.result(),
      );
      return { kind: 'done', value };
    } catch (error) {
      const answer = answerOf(error);
      return accepted && answer.kind === 'unanswered' ? { kind: 'pending' } : answer;
    }
  }

  return {
    /**
     * Hands a webhook over to its run, unless there were too many about the same thing. Throws when Temporal does not
     * take it.
     */
    async deliver(route: DeliverableRoute, webhookId: string): Promise<Delivery | 'limited'> {
      const subject = subjectOf(route);
      if (!eventLimit.admit(subject, webhookId)) return 'limited';
      let result: Delivery | undefined;
      try {
        result = await handOver(route, webhookId);
        return result;
      } finally {
        if (result !== 'delivered') eventLimit.release(subject, webhookId);
      }
    },

    /** Starts the run of a purchase that is not paid yet. The same purchase again is the same run. */
    async registerPurchase(
      purchaseId: string,
      input: { checkoutSessionId: string; customerId?: string; productId: string },
    ) {
      const attributes = [
        { key: keys.ProductId, value: input.productId },
        ...(input.customerId === undefined ? [] : [{ key: keys.CustomerId, value: input.customerId }]),
      ];
      const { checkoutSessionId } = input;
      await startOnce(
        { purchaseId, trigger: 'purchase', timing, notify, checkoutSessionId },
        attributes,
        `purchase of ${input.productId}`,
      );
    },

    /** Starts the run of a trigger. The same event again is the same run. */
    async trigger(
      eventId: string,
      type: Exclude<TriggerType, 'purchase'>,
      event: TriggerEvent,
    ): Promise<string> {
      const attributes = [
        { key: keys.CustomerId, value: event.customerId },
        ...(event.productId === undefined ? [] : [{ key: keys.ProductId, value: event.productId }]),
      ];
      await startOnce(
        { purchaseId: eventId, trigger: type, timing, notify, event },
        attributes,
        type.replaceAll('_', ' '),
      );
      return workflowId.trigger(eventId);
    },

    accept: (run: string, request: AcceptRequest, options: { updateId: string; waitMs: number }) =>
      update(run, accept, [request], options),
    decline: (
      run: string,
      presentationId: string,
      options: { updateId: string; waitMs: number; at: string },
    ): Promise<Answer<DecisionReply>> => update(run, decline, [{ presentationId, at: options.at }], options),
    view: (run: string, presentationId: string, at: string) => update(run, view, [{ presentationId, at }]),
    withdraw: (run: string, presentationId: string, reason: string) =>
      update(run, withdraw, [{ presentationId, reason }]),
    extend: (run: string, presentationId: string, until: string, reason: string) =>
      update(run, extend, [{ presentationId, until, reason }]),
    resolve: (
      run: string,
      request: { presentationId: string; paid: boolean; paymentId?: string; reason: string },
    ) => update(run, resolve, [request]),

    /** Leaves a decision with Temporal although no worker answers: it is acted on when one is back. */
    leaveAcceptance: (run: string, request: AcceptRequest) =>
      signalIfRunning(() => client.workflow.getHandle(run).signal(acceptOffer, request)),
    leaveDecline: (run: string, presentationId: string, at: string) =>
      signalIfRunning(() => client.workflow.getHandle(run).signal(declineOffer, { presentationId, at })),

    /**
     * Has a dead notification sent again, by one run per death: asked for twice, it is sent once. Where that run was
     * ended by somebody before its time, another one takes its place.
     */
    async redeliver(input: RedeliveryInput, diedAt: string): Promise<string> {
      const run = workflowId.redelivery(input.id, diedAt);
      await unlessStarted(() =>
        client.workflow.start('redelivery', {
          workflowId: run,
          taskQueue,
          args: [input],
          workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
          staticSummary: `${input.notification.type} to the merchant, once more`,
        }),
      );
      return run;
    },

    /** Whether Temporal knows the run, and whether it goes on. */
    async status(run: string): Promise<'running' | 'closed' | 'unknown'> {
      try {
        const { status } = await client.withDeadline(Date.now() + UPDATE_DEADLINE, () =>
          client.workflow.getHandle(run).describe(),
        );
        return status.name === 'RUNNING' ? 'running' : 'closed';
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return 'unknown';
        throw error;
      }
    },

    /** Throws when Temporal cannot be reached. */
    ping: async (): Promise<void> => {
      await client.withDeadline(Date.now() + UPDATE_DEADLINE, () =>
        client.connection.workflowService.getSystemInfo({}),
      );
    },
  };

  /** Under its own id, which Temporal knows again. */
  function handOver(route: DeliverableRoute, webhookId: string): Promise<Delivery> {
    return withRequestId(webhookId, async () => {
      switch (route.kind) {
        case 'payment': {
          const { event } = route;
          const result = await signalIfRunning(() =>
            client.workflow.getHandle(route.workflowId).signal(paymentEvent, event),
          );
          // An attempt of a run that has ended was paid: somebody has to look what it is for.
          return result === 'no_run' && event.attemptId !== undefined && event.status === 'succeeded'
            ? startLatePayment(event.paymentId, event.attemptId)
            : result;
        }
        case 'reversal':
          return unlessStarted(() =>
            client.workflow.signalWithStart('reversal', {
              workflowId: route.workflowId,
              taskQueue,
              args: [{ notify } satisfies ReversalInput],
              workflowIdReusePolicy: 'REJECT_DUPLICATE',
              staticSummary: `${route.event.kind} of ${route.event.paymentId}`,
              signal: reversalEvent,
              signalArgs: [route.event],
            }),
          );
        case 'subscription':
          return signalIfRunning(() =>
            client.workflow.getHandle(route.workflowId).signal(subscriptionEvent, route.event),
          );
        case 'purchase': {
          const { purchaseId, event, productId, guess } = route;
          const guessed = guess && {
            guess: { funnelId: guess.funnelId, offerId: guess.offerId, catalogHash: guess.catalogHash },
          };
          const input: PurchaseInput = { purchaseId, trigger: 'purchase', timing, notify, ...guessed };
          const attributes: SearchAttributePair[] = [
            ...(event.customerId === undefined ? [] : [{ key: keys.CustomerId, value: event.customerId }]),
            ...(productId === undefined ? [] : [{ key: keys.ProductId, value: productId }]),
            ...(guess
              ? [
                  { key: keys.OfferId, value: guess.offerId },
                  { key: keys.FunnelId, value: guess.funnelId },
                  { key: keys.CatalogVersion, value: guess.catalogHash },
                  { key: keys.OfferExpiresAt, value: new Date(Date.now() + guess.windowMs) },
                ]
              : []),
          ];
          return unlessStarted(() =>
            client.workflow.signalWithStart('purchase', {
              ...purchaseOptions(input, attributes, `purchase of ${productId ?? 'a subscription'}`),
              signal: paymentEvent,
              signalArgs: [event],
            }),
          );
        }
      }
    });
  }

  async function startOnce(
    input: PurchaseInput,
    attributes: SearchAttributePair[],
    summary: string,
  ): Promise<void> {
    await unlessStarted(() => client.workflow.start('purchase', purchaseOptions(input, attributes, summary)));
  }

  async function startLatePayment(paymentId: string, attemptId: string): Promise<'delivered' | 'duplicate'> {
    return unlessStarted(() =>
      client.workflow.start('latePayment', {
        workflowId: workflowId.latePayment(paymentId),
        taskQueue,
        args: [{ paymentId, attemptId, notify } satisfies LatePaymentInput],
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        staticSummary: `${paymentId} came after its run had ended`,
      }),
    );
  }

  /** Every id is used once: a second start is a duplicate, and an ordinary thing. */
  async function unlessStarted(start: () => Promise<unknown>): Promise<'delivered' | 'duplicate'> {
    try {
      await client.withDeadline(Date.now() + INGRESS_DEADLINE, start);
      return 'delivered';
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return 'duplicate';
      throw error;
    }
  }
}

/** What a webhook tells of, and whom: a payment, subscription, refund or dispute, and a run. */
function subjectOf(route: DeliverableRoute): string {
  switch (route.kind) {
    case 'purchase':
      return `${workflowId.purchase(route.purchaseId)} ${route.event.paymentId}`;
    case 'payment':
      return `${route.workflowId} ${route.event.paymentId}`;
    case 'subscription':
      return `${route.workflowId} ${route.event.subscriptionId}`;
    case 'reversal':
      return route.workflowId;
  }
}

const GRPC_DEADLINE_EXCEEDED = 4;
const GRPC_RESOURCE_EXHAUSTED = 8;

function answerOf(error: unknown): Exclude<Answer<never>, { kind: 'done' }> {
  if (error instanceof WorkflowNotFoundError) return { kind: 'gone' };
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return { kind: 'unanswered' };
  if (error instanceof WorkflowUpdateFailedError) {
    const { cause } = error;
    if (cause instanceof ApplicationFailure) {
      // The run ended while the update was waiting: the ledger has what became of it.
      if (cause.type === 'AcceptedUpdateCompletedWorkflow') return { kind: 'gone' };
      const [won] = (cause.details ?? []) as [Decision?];
      return { kind: 'refused', code: cause.type ?? '', message: cause.message, won };
    }
    return { kind: 'gone' };
  }
  const code = grpcCode(error) ?? grpcCode((error as { cause?: unknown } | undefined)?.cause);
  if (code === GRPC_DEADLINE_EXCEEDED) return { kind: 'unanswered' };
  // More updates wait than a run takes at once: the first of them will be answered.
  if (code === GRPC_RESOURCE_EXHAUSTED) return { kind: 'pending' };
  throw error;
}

/** The client wraps the status it got in an error of its own. */
function grpcCode(error: unknown): number | undefined {
  return isGrpcServiceError(error) ? error.code : undefined;
}
