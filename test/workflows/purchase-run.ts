/** A purchase run under test, with everything that can be sent to it. */
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
import type { ScriptedActivities } from './scripted-activities.js';
import { SECOND, presentationId, type PurchaseFixture } from './purchase-fixture.js';

type PendingActivity = temporal.api.workflow.v1.IPendingActivityInfo;

export interface Refused {
  /** The code of the refusal. Undefined when the run itself did not refuse. */
  refused: string | undefined;
  message: string;
  won?: Decision;
}

/** The answer to an update. Never a rejected promise, so that it may be awaited late. */
export type Reply<T = DecisionReply> = T | Refused;

export interface PurchaseRun {
  activities: ScriptedActivities;
  fixture: PurchaseFixture;
  handle: WorkflowHandle<typeof purchase>;
  /** Runs that this one may start. They need not exist. */
  child: { planChange: WorkflowHandle; notifications: WorkflowHandle };
  /** Returns the id of the presentation of a step, by default the first one. */
  presentation(step?: string): string;
  /** Returns the id of attempt `n` of a step. */
  attempt(n: number, step?: string): string;
  accept(request?: Partial<AcceptRequest> & { step?: string }, updateId?: string): Promise<Reply>;
  decline(request?: Partial<DeclineRequest> & { step?: string }): Promise<Reply>;
  /** Accepts or declines. Resolves when the run has the click, long before it answers. */
  click(decision: 'accepted' | 'declined', step?: string): Promise<{ reply: Promise<Reply> }>;
  view(step?: string): Promise<Reply<{ viewedAt: string }>>;
  withdraw(step?: string): Promise<Reply>;
  extend(until: number, step?: string): Promise<Reply<{ expiresAt: string }>>;
  /** @param of the run that owns the attempt, if it is another one */
  resolve(
    paid: boolean,
    step?: string,
    paymentId?: string,
    of?: WorkflowHandle,
  ): Promise<Reply<{ paid: boolean }>>;
  /** Changes a payment in Dodo's books, and tells the run that owns the attempt by webhook. */
  webhook(attempt: string, status: string, errorCode?: string): Promise<void>;
  /** Changes the subscription in Dodo's books, and tells the run that changes its plan by webhook. */
  subscriptionWebhook(changes: Partial<SubscriptionEvent>): Promise<void>;
  /** Sends any signal. */
  signal(name: string, ...args: unknown[]): Promise<void>;
  state(): Promise<RunState>;
  /** Waits until the run has done everything it can do now, and waits for time or messages. */
  idle(): Promise<void>;
  /** Waits until the run is idle, and returns its state. Takes fewer queries, which cost most, than the two alone. */
  rest(): Promise<RunState>;
  /** Waits until the run is idle, lets time pass, and waits until it is idle again. */
  pass(milliseconds: number): Promise<void>;
  /** Waits for the end of the run, skipping whatever time it takes. */
  result(): Promise<PurchaseResult>;
}

/** The server of a run: the time-skipping environment, or an ordinary server, on which no time passes. */
export type Server = Pick<TestWorkflowEnvironment, 'connection' | 'namespace' | 'client'> & {
  sleep(milliseconds: number): Promise<void>;
};

/** Returns the run of the purchase that the activities are scripted for. */
export function purchaseRun(server: Server, activities: ScriptedActivities, notify = false): PurchaseRun {
  const { fixture } = activities;
  // The environment's own client skips time while it waits, even for a run that has ended.
  const { connection, namespace } = server;
  const { workflow } = new Client({ connection, namespace });
  const unlessAbandoned = <T>(call: () => Promise<T>) => workflow.withAbortSignal(activities.abandoned, call);
  const handle = workflow.getHandle<typeof purchase>(fixture.workflowId);
  const child = {
    planChange: workflow.getHandle(workflowId.planChange(fixture.subscription.subscriptionId)),
    notifications: workflow.getHandle(workflowId.notifications(fixture.workflowId)),
  };
  const [firstStep] = fixture.steps;
  const handles = [
    handle as WorkflowHandle,
    ...Object.values(fixture.actions).flatMap(({ kind }) =>
      ['change_plan', 'pause', 'extend_trial'].includes(kind) ? [child.planChange] : [],
    ),
    ...(notify ? [child.notifications] : []),
  ];

  /** The state of a run that has ended: nothing changes it, and each query would replay the run. */
  let last: RunState | undefined;

  function presentation(step = firstStep?.id ?? ''): string {
    return presentationId(fixture, step);
  }

  /** Resolves when the run has the update, which may be long before it answers. */
  async function deliver<T, A>(
    definition: UpdateDefinition<T, [A]>,
    request: A,
    { updateId, of = handle as WorkflowHandle }: { updateId?: string; of?: WorkflowHandle } = {},
  ): Promise<{ reply: Promise<Reply<T>> }> {
    try {
      const options = { args: [request] as [A], updateId, waitForStage: 'ACCEPTED' as const };
      const started = await unlessAbandoned(() => of.startUpdate(definition, options));
      return { reply: unlessAbandoned(() => started.result()).catch(refusalOf) };
    } catch (error) {
      return { reply: Promise.resolve(refusalOf(error)) };
    }
  }

  async function update<T, A>(...[definition, request, options]: Parameters<typeof deliver<T, A>>) {
    return (await deliver(definition, request, options)).reply;
  }

  const run: PurchaseRun = {
    activities,
    fixture,
    handle,
    child,
    presentation,
    attempt(n, step = firstStep?.id ?? '') {
      return fixture.actions[step]?.kind === 'change_plan'
        ? attemptId(workflowId.planChange(fixture.subscription.subscriptionId), presentation(step), n)
        : attemptId(fixture.workflowId, step, n);
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
      Object.assign(activities.books.subscription, changes);
      await child.planChange.signal(subscriptionEvent, activities.books.subscription);
    },
    async webhook(attempt, status, errorCode) {
      const event = activities.book(attempt, status, errorCode);
      const owner = attempt.slice(0, attempt.lastIndexOf(':', attempt.lastIndexOf(':') - 1));
      await workflow.getHandle(owner).signal(paymentEvent, event);
    },
    signal: (name, ...args) => handle.signal(name, ...args),
    state: () => unlessAbandoned(() => handle.query(runState)),
    idle: async () => void (await unlessAbandoned(() => idle(handles))),
    async rest() {
      if (last) return last;
      let state: RunState | undefined;
      const ask = async () => void (state = await handle.query(runState));
      const isRunning = await unlessAbandoned(() => idle(handles, ask));
      if (isRunning && state) return state;
      state = await run.state();
      if (!isRunning) last = state;
      return state;
    },
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
        ? client.workflow.getHandle<typeof purchase>(fixture.workflowId).result()
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

/** Every workflow answers it. */
const ANY_QUERY = '__temporal_workflow_metadata';
/** In real time. */
const PATIENCE = 25 * SECOND;

/**
 * Waits until runs have done everything they can do now. A query is answered after everything before it was handled, so
 * when no history has grown meanwhile and no activity is under way, there is nothing left to wait for.
 *
 * @param ask a query of the first run
 * @returns whether the first run goes on
 */
export async function idle(
  handles: readonly WorkflowHandle[],
  ask = async () => void (await handles[0]?.query(ANY_QUERY)),
): Promise<boolean> {
  const giveUp = Date.now() + PATIENCE;
  for (let before = ''; ;) {
    const lengths: (number | undefined)[] = [];
    let busy = false;
    let firstRuns = false;
    for (const handle of handles) {
      const description = await handle.describe().catch(ifMissing);
      if (description?.status.name !== 'RUNNING') continue;
      firstRuns ||= handle === handles[0];
      lengths.push(description.historyLength);
      busy ||= (description.raw.pendingActivities ?? []).some((activity) => !waitsForItsNextTry(activity));
    }
    if (lengths.length === 0 || (lengths.join() === before && !busy)) return firstRuns;
    if (Date.now() > giveUp) {
      throw new Error(`${handles.map(({ workflowId: id }) => id).join(', ')} did not come to rest.`);
    }
    before = lengths.join();
    for (const handle of handles)
      await (handle === handles[0] ? ask() : handle.query(ANY_QUERY)).catch(ifMissing);
  }
}

/** Says whether an activity waits to be retried. That takes time, which stands still; this server calls it started. */
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
