import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Repairs } from '../../activities/afterwards/janitor/round.js';
import { jsonClient, type JsonClient } from '../../sandbox/demo/http.js';
import type { JanitorInput } from '../../src/contract/messages.js';
import { createDodo, type Dodo } from '../../src/dodo/client.js';
import { eventuallyIs } from '../support/eventually.js';
import { startMerchant, type Merchant } from '../support/merchant.js';
import { testStack, type TestStack } from '../support/stack.js';
import { buy, openOffer, settled, type PurchaseReply } from '../support/purchases.js';
import { testClient, uniqueId } from '../support/temporal.js';
import { laterPayments } from './account.js';
import { accept, presentationIs } from './customer-actions.js';
import { CHARGE } from './offer-kinds.js';

let stack: TestStack;
let dodo: Dodo;
let operator: JsonClient;
let merchant: Merchant;
beforeAll(async () => {
  merchant = await startMerchant();
  stack = await testStack({
    POLL_INTERVAL: '1h',
    RECONCILE_WINDOW: '2h',
    ACCEPT_WAIT: '500ms',
    ...merchant.env,
  });
  dodo = createDodo(stack.sandbox.apiKey, { baseURL: stack.sandbox.url });
  operator = jsonClient(stack.url, stack.operatorKey);
});
afterAll(() => Promise.all([stack.stop(), merchant.close()]));

const terminate = async (paymentId: string) =>
  (await testClient()).client.workflow.getHandle(`purchase/${paymentId}`).terminate('the test ends it');

/** Runs one round to its end; nothing is too young for it. */
async function round(): Promise<Repairs> {
  const { client } = await testClient();
  const input: JanitorInput = { windowMs: 3_600_000, reconcileWindowMs: 1, graceMs: 0 };
  return (await client.workflow.execute('janitor', {
    taskQueue: stack.taskQueue,
    workflowId: uniqueId('janitor'),
    args: [input],
  })) as Repairs;
}

/** A customer whose bank waits for them, and whose run was terminated meanwhile. */
async function abandonedAtTheBank() {
  const bought = await buy(stack, CHARGE.productId);
  const { id } = await openOffer(stack, bought.customer_id);
  await stack.sandbox.control.nextCharges(bought.customer_id, { status: 'requires_customer_action' });
  await accept(stack, bought);
  await eventuallyIs(
    'the payment at Dodo',
    async () => laterPayments(stack, bought),
    ([payment]) => payment?.status === 'requires_customer_action',
  );
  await terminate(bought.payment_id);
  return { ...bought, presentationId: id };
}

/** The customer can be offered something again: another purchase of theirs is. */
async function isOfferedSomethingElse({
  customer_id,
  presentationId,
}: {
  customer_id: string;
  presentationId: string;
}) {
  const again = await buy(stack, 'prod_single_license', { customer_id, email: undefined });
  const next = await openOffer(stack, customer_id);
  expect(next.id).not.toBe(presentationId);
  expect(next.purchaseId).toBe(again.payment_id);
}

describe('a run that was terminated while the bank waits for the customer', () => {
  it('is mended by the janitor: the customer is free, and its money is under review until Dodo says what is so', async () => {
    const bought = await abandonedAtTheBank();
    expect(await round()).toMatchObject({ review_opened: 1 });
    await presentationIs(stack, bought.presentationId, 'needs_review');
    const { body } = await operator.get<{ reviews: { presentationId: string; reviewId: string }[] }>(
      '/api/reviews?kind=run_ended',
    );
    expect(body.reviews).toMatchObject([{ presentationId: bought.presentationId }]);
    await isOfferedSomethingElse(bought);

    const [payment] = laterPayments(stack, bought);
    await stack.sandbox.control.setWebhookPolicy({ drop: 'all' });
    await stack.sandbox.control.settlePayment(payment?.payment_id ?? '', { status: 'succeeded' });
    await stack.sandbox.control.setWebhookPolicy({ drop: [] });
    expect(await round()).toMatchObject({ late_payment_started: 1 });
    await presentationIs(stack, bought.presentationId, 'paid');
    const { body: after } = await operator.get<{ reviews: unknown[] }>('/api/reviews?kind=run_ended');
    expect(after.reviews).toEqual([]);
  });

  it('is closed by an operator, and settled by their word on its review', async () => {
    const bought = await abandonedAtTheBank();
    const path = `/api/purchases/${bought.payment_id}/close`;
    expect(await operator.post(path, { reason: 'The run is dead.' })).toMatchObject({
      status: 200,
      body: { status: 'settled', outcome: 'needs_review' },
    });
    await isOfferedSomethingElse(bought);
    const [payment] = laterPayments(stack, bought);
    await stack.sandbox.control.setWebhookPolicy({ drop: 'all' });
    await stack.sandbox.control.settlePayment(payment?.payment_id ?? '', { status: 'failed' });
    await stack.sandbox.control.setWebhookPolicy({ drop: [] });
    const reply = await operator.post(`/api/presentations/${bought.presentationId}/resolve`, {
      paid: false,
      reason: 'The bank declined.',
    });
    expect(reply).toMatchObject({ status: 200 });
    await presentationIs(stack, bought.presentationId, 'failed');
    expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'payment_failed' });
    const attempted = laterPayments(stack, bought).filter(({ metadata }) => metadata.upsell_attempt_id);
    expect(attempted.map(({ status }) => status)).toEqual(['failed']);
  });
});

describe('an offer whose charge was declined, and whose run was terminated at the fallback', () => {
  it.each(['the janitor', 'an operator'])(
    'has failed for the merchant as well, once, settled by %s',
    async (who) => {
      const bought = await buy(stack, CHARGE.productId);
      const { id } = await openOffer(stack, bought.customer_id);
      await stack.sandbox.control.nextCharges(bought.customer_id, {
        status: 'failed',
        error_code: 'INSUFFICIENT_FUNDS',
      });
      await accept(stack, bought);
      await presentationIs(stack, id, 'fallback');
      const before = await merchant.toldUntil(bought.payment_id, 'offer.fallback');
      const path = `/api/purchases/${bought.payment_id}/close`;
      await terminate(bought.payment_id);
      if (who === 'the janitor') await round();
      else await operator.post(path, { reason: 'The run is dead.' });
      await presentationIs(stack, id, 'failed');
      const told = await merchant.toldUntil(bought.payment_id, 'offer.failed');
      expect(told.map(({ type }) => type)).toEqual([...before.map(({ type }) => type), 'offer.failed']);
      expect(told.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
      expect(told.at(-1)?.data).toMatchObject({ presentationId: id, status: 'failed' });
      await operator.post(path, { reason: 'Again.' });
      expect(merchant.about(bought.payment_id)).toHaveLength(4);
    },
  );
});

it('a run that is alive and open is closed at once: it withdraws its offer itself', async () => {
  const bought = await buy(stack, CHARGE.productId);
  const { id } = await openOffer(stack, bought.customer_id);
  const path = `/api/purchases/${bought.payment_id}/close`;
  expect(await operator.post(path, { reason: 'The customer called.' })).toMatchObject({
    status: 200,
    body: { status: 'settled', outcome: 'withdrawn' },
  });
  await presentationIs(stack, id, 'withdrawn');
});

it('an upsell whose refund no webhook told of is found, and its access ends', async () => {
  const bought = await buy(stack, CHARGE.productId);
  await openOffer(stack, bought.customer_id);
  await accept(stack, bought);
  await settled(stack, bought.payment_id);
  const [payment] = laterPayments(stack, bought);
  await stack.sandbox.control.setWebhookPolicy({ drop: 'all' });
  await dodo.refunds.create({ payment_id: payment?.payment_id ?? '' });
  await stack.sandbox.control.setWebhookPolicy({ drop: [] });
  expect(await round()).toMatchObject({ reversal_started: 1 });
  const { body } = await eventuallyIs(
    'reversed',
    () => stack.http.get<PurchaseReply>(`/api/purchases/${bought.payment_id}`),
    (reply) => reply.body.outcome === 'reversed',
  );
  expect(body.outcome).toBe('reversed');
  expect(await round()).not.toHaveProperty('reversal_started');
});
