/** The row that kills a worker at every step of an attempt. */
import { randomUUID } from 'node:crypto';
import { eventually } from '../../sandbox/demo/eventually.js';
import { jsonClient, type JsonClient } from '../../sandbox/demo/http.js';
import type { PurchaseReply, UpsellReply } from '../../sandbox/demo/shop.js';
import { startSandbox, type Sandbox } from '../../sandbox/index.js';
import { loadCatalog } from '../../src/catalog/load.js';
import { loadConfig } from '../../src/config.js';
import { createDodo } from '../../src/dodo/client.js';
import { openLedger, type Ledger } from '../../src/ledger/index.js';
import { createLogger } from '../../src/log.js';
import { startApi } from '../../src/service.js';
import { expireOrphans } from '../chaos/orphans.js';
import { API_KEY, productEnvironment } from '../chaos/product-env.js';
import { startService } from '../chaos/service.js';
import { checkInvariants } from '../invariants/check.js';
import { gather } from '../invariants/gather.js';
import { postgresForTests } from '../support/postgres.js';
import { NotMeasured, all, inLots, type Row } from './row.js';
import type { HeldLine } from './stepping-worker.js';
import type { World } from './world.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** More than an attempt has: those that are left over go through, and show that there were no more. */
const STEPS = 24;
const AT_ONCE = 8;

const KINDS = {
  'a charge by checkout': 'prod_starter_course',
  'a charge by payment': 'prod_team_license',
  'a plan change': 'prod_basic_plan',
};

export const killedAtEveryStep: Row = {
  id: 'R15',
  title: 'kill -9 at every await of the charge path',
  target: 'no double charge, nothing stuck',
  how:
    'one attempt is held at each moment before and after a request to Dodo or a statement of the ledger, all at once; ' +
    'then the worker process is killed, and another one takes over',
  async measure(world, long) {
    const postgres = await postgresForTests();
    if (!postgres.available) throw new NotMeasured(postgres.reason);
    try {
      const results: Killed[] = [];
      for (const [kind, product] of Object.entries(KINDS).slice(0, long ? undefined : 1)) {
        results.push(...(await killEverywhere(world, postgres.url, kind, product)));
      }
      const wrong = results.flatMap(({ wrong }) => wrong ?? []);
      const { figure, met } = all(results.length - wrong.length, results.length);
      const ends = countBy(results, ({ outcome }) => outcome);
      return {
        figure: `${figure} steps left one charge: ${ends}${wrong.map((one) => `; ${one}`).join('')}`,
        met: met && results.length > 2,
      };
    } finally {
      await postgres.stop();
    }
  },
};

interface Killed {
  outcome: string;
  wrong?: string;
}

interface Shop {
  sandbox: Sandbox;
  ledger: Ledger;
  backend: JsonClient;
}

interface Bought {
  customerId: string;
  purchaseId: string;
  /** The run that sends the attempt. */
  run: string;
}

/** One system for one kind of attempt. What is left when the worker has been replaced, a result for each step. */
async function killEverywhere(
  { address, client }: World,
  databaseUrl: string,
  kind: string,
  product: string,
): Promise<Killed[]> {
  const taskQueue = `killed-${randomUUID()}`;
  const stopping: (() => Promise<unknown>)[] = [];
  try {
    const sandbox = await startSandbox({ timeScale: 100 });
    stopping.push(() => sandbox.close());
    const env = {
      ...productEnvironment({ dodoUrl: sandbox.url, databaseUrl, temporal: address, taskQueue }),
      RECONCILE_WINDOW: '2s',
      LOG_LEVEL: 'error',
    };
    const config = loadConfig(env, { mode: 'server' });
    const log = createLogger('silent');
    const catalog = await loadCatalog(config.catalogPath);
    const ledger = await openLedger({ url: databaseUrl, log });
    stopping.push(() => ledger.close());
    const api = await startApi(config, {
      dodo: createDodo(sandbox.apiKey, { baseURL: sandbox.url }),
      ledger,
      catalog: () => catalog,
      temporal: { address, embedded: true },
      log,
      webhookSecrets: config.dodo.webhookSecrets ?? [],
    });
    stopping.push(() => api.stop());
    const shop = { sandbox, ledger, backend: jsonClient(api.url, API_KEY) };
    await sandbox.control.setWebhookEndpoint({ url: `${api.url}/webhooks/dodo` });
    const doomed = await startService({
      entry: 'test/scorecard/stepping-worker.ts',
      env,
      readyMessage: 'the stepping worker is ready',
    });
    stopping.push(() => doomed.stop());
    await doomed.ready();

    const bought = await inLots(STEPS, AT_ONCE, () => buyAndAccept(shop, product));
    const held = () => doomed.output().flatMap(parseHeld);
    await eventually(
      `every attempt of ${kind} is held or paid`,
      async () => {
        const runs = new Set(held().map(({ workflowId }) => workflowId));
        const open = bought.filter(({ run }) => !runs.has(run));
        const paid = await Promise.all(open.map((one) => isSettled(shop, one)));
        return paid.every(Boolean) || undefined;
      },
      MINUTE,
    );
    const points = held();
    await doomed.stop();
    const worker = await startService({ entry: 'src/worker.ts', env, readyMessage: 'the worker is ready' });
    stopping.push(() => worker.stop());
    // Its log level would keep it silent about being ready: the first answer is as good.
    await expireOrphans(client, taskQueue, doomed.pid());

    const results = await Promise.all(
      points.map(async ({ workflowId, where, step }): Promise<Killed> => {
        const one = bought.find(({ run }) => run === workflowId);
        if (!one) throw new Error(`Nobody bought what ${workflowId} is about.`);
        const outcome = await carryThrough(shop, one);
        const kept = keptCharges(shop, one);
        return {
          outcome: `${outcome}`,
          ...(kept !== 1 && { wrong: `${kind}, ${where} (step ${step}): ${kept} charges` }),
        };
      }),
    );
    const sources = { catalog, books: sandbox.books, ledger, client, taskQueue, swept: true };
    const broken = await eventually('nothing is under way', async () => {
      const evidence = await gather(sources);
      const rest = evidence.runs.every(({ status }) => status !== 'RUNNING');
      return rest ? checkInvariants(evidence) : undefined;
    });
    return [
      ...results,
      ...broken.map(({ rule, what }) => ({ outcome: 'broken', wrong: `[${rule}] ${what}` })),
      // The path has an end: otherwise there were more steps than attempts.
      ...(points.length < STEPS
        ? []
        : [{ outcome: 'endless', wrong: `${kind} has more than ${STEPS} steps` }]),
    ];
  } finally {
    for (const stop of stopping.reverse()) await stop();
  }
}

async function buyAndAccept({ sandbox, backend }: Shop, product_id: string): Promise<Bought> {
  const email = `${randomUUID()}@example.com`;
  const { customer_id, payment_id, subscription_id } = await sandbox.control.purchase({ product_id, email });
  await eventually(
    `an offer for ${customer_id}`,
    async () => (await backend.get<UpsellReply>(`/api/upsell/${customer_id}`)).body.presentation,
    MINUTE,
  );
  // Answered when it is over, or not at all: the worker dies in between.
  void backend.post(`/api/upsell/${customer_id}/accept`).catch(() => undefined);
  const run = subscription_id === null ? `purchase/${payment_id}` : `plan-change/${subscription_id}`;
  return { customerId: customer_id, purchaseId: payment_id, run };
}

function parseHeld(line: string): HeldLine['held'][] {
  return line.startsWith('{"held"') ? [(JSON.parse(line) as HeldLine).held] : [];
}

async function isSettled({ backend }: Shop, { purchaseId }: Bought): Promise<PurchaseReply | undefined> {
  const { body } = await backend.get<PurchaseReply>(`/api/purchases/${purchaseId}`);
  return body.status === 'settled' ? body : undefined;
}

/** As a customer does: pays at the checkout when one is handed over, and waits for the end. */
async function carryThrough(shop: Shop, one: Bought): Promise<string> {
  const { sandbox, ledger } = shop;
  const shown = await eventually(
    `${one.run} is paid or falls back`,
    async () => {
      const [offer] = (await ledger.purchase(one.purchaseId))?.presentations ?? [];
      return offer?.status === 'paid' || offer?.checkoutUrl !== undefined ? offer : undefined;
    },
    2 * MINUTE,
  );
  if (shown.checkoutUrl !== undefined) {
    const [kind, id = ''] = new URL(shown.checkoutUrl).pathname.split('/').slice(-2);
    await (kind === 'checkout' ? sandbox.control.payCheckout(id) : sandbox.control.payLink(id));
  }
  return (await eventually(`${one.run} settles`, () => isSettled(shop, one), 2 * MINUTE)).outcome ?? 'none';
}

/** Payments beside the first one that went through and did not go back. */
function keptCharges({ sandbox }: Shop, { customerId, purchaseId }: Bought): number {
  return sandbox.books
    .payments({ customerId, status: 'succeeded' })
    .filter(({ payment_id, refund_status }) => payment_id !== purchaseId && refund_status !== 'full').length;
}

function countBy<T>(items: T[], keyOf: (item: T) => string): string {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return [...counts].map(([key, count]) => `${count} ${key}`).join(', ');
}
