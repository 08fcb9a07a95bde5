/** The system whose runs are recorded: the whole product in this process, on a Temporal server in memory. */
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { PurchaseResult, Sandbox } from '../../sandbox/index.js';
import { writeShortCatalog } from '../../sandbox/demo/catalog.js';
import { createDodoConsole, type DodoConsole } from '../../sandbox/demo/dodo-console.js';
import { jsonClient, type JsonClient } from '../../sandbox/demo/http.js';
import { createMerchantClient, type MerchantClient } from '../../sandbox/demo/merchant-client.js';
import { connectClient } from '../../src/temporal/connect.js';
import { ATTEMPT_METADATA_KEY } from '../../src/domain/ids.js';
import { RECORDED_CUSTOMER } from './recorded-customer.js';
import { startWholeStack } from '../support/whole-stack.js';

export interface RecordingSystem {
  client: Client;
  shop: MerchantClient;
  sandbox: Sandbox;
  dodo: DodoConsole;
  /** Gives commands through the API. */
  operator: JsonClient;
  /** Buys something without registering the purchase: its webhook starts the run. */
  buy: (
    productId: string,
    card?: keyof typeof RECORDED_CUSTOMER.cards,
    customerId?: string,
  ) => Promise<PurchaseResult & { purchaseId: string; workflowId: string }>;
  /** Returns the id of the payment for the customer's accepted offer. */
  paidOffer: (customerId: string) => Promise<string>;
  close: () => Promise<void>;
}

/** Offers that expire during the recording. Nobody accepts them. */
const SHORT_WINDOWS = { 'team-license': '10s', 'two-seat-pack': '10s' };

/** @param env variables to set, besides those that connect the parts */
export async function openRecordingSystem(
  temporal: { address: string; namespace: string },
  env: Record<string, string> = {},
): Promise<RecordingSystem> {
  const stack = await startWholeStack(temporal, {
    mode: 'demo',
    async environment(folder) {
      const catalog = join(folder, 'offers.yaml');
      await writeShortCatalog(catalog, SHORT_WINDOWS);
      return { CATALOG: catalog, POLL_INTERVAL: '500ms', RECONCILE_WINDOW: '2s', ...env };
    },
  });
  const { sandbox } = stack;
  const { client, connection } = await connectClient({ ...temporal, embedded: true });
  let buyers = 0;
  return {
    client,
    sandbox,
    shop: createMerchantClient(stack),
    dodo: createDodoConsole(sandbox.url),
    operator: jsonClient(stack.url, stack.operatorKey),
    async buy(productId, card = 'good', customerId) {
      buyers += 1;
      const bought = await sandbox.control.purchase({
        product_id: productId,
        ...(customerId === undefined
          ? { email: `${buyers}.${RECORDED_CUSTOMER.email}`, name: RECORDED_CUSTOMER.name }
          : { customer_id: customerId }),
        billing: RECORDED_CUSTOMER.billing,
        card: {
          number: RECORDED_CUSTOMER.cards[card],
          ...RECORDED_CUSTOMER.cardExpiry,
          holder: RECORDED_CUSTOMER.name,
        },
      });
      const purchaseId = bought.payment_id;
      return { ...bought, purchaseId, workflowId: `purchase/${purchaseId}` };
    },
    async paidOffer(customerId) {
      const payments = sandbox.books.payments({ customerId, status: 'succeeded' });
      const paid = payments.find(({ metadata }) => metadata[ATTEMPT_METADATA_KEY] !== undefined);
      if (!paid) throw new Error(`Customer ${customerId} has paid for no offer.`);
      return paid.payment_id;
    },
    async close() {
      await connection.close();
      await stack.stop();
    },
  };
}
