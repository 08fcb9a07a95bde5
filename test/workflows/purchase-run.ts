/** One run on the stage, and everything that may be said to it. */
import {
  Client,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  type WorkflowHandle,
} from '@temporalio/client';
import { ApplicationFailure, type UpdateDefinition } from '@temporalio/common';
import { optionalTsToMs } from '@temporalio/common/lib/time.js';
import type { temporal } from '@temporalio/proto';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Decision } from '../../src/domain/words.js';
import {
  accept,
  decline,
  extend,
  paymentEvent,
  resolve,
  runState,
  subscriptionEvent,
  view,
  withdraw,
  type AcceptRequest,
  type DecisionReply,
  type DeclineRequest,
  type PurchaseResult,
  type RunState,
  type SubscriptionEvent,
} from '../../src/contract/messages.js';
import { attemptId, workflowId } from '../../src/domain/ids.js';
import type { purchase } from '../../workflows/purchase.js';
import type { World } from './scripted-activities.js';
import { SECOND, presentationId, type Shop } from './purchase-fixture.js';

type PendingActivity = temporal.api.workflow.v1.IPendingActivityInfo;

export interface Refused {
  /** Undefined when it was not the run that said no. */
  refused: string | undefined;
  message: string;
  won?: Decision;
}

/** What became of an update: never a rejected promise, so that it may be awaited late. */
export type Reply<T = DecisionReply> = T | Refused;

export interface Run {
  world: World;
  shop: Shop;
  handle: WorkflowHandle<typeof purchase>;
  /** The runs that this one may start; they need not be there. */
  child: { planChange: WorkflowHandle; notifications: WorkflowHandle };
  /** The id of the presentation of a step; the first one when left out. */
  presentation(step?: string): string;
  /** The id of attempt `n` of a step. */
  attempt(n: number, step?: string): string;
  accept(request?: Partial<AcceptRequest> & { step?: string }, updateId?: string): Promise<Reply>;
  decline(request?: Partial<DeclineRequest> & { step?: string }): Promise<Reply>;
  /** Accepts or declines; resolves when the run has the click, long before it answers. */
  click(decision: 'accepted' | 'declined', step?: string): Promise<{ reply: Promise<Reply> }>;
  view(step?: string): Promise<Reply<{ viewedAt: string }>>;
  withdraw(step?: string): Promise<Reply>;
  extend(until: number, step?: string): Promise<Reply<{ expiresAt: string }>>;
  /** @param of the run that has the attempt, when it is not this one */
  resolve(
    paid: boolean,
    step?: string,
    paymentId?: string,
    of?: WorkflowHandle,
  ): Promise<Reply<{ paid: boolean }>>;
  /** Dodo's books change, and a webhook tells the run that owns the attempt. */
  webhook(attempt: string, status: string, errorCode?: string): Promise<void>;
  /** The subscription changes at Dodo, and a webhook tells the run that changes its plan. */
  subscriptionWebhook(changes: Partial<SubscriptionEvent>): Promise<void>;
  /** A signal as anybody may send it. */
  signal(name: string, ...args: unknown[]): Promise<void>;
  state(): Promise<RunState>;
  /** Until the run has done all there is to do now, and waits for time or messages. */
  idle(): Promise<void>;
  /** Waits until the run is idle, lets time pass, and waits until it is idle again. */
  pass(milliseconds: number): Promise<void>;
  /** Skips whatever time it takes. */
  result(): Promise<PurchaseResult>;
}

/** Where a run lives: the time-skipping environment, or an ordinary server, which lets no time pass. */
export type Server = Pick<TestWorkflowEnvironment, 'connection' | 'namespace' | 'client'> & {
  sleep(milliseconds: number): Promise<void>;
};

/** A `Run` for the purchase of the world's shop. */
export function createRun(server: Server, world: World, notify = false): Run {
  const { shop } = world;
  // The environment's own client skips time while it waits, even for a run that has ended.
  const { connection, namespace } = server;
  const { workflow } = new Client({ connection, namespace });
  const handle = workflow.getHandle<typeof purchase>(shop.workflowId);
  const child = {
    planChange: workflow.getHandle(workflowId.planChange(shop.subscription.subscriptionId)),
    notifications: workflow.getHandle(workflowId.notifications(shop.workflowId)),
  };
  const [firstStep] = shop.steps;
  const handles = [
    handle as WorkflowHandle,
    ...Object.values(shop.actions).flatMap(({ kind }) =>
      ['change_plan', 'pause', 'extend_trial'].includes(kind) ? [child.planChange] : [],
    ),
    ...(notify ? [child.notifications] : []),
  ];

  function presentation(step = firstStep?.id ?? ''): string {
    return presentationId(shop, step);
  }

  /** Resolves when the update is with the run, which may take its time to answer it. */
  async function deliver<T, A>(
    definition: UpdateDefinition<T, [A]>,
    request: A,
    { updateId, of = handle as WorkflowHandle }: { updateId?: string; of?: WorkflowHandle } = {},
  ): Promise<{ reply: Promise<Reply<T>> }> {
    try {
      const options = { args: [request] as [A], updateId, waitForStage: 'ACCEPTED' as const };
      const started = await of.startUpdate(definition, options);
      return { reply: started.result().catch(refusalOf) };
    } catch (error) {
      return { reply: Promise.resolve(refusalOf(error)) };
    }
  }

  async function update<T, A>(...[definition, request, options]: Parameters<typeof deliver<T, A>>) {
    return (await deliver(definition, request, options)).reply;
  }

  const run: Run = {
    world,
    shop,
    handle,
    child,
    presentation,
    attempt(n, step = firstStep?.id ?? '') {
      return shop.actions[step]?.kind === 'change_plan'
        ? attemptId(workflowId.planChange(shop.subscription.subscriptionId), presentation(step), n)
        : attemptId(shop.workflowId, step, n);
    },
    accept: ({ step, ...request } = {}, updateId) =>
      update(accept, { presentationId: presentation(step), ...request }, { updateId }),
    click: (decision, step) =>
      decision === 'accepted'
        ? deliver(accept, { presentationId: presentation(step) })
        : deliver(decline, { presentationId: presentation(step) }),
    decline: ({ step, ...request } = {}) =>
      update(decline, { presentationId: presentation(step), ...request }),
    view: (step) => update(view, { presentationId: presentation(step) }),
    withdraw: (step) =>
      update(withdraw, { presentationId: presentation(step), reason: 'a mistake in the catalog' }),
    extend: (until, step) =>
      update(extend, {
        presentationId: presentation(step),
        until: new Date(until).toISOString(),
        reason: 'the customer asked for time',
      }),
    resolve: (paid, step, paymentId, of) =>
      update(
        resolve,
        { presentationId: presentation(step), paid, paymentId, reason: 'looked up in the dashboard' },
        { of },
      ),
    async subscriptionWebhook(changes) {
      Object.assign(world.books.subscription, changes);
      await child.planChange.signal(subscriptionEvent, world.books.subscription);
    },
    async webhook(attempt, status, errorCode) {
      const event = world.book(attempt, status, errorCode);
      const owner = attempt.slice(0, attempt.lastIndexOf(':', attempt.lastIndexOf(':') - 1));
      await workflow.getHandle(owner).signal(paymentEvent, event);
    },
    signal: (name, ...args) => handle.signal(name, ...args),
    state: () => handle.query(runState),
    idle: () => idle(handles),
    async pass(milliseconds) {
      await run.idle();
      await server.sleep(milliseconds);
      await run.idle();
    },
    async result() {
      await run.idle();
      const { status } = await handle.describe();
      const { client } = server;
      return status.name === 'RUNNING'
        ? client.workflow.getHandle<typeof purchase>(shop.workflowId).result()
        : handle.result();
    },
  };
  return run;
}

function refusalOf(error: unknown): Refused {
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  if (!(cause instanceof ApplicationFailure)) return { refused: undefined, message: String(error) };
  const [won] = (cause.details ?? []) as [Decision?];
  return { refused: cause.type ?? undefined, message: cause.message, ...(won && { won }) };
}

/** Answered by every workflow, whatever it is. */
const ANY_QUERY = '__temporal_workflow_metadata';
/** Real time. */
const PATIENCE = 25 * SECOND;

/**
 * Until runs have done all there is to do now. A query is answered when what came before it has been handled; when no
 * history has grown meanwhile and no activity is on its way, there is nothing left to wait for.
 */
export async function idle(handles: readonly WorkflowHandle[]): Promise<void> {
  const giveUp = Date.now() + PATIENCE;
  for (let before = ''; ;) {
    const lengths: (number | undefined)[] = [];
    let busy = false;
    for (const handle of handles) {
      const description = await handle.describe().catch(ifMissing);
      if (description?.status.name !== 'RUNNING') continue;
      lengths.push(description.historyLength);
      busy ||= (description.raw.pendingActivities ?? []).some((activity) => !waitsForItsNextTry(activity));
    }
    if (lengths.length === 0 || (lengths.join() === before && !busy)) return;
    if (Date.now() > giveUp) {
      throw new Error(`${handles.map(({ workflowId: id }) => id).join(', ')} did not come to rest.`);
    }
    before = lengths.join();
    for (const handle of handles) await handle.query(ANY_QUERY).catch(ifMissing);
  }
}

/** That takes time, and time stands still. This server goes on calling such an activity started. */
function waitsForItsNextTry({
  lastFailure,
  lastStartedTime,
  lastAttemptCompleteTime,
}: PendingActivity): boolean {
  return (
    lastFailure != null &&
    (optionalTsToMs(lastAttemptCompleteTime) ?? 0) >= (optionalTsToMs(lastStartedTime) ?? 0)
  );
}

function ifMissing(error: unknown): undefined {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
}
