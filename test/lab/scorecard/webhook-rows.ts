/** Rows about webhooks: copies, orders, losses, replays and floods. */
import { randomUUID } from 'node:crypto';
import { seededRandom, shuffled } from '../../../sandbox/webhooks/random.js';
import { eventually } from '../../support/eventually.js';
import { workflowId } from '../../../src/domain/ids.js';
import { readRunHistory, type RunHistory } from '../invariants/run-history.js';
import { findRun, paidEvent } from './ingress.js';
import { outOf, type Row } from './row.js';
import type { InProcessSystem } from './in-process-system.js';
import { post } from './load.js';
import { secretOf } from './webhook-keys.js';
import { inBatches } from '../../support/batches.js';

const SECOND = 1000;
const HOUR = 3_600 * SECOND;
/** The shortest time for which Temporal keeps closed runs. */
const RETENTION = 30 * 24 * HOUR;

/** Sends a body as Dodo does, under an id of the caller's. Returns the status, or null when nothing answered. */
async function deliver(system: InProcessSystem, id: string, body: unknown): Promise<number | null> {
  const secrets = [secretOf(system.sandbox.webhookKey)];
  const { status } = await post(`${system.url}/webhooks/dodo`, { id, body: JSON.stringify(body), secrets });
  return status;
}

function succeeded(system: InProcessSystem, paymentId: string) {
  const data = system.sandbox.books.payments().find(({ payment_id }) => payment_id === paymentId);
  return { type: 'payment.succeeded', timestamp: new Date().toISOString(), data };
}

async function historyOf(system: InProcessSystem, id: string): Promise<RunHistory> {
  const handle = system.client.workflow.getHandle(id);
  const [history, { runId, type, status }] = await Promise.all([handle.fetchHistory(), handle.describe()]);
  return readRunHistory({ workflowId: id, runId, type, status: status.name }, history);
}

const AT_ONCE = 20;
/** Settings under which only webhooks bring news. */
const DEAF = { POLL_INTERVAL: '1h', RECONCILE_WINDOW: '12h', SWEEP_INTERVAL: '1d', SWEEP_WINDOW: '2d' };

/** Waits for the first sweep: a new schedule sweeps at once, and would report the first purchases too. */
async function firstSweep({ client, taskQueue }: InProcessSystem): Promise<void> {
  await eventually('the first sweep is over', async () => {
    const query = `TaskQueue = '${taskQueue}' AND WorkflowType = 'sweep' AND ExecutionStatus = 'Completed'`;
    for await (const { workflowId } of client.workflow.list({ query })) return workflowId;
    return undefined;
  });
}

export const duplicateStorm: Row = {
  id: 'R7',
  title: 'Duplicate storm',
  target: 'each of 1,000 events 1 to 10 times at once: one signal each, none lost',
  how: 'signed copies of each purchase event sent at the same moment; signals counted in the histories',
  async measure(whole, long) {
    const count = long ? 1_000 : 40;
    const random = seededRandom(7);
    let sent = 0;
    const system = await whole.another(DEAF);
    await firstSweep(system);
    await system.sandbox.control.setWebhookPolicy({ drop: 'all' });
    const signals = await inBatches(count, AT_ONCE, async () => {
      const { payment_id } = await system.buy('prod_starter_course');
      const body = succeeded(system, payment_id);
      const id = `msg_${randomUUID()}`;
      const copies = 1 + Math.floor(random() * 10);
      sent += copies;
      await Promise.all(Array.from({ length: copies }, () => deliver(system, id, body)));
      const run = await historyOf(system, workflowId.purchase(payment_id));
      return run.signals.length;
    }).finally(() => system.close());
    const once = signals.filter((one) => one === 1).length;
    return outOf(once, count, ` events became exactly one signal, ${sent} deliveries in all`);
  },
};

interface Upgraded {
  customerId: string;
  paymentId: string;
  /** The events of the upgrade and its refund that Dodo did not deliver. */
  events: string[];
}

/** Accepts, pays and refunds a plan change without any webhook. */
async function upgradeInSilence(
  system: InProcessSystem,
  customerId: string,
  paymentId: string,
): Promise<Upgraded> {
  const { sandbox, backend } = system;
  await sandbox.control.nextCharges(customerId, {
    status: 'processing',
    settle: { after_ms: SECOND / 4, status: 'succeeded' },
  });
  void backend.post(`/api/upsell/${customerId}/accept`).catch(() => undefined);
  const paid = await eventually('the plan change is paid', async () =>
    sandbox.books
      .payments({ customerId, status: 'succeeded' })
      .find((payment) => payment.payment_id !== paymentId),
  );
  // The change counts as sent only once its reply is recorded.
  await eventually('the attempt is submitted', async () =>
    (await system.ledger.purchase(paymentId))?.timeline.find(({ type }) => type === 'attempt_submitted'),
  );
  await refund(system, { payment_id: paid.payment_id, items: [{ item_id: 'prod_pro_plan', amount: 1_000 }] });
  await refund(system, { payment_id: paid.payment_id });
  const subjects = new Set([paid.payment_id, paid.subscription_id, ...refundsOf(system, customerId)]);
  const events = sandbox.books
    .deliveries()
    .filter(
      ({ subject, status }) => subject.kind !== 'raw' && status === 'dropped' && subjects.has(subject.id),
    );
  return { customerId, paymentId, events: events.map(({ id }) => id) };
}

function refundsOf({ sandbox }: InProcessSystem, customerId: string): string[] {
  return sandbox.books.refunds({ customerId }).map(({ refund_id }) => refund_id);
}

/** Returns the final state once all events were delivered. */
async function endOf(system: InProcessSystem, { paymentId, events }: Upgraded): Promise<string> {
  const view = await eventually(
    `${paymentId} is reversed`,
    async () => {
      const found = await system.ledger.purchase(paymentId);
      return found?.outcome === 'reversed' ? found : undefined;
    },
    30 * SECOND,
  ).catch(() => system.ledger.purchase(paymentId));
  const [presentation] = view?.presentations ?? [];
  const { status, decision, paidAmount, refundedAmount } = presentation ?? {};
  const end = { events: events.length, outcome: view?.outcome, status, decision, paidAmount, refundedAmount };
  return JSON.stringify(end);
}

async function refund({ sandbox }: InProcessSystem, body: object): Promise<void> {
  const response = await fetch(`${sandbox.url}/refunds`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sandbox.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`The refund was answered with ${response.status}.`);
}

/** Returns all orders of the items. Six items have 720. */
function orders<T>(items: T[]): T[][] {
  if (items.length <= 1) return [items];
  return items.flatMap((first, index) => orders(items.toSpliced(index, 1)).map((rest) => [first, ...rest]));
}

const MOST = 6;

export const confluence: Row = {
  id: 'R8',
  title: 'Permutation confluence',
  target: 'every order of up to 6 events of a purchase: the same end in ledger and run',
  how: 'the events of a plan change that is paid and refunded, delivered in every order, some of them twice; no polling',
  async measure(whole, long) {
    const system = await whole.another(DEAF);
    try {
      const random = seededRandom(8);
      const bought = await inBatches(long ? 720 : 8, 12, async () => {
        const one = await system.buy('prod_basic_plan');
        await system.offer(one.customer_id);
        return one;
      });
      await system.sandbox.control.setWebhookPolicy({ drop: 'all' });
      const ends = await inBatches(bought.length, 12, async (index) => {
        const { customer_id = '', payment_id = '' } = bought[index] ?? {};
        const upgraded = await upgradeInSilence(system, customer_id, payment_id);
        const possible = orders(upgraded.events.slice(0, MOST));
        const order = long ? possible[index % possible.length] : shuffled(upgraded.events, random);
        const again = (order ?? []).filter(() => random() < 0.5);
        for (const id of [...(order ?? []), ...again]) await system.sandbox.control.redeliver(id);
        return endOf(system, upgraded);
      });
      const kinds = new Set(ends);
      const reversed = ends.filter((end) => end.includes('"reversed"')).length;
      const words =
        kinds.size === 1 ? ` orders end as ${ends[0]}` : ` orders; ends: ${[...kinds].join(' or ')}`;
      return { ...outOf(reversed, ends.length, words), met: kinds.size === 1 && reversed === ends.length };
    } finally {
      await system.close();
    }
  },
};

export const lostWebhooks: Row = {
  id: 'R12',
  title: 'All webhooks lost',
  target: '100 % of the purchases found by the sweep within 15 minutes of its return',
  how: 'purchases whose webhooks are all dropped; the sweep runs every 2 seconds here, every 5 minutes by default',
  async measure(system, long) {
    const count = long ? 300 : 15;
    await system.sandbox.control.setWebhookPolicy({ drop: 'all' });
    const bought = await inBatches(count, AT_ONCE, () => system.buy('prod_single_license'));
    const lostAt = performance.now();
    const offers = await inBatches(count, AT_ONCE, async (index) =>
      system.offer(bought[index]?.customer_id ?? '').catch(() => undefined),
    );
    const seconds = (performance.now() - lostAt) / SECOND;
    await system.sandbox.control.setWebhookPolicy({ drop: [] });
    const found = offers.filter((offer) => offer !== undefined).length;
    return outOf(found, count, ` purchases have their offer ${seconds.toFixed(1)} s later`);
  },
};

/** Checks that a purchase which Temporal no longer remembers, and which thus looks new, starts nothing. */
async function startsNothing(system: InProcessSystem): Promise<boolean> {
  const forgotten = `pay_${randomUUID()}`;
  const created_at = new Date(Date.now() - RETENTION - HOUR).toISOString();
  const status = await deliver(system, `msg_${randomUUID()}`, paidEvent(forgotten, { created_at }));
  return status === 200 && (await findRun(system.client, workflowId.purchase(forgotten))) === undefined;
}

export const replayAfterClose: Row = {
  id: 'R24',
  title: 'Replay after the run has closed, and after it is forgotten',
  target: 'no new run and no new offer',
  how:
    'every webhook of settled purchases delivered again, three times each, and the event of a purchase that is older than ' +
    'what Temporal remembers; runs and presentations counted',
  async measure(system, long) {
    const count = long ? 50 : 4;
    const results = await inBatches(count, 10, async () => {
      const { customer_id, payment_id } = await system.buy('prod_starter_course');
      await system.offer(customer_id);
      await system.backend.post(`/api/upsell/${customer_id}/accept`);
      await system.settled(payment_id);
      const id = workflowId.purchase(payment_id);
      const before = await historyOf(system, id);
      const subjects = new Set(
        system.sandbox.books.payments({ customerId: customer_id }).map((payment) => payment.payment_id),
      );
      const events = system.sandbox.books
        .deliveries()
        .filter(({ subject }) => subject.kind !== 'raw' && subjects.has(subject.id));
      for (let time = 0; time < 3; time++)
        await Promise.all(events.map((event) => system.sandbox.control.redeliver(event.id)));
      const after = await historyOf(system, id);
      const view = await system.ledger.purchase(payment_id);
      return (
        after.runId === before.runId &&
        after.events === before.events &&
        view?.presentations.length === 1 &&
        (await startsNothing(system))
      );
    });
    return outOf(results.filter(Boolean).length, count, ' purchases stayed as they were');
  },
};

const MOST_EVENTS = 2_000;

export const signalFlood: Row = {
  id: 'R27',
  title: 'Signal flood to one run',
  target: 'history of at most 2,000 events, and an accept still works within 1 s',
  how: 'one event delivered over and over, then as many different valid events about the same payment: 20,000 each when long',
  async measure(system, long) {
    const count = long ? 20_000 : 500;
    const { customer_id, payment_id } = await system.buy('prod_starter_course');
    await system.offer(customer_id);
    const { control, books } = system.sandbox;
    const body = succeeded(system, payment_id);
    const [first] = books
      .deliveries()
      .filter(({ subject }) => subject.kind !== 'raw' && subject.id === payment_id);
    if (!first) throw new Error('There is no event of the purchase.');
    const copies = await inBatches(count, AT_ONCE, () => deliver(system, first.id, body));
    const others = await inBatches(count, AT_ONCE, () => control.sendWebhook(body));
    await control.flushWebhooks();
    const sent = new Set(others.map(({ id }) => id));
    const taken =
      copies.filter((status) => status === 200).length +
      books.deliveries().filter(({ id, status }) => sent.has(id) && status === 'delivered').length;
    const clickedAt = performance.now();
    const { status } = await system.backend.post(`/api/upsell/${customer_id}/accept`);
    const seconds = (performance.now() - clickedAt) / SECOND;
    await system.settled(payment_id);
    const { events, signals } = await historyOf(system, workflowId.purchase(payment_id));
    return {
      figure: `${count} copies and ${count} events, ${taken} of them answered 200, became ${signals.length} signals, ${events} events of history; accept ${status} in ${seconds.toFixed(2)} s`,
      met: taken === 2 * count && events <= MOST_EVENTS && status === 200 && seconds <= 1,
    };
  },
};
