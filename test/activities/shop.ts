/** A merchant with real books: the sandbox, an embedded ledger, and a clock that tests advance. */
import { noRuns } from './no-runs.js';
import { createProofs } from '../../src/dodo/proof.js';
import { randomUUID } from 'node:crypto';
import type { ActivityContext } from '../../activities/context.js';
import { evaluateActivities, type Evaluation } from '../../activities/offering/evaluate.js';
import { startSandbox, type PurchaseResult, type Sandbox } from '../../sandbox/index.js';
import { parseCatalog } from '../../src/catalog/file/load.js';
import { createDodo } from '../../src/dodo/client.js';
import type { PurchaseView } from '../../src/domain/purchase.js';
import { createLogger } from '../../src/log.js';
import { type TriggerEvent } from '../../src/contract/messages.js';
import { workflowId } from '../../src/domain/ids.js';
import { openTestLedger } from '../support/memory-ledger.js';

const COPY = 'copy: { headline: "{product}", accept: "Pay {dueNow}", decline: "No" }';

/** A charge, a plan change and a trigger; tests add keys to its YAML. */
export const CATALOG = `
version: 1
offers:
  bundle:
    type: upsell
    action: { kind: charge, product_id: prod_complete_bundle, quantity: 1 }
    window: 30m
    ${COPY}
  pro:
    type: upsell
    action: { kind: change_plan, product_id: prod_pro_plan, proration_billing_mode: difference_immediately }
    window: 30m
    ${COPY}
funnels:
  starter:
    trigger: purchase
    when: { product_id: [prod_starter_course] }
    steps: [{ id: bundle, offer: bundle }]
  basic:
    trigger: purchase
    when: { product_id: [prod_basic_plan] }
    steps: [{ id: pro, offer: pro }]
  limit:
    trigger: limit_approaching
    steps: [{ id: pro, offer: pro }]
`;

export interface Shop {
  sandbox: Sandbox;
  context: ActivityContext;
  /** Puts another catalog in force. */
  sell(catalog: string): void;
  /** Advances Dodo's clock and ours. */
  pass(ms: number): void;
  now(): Date;
  /** Buys something with a working card; as a new customer unless one is named. */
  buy(
    product_id: string,
    more?: Omit<Parameters<Sandbox['control']['purchase']>[0], 'product_id'>,
  ): Promise<PurchaseResult>;
  /** Evaluates a payment as its run does. */
  evaluate(paymentId: string | undefined, purchaseId?: string): Promise<Evaluation>;
  evaluateTrigger(
    trigger: 'limit_approaching' | 'upgrade_requested',
    event: TriggerEvent,
  ): Promise<Evaluation & { eventId: string }>;
  purchase(purchaseId: string): Promise<PurchaseView>;
  close(): Promise<void>;
}

export async function openShop(): Promise<Shop> {
  let now = new Date('2026-11-23T12:00:00.000Z');
  let catalog = parseCatalog(CATALOG, 'offers.yaml');
  const [sandbox, ledger] = await Promise.all([startSandbox({ now: () => new Date(now) }), openTestLedger()]);
  const context: ActivityContext = {
    dodo: createDodo(sandbox.apiKey, { baseURL: sandbox.url }),
    ledger,
    catalog: () => catalog,
    appUrl: 'https://shop.example',
    log: createLogger('silent'),
    now: () => new Date(now),
    proofs: createProofs(Buffer.alloc(32, 1)),
    deliverPayment: () => Promise.reject(new Error('Unexpected delivery of a payment to a run.')),
    runs: noRuns(),
  };
  const { evaluate } = evaluateActivities(context);
  return {
    sandbox,
    context,
    sell: (text) => {
      catalog = parseCatalog(text, 'offers.yaml');
    },
    pass: (ms) => {
      now = new Date(now.getTime() + ms);
    },
    now: () => new Date(now),
    buy: (product_id, more = {}) =>
      sandbox.control.purchase({
        product_id,
        ...(more.customer_id === undefined && { email: `${randomUUID()}@example.com` }),
        ...more,
      }),
    evaluate: (paymentId, purchaseId = paymentId ?? randomUUID()) =>
      evaluate({
        purchaseId,
        workflowId: workflowId.purchase(purchaseId),
        trigger: 'purchase',
        paymentId,
      }),
    async evaluateTrigger(trigger, event) {
      const eventId = randomUUID();
      const evaluation = await evaluate({
        purchaseId: eventId,
        workflowId: workflowId.trigger(eventId),
        trigger,
        event,
      });
      return { ...evaluation, eventId };
    },
    async purchase(purchaseId) {
      const view = await ledger.purchase(purchaseId);
      if (!view) throw new Error(`The ledger has no purchase ${purchaseId}.`);
      return view;
    },
    async close() {
      await Promise.all([sandbox.close(), ledger.close()]);
    },
  };
}
