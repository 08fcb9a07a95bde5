import type { ReadFaults } from './read-faults.js';
import type { Store, Tables } from './state/store.js';

/** What follows from a change once it is on disk and answered. */
export interface Outbox {
  /** Ids of webhook deliveries to start. */
  deliveries: string[];
  /** Payments and refunds whose planned outcome needs a timer. */
  planned: Planned[];
}

export interface Planned {
  kind: 'payment' | 'refund';
  id: string;
}

/** The state shared by every part of the sandbox. */
export interface World {
  tables: Tables;
  /** The books' clock. Webhook signatures, retries, planned outcomes and lags follow the machine's clock instead. */
  now(): Date;
  /** This sandbox's address, for the links it hands out. */
  url: string;
  outbox: Outbox;
  /** Deliberate faults of the API's reads. The books and the webhooks always show the real state. */
  reads: ReadFaults;
}

export function emptyOutbox(): Outbox {
  return { deliveries: [], planned: [] };
}

export function timestamp(world: World): string {
  return world.now().toISOString();
}

/** Runs a change of the books, all or nothing, and collects what follows from it. */
export function execute<T>(world: World, store: Store, work: () => T): { value: T; outbox: Outbox } {
  world.outbox = emptyOutbox();
  const value = store.transact(work);
  const { outbox } = world;
  world.outbox = emptyOutbox();
  return { value, outbox };
}
