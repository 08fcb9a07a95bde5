/**
 * Synthetic customers in one funnel: the real workflow code and the real activities, the sandbox as Dodo, a ledger in
 * memory, and a server whose clock jumps from one event to the next.
 */
import { IN_MEMORY, openEmbeddedLedger } from '../local/embedded-ledger.js';
import { fileURLToPath } from 'node:url';
import { Context } from '@temporalio/activity';
import { Client } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { createActivities } from '../../activities/index.js';
import type { Catalog, Funnel } from '../../src/domain/offers.js';
import { createDodo } from '../../src/dodo/client.js';
import type { FunnelReportRow } from '../../src/ledger/index.js';
import { createLogger } from '../../src/log.js';
import { bundleWorkflows } from '../../src/temporal/bundle.js';
import { createWorker } from '../../src/temporal/worker.js';
import type { PurchaseResult } from '../../src/contract/messages.js';
import { startSandbox, type Sandbox } from '../index.js';
import { productsOf } from './basket.js';
import { chanceOf } from './chance.js';
import { withPeople } from './people.js';
import { timeSkippingEnvironment } from './time-skipping.js';
import { type Behaviour } from './chance.js';

const SECOND = 1000;
const DAY = 24 * 60 * 60 * SECOND;
const TASK_QUEUE = 'simulation';
const MADE_UP_PRICE = 4900;

export interface SimulationInput {
  catalog: Catalog;
  funnelId: string;
  customers: number;
  /** Over how many days they come. */
  days: number;
  seed: number;
  behaviour: Behaviour;
  /** Minor units, by product. */
  prices: Record<string, number>;
}

export interface Simulated {
  rows: FunnelReportRow[];
  /** How many runs ended so; `ineligible` ones by their reason. */
  outcomes: Record<string, number>;
  /** Of each run that showed something, from its start to its end, in simulated milliseconds; ascending. */
  durations: number[];
  prices: { productId: string; price: number; currency: string; from: 'given' | 'sandbox' | 'made up' }[];
  /** Milliseconds of the simulated clock, first arrival to last end included. */
  elapsed: number;
}

/** @throws Error in words when the time-skipping server is not to be had, or there is no such funnel */
export async function simulate(input: SimulationInput): Promise<Simulated> {
  const funnel = input.catalog.funnels.find(({ id }) => id === input.funnelId);
  if (!funnel) throw new Error(`There is no funnel ${input.funnelId}.`);
  // Alone: no other funnel takes its customers away.
  const catalog: Catalog = { ...input.catalog, funnels: [funnel] };
  const chance = chanceOf(input.seed);
  const closing: (() => Promise<unknown>)[] = [];
  try {
    const environment = await timeSkippingEnvironment();
    closing.push(() => environment.teardown());
    const started = await environment.currentTimeMs();
    let clock = started;
    const now = () => new Date(clock);
    const sandbox = await startSandbox({ now });
    closing.push(() => sandbox.close());
    const ledger = await openEmbeddedLedger(IN_MEMORY);
    closing.push(() => ledger.close());
    const prices = await priceProducts(sandbox, funnel, catalog, input.prices);

    const dodo = createDodo(sandbox.apiKey, { baseURL: sandbox.url });
    const client = new Client({ connection: environment.connection, namespace: environment.namespace });
    const activities = createActivities({
      dodo,
      ledger,
      catalog: () => catalog,
      appUrl: 'https://shop.example',
      log: createLogger('silent'),
      now,
      deliverPayment: () => Promise.resolve(false),
    });
    const people = withPeople(activities, {
      client,
      taskQueue: TASK_QUEUE,
      sandbox,
      dodo,
      catalog,
      funnel,
      behaviour: input.behaviour,
      chance,
    });
    // The clock stands still while an activity is under way.
    const { timed, atRest } = byTheClock(people, (at) => (clock = Math.max(clock, at)));
    const worker = await createWorker({
      connection: environment.nativeConnection,
      namespace: environment.namespace ?? 'default',
      taskQueue: TASK_QUEUE,
      activities: timed,
      workflowBundle: await bundleWorkflows({
        workflowsPath: fileURLToPath(new URL('./workflows.ts', import.meta.url)),
      }),
      overrides: { shutdownGraceTime: '1s', shutdownForceTime: '10s' },
    });
    const ended = await worker.runUntil(async () => {
      const visits = await Promise.all(
        Array.from({ length: input.customers }, (_, index) =>
          client.workflow.start<(input: { index: number; afterMs: number }) => Promise<string>>('customer', {
            taskQueue: TASK_QUEUE,
            workflowId: `customer/${String(index)}`,
            args: [
              {
                index,
                afterMs: Math.round(chance.of(`customer ${String(index)} arrives`) * input.days * DAY),
              },
            ],
          }),
        ),
      );
      return withTimeSkipped(environment, atRest, () =>
        Promise.all(
          visits.map(async (visit) => {
            const run = client.workflow.getHandle<() => Promise<PurchaseResult>>(await visit.result());
            const result = await run.result();
            const { startTime, closeTime } = await run.describe();
            const end = closeTime?.getTime() ?? 0;
            return { ...result, end, duration: end - startTime.getTime() };
          }),
        ),
      );
    });
    const outcomes: Record<string, number> = {};
    for (const { outcome, reason } of ended) {
      const name = reason === undefined ? outcome : `${outcome}: ${reason}`;
      outcomes[name] = (outcomes[name] ?? 0) + 1;
    }
    return {
      rows: await ledger.funnelReport(),
      outcomes,
      durations: ended
        .filter(({ presentations }) => presentations > 0)
        .map(({ duration }) => duration)
        .sort((one, other) => one - other),
      prices,
      // The clock itself has jumped on to nothing in particular since.
      elapsed: Math.max(...ended.map(({ end }) => end)) - started,
    };
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

/** Activities that tell the time before they begin, and how many have begun and ended; undefined while one is under way. */
function byTheClock<A extends object>(
  activities: A,
  tell: (at: number) => void,
): { timed: A; atRest: () => number | undefined } {
  let underWay = 0;
  let done = 0;
  const timed = Object.entries(activities).map(
    ([name, activity]: [string, (input: unknown) => Promise<unknown>]) => [
      name,
      async (input: unknown) => {
        tell(Context.current().info.currentAttemptScheduledTimestampMs);
        underWay += 1;
        try {
          return await activity(input);
        } finally {
          underWay -= 1;
          done += 1;
        }
      },
    ],
  );
  return { timed: Object.fromEntries(timed) as A, atRest: () => (underWay > 0 ? undefined : done) };
}

/** How often the clock is looked at, and at how many looks in a row it may stand still. Real time. */
const LOOK_EVERY = SECOND;
const STILL_LOOKS = 2;

/** Lets time jump while `work` is under way. */
async function withTimeSkipped<T>(
  { connection }: TestWorkflowEnvironment,
  atRest: () => number | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const { testService } = connection;
  await testService?.unlockTimeSkipping({});
  let before: { at: number; done: number | undefined } = { at: 0, done: undefined };
  let still = 0;
  const watch = setInterval(() => {
    const look = async () => {
      const { time } = (await testService?.getCurrentTime({})) ?? {};
      const now = { at: Number(time?.seconds ?? 0) * SECOND, done: atRest() };
      const stands =
        now.at - before.at <= 2 * LOOK_EVERY && now.done !== undefined && now.done === before.done;
      still = stands ? still + 1 : 0;
      before = now;
      if (still < STILL_LOOKS) return;
      // When a child ends after its parent, this server leaves the clock locked once too often.
      still = 0;
      await testService?.unlockTimeSkipping({});
    };
    // The clock was free after all.
    look().catch(() => undefined);
  }, LOOK_EVERY);
  try {
    return await work();
  } finally {
    clearInterval(watch);
  }
}

async function priceProducts(
  sandbox: Sandbox,
  funnel: Funnel,
  catalog: Catalog,
  given: Record<string, number>,
): Promise<Simulated['prices']> {
  const prices: Simulated['prices'] = [];
  for (const [productId, plan] of productsOf(funnel, catalog)) {
    const price = given[productId];
    const known = await sandbox.control
      .updateProduct(productId, price === undefined ? {} : { price })
      .catch(() => undefined);
    const product =
      known ??
      (await sandbox.control.createProduct({
        product_id: productId,
        name: productId,
        price: price ?? MADE_UP_PRICE,
        ...(plan && { every: { count: 1, interval: 'Month' as const } }),
      }));
    prices.push({
      productId,
      price: product.price.price,
      currency: product.price.currency,
      from: price !== undefined ? 'given' : known ? 'sandbox' : 'made up',
    });
  }
  return prices;
}
