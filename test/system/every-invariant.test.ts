/** Many things go wrong at once, and then the checker compares all books. */
import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDodo } from '../../src/dodo/client.js';
import { connectClient } from '../../src/temporal/connect.js';
import { checkInvariants, describeViolations } from '../lab/invariants/check.js';
import { gatherEvidence } from '../lab/invariants/gather-evidence.js';
import { startMerchant, type Merchant } from '../support/merchant.js';
import { eventually } from '../support/eventually.js';
import { type Reply } from '../../sandbox/demo/http.js';
import { testStack, type TestStack } from '../support/stack.js';
import { buy, buyWithOffer, CARD, openOffer, payLink, settled } from '../support/purchases.js';
import { testTemporal } from '../support/temporal.js';
import { laterPayments } from './account.js';
import { accept, presentationIs } from './customer-actions.js';
import { CHARGE } from './offer-kinds.js';

const SECOND = 1000;

let merchant: Merchant;
let stack: TestStack;
let temporal: Awaited<ReturnType<typeof connectClient>>;
beforeAll(async () => {
  merchant = await startMerchant();
  stack = await testStack({
    POLL_INTERVAL: '300ms',
    RECONCILE_WINDOW: '2s',
    SWEEP_INTERVAL: '2s',
    ...merchant.env,
  });
  temporal = await connectClient(await testTemporal());
});
afterAll(async () => {
  await temporal.connection.close();
  await stack.stop();
  await merchant.close();
});

const offered = (productId: string, input?: Parameters<typeof buy>[2]) =>
  buyWithOffer(stack, productId, input);
type Offered = Awaited<ReturnType<typeof offered>>;

const end = async ({ payment_id }: { payment_id: string }) => settled(stack, payment_id);

function failCharge(bought: Offered, fault: { kind: 'drop_after' | 'late_commit'; delayMs?: number }): void {
  stack.sandbox.control.addFault({ match: CHARGE.request(bought), ...fault });
}

/** Each scene has come to rest when it resolves. */
const SCENES: Record<string, () => Promise<unknown>> = {
  async 'two clicks at once, while the merchant is away'() {
    const bought = await offered('prod_starter_course');
    merchant.setAway(true);
    const clicks = ['one', 'two'].map((key) => accept(stack, bought, {}, { 'idempotency-key': key }));
    await Promise.all(clicks);
    await end(bought);
    await eventually('a notification that the merchant refused', async () => merchant.taken().length > 0);
    merchant.setAway(false);
  },
  async 'an order that the merchant takes without saying so'() {
    const bought = await offered('prod_starter_course');
    merchant.loseAnswer('offer.fulfilled', bought.payment_id);
    await accept(stack, bought);
    await end(bought);
    await eventually('it was told twice', async () => {
      const told = merchant.about(bought.payment_id);
      return told.filter(({ type }) => type === 'offer.fulfilled').length === 2;
    });
  },
  async 'a charge whose answer is lost'() {
    const bought = await offered('prod_starter_course');
    failCharge(bought, { kind: 'drop_after' });
    await accept(stack, bought);
    await end(bought);
  },
  async 'a charge that goes through after the fallback was paid'() {
    const bought = await offered('prod_starter_course');
    failCharge(bought, { kind: 'late_commit', delayMs: 12 * SECOND });
    await accept(stack, bought);
    await payLink(stack.sandbox, (await presentationIs(stack, bought.shown.id, 'fallback')).checkoutUrl);
    await end(bought);
    await eventually('the second payment went back', async () =>
      laterPayments(stack, bought).some(({ refund_status }) => refund_status === 'full'),
    );
  },
  async 'a charge that takes its time'() {
    const bought = await offered('prod_starter_course');
    await stack.sandbox.control.nextCharges(bought.customer_id, {
      status: 'processing',
      settle: { after_ms: SECOND, status: 'succeeded' },
    });
    await accept(stack, bought);
    await end(bought);
  },
  async 'a customer who said no, and comes back'() {
    const bought = await offered('prod_single_license');
    for (let next: string | undefined = bought.shown.id; next !== undefined;) {
      const { body }: Reply<{ next?: { id: string } }> = await stack.http.post(
        `/api/presentations/${next}/decline`,
      );
      next = body.next?.id;
    }
    await end(bought);
    const { payment_id } = await buy(stack, 'prod_single_license', { customer_id: bought.customer_id });
    await end({ payment_id });
  },
  async 'a price that went up'() {
    const bought = await offered('prod_team_license');
    await stack.sandbox.control.updateProduct('prod_setup_session', { price: 6900 });
    expect((await accept(stack, bought)).status).toBe(409);
    await accept(stack, bought);
    await end(bought);
  },
  async 'webhooks that come five times'() {
    const bought = await offered('prod_starter_course');
    const events = stack.sandbox.books
      .deliveries()
      .filter(({ subject }) => subject.kind !== 'raw' && subject.id === bought.payment_id);
    for (let time = 0; time < 4; time += 1) {
      await Promise.all(events.map(({ id }) => stack.sandbox.control.redeliver(id)));
    }
    await accept(stack, bought);
    await end(bought);
  },
  async 'a plan that had to be bought anew'() {
    const bought = await offered('prod_basic_plan', { card: CARD.declinesLater });
    const { body } = await accept(stack, bought);
    await payLink(stack.sandbox, body.checkoutUrl);
    await end(bought);
    await eventually('the old subscription has ended', async () =>
      stack.sandbox.books
        .subscriptions({ customerId: bought.customer_id })
        .some(({ status }) => status === 'cancelled'),
    );
  },
  async 'a refund of a part'() {
    const bought = await offered('prod_starter_course');
    await accept(stack, bought);
    await end(bought);
    const [paid] = laterPayments(stack, bought);
    await createDodo(stack.sandbox.apiKey, { baseURL: stack.sandbox.url }).refunds.create({
      payment_id: paid?.payment_id ?? '',
      items: [{ item_id: 'prod_complete_bundle', amount: 1000 }],
    });
    await eventually(
      'the ledger knows',
      async () => (await stack.ledger.presentation(bought.shown.id))?.refundedAmount === 1000,
    );
  },
};

/** A purchase without webhooks. It runs alone, because Dodo sends none at all meanwhile. */
async function foundBySweep(): Promise<void> {
  await stack.sandbox.control.setWebhookPolicy({ drop: 'all' });
  const bought = await buy(stack, 'prod_single_license').finally(() =>
    stack.sandbox.control.setWebhookPolicy({ drop: [] }),
  );
  await openOffer(stack, bought.customer_id);
  await accept(stack, bought);
  await end(bought);
}

async function atRest(client: Client): Promise<void> {
  const query = `TaskQueue = '${stack.taskQueue}' AND WorkflowType != 'sweep' AND ExecutionStatus = 'Running'`;
  await eventually('every run has ended', async () => (await client.workflow.count(query)).count === 0);
}

it('a busy morning breaks no invariant', { timeout: 150 * SECOND }, async () => {
  const lost = await foundBySweep().catch((error: Error) => error);
  const ended = await Promise.all(
    Object.entries(SCENES).map(async ([name, play]) =>
      play().then(
        () => undefined,
        (error: Error) => `${name}: ${error.message}`,
      ),
    ),
  );
  const restless = await atRest(temporal.client).catch((error: Error) => error);
  const { sandbox, ledger, catalog, taskQueue } = stack;
  const evidence = await gatherEvidence({
    ...{ catalog, ledger, taskQueue, client: temporal.client },
    books: sandbox.books,
    told: merchant.taken(),
    swept: true,
  });
  expect(describeViolations(checkInvariants(evidence))).toBe('');
  expect([lost, ...ended, restless].filter((trouble) => trouble !== undefined)).toEqual([]);
  expect(evidence.ledger.purchases).toHaveLength(Object.keys(SCENES).length + 2);
});
