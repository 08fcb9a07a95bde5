import type { ReadFaults } from './read-faults.js';
import type { Store, Tables } from './state/store.js';

/** What a change sets going once it is on disk and answered. */
export interface Outbox {
  /** Ids of webhook deliveries to begin. */
  deliveries: string[];
  /** Payments and refunds whose planned outcome needs a timer. */
  planned: Planned[];
}

export interface Planned {
  kind: 'payment' | 'refund';
  id: string;
}

/** What every part of the sandbox works on. */
export interface World {
  tables: Tables;
  /** The books' clock. Webhook signatures, retries and planned outcomes go by the machine's clock instead. */
  now(): Date;
  /** Where this sandbox listens, for the links it hands out. */
  url: string;
  outbox: Outbox;
  /** What the API's reads get wrong on purpose. The books and the webhooks always tell the truth. */
  reads: ReadFaults;
}

export function emptyOutbox(): Outbox {
  return { deliveries: [], planned: [] };
}

export function timestamp(world: World): string {
  return world.now().toISOString();
}

/** Runs a change of the books, all or nothing, and collects what it sets going. */
export function execute<T>(world: World, store: Store, work: () => T): { value: T; outbox: Outbox } {
  world.outbox = emptyOutbox();
  const value = store.transact(work);
  const { outbox } = world;
  world.outbox = emptyOutbox();
  return { value, outbox };
}
