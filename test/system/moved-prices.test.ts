import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createDodo } from '../../src/dodo/client.js';
import { jsonClient } from '../../sandbox/demo/http.js';
import { testStack, type TestStack } from '../support/stack.js';
import { buy, buyWithOffer, openOffer, settled } from '../support/purchases.js';
import { expectAccount, expectLive, moneyRequests } from './account.js';
import { accept, type Decided } from './customer-actions.js';
import { CHANGE_PLAN, CHARGE, PAYMENT, type OfferKind } from './offer-kinds.js';

/** The product of each offer, its unit price at Dodo, and any other amount due at the click. */
const SOLD: { offer: OfferKind; productId: string; price: number; less: number }[] = [
  { offer: CHARGE, productId: 'prod_complete_bundle', price: 14_900, less: 0 },
  { offer: PAYMENT, productId: 'prod_setup_session', price: 5900, less: 0 },
  { offer: CHANGE_PLAN, productId: 'prod_pro_plan', price: 7900, less: 2900 },
];

let stack: TestStack;
beforeAll(async () => {
  stack = await testStack({ POLL_INTERVAL: '300ms', RECONCILE_WINDOW: '2s' });
});
afterAll(() => stack.stop());
afterEach(async () => {
  for (const { productId, price } of SOLD) await stack.sandbox.control.updateProduct(productId, { price });
});

const offered = (offer: OfferKind) => buyWithOffer(stack, offer.productId);

function expectRefused(reply: Decided, dueNow: number): void {
  expect(reply).toMatchObject({
    status: 409,
    body: { code: 'price_changed', presentation: { status: 'open', price: { dueNow } } },
  });
}

const inWords = (minor: number) => `$${(minor / 100).toFixed(2)}`;

describe.each(SOLD)(
  'the price of a $offer.kind moves between the view and the click',
  ({ offer, productId, price, less }) => {
    it('up: nothing is charged until the customer accepts the new price', async () => {
      const bought = await offered(offer);
      await stack.sandbox.control.updateProduct(productId, { price: price + 1000 });
      const dueNow = price + 1000 - less;

      const refused = await accept(stack, bought);
      expectRefused(refused, dueNow);
      expect(refused.body.presentation?.copy.accept).toContain(inWords(dueNow));
      expect(moneyRequests(stack, bought)).toEqual([]);
      await expectAccount(stack, bought, { posts: 0, charges: [] });
      expect((await openOffer(stack, bought.customer_id)).price).toMatchObject({ dueNow });

      expect(await accept(stack, bought)).toMatchObject({ status: 200, body: { success: true } });
      expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'converted' });
      await expectAccount(stack, bought, { charges: [dueNow] });
    });

    it('down: the lower price is charged', async () => {
      const bought = await offered(offer);
      await stack.sandbox.control.updateProduct(productId, { price: price - 1000 });
      expect(await accept(stack, bought)).toMatchObject({ status: 200, body: { success: true } });
      expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'converted' });
      await expectAccount(stack, bought, { charges: [price - 1000 - less] });
    });

    it('up twice: each price has to be accepted', async () => {
      const bought = await offered(offer);
      for (const more of [1000, 2000]) {
        await stack.sandbox.control.updateProduct(productId, { price: price + more });
        expectRefused(await accept(stack, bought), price + more - less);
      }
      expect((await accept(stack, bought)).status).toBe(200);
      await settled(stack, bought.payment_id);
      await expectAccount(stack, bought, { charges: [price + 2000 - less] });
    });
  },
);

describe('an accept at an outdated price', () => {
  it('is refused as long as it names the old price, and taken with the new one', async () => {
    const bought = await offered(CHARGE);
    await stack.sandbox.control.updateProduct('prod_complete_bundle', { price: 15_900 });
    const { hash: priceHash } = bought.shown.price;
    expectRefused(await accept(stack, bought, { priceHash }), 15_900);
    const again = await accept(stack, bought, { priceHash });
    expectRefused(again, 15_900);
    await expectAccount(stack, bought, { posts: 0, charges: [] });
    const now = again.body.presentation?.price.hash;
    expect((await accept(stack, bought, { priceHash: now })).status).toBe(200);
    await settled(stack, bought.payment_id);
    await expectAccount(stack, bought, { charges: [15_900] });
  });

  it('with a token for the old price has to name the new one', async () => {
    const bought = await offered(CHARGE);
    const path = `/api/presentations/${bought.shown.id}/accept`;
    const browser = jsonClient(stack.url, bought.shown.token);
    await stack.sandbox.control.updateProduct('prod_complete_bundle', { price: 15_900 });
    const refused: Decided = await browser.post(path);
    expectRefused(refused, 15_900);
    expectRefused(await browser.post(path), 15_900);
    const priceHash = refused.body.presentation?.price.hash;
    expect((await browser.post(path, { priceHash })).status).toBe(200);
    await settled(stack, bought.payment_id);
    await expectAccount(stack, bought, { charges: [15_900] });
  });

  it('is refused twenty times if sent twenty times at once', async () => {
    const bought = await offered(CHARGE);
    await stack.sandbox.control.updateProduct('prod_complete_bundle', { price: 15_900 });
    const { hash: priceHash } = bought.shown.price;
    const clicks = Array.from({ length: 20 }, (_, n) =>
      accept(stack, bought, { priceHash }, n % 2 ? { 'idempotency-key': crypto.randomUUID() } : undefined),
    );
    for (const reply of await Promise.all(clicks)) expectRefused(reply, 15_900);
    await expectAccount(stack, bought, { posts: 0, charges: [] });
    expect((await accept(stack, bought)).status).toBe(200);
    await settled(stack, bought.payment_id);
    await expectAccount(stack, bought, { charges: [15_900] });
  });

  it('of a plan is answered with the new monthly price, too', async () => {
    const bought = await offered(CHANGE_PLAN);
    await stack.sandbox.control.updateProduct('prod_pro_plan', { price: 8900 });
    const { body } = await accept(stack, bought);
    expect(body.presentation?.price).toMatchObject({
      dueNow: 6000,
      difference: 6000,
      recurring: { amount: 8900, interval: 'Month', count: 1 },
    });
    await expectLive(stack, bought, [{ product_id: 'prod_basic_plan' }]);
    expect((await accept(stack, bought)).status).toBe(200);
    await settled(stack, bought.payment_id);
    await expectAccount(stack, bought, { charges: [6000] });
    await expectLive(stack, bought, [{ product_id: 'prod_pro_plan', recurring_pre_tax_amount: 8900 }]);
  });
});

describe('a downgrade with a credit', () => {
  async function shownCredit() {
    const bought = await buy(stack, 'prod_pro_plan');
    const subscriptionId = bought.subscription_id ?? '';
    const eventId = `evt-${crypto.randomUUID()}`;
    await stack.http.post('/api/triggers', {
      ...{ eventId, type: 'downgrade_requested', productId: 'prod_basic_plan' },
      ...{ customerId: bought.customer_id, subscriptionId },
    });
    const offer = await openOffer(stack, bought.customer_id);
    expect(offer.price).toMatchObject({ dueNow: 0, credit: 5000 });
    return { ...bought, purchaseId: eventId, subscriptionId };
  }

  /** Moves the customer to a plan between the two, so that the unused amount is smaller. */
  async function movedToLite({ subscriptionId }: { subscriptionId: string }): Promise<void> {
    const { url, apiKey } = stack.sandbox;
    await createDodo(apiKey, { baseURL: url }).subscriptions.changePlan(subscriptionId, {
      product_id: 'prod_pro_lite',
      quantity: 1,
      proration_billing_mode: 'do_not_bill',
    });
  }

  it('is refused if the credit has shrunk, shows the new one, and grants it at the next click', async () => {
    const bought = await shownCredit();
    await movedToLite(bought);
    const refused = await accept(stack, bought);
    expectRefused(refused, 0);
    expect(refused.body.presentation?.price).toMatchObject({ credit: 2000 });
    await expectLive(stack, bought, [{ product_id: 'prod_pro_lite' }]);

    expect(await accept(stack, bought)).toMatchObject({ status: 200, body: { success: true } });
    expect(await settled(stack, bought.purchaseId)).toMatchObject({ outcome: 'converted' });
    await expectLive(stack, bought, [{ product_id: 'prod_basic_plan' }]);
    expect(stack.sandbox.books.subscriptionState(bought.subscriptionId)?.credit_balance).toBe(2000);
  });
});
