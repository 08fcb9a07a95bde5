/** Real workflow code on the time-skipping server, with a scripted world around it. One clock: one run after the other. */
import { randomUUID } from 'node:crypto';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Worker } from '@temporalio/worker';
import type { WorkflowBundle } from '../../src/temporal/bundle.js';
import { createWorker } from '../../src/temporal/worker.js';
import { paymentEvent, type PurchaseInput } from '../../src/contract/messages.js';
import { type PaymentEvent } from '../../src/domain/payment.js';
import type { purchase } from '../../workflows/purchase.js';
import { timeSkippingEnvironment } from '../support/time-skipping.js';
import { ACTIVITY_NAMES, createWorld, type World } from './scripted-activities.js';
import { createRun, type Run } from './purchase-run.js';
import { DAY, MINUTE, SECOND, shopFor, type Shop } from './purchase-fixture.js';

/** As in production. */
export const RECONCILE_WINDOW = 20 * MINUTE;
const POLL_INTERVAL = 10 * SECOND;
/** Without an end the server would skip centuries when a run waits for nothing but a message. */
const LONGEST_RUN = 120 * DAY;
/** Real time. */
const STANDSTILL = 5 * SECOND;

export interface Stage {
  readonly environment: TestWorkflowEnvironment;
  readonly taskQueue: string;
  /** Starts the run of a purchase that is paid, unless told otherwise, in a world of its own. */
  buy(options?: BuyOptions): Promise<Run>;
  /** Another world for the activities, without a run. */
  enter(shop: Shop): World;
  /** Server time in milliseconds since the epoch. */
  now(): Promise<number>;
  /** Lets time pass. */
  sleep(milliseconds: number): Promise<void>;
  stopWorker(): Promise<void>;
  startWorker(): Promise<void>;
  /** Ends what a test left behind, and goes on. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

export interface BuyOptions {
  shop?: Partial<Shop>;
  paid?: boolean;
  input?: Partial<PurchaseInput>;
  /** Scripts the world before the run starts. */
  script?: (world: World) => void;
}

/**
 * Opens a stage with a server and a worker of its own. Close it at the end.
 *
 * @param forgetful whether workers keep no run in memory: every task replays its run from the start, as after a crash.
 *   Needed where a worker is replaced, because this server never gives up on the memory of a worker that has gone
 */
export async function openStage(workflowBundle: WorkflowBundle, { forgetful = false } = {}): Promise<Stage> {
  const taskQueue = `stage-${randomUUID()}`;
  const environment = await timeSkippingEnvironment();
  let world: World | undefined;
  let running: { worker: Worker; done: Promise<void> } | undefined;
  const runs = new Set<Run>();

  /** The worker outlives the worlds. */
  const activities = Object.fromEntries(
    ACTIVITY_NAMES.map((name) => [
      name,
      (input: never) => {
        if (!world) throw new Error(`${name} was called before there was a world.`);
        return world.activities[name](input);
      },
    ]),
  );

  /** As the environment's own, also when the clock is locked meanwhile: see below. It goes as fast as a real one then. */
  async function sleep(milliseconds: number): Promise<void> {
    let seen = await stage.now();
    const look = async () => {
      const now = await stage.now();
      if (now - seen <= 2 * STANDSTILL) await environment.connection.testService?.unlockTimeSkipping({});
      seen = now;
    };
    // A clock that was free after all cannot be unlocked.
    const watch = setInterval(() => void look().catch(() => undefined), STANDSTILL);
    await environment.sleep(milliseconds).finally(() => clearInterval(watch));
  }

  /** When a child ends after its parent, this server leaves the clock locked once too often. */
  async function freeTheClock(): Promise<void> {
    for (;;) {
      const before = Date.now();
      await environment.sleep(SECOND);
      if (Date.now() - before < SECOND) return;
      await environment.connection.testService?.unlockTimeSkipping({});
    }
  }

  const stage: Stage = {
    environment,
    taskQueue,
    now: () => environment.currentTimeMs(),
    sleep,
    enter(shop) {
      return (world = createWorld(shop, () => stage.now()));
    },
    async startWorker() {
      const worker = await createWorker({
        connection: environment.nativeConnection,
        namespace: environment.namespace ?? 'default',
        taskQueue,
        activities,
        workflowBundle,
        ...(forgetful && { maxCachedWorkflows: 0 }),
        overrides: { shutdownGraceTime: '1s', shutdownForceTime: '10s' },
      });
      running = { worker, done: worker.run() };
    },
    async stopWorker() {
      const stopping = running;
      running = undefined;
      stopping?.worker.shutdown();
      await stopping?.done;
    },
    async clear() {
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
      await stage.stopWorker();
      await environment.teardown();
    },
    async buy({ shop: changes, paid = true, input, script } = {}) {
      const shop = shopFor(`pay-${randomUUID()}`, changes);
      const here = stage.enter(shop);
      script?.(here);
      const options = {
        workflowId: shop.workflowId,
        taskQueue,
        workflowExecutionTimeout: LONGEST_RUN,
        args: [
          {
            purchaseId: shop.purchaseId,
            trigger: 'purchase' as const,
            timing: { reconcileWindowMs: RECONCILE_WINDOW, pollIntervalMs: POLL_INTERVAL },
            notify: false,
            ...input,
          },
        ] as [PurchaseInput],
      };
      const { connection, namespace, client } = environment;
      const { workflow } = client;
      if (paid) {
        await workflow.signalWithStart<typeof purchase, [PaymentEvent]>('purchase', {
          ...options,
          signal: paymentEvent,
          signalArgs: [firstPayment(shop)],
        });
      } else {
        await workflow.start<typeof purchase>('purchase', options);
      }
      const run = createRun({ connection, namespace, client, sleep }, here, input?.notify);
      runs.add(run);
      await run.idle();
      return run;
    },
  };

  await stage.startWorker();
  return stage;
}

/** The payment of the purchase itself. */
export function firstPayment({ purchaseId, customerId }: Shop): PaymentEvent {
  return { paymentId: purchaseId, status: 'succeeded', customerId, amount: 9900, currency: 'USD' };
}
