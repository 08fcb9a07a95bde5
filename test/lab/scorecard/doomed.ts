/** A shop whose worker is held in the middle of attempts and killed there; then another one takes over. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../../sandbox/demo/eventually.js';
import { jsonClient } from '../../../sandbox/demo/http.js';
import type { PurchaseReply, UpsellReply } from '../../../sandbox/demo/merchant-client.js';
import { startSandbox, type Sandbox } from '../../../sandbox/index.js';
import { loadCatalog } from '../../../src/catalog/file/load.js';
import { loadConfig } from '../../../src/config/config.js';
import { createDodo } from '../../../src/dodo/client.js';
import { openLedger, type Ledger } from '../../../src/ledger/index.js';
import { createLogger } from '../../../src/log.js';
import { startApi } from '../../../src/service.js';
import { expireOrphans } from '../chaos/orphans.js';
import { API_KEY, productEnvironment } from '../chaos/product-env.js';
import { startService } from '../chaos/service.js';
import { checkInvariants } from '../invariants/check.js';
import type { Violation } from '../invariants/evidence.js';
import { gather } from '../invariants/gather.js';
import type { HeldLine, Moment } from './stepping-worker.js';
import type { World } from './world.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

export interface Bought {
  customerId: string;
  purchaseId: string;
  subscriptionId: string | null;
  /** The run that sends the attempt. */
  run: string;
}

export interface DoomedShop {
  sandbox: Sandbox;
  ledger: Ledger;
  /** Buys something, and waits for the offer. */
  buy(productId: string, card?: string): Promise<Bought>;
  /** Says at which moment the worker stays in the attempt of a run, before it is accepted. */
  holdAt(plan: Map<string, Moment>): Promise<void>;
  /** Clicks, and does not wait: the worker dies before there is an answer. */
  accept(bought: Bought): void;
  /** The attempts that are held. */
  held(): HeldLine['held'][];
  /** Kills the worker that holds them, and starts one that holds nothing. */
  replaceWorker(): Promise<void>;
  isSettled(bought: Bought): Promise<PurchaseReply | undefined>;
  /** Paid, or with something to pay. */
  shownOf(bought: Bought): Promise<{ status: string; checkoutUrl?: string } | undefined>;
  /** As a customer does: pays at the checkout when one is handed over, and waits for the end. Answers the outcome. */
  carryThrough(bought: Bought): Promise<string>;
  /** Payments beside the first one that went through and did not go back. */
  keptCharges(bought: Bought): number;
  /** What is wrong with everything that was done here, once every run has ended. */
  violations(): Promise<Violation[]>;
}

/** Opens the shop on a Temporal server and a database that are given, and closes it after `play`. */
export async function inDoomedShop<T>(
  { address, client }: Pick<World, 'address' | 'client'>,
  databaseUrl: string,
  play: (shop: DoomedShop) => Promise<T>,
): Promise<T> {
  const taskQueue = `killed-${randomUUID()}`;
  const stopping: (() => Promise<unknown>)[] = [];
  try {
    const folder = await mkdtemp(join(tmpdir(), 'durable-upsells-doomed-'));
    stopping.push(() => rm(folder, { recursive: true, force: true }));
    const planPath = join(folder, 'plan.json');
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
    const backend = jsonClient(api.url, API_KEY);
    await sandbox.control.setWebhookEndpoint({ url: `${api.url}/webhooks/dodo` });
    const doomed = await startService({
      entry: 'test/lab/scorecard/stepping-worker.ts',
      env: { ...env, HOLD_PLAN: planPath },
      readyMessage: 'the stepping worker is ready',
    });
    stopping.push(() => doomed.stop());
    await doomed.ready();
    const shownOf = async ({ purchaseId }: Bought) => {
      const [offer] = (await ledger.purchase(purchaseId))?.presentations ?? [];
      return offer?.status === 'paid' || offer?.checkoutUrl !== undefined ? offer : undefined;
    };
    const isSettled = async ({ purchaseId }: Bought) => {
      const { body } = await backend.get<PurchaseReply>(`/api/purchases/${purchaseId}`);
      return body.status === 'settled' ? body : undefined;
    };
    return await play({
      sandbox,
      ledger,
      async buy(product_id, card) {
        const email = `${randomUUID()}@example.com`;
        const { customer_id, payment_id, subscription_id } = await sandbox.control.purchase({
          product_id,
          email,
          ...(card !== undefined && { card }),
        });
        await eventually(
          `an offer for ${customer_id}`,
          async () => (await backend.get<UpsellReply>(`/api/upsell/${customer_id}`)).body.presentation,
          MINUTE,
        );
        const run = subscription_id === null ? `purchase/${payment_id}` : `plan-change/${subscription_id}`;
        return { customerId: customer_id, purchaseId: payment_id, subscriptionId: subscription_id, run };
      },
      async holdAt(plan) {
        // The worker never sees half of it.
        await writeFile(`${planPath}.new`, JSON.stringify(Object.fromEntries(plan)));
        await rename(`${planPath}.new`, planPath);
      },
      accept({ customerId }) {
        void backend.post(`/api/upsell/${customerId}/accept`).catch(() => undefined);
      },
      held: () => doomed.output().flatMap(parseHeld),
      async replaceWorker() {
        await doomed.stop();
        const worker = await startService({
          entry: 'src/worker.ts',
          env,
          // Its log level keeps it silent about being ready: the first answer is as good.
          readyMessage: 'the worker is ready',
        });
        stopping.push(() => worker.stop());
        await expireOrphans(client, taskQueue, doomed.pid());
      },
      isSettled,
      shownOf,
      async carryThrough(one) {
        const waiting = eventually(`${one.run} is paid or falls back`, () => shownOf(one), 2 * MINUTE);
        const shown = await waiting.catch(async (cause: unknown) => {
          const found = (await ledger.purchase(one.purchaseId))?.presentations;
          throw new Error(`${one.run} is stuck: ${JSON.stringify(found)}`, { cause });
        });
        // Somebody may have been faster: the lost charge that it stands for.
        if (shown.checkoutUrl !== undefined) await payLink(sandbox, shown.checkoutUrl);
        const end = await eventually(`${one.run} settles`, () => isSettled(one), 2 * MINUTE);
        return end.outcome ?? 'none';
      },
      keptCharges: ({ customerId, purchaseId }) =>
        sandbox.books
          .payments({ customerId, status: 'succeeded' })
          .filter(({ payment_id, refund_status }) => payment_id !== purchaseId && refund_status !== 'full')
          .length,
      violations: () =>
        eventually('nothing is under way', async () => {
          const sources = { catalog, books: sandbox.books, ledger, client, taskQueue, swept: true };
          const evidence = await gather(sources);
          const rest = evidence.runs.every(({ status }) => status !== 'RUNNING');
          return rest ? checkInvariants(evidence) : undefined;
        }),
    });
  } finally {
    for (const stop of stopping.reverse()) await stop();
  }
}

/** Pays what a link asks for, unless it cannot be paid any more. */
export async function payLink({ control }: Sandbox, url: string): Promise<void> {
  const [kind, id = ''] = new URL(url).pathname.split('/').slice(-2);
  const paying = kind === 'checkout' ? control.payCheckout(id) : control.payLink(id);
  await paying.catch(() => undefined);
}

function parseHeld(line: string): HeldLine['held'][] {
  return line.startsWith('{"held"') ? [(JSON.parse(line) as HeldLine).held] : [];
}
