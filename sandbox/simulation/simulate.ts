/**
 * Simulates customers in one funnel: real workflow code and activities, the sandbox as Dodo, a ledger in memory, and a
 * server whose clock jumps from one event to the next.
 */
import { createProofs } from '../../src/dodo/proof.js';
import { IN_MEMORY, openEmbeddedLedger } from '../local/embedded-ledger.js';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { createActivities } from '../../activities/index.js';
import type { Catalog, Funnel } from '../../src/domain/offers.js';
import { createDodo } from '../../src/dodo/client.js';
import type { FunnelReportRow } from '../../src/ledger/index.js';
import { createLogger } from '../../src/log.js';
import { bundleWorkflows } from '../../src/temporal/bundle.js';
import { createRuns } from '../../src/temporal/runs.js';
import { createWorker } from '../../src/temporal/worker.js';
import type { PurchaseResult } from '../../src/contract/messages.js';
import { startSandbox, type Sandbox } from '../index.js';
import { productsOf } from './basket.js';
import { chanceOf } from './chance.js';
import { withCustomers } from './synthetic-customers.js';
import { timeSkippingEnvironment } from './time-skipping.js';
import { type Behaviour } from './behaviour.js';
import { reportingTime, withTimeSkipped } from './simulated-clock.js';

const SECOND = 1000;
const DAY = 24 * 60 * 60 * SECOND;
const TASK_QUEUE = 'simulation';
const MADE_UP_PRICE = 4900;

export interface SimulationInput {
  catalog: Catalog;
  funnelId: string;
  customers: number;
  /** Number of days over which they arrive. */
  days: number;
  seed: number;
  behaviour: Behaviour;
  /** Minor units, by product. */
  prices: Record<string, number>;
}

export interface Simulated {
  rows: FunnelReportRow[];
  /** Number of runs by outcome; `ineligible` ones also by reason. */
  outcomes: Record<string, number>;
  /** Duration of each run that presented an offer, in simulated milliseconds, ascending. */
  durations: number[];
  prices: { productId: string; price: number; currency: string; from: 'given' | 'sandbox' | 'made up' }[];
  /** Simulated milliseconds from the first arrival to the last end. */
  elapsed: number;
}

/** @throws Error when the funnel does not exist or the time-skipping server cannot be obtained */
export async function simulate(input: SimulationInput): Promise<Simulated> {
  const named = input.catalog.funnels.find(({ id }) => id === input.funnelId);
  if (!named) throw new Error(`No funnel named ${input.funnelId}.`);
  // One in shadow is simulated as if it were live.
  const { mode: _, ...funnel } = named;
  // No other funnel competes for its customers.
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
      proofs: createProofs(Buffer.alloc(32, 1)),
      deliverPayment: () => Promise.resolve(false),
      runs: createRuns({
        client,
        taskQueue: TASK_QUEUE,
        timing: { reconcileWindowMs: SECOND, pollIntervalMs: SECOND },
        notify: false,
      }),
    });
    const people = withCustomers(activities, {
      client,
      taskQueue: TASK_QUEUE,
      sandbox,
      dodo,
      catalog,
      funnel,
      behaviour: input.behaviour,
      chance,
    });
    // The clock stands still while an activity runs.
    const { timed, atRest } = reportingTime(people, (at) => (clock = Math.max(clock, at)));
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
      // Not the clock's current time: it has jumped ahead since.
      elapsed: Math.max(...ended.map(({ end }) => end)) - started,
    };
  } finally {
    for (const close of closing.reverse()) await close();
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
