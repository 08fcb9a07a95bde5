/** A system whose worker is held in the middle of attempts and killed there. Then another worker takes over. */
import { randomUUID } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../../support/eventually.js';
import { jsonClient } from '../../../sandbox/demo/http.js';
import type { PurchaseReply, UpsellReply } from '../../../sandbox/demo/merchant-client.js';
import { startSandbox, type Sandbox } from '../../../sandbox/index.js';
import { loadCatalog } from '../../../src/catalog/file/load.js';
import { loadConfig } from '../../../src/config/load.js';
import { openLedger, type Ledger } from '../../../src/ledger/index.js';
import { createLogger } from '../../../src/log.js';
import { expireOrphans } from '../chaos/orphans.js';
import { API_KEY, productEnvironment } from '../chaos/product-env.js';
import { startSupervised } from '../chaos/supervised-process.js';
import { checkInvariants } from '../invariants/check.js';
import type { Violation } from '../invariants/evidence.js';
import { gatherEvidence } from '../invariants/gather-evidence.js';
import type { HeldLine, Moment } from './stepping-worker.js';
import type { InProcessSystem } from './in-process-system.js';
import { makeTemporaryFolder, removeFolder } from '../../support/temporary-folder.js';
import { payLink } from '../../support/purchases.js';
import { startApiInProcess } from '../chaos/api-in-process.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

export interface Bought {
  customerId: string;
  purchaseId: string;
  subscriptionId: string | null;
  /** The id of the run that sends the attempt. */
  run: string;
}

export interface KillableSystem {
  sandbox: Sandbox;
  ledger: Ledger;
  /** Buys something, and waits for the offer. */
  buy(productId: string, card?: string): Promise<Bought>;
  /** Sets the moment at which the worker is held in the attempt of each run. Call it before the offers are accepted. */
  holdAt(plan: Map<string, Moment>): Promise<void>;
  /** Accepts without waiting, because the worker dies before there is an answer. */
  accept(bought: Bought): void;
  /** Returns the attempts that are held. */
  held(): HeldLine['held'][];
  /** Kills the worker that holds them, and starts an ordinary one. */
  replaceWorker(): Promise<void>;
  isSettled(bought: Bought): Promise<PurchaseReply | undefined>;
  /** Returns the offer once it is paid or has a fallback to pay. */
  shownOf(bought: Bought): Promise<{ status: string; checkoutUrl?: string } | undefined>;
  /** Pays the fallback if there is one, as a customer does, and waits for the end. Returns the outcome. */
  carryThrough(bought: Bought): Promise<string>;
  /** Returns the number of charges after the first payment that were not refunded. */
  keptCharges(bought: Bought): number;
  /** Waits until every run has ended, and checks the invariants. */
  violations(): Promise<Violation[]>;
}

/** Starts the system on a given Temporal server and database, and closes it after `play`. */
export async function withKillableWorker<T>(
  { address, client }: Pick<InProcessSystem, 'address' | 'client'>,
  databaseUrl: string,
  play: (killable: KillableSystem) => Promise<T>,
): Promise<T> {
  const taskQueue = `killed-${randomUUID()}`;
  const stopping: (() => Promise<unknown>)[] = [];
  try {
    const folder = await makeTemporaryFolder('worker');
    stopping.push(() => removeFolder(folder));
    const planPath = join(folder, 'plan.json');
    const sandbox = await startSandbox({ timeScale: 100 });
    stopping.push(() => sandbox.close());
    const env = {
      ...productEnvironment({ dodoUrl: sandbox.url, databaseUrl, temporal: address, taskQueue }),
      RECONCILE_WINDOW: '2s',
      LOG_LEVEL: 'error',
    };
    const catalog = await loadCatalog(loadConfig(env, { mode: 'server' }).catalogPath);
    const ledger = await openLedger({ url: databaseUrl, log: createLogger('silent') });
    stopping.push(() => ledger.close());
    const api = await startApiInProcess({ env, sandbox, ledger, catalog, temporal: { address } });
    stopping.push(() => api.stop());
    const backend = jsonClient(api.url, API_KEY);
    await sandbox.control.setWebhookEndpoint({ url: `${api.url}/webhooks/dodo` });
    const worker = await startSupervised({
      entry: 'test/lab/scorecard/stepping-worker.ts',
      env: { ...env, HOLD_PLAN: planPath },
      readyMessage: 'the stepping worker is ready',
    });
    stopping.push(() => worker.stop());
    await worker.ready();
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
        // A rename, so that the worker never sees half of it.
        await writeFile(`${planPath}.new`, JSON.stringify(Object.fromEntries(plan)));
        await rename(`${planPath}.new`, planPath);
      },
      accept({ customerId }) {
        void backend.post(`/api/upsell/${customerId}/accept`).catch(() => undefined);
      },
      held: () => worker.output().flatMap(parseHeld),
      async replaceWorker() {
        await worker.stop();
        const successor = await startSupervised({
          entry: 'src/worker.ts',
          env,
          // Its log level hides this message, so nothing waits for it.
          readyMessage: 'the worker is ready',
        });
        stopping.push(() => successor.stop());
        await expireOrphans(client, taskQueue, worker.pid());
      },
      isSettled,
      shownOf,
      async carryThrough(one) {
        const waiting = eventually(`${one.run} is paid or falls back`, () => shownOf(one), 2 * MINUTE);
        const shown = await waiting.catch(async (cause: unknown) => {
          const found = (await ledger.purchase(one.purchaseId))?.presentations;
          throw new Error(`${one.run} is stuck: ${JSON.stringify(found)}`, { cause });
        });
        // The lost charge that the link replaces may have gone through meanwhile.
        if (shown.checkoutUrl !== undefined) await payLink(sandbox, shown.checkoutUrl).catch(() => undefined);
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
          const evidence = await gatherEvidence(sources);
          const rest = evidence.runs.every(({ status }) => status !== 'RUNNING');
          return rest ? checkInvariants(evidence) : undefined;
        }),
    });
  } finally {
    for (const stop of stopping.reverse()) await stop();
  }
}

function parseHeld(line: string): HeldLine['held'][] {
  return line.startsWith('{"held"') ? [(JSON.parse(line) as HeldLine).held] : [];
}
