import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDodo, type Dodo } from '../../src/dodo/client.js';
import type { FunnelReport } from '../../src/reports/take-rate.js';
import { eventually } from '../support/eventually.js';
import { jsonClient } from '../../sandbox/demo/http.js';
import { testStack, type TestStack } from '../support/stack.js';
import {
  buy,
  buyWithOffer,
  CARD,
  openOffer,
  payLink,
  settled,
  type PurchaseReply,
} from '../support/purchases.js';
import { testClient } from '../support/temporal.js';
import { startMerchant, type Merchant } from '../support/merchant.js';
import { expectAccount, laterPayments } from './account.js';
import { accept, presentationIs } from './customer-actions.js';
import { CHARGE, OFFER_KINDS, type OfferKind } from './offer-kinds.js';

let stack: TestStack;
let merchant: Merchant;
let dodo: Dodo;
beforeAll(async () => {
  merchant = await startMerchant();
  const example = await readFile('offers.yaml', 'utf8');
  // An accepted bundle is followed by the workbook, whose window ends while a test waits.
  const longer = example
    .replace('offer: complete-bundle, on: {', 'offer: complete-bundle, on: { accept: workbook,')
    .replace(/(course-workbook:[^]*?window:) 30m/, '$1 10s');
  stack = await testStack({ POLL_INTERVAL: '300ms', RECONCILE_WINDOW: '1s', ...merchant.env }, longer);
  dodo = createDodo(stack.sandbox.apiKey, { baseURL: stack.sandbox.url });
});
afterAll(async () => {
  await stack.stop();
  await merchant.close();
});

/** Accepts an offer and pays it with one click. */
async function paidFor(offer: OfferKind) {
  const bought = await buyWithOffer(stack, offer.productId);
  expect(await accept(stack, bought)).toMatchObject({ status: 200 });
  await presentationIs(stack, bought.presentationId, 'paid');
  const [payment] = laterPayments(stack, bought);
  return { ...bought, paidWith: payment?.payment_id ?? '' };
}

async function purchaseIs(purchaseId: string, holds: (purchase: PurchaseReply) => boolean) {
  return eventually(`purchase ${purchaseId} as wanted`, async () => {
    const { body } = await stack.http.get<PurchaseReply>(`/api/purchases/${purchaseId}`);
    return holds(body) && body;
  });
}

const timelineHas =
  (type: string, times = 1) =>
  (purchase: PurchaseReply) =>
    purchase.timeline.filter((entry) => entry.type === type).length === times;

async function itemOf(paymentId: string): Promise<string> {
  const { items } = await dodo.payments.retrieveLineItems(paymentId);
  return items[0]?.items_id ?? '';
}

describe.concurrent('a refund', () => {
  it.each([OFFER_KINDS[1], OFFER_KINDS[2]])(
    'of the whole upsell reverses it, whatever the state of its run: $kind',
    async (offer = CHARGE) => {
      const bought = await paidFor(offer);
      expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'converted' });
      const { refund_id } = await dodo.refunds.create({ payment_id: bought.paidWith });
      await purchaseIs(bought.payment_id, ({ outcome }) => outcome === 'reversed');
      await expectAccount(stack, bought, { charges: [offer.amount], refunds: [offer.amount] });
      const told = await merchant.toldUntil(bought.payment_id, 'offer.reversed');
      expect(told.map(({ type }) => type)).toEqual([
        'offer.presented',
        'offer.accepted',
        'offer.fulfilled',
        'offer.reversed',
      ]);
      // One order over the runs of the purchase.
      expect(told.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
      expect(told.slice(2).map(({ data }) => [data.amount, data.currency, data.cause])).toEqual([
        [offer.amount, 'USD', undefined],
        [offer.amount, 'USD', { kind: 'refund', id: refund_id }],
      ]);
    },
  );

  it('of a part lowers the revenue but keeps access, until the rest is refunded too', async () => {
    const bought = await paidFor(OFFER_KINDS[1] ?? CHARGE);
    await settled(stack, bought.payment_id);
    const item_id = await itemOf(bought.paidWith);
    await dodo.refunds.create({
      payment_id: bought.paidWith,
      items: [{ item_id, amount: 1900, tax_inclusive: true }],
    });
    const partly = await purchaseIs(bought.payment_id, timelineHas('refund_succeeded'));
    expect(partly).toMatchObject({ outcome: 'converted', presentations: [{ status: 'paid' }] });
    await expectAccount(stack, bought, { charges: [5900], refunds: [1900] });
    expect(merchant.about(bought.payment_id).map(({ type }) => type)).not.toContain('offer.reversed');

    await dodo.refunds.create({ payment_id: bought.paidWith });
    await purchaseIs(bought.payment_id, ({ outcome }) => outcome === 'reversed');
    await expectAccount(stack, bought, { charges: [5900], refunds: [1900, 4000] });
    const told = await merchant.toldUntil(bought.payment_id, 'offer.reversed');
    expect(told.filter(({ type }) => type === 'offer.reversed')).toMatchObject([{ data: { amount: 5900 } }]);
  });

  it('of a paid step counts while the run continues with the next one', async () => {
    const bought = await paidFor(CHARGE);
    const next = await openOffer(stack, bought.customer_id);
    expect(next).toMatchObject({ offerId: 'course-workbook' });
    await dodo.refunds.create({ payment_id: bought.paidWith });
    await purchaseIs(bought.payment_id, timelineHas('refund_succeeded'));
    expect(await accept(stack, bought)).toMatchObject({ status: 200 });
    await settled(stack, bought.payment_id);
    await expectAccount(stack, bought, { posts: 2, charges: [14_900, 1900], refunds: [14_900] });
    const purchase = await stack.http.get<PurchaseReply>(`/api/purchases/${bought.payment_id}`);
    expect(purchase.body.presentations).toMatchObject([{ status: 'paid' }, { status: 'paid' }]);
    // The first one is gone, and the second one stands.
    expect(purchase.body.outcome).toBe('converted');
    const reversed = merchant
      .about(bought.payment_id)
      .filter(({ type }) => type === 'offer.reversed')
      .map(({ data }) => data.presentationId);
    expect(reversed).toEqual([bought.presentationId]);
  });

  it('of the first purchase withdraws its open offer', async () => {
    const bought = await buy(stack, 'prod_single_license');
    const { id } = await openOffer(stack, bought.customer_id);
    await dodo.refunds.create({ payment_id: bought.payment_id });
    await presentationIs(stack, id, 'withdrawn');
    expect(await accept(stack, bought, { presentationId: id })).toMatchObject({
      status: 410,
      body: { code: 'presentation_withdrawn' },
    });
    expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'withdrawn' });
    await expectAccount(stack, bought, { posts: 0, charges: [] });
  });
});

describe('a refund that Dodo tells of before it shows it', () => {
  it('takes back what it says, and withdraws what is open for the purchase', async () => {
    const bought = await buy(stack, 'prod_single_license');
    const { id } = await openOffer(stack, bought.customer_id);
    const paid = await paidFor(OFFER_KINDS[1] ?? CHARGE);
    await settled(stack, paid.payment_id);
    const item_id = await itemOf(paid.paidWith);
    stack.sandbox.control.lagReads({ kind: 'refund', ms: 3000 });
    await dodo.refunds.create({ payment_id: bought.payment_id });
    await presentationIs(stack, id, 'withdrawn');
    await dodo.refunds.create({
      payment_id: paid.paidWith,
      items: [{ item_id, amount: 1900, tax_inclusive: true }],
    });
    await dodo.refunds.create({ payment_id: paid.paidWith });
    await purchaseIs(paid.payment_id, ({ outcome }) => outcome === 'reversed');
    await expectAccount(stack, paid, { charges: [5900], refunds: [1900, 4000] });
    const told = await merchant.toldUntil(paid.payment_id, 'offer.reversed');
    expect(told.filter(({ type }) => type === 'offer.reversed')).toHaveLength(1);
    stack.sandbox.control.clearFaults();
  });
});

describe('a purchase that was refunded before anybody heard of it', () => {
  it('is offered nothing', async () => {
    const { control } = stack.sandbox;
    await control.setWebhookPolicy({ paused: true });
    const bought = await buy(stack, 'prod_single_license');
    await dodo.refunds.create({ payment_id: bought.payment_id });
    await control.flushWebhooks();
    await control.setWebhookPolicy({ paused: false });
    expect(await settled(stack, bought.payment_id)).toMatchObject({
      outcome: 'ineligible',
      presentations: [],
    });
    await expectAccount(stack, bought, { posts: 0, charges: [] });
  });
});

describe.concurrent('a dispute', () => {
  it('has no effect while it is open, or when it is won', async () => {
    const bought = await paidFor(OFFER_KINDS[1] ?? CHARGE);
    await settled(stack, bought.payment_id);
    const { control } = stack.sandbox;
    const { dispute_id } = await control.openDispute({ payment_id: bought.paidWith });
    await purchaseIs(bought.payment_id, timelineHas('dispute_opened'));
    await expectAccount(stack, bought, { charges: [5900] });
    await control.moveDispute(dispute_id, 'won');
    expect(await purchaseIs(bought.payment_id, timelineHas('dispute_won'))).toMatchObject({
      outcome: 'converted',
    });
    await expectAccount(stack, bought, { charges: [5900] });
  });

  it.each(['lost', 'accepted'] as const)('reverses the upsell when it is %s', async (end) => {
    const bought = await paidFor(OFFER_KINDS[1] ?? CHARGE);
    await settled(stack, bought.payment_id);
    const { control } = stack.sandbox;
    const { dispute_id } = await control.openDispute({ payment_id: bought.paidWith });
    await purchaseIs(bought.payment_id, timelineHas('dispute_opened'));
    await control.moveDispute(dispute_id, end);
    await purchaseIs(bought.payment_id, ({ outcome }) => outcome === 'reversed');
    await expectAccount(stack, bought, { charges: [5900], refunds: [5900] });
    await merchant.toldUntil(bought.payment_id, 'offer.reversed');
  });
});

describe.concurrent('the merchant is notified, in order,', () => {
  it('of an acceptance, of the next offer, and of its expiry', async () => {
    const bought = await paidFor(CHARGE);
    expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'converted' });
    const told = await merchant.toldUntil(bought.payment_id, 'offer.expired');
    expect(told.map(({ type, sequence }) => [sequence, type])).toEqual([
      [1, 'offer.presented'],
      [2, 'offer.accepted'],
      [3, 'offer.fulfilled'],
      [4, 'offer.presented'],
      [5, 'offer.expired'],
    ]);
    expect(new Set(told.map(({ id }) => id)).size).toBe(5);
    const [, , fulfilled] = told;
    expect(fulfilled?.data).toMatchObject({
      purchaseId: bought.payment_id,
      presentationId: bought.presentationId,
      customerId: bought.customer_id,
      offerId: 'complete-bundle',
      product: { id: 'prod_complete_bundle' },
    });
  });

  it('of every decline', async () => {
    const bought = await buy(stack, 'prod_single_license');
    await openOffer(stack, bought.customer_id);
    await stack.http.post(`/api/upsell/${bought.customer_id}/decline`);
    await stack.http.post(`/api/upsell/${bought.customer_id}/decline`);
    await settled(stack, bought.payment_id);
    await eventually('four notifications', async () => merchant.about(bought.payment_id).length >= 4);
    expect(merchant.about(bought.payment_id).map(({ type }) => type)).toEqual([
      'offer.presented',
      'offer.declined',
      'offer.presented',
      'offer.declined',
    ]);
    await expectAccount(stack, bought, { posts: 0, charges: [] });
  });

  it('of a fallback and its outcome', async () => {
    const bought = await buy(stack, 'prod_single_license', { card: CARD.declinesLater });
    await openOffer(stack, bought.customer_id);
    const { body } = await accept(stack, bought);
    await payLink(stack.sandbox, body.checkoutUrl);
    const told = await merchant.toldUntil(bought.payment_id, 'offer.fulfilled');
    expect(told.map(({ type }) => type)).toEqual([
      'offer.presented',
      'offer.accepted',
      'offer.fallback',
      'offer.fulfilled',
    ]);
    await expectAccount(stack, bought, { charges: [39_900] });
  });

  it('of a failure without a fallback', async () => {
    const bought = await buy(stack, 'prod_single_license', { card: CARD.declinesLater });
    await openOffer(stack, bought.customer_id);
    stack.sandbox.control.addFault({
      match: {
        method: 'POST',
        path: '^/checkouts$',
        body: `^(?!.*"confirm":true)(?=.*"${bought.customer_id}")`,
      },
      kind: 'status_before',
      status: 422,
    });
    expect(await accept(stack, bought)).toMatchObject({ status: 402, body: { checkoutUrl: null } });
    expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'payment_failed' });
    const told = await merchant.toldUntil(bought.payment_id, 'offer.failed');
    expect(told.map(({ type }) => type)).toEqual(['offer.presented', 'offer.accepted', 'offer.failed']);
    await expectAccount(stack, bought, { charges: [] });
  });

  it('of access at once, although their endpoint answers 400 to what came before it', async () => {
    const bought = await buy(stack, 'prod_single_license');
    merchant.refuseType('offer.presented', bought.payment_id);
    await openOffer(stack, bought.customer_id);
    expect(await accept(stack, bought)).toMatchObject({ status: 200 });
    await settled(stack, bought.payment_id);
    const told = await merchant.toldUntil(bought.payment_id, 'offer.fulfilled');
    expect(told.map(({ type, sequence }) => [sequence, type])).toEqual([
      [2, 'offer.accepted'],
      [3, 'offer.fulfilled'],
    ]);
    expect(merchant.about(bought.payment_id)[0]).toMatchObject({ status: 400, sequence: 1 });
  });

  it('again after a 500, under the same id, and the purchase is not held open by it', async () => {
    const bought = await buy(stack, 'prod_single_license');
    merchant.refuse(bought.payment_id, 1);
    await openOffer(stack, bought.customer_id);
    expect(await accept(stack, bought)).toMatchObject({ status: 200 });
    await settled(stack, bought.payment_id);
    const { client } = await testClient();
    await client.workflow.getHandle(`purchase/${bought.payment_id}`).result();
    expect(merchant.about(bought.payment_id).filter(({ status }) => status === 204)).toEqual([]);

    const told = await merchant.toldUntil(bought.payment_id, 'offer.fulfilled');
    expect(told.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    const [refused, taken] = merchant.about(bought.payment_id);
    expect(refused).toMatchObject({ status: 500, type: 'offer.presented' });
    expect(taken).toMatchObject({ status: 204, id: refused?.id });
    await expectAccount(stack, bought, { charges: [39_900] });
  });
});

describe('the report', () => {
  it('counts the money that was kept', async () => {
    const { body } = await jsonClient(stack.url, stack.operatorKey).get<FunnelReport>('/api/reports/funnels');
    const sum = (kinds: string[]) =>
      stack.sandbox.books
        .movements()
        .filter(({ kind, payment_id }) => kinds.includes(kind) && isOffer(payment_id))
        .reduce((total, { amount }) => total + amount, 0);
    expect(body.totals.gross).toEqual({ USD: sum(['charge']) });
    expect(body.totals.net).toEqual({ USD: sum(['charge', 'refund', 'chargeback']) });
  });

  function isOffer(paymentId: string): boolean {
    const payment = stack.sandbox.books.payments().find((one) => one.payment_id === paymentId);
    return payment?.metadata.upsell_attempt_id !== undefined;
  }
});
