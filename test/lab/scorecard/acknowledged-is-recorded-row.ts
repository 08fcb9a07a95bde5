/** Kills the processes, and checks that every acknowledged event is recorded. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../support/eventually.js';
import { SANDBOX_WEBHOOK_KEY } from '../../../sandbox/index.js';
import { seededRandom } from '../../../sandbox/webhooks/random.js';
import { workflowId } from '../../../src/domain/ids.js';
import { type PaymentEvent } from '../../../src/domain/payment.js';
import type { ProductProcesses } from '../chaos/product-processes.js';
import { findRun } from './ingress.js';
import { secretOf } from './webhook-keys.js';
import { isAcknowledged, refusals, startLoad, type Sent } from './load.js';
import { type Row } from './row.js';
import { inBatches } from '../../support/batches.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const SEED = 10;
/** Every so many events a purchase begins. The others are about the last few purchases. */
const EVENTS_PER_PURCHASE = 25;
const LATEST = 8;
const AGAIN_AT_ONCE = 0.1;
const RECOVERY = 3 * SECOND;
/** More than twice the timeout of a workflow task. */
const SETTLING = 30 * SECOND;
const AT_ONCE = 10;

const SIZES = {
  short: { perSecond: 20, rounds: 1, gap: [500, 1_000] },
  long: { perSecond: 50, rounds: 20, gap: [5_000, 15_000] },
} as const;

type Victim = 'api' | 'worker' | 'temporal';
const VICTIMS: Victim[] = ['api', 'worker', 'temporal'];

interface Kill {
  victim: Victim;
  at: number;
}

export const ackedIsRecorded: Row<ProductProcesses> = {
  id: 'R10',
  title: 'Acknowledged is recorded',
  target:
    '50 webhooks a second for 10 minutes, kill -9 every 5 to 15 s: none lost, none doubled, acknowledging again within 3 s',
  how:
    'API, worker and Temporal killed in turn; what is not acknowledged is sent again, a tenth is sent twice; ' +
    'looked for in the histories. The time counts from the kill, the start of the process included, and is judged when long',
  async measure(system, long) {
    const { perSecond, rounds, gap } = long ? SIZES.long : SIZES.short;
    const random = seededRandom(SEED);
    const pause = () => sleep(gap[0] + random() * (gap[1] - gap[0]));
    const { sandbox } = system;
    await sandbox.control.setWebhookPolicy({ drop: 'all' });
    const purchases: Payment[] = [];
    /** The payments of the events, by event id. */
    const told = new Map<string, Payment>();
    let last: string | undefined;
    const load = startLoad({
      url: `${system.apiUrl}/webhooks/dodo`,
      perSecond,
      keepAlive: true,
      secrets: () => [secretOf(SANDBOX_WEBHOOK_KEY)],
      async next(index) {
        if (index % EVENTS_PER_PURCHASE === 0) purchases.unshift(await buy(system));
        // Repeats the previous event, which may still be on its way.
        const isAgain = last !== undefined && random() < AGAIN_AT_ONCE;
        const id = isAgain && last !== undefined ? last : `msg_${randomUUID()}`;
        const payment = told.get(id) ?? purchases[Math.floor(random() * Math.min(LATEST, purchases.length))];
        if (!payment) throw new Error('There is no purchase to report.');
        told.set(id, payment);
        last = id;
        return { id, body: eventOf(payment, id) };
      },
    });
    const kills: Kill[] = [];
    for (let round = 0; round < rounds; round += 1) {
      for (const victim of VICTIMS) {
        await pause();
        const at = performance.now();
        kills.push({ victim, at });
        await kill(system, victim);
        // Otherwise the next kill would hit a process that is down.
        await eventually('webhooks are acknowledged again', async () => firstAfter(at, load.sent), MINUTE);
      }
    }
    await pause();
    const sent = await load.finish();
    await system.heal();

    const { lost, doubled } = await missingInTheEnd(system, sent, told);
    const slowest = slowestRecovery(kills, sent);
    const recovered = Math.max(slowest.api, slowest.temporal) <= RECOVERY;
    const seconds = (ms: number) => `${(ms / SECOND).toFixed(1)} s`;
    return {
      figure:
        `${sent.length} sent, ${kills.length} kills: ${lost} lost, ${doubled} doubled; acknowledging again ` +
        `${seconds(slowest.api)} after a kill of the API and ${seconds(slowest.temporal)} after one of Temporal at most; ` +
        `sent again: ${refusals(sent)}`,
      met: sent.length > 0 && lost === 0 && doubled === 0 && (!long || recovered),
    };
  },
};

type Payment = ReturnType<ProductProcesses['sandbox']['books']['payments']>[number];

/** Buys something without a webhook. */
async function buy({ sandbox }: ProductProcesses): Promise<Payment> {
  const email = `${randomUUID()}@example.com`;
  const { customer_id } = await sandbox.control.purchase({ product_id: 'prod_starter_course', email });
  const [payment] = sandbox.books.payments({ customerId: customer_id });
  if (!payment) throw new Error('The sandbox sold nothing.');
  return payment;
}

async function kill(system: ProductProcesses, victim: Victim): Promise<void> {
  if (victim === 'temporal') await system.killTemporal(0);
  else await system[victim].kill();
}

/** Returns an event of a payment, marked in a field that its run keeps but does not read. */
function eventOf(payment: Payment, id: string) {
  const data = { payload_type: 'Payment', ...payment, error_code: id };
  return { type: 'payment.succeeded', timestamp: new Date().toISOString(), data };
}

/**
 * Counts what is missing once nothing more can come. A signal that arrives during a workflow task is kept outside the
 * history until that task ends, and a killed worker's task ends by its timeout.
 */
async function missingInTheEnd(...of: Parameters<typeof missing>): ReturnType<typeof missing> {
  const giveUp = Date.now() + SETTLING;
  for (;;) {
    const result = await missing(...of);
    if (result.lost === 0 || Date.now() > giveUp) return result;
    await sleep(SECOND);
  }
}

/** Counts acknowledged events that are in no history, and events that are there more than once. */
async function missing(
  { temporal }: ProductProcesses,
  sent: readonly Sent[],
  told: Map<string, Payment>,
): Promise<{ lost: number; doubled: number }> {
  const acknowledged = new Set(
    sent.filter(({ attempts }) => attempts.some(isAcknowledged)).map(({ id }) => id),
  );
  const payments = [...new Set(told.values())];
  const found = await inBatches(payments.length, AT_ONCE, async (index) => {
    const run = await findRun(temporal.client, workflowId.purchase(payments[index]?.payment_id ?? ''));
    return run?.signals.map(({ args }) => (args[0] as PaymentEvent).errorCode) ?? [];
  });
  const times = new Map<string, number>();
  for (const id of found.flat()) if (id !== undefined) times.set(id, (times.get(id) ?? 0) + 1);
  return {
    lost: [...acknowledged].filter((id) => !times.has(id)).length,
    doubled: [...times.values()].filter((count) => count > 1).length,
  };
}

/** Returns when an event sent after a moment was first acknowledged. */
function firstAfter(at: number, sent: readonly Sent[]): number | undefined {
  const ends = sent
    .flatMap(({ attempts }) => attempts)
    .filter((attempt) => attempt.startedAt > at && isAcknowledged(attempt))
    .map(({ endedAt }) => endedAt);
  return ends.length === 0 ? undefined : ends.reduce((least, one) => Math.min(least, one));
}

/** Returns the longest time from a kill to the first acknowledgement of an event sent after it, in milliseconds. */
function slowestRecovery(kills: Kill[], sent: readonly Sent[]): Record<Victim, number> {
  const slowest = { api: 0, worker: 0, temporal: 0 };
  for (const { victim, at } of kills) {
    slowest[victim] = Math.max(slowest[victim], (firstAfter(at, sent) ?? Infinity) - at);
  }
  return slowest;
}
