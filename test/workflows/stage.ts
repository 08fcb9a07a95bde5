/** Real workflow code on the time-skipping server, with a scripted world around it. One clock: one run after the other. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Worker } from '@temporalio/worker';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { createWorker } from '../../src/temporal/worker.js';
import { paymentEvent, type PaymentEvent, type PurchaseInput } from '../../workflows/messages.js';
import type { purchase } from '../../workflows/purchase.js';
import { testBundle, uniqueId, uniqueTaskQueue } from '../support/temporal.js';
import { timeSkippingEnvironment } from '../support/time-skipping.js';
import { ACTIVITY_NAMES, createWorld, type World } from './fakes.js';
import { createRun, type Run } from './run.js';
import { DAY, MINUTE, SECOND, shopFor, type Shop } from './shop.js';

/** As in production. */
export const RECONCILE_WINDOW = 20 * MINUTE;
const POLL_INTERVAL = 10 * SECOND;
/** Without an end the server would skip centuries when a run waits for nothing but a message. */
const LONGEST_RUN = 120 * DAY;

export interface Stage {
  readonly environment: TestWorkflowEnvironment;
  readonly taskQueue: string;
  /** Starts the run of a purchase that is paid, unless told otherwise, in a world of its own. */
  buy(options?: BuyOptions): Promise<Run>;
  /** Another world for the activities, without a run. */
  enter(shop: Shop): World;
  /** Server time in milliseconds since the epoch. */
  now(): Promise<number>;
  stopWorker(): Promise<void>;
  startWorker(): Promise<void>;
  /** Ends what a test left behind, and goes on. */
  clear(): Promise<void>;
}

export interface BuyOptions {
  shop?: Partial<Shop>;
  paid?: boolean;
  input?: Partial<PurchaseInput>;
  /** Scripts the world before the run starts. */
  script?: (world: World) => void;
}

/**
 * The stage for one test file.
 *
 * @param forgetful whether workers keep no run in memory: every task replays its run from the start, as after a crash.
 *   Needed where a worker is replaced, because this server never gives up on the memory of a worker that has gone
 */
export function useStage({ forgetful = false } = {}): Stage {
  const taskQueue = uniqueTaskQueue('stage');
  let environment: TestWorkflowEnvironment | undefined;
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

  function env(): TestWorkflowEnvironment {
    if (!environment) throw new Error('The stage is built before the first test.');
    return environment;
  }

  /** When a child ends after its parent, this server leaves the clock locked once too often. */
  async function freeTheClock(): Promise<void> {
    for (;;) {
      const before = Date.now();
      await env().sleep(SECOND);
      if (Date.now() - before < SECOND) return;
      await env().connection.testService?.unlockTimeSkipping({});
    }
  }

  const stage: Stage = {
    get environment() {
      return env();
    },
    taskQueue,
    now: () => env().currentTimeMs(),
    enter(shop) {
      return (world = createWorld(shop, () => stage.now()));
    },
    async startWorker() {
      const worker = await createWorker({
        connection: env().nativeConnection,
        namespace: env().namespace ?? 'default',
        taskQueue,
        activities,
        workflowBundle: await testBundle(),
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
    async buy({ shop: changes, paid = true, input, script } = {}) {
      const shop = shopFor(uniqueId('pay'), changes);
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
      const { workflow } = env().client;
      if (paid) {
        await workflow.signalWithStart<typeof purchase, [PaymentEvent]>('purchase', {
          ...options,
          signal: paymentEvent,
          signalArgs: [firstPayment(shop)],
        });
      } else {
        await workflow.start<typeof purchase>('purchase', options);
      }
      const run = createRun(env(), here, input?.notify);
      runs.add(run);
      await run.idle();
      return run;
    },
  };

  beforeAll(async () => {
    environment = await timeSkippingEnvironment();
    await stage.startWorker();
  });
  afterEach(() => stage.clear());
  afterAll(async () => {
    await stage.stopWorker();
    await environment?.teardown();
  });
  return stage;
}

/** The payment of the purchase itself. */
export function firstPayment({ purchaseId, customerId }: Shop): PaymentEvent {
  return { paymentId: purchaseId, status: 'succeeded', customerId, amount: 9900, currency: 'USD' };
}
