/**
 * Kills the worker's process at the three worst moments of every call that moves money, and resets runs while money is
 * moving. Each time there must be one charge, or one refund.
 */
import type { temporal } from '@temporalio/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually as waitFor } from '../support/eventually.js';
import { startSandbox, type Sandbox } from '../../sandbox/index.js';
import { loadCatalog } from '../../src/catalog/file/load.js';
import { openLedger, type Ledger } from '../../src/ledger/index.js';
import { createLogger } from '../../src/log.js';
import type { RunningApi } from '../../src/service.js';
import { startDodoGate, type CallMatch, type DodoGate, type Held } from '../lab/chaos/dodo-gate.js';
import { expireOrphans } from '../lab/chaos/orphans.js';
import { API_KEY, productEnvironment } from '../lab/chaos/product-env.js';
import { startSupervised, type SupervisedProcess } from '../lab/chaos/supervised-process.js';
import { startTcpGate, type TcpGate } from '../lab/chaos/tcp-gate.js';
import { checkInvariants } from '../lab/invariants/check.js';
import type { Evidence } from '../lab/invariants/evidence.js';
import { gatherEvidence } from '../lab/invariants/gather-evidence.js';
import { postgresForTests } from '../support/postgres.js';
import { jsonClient, type JsonClient } from '../../sandbox/demo/http.js';
import { buy, openOffer, CARD, payLink, settled } from '../support/purchases.js';
import { testClient, testTemporal, uniqueTaskQueue } from '../support/temporal.js';
import { startApiInProcess } from '../lab/chaos/api-in-process.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** After this long, an attempt that cannot be found counts as absent. */
const RECONCILE_WINDOW = '2s';
/** Later than that, and than a customer takes to pay at the checkout on a busy machine. */
const LATE = 10 * SECOND;

const postgres = await postgresForTests();
const taskQueue = uniqueTaskQueue('interrupted');

let sandbox: Sandbox;
let dodo: DodoGate;
let network: TcpGate;
let ledger: Ledger;
let api: RunningApi;
let http: JsonClient;
let worker: SupervisedProcess;

beforeAll(async () => {
  if (!postgres.available) return;
  const temporal = await testTemporal();
  const [host = '', port = ''] = temporal.address.split(':');
  sandbox = await startSandbox({ timeScale: 100 });
  [dodo, network] = await Promise.all([
    startDodoGate(sandbox.url),
    startTcpGate({ host, port: Number(port) }),
  ]);
  const environment = { databaseUrl: postgres.url, taskQueue };
  ledger = await openLedger({ url: postgres.url, log: createLogger('silent') });
  api = await startApiInProcess({
    env: {
      ...productEnvironment({ ...environment, dodoUrl: sandbox.url, temporal: temporal.address }),
      RECONCILE_WINDOW,
    },
    sandbox,
    ledger,
    temporal,
  });
  http = jsonClient(api.url, API_KEY);
  await sandbox.control.setWebhookEndpoint({ url: `${api.url}/webhooks/dodo` });
  // Only the worker reaches Dodo and Temporal through gates that can fail.
  worker = await startSupervised({
    entry: 'src/worker.ts',
    env: {
      ...productEnvironment({ ...environment, dodoUrl: dodo.url, temporal: network.address }),
      RECONCILE_WINDOW,
    },
    readyMessage: 'the worker is ready',
  });
  await worker.ready();
}, 2 * MINUTE);

afterAll(async () => {
  await worker?.stop();
  await api?.stop();
  await ledger?.close();
  await Promise.all([sandbox?.close(), dodo?.close(), network?.close()]);
  if (postgres.available) await postgres.stop();
});

/** A call that moves money, held in the middle of it. */
interface Interrupted {
  held: Held;
  customerId: string;
  purchaseId: string;
  presentationId: string;
  /** The run that sends it. */
  run: string;
  /** Says whether the ledger has the reply to the call. */
  written(): Promise<boolean>;
  /** The request that must have been sent once. */
  request: CallMatch;
}

type Moment = 'before' | 'after';
type Operation = (when: Moment) => Promise<Interrupted>;

/** Temporal takes a while to notice what a killed process was working on. */
const PATIENCE = 45 * SECOND;

const eventually = <T>(what: string, ask: () => Promise<T | undefined | false>) =>
  waitFor(what, ask, PATIENCE);
const end = (purchaseId: string) => settled({ http }, purchaseId, PATIENCE);

const ownedBy = (customerId: string) => `"customer_id":"${customerId}"`;
const confirmed = (customerId: string) => new RegExp(`(?=.*${ownedBy(customerId)}).*"confirm":true`);
const unconfirmed = (customerId: string) => new RegExp(`^(?!.*"confirm":true)(?=.*${ownedBy(customerId)})`);

/** Buys and accepts the offer, and holds the call that follows. */
async function accepting(
  when: Moment,
  productId: string,
  matchOf: (bought: Awaited<ReturnType<typeof buy>>) => CallMatch,
  options: { card?: string; attempt?: number } = {},
): Promise<Interrupted> {
  const bought = await buy({ sandbox }, productId, options.card === undefined ? {} : { card: options.card });
  const { id: presentationId, step } = await openOffer({ http }, bought.customer_id);
  const request = matchOf(bought);
  const held = dodo.hold(when, request);
  // Answered late or not at all, because the worker dies in between.
  void http.post(`/api/upsell/${bought.customer_id}/accept`).catch(() => undefined);
  const { subscription_id } = bought;
  const run = subscription_id === null ? `purchase/${bought.payment_id}` : `plan-change/${subscription_id}`;
  const attempt = `${run}:${subscription_id === null ? step : presentationId}:${options.attempt ?? 1}`;
  return {
    held,
    request,
    customerId: bought.customer_id,
    purchaseId: bought.payment_id,
    presentationId,
    run,
    written: async () => (await ledger.attempt(attempt))?.status === 'submitted',
  };
}

const OPERATIONS: Record<string, Operation> = {
  'a charge by checkout': (when) =>
    accepting(when, 'prod_starter_course', ({ customer_id }) => ({
      method: 'POST',
      path: /^\/checkouts$/,
      body: confirmed(customer_id),
    })),
  'a charge by payment': (when) =>
    accepting(when, 'prod_team_license', ({ customer_id }) => ({
      method: 'POST',
      path: /^\/payments$/,
      body: new RegExp(ownedBy(customer_id)),
    })),
  'a plan change': (when) =>
    accepting(when, 'prod_basic_plan', ({ subscription_id }) => ({
      method: 'POST',
      path: new RegExp(`^/subscriptions/${subscription_id}/change-plan$`),
      // Not the payment link that it falls back to.
      body: /^(?!.*collect_via_payment_link)/,
    })),
  'the fallback of a charge': (when) =>
    accepting(
      when,
      'prod_single_license',
      ({ customer_id }) => ({ method: 'POST', path: /^\/checkouts$/, body: unconfirmed(customer_id) }),
      { card: CARD.declinesLater, attempt: 2 },
    ),
  'the refund of a second payment': async (when) => {
    const bought = await buy({ sandbox }, 'prod_single_license');
    const { customer_id: customerId, payment_id: purchaseId } = bought;
    const { id: presentationId, step } = await openOffer({ http }, customerId);
    // Dodo hangs up, and charges long after the attempt was given up.
    sandbox.control.addFault({
      match: { method: 'POST', path: '^/checkouts$', body: confirmed(customerId).source },
      kind: 'late_commit',
      delayMs: LATE,
    });
    const request = { method: 'POST', path: /^\/refunds$/, body: new RegExp(`"purchase/${purchaseId}:`) };
    const held = dodo.hold(when, request);
    await http.post(`/api/upsell/${customerId}/accept`);
    const one = {
      held,
      request,
      customerId,
      purchaseId,
      presentationId,
      run: `purchase/${purchaseId}`,
      written: async () => (await ledger.attempt(`purchase/${purchaseId}:${step}:1`))?.status === 'refunded',
    };
    await carriedThrough(one);
    return one;
  },
};

const NAMES = Object.keys(OPERATIONS);

/** Kills the worker, starts another one, and lets Temporal notice what was lost. */
async function killWorker(): Promise<void> {
  const pid = await worker.kill(0);
  network.open();
  const { client } = await testClient();
  await worker.ready();
  await expireOrphans(client, taskQueue, pid);
}

/** Pays the fallback if there is one, as a customer does, and waits for the end. */
async function carriedThrough({ presentationId, purchaseId }: Interrupted) {
  const shown = await eventually(`${presentationId} is paid or falls back`, async () => {
    const found = await ledger.presentation(presentationId);
    return (found?.status === 'paid' || found?.checkoutUrl !== undefined) && found;
  });
  if (shown.checkoutUrl !== undefined) await payLink(sandbox, shown.checkoutUrl);
  return end(purchaseId);
}

/** Returns the successful payments for a presentation that were not refunded. */
function charges({ presentationId }: Interrupted) {
  return sandbox.books
    .payments({ status: 'succeeded', metadata: { upsell_presentation_id: presentationId } })
    .filter((payment) => payment.refund_status !== 'full');
}

function sent({ request }: Interrupted) {
  return sandbox.books
    .requests({ method: request.method, path: request.path })
    .filter(({ body }) => request.body?.test(JSON.stringify(body)) ?? true);
}

async function evidence(): Promise<Evidence> {
  const { client } = await testClient();
  return gatherEvidence({
    catalog: await loadCatalog('offers.yaml'),
    books: sandbox.books,
    ledger,
    client,
    taskQueue,
    swept: true,
  });
}

const MOMENTS: { moment: string; when: Moment; unrecorded: boolean; paidBy: string }[] = [
  { moment: 'before the call arrives', when: 'before', unrecorded: false, paidBy: 'recovered' },
  { moment: 'after the call, before its answer', when: 'after', unrecorded: false, paidBy: 'converted' },
  {
    moment: 'after its answer, before Temporal has it',
    when: 'after',
    unrecorded: true,
    paidBy: 'converted',
  },
];

describe.skipIf(!postgres.available).each(MOMENTS)(
  'a worker that is killed $moment',
  ({ when, unrecorded, paidBy }) => {
    const interrupted = new Map<string, Interrupted>();
    const outcomes = new Map<string, string | undefined>();

    beforeAll(async () => {
      await Promise.all(
        NAMES.map(async (name) => {
          const one = await OPERATIONS[name]?.(when);
          if (one) interrupted.set(name, one);
        }),
      );
      const all = [...interrupted.values()];
      await Promise.all(all.map(({ held }) => held.reached));
      if (unrecorded) {
        network.freeze();
        for (const { held } of all) held.release();
        await Promise.all(
          [...interrupted].map(([name, one]) =>
            eventually(`the reply to ${name} is in the ledger`, () => one.written()),
          ),
        );
      }
      await killWorker();
      for (const { held } of all) held.release();
      await Promise.all(
        [...interrupted].map(async ([name, one]) => outcomes.set(name, (await carriedThrough(one)).outcome)),
      );
    }, 2 * MINUTE);

    it.each(NAMES.slice(0, 3))('leaves %s charged once', (name) => {
      const one = interrupted.get(name);
      expect(one && charges(one)).toHaveLength(1);
      expect(outcomes.get(name)).toBe(paidBy);
    });

    it.each(NAMES.slice(0, 3))('does not send %s again', (name) => {
      const one = interrupted.get(name);
      expect(one && sent(one)).toHaveLength(when === 'before' ? 0 : 1);
    });

    it('leaves the customer with one fallback to pay, and it is charged once', () => {
      const one = interrupted.get('the fallback of a charge');
      expect(one && charges(one)).toHaveLength(1);
      expect(outcomes.get('the fallback of a charge')).toBe('recovered');
    });

    it('gives the second payment back once', async () => {
      const one = interrupted.get('the refund of a second payment');
      const refunds = () => sandbox.books.refunds({ customerId: one?.customerId ?? '' });
      await eventually('the second payment went back', async () => refunds().length > 0);
      expect(refunds()).toHaveLength(1);
      expect(one && sent(one)).toHaveLength(1);
    });
  },
);

describe.skipIf(!postgres.available)('a run that is reset to its first task', () => {
  /** Resets a run as an operator does: to its first task, with all signals and updates kept. */
  async function reset(workflowId: string): Promise<void> {
    const { client, namespace } = await testClient();
    const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
    const isFirst = ({ workflowTaskCompletedEventAttributes }: temporal.api.history.v1.IHistoryEvent) =>
      workflowTaskCompletedEventAttributes != null;
    await client.workflowService.resetWorkflowExecution({
      namespace,
      workflowExecution: { workflowId },
      reason: 'to see that nothing is charged again',
      requestId: crypto.randomUUID(),
      workflowTaskFinishEventId: events?.find(isFirst)?.eventId,
    });
  }

  it.each(['prod_starter_course', 'prod_team_license', 'prod_basic_plan'])(
    'after %s was followed by a paid offer charges nothing more',
    async (productId) => {
      const bought = await buy({ sandbox }, productId);
      const { id } = await openOffer({ http }, bought.customer_id);
      await http.post(`/api/upsell/${bought.customer_id}/accept`);
      await end(bought.payment_id);
      await reset(`purchase/${bought.payment_id}`);
      const { client } = await testClient();
      await client.workflow.getHandle(`purchase/${bought.payment_id}`).result();
      expect(
        sandbox.books.payments({ status: 'succeeded', metadata: { upsell_presentation_id: id } }),
      ).toHaveLength(1);
      expect(await end(bought.payment_id)).toMatchObject({ outcome: 'converted' });
    },
  );

  it.each([
    { name: 'a charge by checkout', when: 'before' as const, what: 'purchase' as const },
    { name: 'a charge by checkout', when: 'after' as const, what: 'purchase' as const },
    { name: 'a charge by payment', when: 'after' as const, what: 'purchase' as const },
    { name: 'a plan change', when: 'after' as const, what: 'purchase' as const },
    { name: 'a plan change', when: 'after' as const, what: 'planChange' as const },
  ])(
    'while $name is in flight ($when it arrives; the $what run) charges once',
    async ({ name, when, what }) => {
      const one = await OPERATIONS[name]?.(when);
      if (!one) throw new Error(`There is no ${name}.`);
      await one.held.reached;
      await reset(what === 'purchase' ? `purchase/${one.purchaseId}` : one.run);
      one.held.release();
      expect(await carriedThrough(one)).toMatchObject({ outcome: 'converted' });
      expect(charges(one)).toHaveLength(1);
      expect(sent(one)).toHaveLength(1);
    },
  );
});

it.skipIf(!postgres.available)('leaves no invariant broken', async () => {
  await eventually('nothing is under way', async () =>
    (await evidence()).runs.every(({ status }) => status !== 'RUNNING'),
  );
  expect(checkInvariants(await evidence())).toEqual([]);
});
