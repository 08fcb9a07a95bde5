/**
 * Runs real workflow code on the time-skipping server, with scripted activities. The server has one clock, so runs are
 * played one after another.
 */
import { randomUUID } from 'node:crypto';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Worker } from '@temporalio/worker';
import type { WorkflowBundle } from '../../src/temporal/bundle.js';
import { createWorker } from '../../src/temporal/worker.js';
import { paymentEvent, type PurchaseInput } from '../../src/contract/messages.js';
import { type PaymentEvent } from '../../src/domain/payment.js';
import type { purchase } from '../../workflows/purchase.js';
import { timeSkippingEnvironment } from '../../sandbox/simulation/time-skipping.js';
import { openRuns, unlessBroken } from '../support/workflow-task-failures.js';
import { ACTIVITY_NAMES, scriptActivities, type ScriptedActivities } from './scripted-activities.js';
import { purchaseRun, type PurchaseRun } from './purchase-run.js';
import { DAY, MINUTE, SECOND, purchaseFixture, type PurchaseFixture } from './purchase-fixture.js';

/** As in production. */
export const RECONCILE_WINDOW = 20 * MINUTE;
const POLL_INTERVAL = 10 * SECOND;
/** Without an end, the server would skip centuries while a run waits for nothing but a message. */
const LONGEST_RUN = 120 * DAY;
/** In real time. */
const STANDSTILL = SECOND;

export interface WorkflowHarness {
  readonly environment: TestWorkflowEnvironment;
  readonly taskQueue: string;
  /** Starts the run of a purchase, paid unless told otherwise, with activities of its own, and waits until it is idle. */
  buy(options?: BuyOptions): Promise<PurchaseRun>;
  /** Replaces the activities with new ones, without starting a run. */
  script(fixture: PurchaseFixture): ScriptedActivities;
  /** Returns the server's time in milliseconds since the epoch. */
  now(): Promise<number>;
  /** Lets time pass. */
  sleep(milliseconds: number): Promise<void>;
  stopWorker(): Promise<void>;
  startWorker(): Promise<void>;
  /**
   * Runs `work` on runs of this harness. If one of them fails in its code, all are terminated, so that nothing waits for
   * them any longer.
   *
   * @throws BrokenWorkflow after such a failure, else what `work` throws
   */
  unlessBroken<T>(work: () => Promise<T>): Promise<T>;
  /** Terminates the purchase runs that a test left behind, so that the next test can start. */
  endRuns(): Promise<void>;
  close(): Promise<void>;
}

export interface BuyOptions {
  fixture?: Partial<PurchaseFixture>;
  paid?: boolean;
  input?: Partial<PurchaseInput>;
  /** Scripts the activities before the run starts. */
  script?: (activities: ScriptedActivities) => void;
}

/**
 * Starts a server and a worker. Close the harness at the end.
 *
 * @param forgetful keeps no run in the worker's memory: every task replays its run from the start, as after a crash.
 *   Needed where a worker is replaced, because this server waits for ever for the memory of a worker that is gone
 */
export async function openWorkflowHarness(
  workflowBundle: WorkflowBundle,
  { forgetful = false } = {},
): Promise<WorkflowHarness> {
  const taskQueue = `workflow-harness-${randomUUID()}`;
  const environment = await timeSkippingEnvironment();
  const { namespace = 'default', client } = environment;
  let activities: ScriptedActivities | undefined;
  let running: { worker: Worker; done: Promise<void> } | undefined;
  const runs = new Set<PurchaseRun>();

  /** Calls whichever activities are in force, because the worker outlives them. */
  const implementations = Object.fromEntries(
    ACTIVITY_NAMES.map((name) => [
      name,
      (input: never) => {
        if (!activities) throw new Error(`${name} was called before its activities were scripted.`);
        return activities.implementations[name](input);
      },
    ]),
  );

  /**
   * Sleeps as the environment does, and also when the clock is locked meanwhile (see `freeTheClock`). Time then passes
   * at its real pace.
   */
  async function sleep(milliseconds: number): Promise<void> {
    let seen = await harness.now();
    const look = async () => {
      const now = await harness.now();
      if (now - seen <= 2 * STANDSTILL) await environment.connection.testService?.unlockTimeSkipping({});
      seen = now;
    };
    // Unlocking fails when the clock was free after all.
    const watch = setInterval(() => void look().catch(() => undefined), STANDSTILL);
    await environment.sleep(milliseconds).finally(() => clearInterval(watch));
  }

  /** Unlocks the clock. When a child ends after its parent, this server leaves the clock locked once too often. */
  async function freeTheClock(): Promise<void> {
    for (;;) {
      const before = Date.now();
      await environment.sleep(SECOND);
      if (Date.now() - before < SECOND) return;
      await environment.connection.testService?.unlockTimeSkipping({});
    }
  }

  const harness: WorkflowHarness = {
    environment,
    taskQueue,
    now: () => environment.currentTimeMs(),
    sleep,
    script(fixture) {
      return (activities = scriptActivities(fixture, () => harness.now()));
    },
    async startWorker() {
      const worker = await createWorker({
        connection: environment.nativeConnection,
        namespace,
        taskQueue,
        activities: implementations,
        workflowBundle,
        overrides: {
          shutdownGraceTime: '1s',
          shutdownForceTime: '10s',
          ...(forgetful && { maxCachedWorkflows: 0 }),
        },
      });
      running = { worker, done: worker.run() };
    },
    async stopWorker() {
      const stopping = running;
      running = undefined;
      stopping?.worker.shutdown();
      await stopping?.done;
    },
    unlessBroken: (work) =>
      unlessBroken(
        () => openRuns(client),
        work,
        async (fault) => {
          activities?.abandon(fault);
          // The server belongs to this harness, so all of them do.
          for (const run of await openRuns(client)) await run.terminate(fault.message).catch(() => undefined);
        },
      ),
    async endRuns() {
      for (const run of runs) {
        const { handle, child } = run;
        // Time would stand still for good if this server lost a run in the middle of something.
        await run.idle();
        for (const one of [handle, child.planChange, child.notifications]) {
          await one.terminate('the test is over').catch(() => undefined);
        }
      }
      runs.clear();
      await freeTheClock();
    },
    async close() {
      await harness.stopWorker();
      await environment.teardown();
    },
    async buy({ fixture: changes, paid = true, input, script } = {}) {
      const fixture = purchaseFixture(`pay-${randomUUID()}`, changes);
      const scripted = harness.script(fixture);
      script?.(scripted);
      const options = {
        workflowId: fixture.workflowId,
        taskQueue,
        workflowExecutionTimeout: LONGEST_RUN,
        args: [
          {
            purchaseId: fixture.purchaseId,
            trigger: 'purchase' as const,
            timing: { reconcileWindowMs: RECONCILE_WINDOW, pollIntervalMs: POLL_INTERVAL },
            notify: false,
            ...input,
          },
        ] as [PurchaseInput],
      };
      if (paid) {
        await client.workflow.signalWithStart<typeof purchase, [PaymentEvent]>('purchase', {
          ...options,
          signal: paymentEvent,
          signalArgs: [firstPayment(fixture)],
        });
      } else {
        await client.workflow.start<typeof purchase>('purchase', options);
      }
      const { connection } = environment;
      const run = purchaseRun({ connection, namespace, client, sleep }, scripted, input?.notify);
      runs.add(run);
      await run.idle();
      return run;
    },
  };

  await harness.startWorker();
  return harness;
}

/** Returns the payment of the purchase itself. */
export function firstPayment({ purchaseId, customerId }: PurchaseFixture): PaymentEvent {
  return { paymentId: purchaseId, status: 'succeeded', customerId, amount: 9900, currency: 'USD' };
}
