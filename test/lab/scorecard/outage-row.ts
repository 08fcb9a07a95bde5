/** Measures how fast the backlog of an outage is worked off. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../support/eventually.js';
import type { ProductProcesses } from '../chaos/product-processes.js';
import type { Row } from './row.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** Purchases, or 7,200 an hour. */
const PER_SECOND = 2;
const TIMES_FASTER = 5;

interface Drained {
  bought: number;
  found: number;
  /** Time from the end of the outage to the last offer. Milliseconds. */
  tookMs: number;
}

/** Each resolves when the part is back. Its start is not counted. */
const OUTAGES: Record<string, (system: ProductProcesses, forMs: number) => Promise<void>> = {
  worker: async ({ worker }, forMs) => {
    await worker.kill(forMs);
    await sleep(forMs);
    await worker.ready();
  },
  Temporal: async (system, forMs) => {
    await system.killTemporal(forMs);
  },
};

async function drain(system: ProductProcesses, outage: Promise<void>): Promise<Drained> {
  const bought: string[] = [];
  let isOver = false;
  const over = outage.finally(() => (isOver = true));
  while (!isOver) {
    const email = `${randomUUID()}@example.com`;
    const { payment_id } = await system.sandbox.control.purchase({
      product_id: 'prod_starter_course',
      email,
    });
    bought.push(payment_id);
    await Promise.race([sleep(SECOND / PER_SECOND), over]);
  }
  await over;
  const backAt = performance.now();
  let found = 0;
  for (const paymentId of bought) {
    const hasOffer = async () => {
      const view = await system.ledger.purchase(paymentId);
      return view?.presentations.length === 1 || undefined;
    };
    found += await eventually('an offer', hasOffer, 10 * MINUTE - (performance.now() - backAt)).then(
      () => 1,
      () => 0,
    );
  }
  return { bought: bought.length, found, tookMs: performance.now() - backAt };
}

export const outages: Row<ProductProcesses> = {
  id: 'R11',
  title: 'Outage, then drain',
  target: `after 10 minutes without the worker, and without Temporal: 0 lost, worked off at ${TIMES_FASTER} times the rate of arrival`,
  how:
    `${PER_SECOND} purchases a second all the while, told of by Dodo's webhooks and their repetitions; worked off when each has its ` +
    'one offer. The rate is judged when long: a few purchases say little',
  async measure(system, long) {
    const forMs = long ? 10 * MINUTE : 2 * SECOND;
    const figures: string[] = [];
    let met = true;
    for (const [name, begin] of Object.entries(OUTAGES)) {
      const { bought, found, tookMs } = await drain(system, begin(system, forMs));
      const rate = (found / tookMs) * SECOND;
      figures.push(
        `without ${name}: ${found} of ${bought} have their offer ${(tookMs / SECOND).toFixed(1)} s later, ` +
          `${(rate / PER_SECOND).toFixed(1)} times as fast as they came`,
      );
      met &&= found === bought && bought > 0 && (!long || rate >= TIMES_FASTER * PER_SECOND);
    }
    return { figure: figures.join('; '), met };
  },
};
