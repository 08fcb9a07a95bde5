import { settlePayment } from './dodo/outcomes.js';
import { settleRefund } from './dodo/refunds.js';
import type { FaultQueue } from './faults.js';
import { createFaultQueue } from './faults.js';
import type { PlannedOutcome, RequestRow } from './model.js';
import { createReadFaults } from './read-faults.js';
import { seed } from './seed.js';
import type { Store } from './state/store.js';
import { openStore } from './state/store.js';
import type { Dispatcher } from './webhooks/dispatcher.js';
import { startDispatcher } from './webhooks/dispatcher.js';
import type { Outbox, Planned, World } from './world.js';
import { emptyOutbox, execute } from './world.js';

const MAX_READS_KEPT = 5000;
const LONGEST_TIMER = 2 ** 31 - 1;

/** The running sandbox: its books, its timers and its webhooks. */
export interface Engine {
  world: World;
  store: Store;
  faults: FaultQueue;
  dispatcher: Dispatcher;
  /** Requests served within the current minute. */
  rate: { minute: number; used: number };
  /** Returns requests in order of arrival: every write, and the latest reads. */
  requests(): RequestRow[];
  logRequest(row: RequestRow): void;
  /** Makes a change, all or nothing. Its webhooks and timers wait for `release`. */
  execute<T>(work: () => T): { value: T; outbox: Outbox };
  /** Resolves when every change so far is on disk. */
  durable(): Promise<void>;
  /** Starts the webhooks and timers of a change. Resolves when each webhook has been attempted once or held back. */
  release(outbox: Outbox): Promise<void>;
  /** Makes a change, waits until it is on disk, and sends its webhooks in the background. */
  run<T>(work: () => T): Promise<T>;
  /** Runs `work` after a delay, unless the sandbox closes first. */
  later(ms: number, work: () => Promise<unknown>): void;
  /** Empties the books and seeds them again. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export interface EngineOptions {
  dataDir?: string | undefined;
  timeScale: number;
  now: () => Date;
}

export async function startEngine(options: EngineOptions): Promise<Engine> {
  const store = await openStore(options.dataDir);
  const world: World = {
    tables: store.tables,
    now: options.now,
    url: '',
    outbox: emptyOutbox(),
    reads: createReadFaults(store),
  };
  const dispatcher = startDispatcher(world, store, options.timeScale);
  const faults = createFaultQueue();
  let requests: RequestRow[] = store.tables.requests.all();
  let reads = 0;
  const timers = new Set<NodeJS.Timeout>();

  function later(ms: number, work: () => Promise<unknown>): void {
    const timer = setTimeout(
      () => {
        timers.delete(timer);
        void work().catch((error: unknown) => console.error('The sandbox failed in the background:', error));
      },
      Math.min(Math.max(0, ms), LONGEST_TIMER),
    );
    timers.add(timer);
  }

  function stopTimers(): void {
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
  }

  function plannedOf({ kind, id }: Planned): PlannedOutcome | null | undefined {
    return (kind === 'payment' ? store.tables.payments : store.tables.refunds).get(id)?.planned;
  }

  /** Sets the timer of an outcome that arrives by itself. */
  function arm(subject: Planned): void {
    const planned = plannedOf(subject);
    if (!planned) return;
    const left = new Date(planned.at).getTime() - Date.now();
    later(left, async () => {
      if (left > LONGEST_TIMER) arm(subject);
      else await run(() => meetPlan(subject));
    });
  }

  function meetPlan({ kind, id }: Planned): void {
    const planned = plannedOf({ kind, id });
    if (!planned) return;
    const { status, error_code } = planned;
    if (kind === 'refund') {
      if (store.tables.refunds.get(id)?.status === 'pending') settleRefund(world, id, status);
    } else if (store.tables.payments.get(id)?.status === 'processing') {
      settlePayment(
        world,
        id,
        status === 'succeeded' ? { status } : { status, error_code: error_code ?? 'GENERIC_DECLINE' },
      );
    }
  }

  function forgetOldReads(): void {
    let surplus = reads - MAX_READS_KEPT;
    requests = requests.filter(({ method }) => method !== 'GET' || surplus-- <= 0);
    reads = MAX_READS_KEPT;
  }

  async function release({ deliveries, planned }: Outbox): Promise<void> {
    planned.forEach(arm);
    await dispatcher.release(deliveries);
  }

  async function run<T>(work: () => T): Promise<T> {
    const { value, outbox } = execute(world, store, work);
    await store.durable();
    void release(outbox);
    return value;
  }

  store.transact(() => seed(world));
  await store.durable();
  for (const { payment_id: id } of store.tables.payments.all()) arm({ kind: 'payment', id });
  for (const { refund_id: id } of store.tables.refunds.all()) arm({ kind: 'refund', id });

  return {
    world,
    store,
    faults,
    dispatcher,
    rate: { minute: 0, used: 0 },
    requests: () => requests,
    logRequest(row) {
      requests.push(row);
      if (row.method !== 'GET') store.transact(() => store.tables.requests.put(row));
      else if (++reads > 2 * MAX_READS_KEPT) forgetOldReads();
    },
    execute: (work) => execute(world, store, work),
    durable: () => store.durable(),
    release,
    run,
    later,
    async reset() {
      stopTimers();
      dispatcher.reset();
      faults.clear();
      world.reads.clear();
      requests = [];
      reads = 0;
      store.clear();
      store.transact(() => seed(world));
      await store.durable();
    },
    async close() {
      stopTimers();
      await dispatcher.close();
      await store.close();
    },
  };
}
