/** What the merchant's endpoint receives, and how its answers are read. */
import { createServer, type Server } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { notificationId, notifyActivities } from '../../../activities/afterwards/notify.js';
import type { Notification } from '../../../src/domain/notification.js';
import { closeServer, listenOnLoopback } from '../../support/loopback.js';
import { aPresentation, aPurchase, at, id } from '../../ledger/examples.js';
import { openShop, type Shop } from '../shop.js';

interface Received {
  id: string;
  type: string;
  sequence: number;
  data: Record<string, unknown>;
}

let shop: Shop;
let server: Server;
let url: string;
let received: Received[] = [];
let answer: (notification: Received) => number = () => 204;
beforeAll(async () => {
  shop = await openShop();
  server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const notification = JSON.parse(body.toString()) as Received;
      received.push({ ...notification, id: String(request.headers['webhook-id']) });
      // Where a redirection would lead: to an endpoint that takes everything.
      const isLed = request.url !== '/hooks';
      response.writeHead(isLed ? 204 : answer(notification), { location: '/elsewhere' }).end();
    });
  });
  url = `http://127.0.0.1:${await listenOnLoopback(server)}/hooks`;
});
beforeEach(() => {
  received = [];
  answer = () => 204;
});
afterAll(() => Promise.all([shop.close(), closeServer(server)]));

const activities = () =>
  notifyActivities({ ...shop.context, merchantWebhook: { url, secret: Buffer.alloc(32, 7) } });

function aNotification(purchaseId: string, fields: Partial<Notification> = {}): Notification {
  return {
    type: 'offer.presented',
    sequence: 1,
    timestamp: at(0),
    run: `purchase/${purchaseId}`,
    purchaseId,
    presentationId: id('prs'),
    ...fields,
  };
}

it('numbers what comes from all runs of a purchase in one order, and keeps a number over repetitions', async () => {
  const purchaseId = id('pay');
  const run = `reversal/${id('ref')}`;
  const told = [
    aNotification(purchaseId),
    aNotification(purchaseId, { sequence: 3, type: 'offer.fulfilled' }),
    aNotification(purchaseId, { run, type: 'offer.reversed' }),
    // It was set aside, and comes after what overtook it.
    aNotification(purchaseId, { sequence: 2, type: 'offer.accepted' }),
    aNotification(purchaseId),
  ];
  for (const notification of told) await activities().deliverNotification(notification);
  expect(received.map(({ sequence }) => sequence)).toEqual([1, 3, 4, 2, 1]);
  expect(received.map((one) => one.id)).toEqual(told.map(notificationId));
});

it('says what was paid, in its own currency, and what took it back', async () => {
  const purchase = aPurchase();
  const { purchaseId } = purchase;
  const { ledger } = shop.context;
  await ledger.recordPurchase(purchase, 'evaluating');
  const presentation = aPresentation({ purchaseId });
  await ledger.openPresentation({ presentation, workflowId: purchase.workflowId, at: at(0) });
  const about = { presentationId: presentation.id };
  const [offered, other] = [id('pay'), id('pay')];
  await ledger.recordPayment({
    paymentId: other,
    status: 'succeeded',
    amount: 830_000,
    currency: 'INR',
    source: 'webhook',
    seenAt: at(1),
  });
  const fulfilled = { ...about, type: 'offer.fulfilled' } as const;
  const payment = (paymentId: string) => ({ payment: { paymentId, amount: 3000 } });
  await activities().deliverNotification(aNotification(purchaseId, { ...fulfilled, ...payment(offered) }));
  await activities().deliverNotification(aNotification(purchaseId, { ...fulfilled, ...payment(other) }));
  // The ledger has not heard of it yet; the run has.
  const early = { paymentId: id('pay'), amount: 750_000, currency: 'INR' };
  await activities().deliverNotification(aNotification(purchaseId, { ...fulfilled, payment: early }));
  // Found in the ledger alone: a late payment's run names none.
  await ledger.updatePresentation(presentation.id, {
    status: 'charging',
    decision: 'accepted',
    decidedAt: at(1),
  });
  const paid = { status: 'paid', paidAmount: 740_000, paidCurrency: 'INR', paidAt: at(1) } as const;
  await ledger.updatePresentation(presentation.id, paid);
  await activities().deliverNotification(aNotification(purchaseId, fulfilled));
  await activities().deliverNotification(
    aNotification(purchaseId, {
      ...about,
      run: 'reversal/dsp_1',
      type: 'offer.reversed',
      reversal: { kind: 'dispute', id: 'dsp_1', amount: 3000, currency: 'USD' },
    }),
  );
  await activities().deliverNotification(aNotification(purchaseId, about));
  expect(received.map(({ data }) => [data.paymentId, data.amount, data.currency, data.cause])).toEqual([
    [offered, 3000, 'USD', undefined],
    [other, 830_000, 'INR', undefined],
    [early.paymentId, 750_000, 'INR', undefined],
    [undefined, 740_000, 'INR', undefined],
    [undefined, 3000, 'USD', { kind: 'dispute', id: 'dsp_1' }],
    [undefined, undefined, undefined, undefined],
  ]);
});

it('hands an offer out, unless the page may still show the one before it', async () => {
  const { ledger } = shop.context;
  const customerId = id('cus');
  const tellOf = async (workflowId: string) => {
    const presentation = aPresentation({ customerId });
    await ledger.openPresentation({ presentation, workflowId, at: at(0) });
    await activities().deliverNotification(
      aNotification(presentation.purchaseId, { presentationId: presentation.id }),
    );
    const { handedOutAt } = (await ledger.presentation(presentation.id)) ?? {};
    return { id: presentation.id, handedOut: handedOutAt !== undefined };
  };
  const first = await tellOf('purchase/one');
  expect(first.handedOut).toBe(true);
  await ledger.updatePresentation(first.id, { status: 'expired', decision: 'expired', decidedAt: at(30) });
  expect((await tellOf('purchase/one')).handedOut).toBe(false);
});

it('names the order by its own metadata, the subscription, and what the offer does', async () => {
  const metadata = { order: '1042', gift: true };
  const plan = await shop.buy('prod_basic_plan', { metadata });
  const course = await shop.buy('prod_starter_course', {
    metadata: { ...metadata, upsell_purchase_id: 'x' },
  });
  for (const { payment_id } of [plan, course]) {
    const evaluation = await shop.evaluate(payment_id);
    if (evaluation.kind !== 'presented') throw new Error(`There is no offer: ${evaluation.kind}.`);
    const { presentationId } = evaluation.presented;
    await activities().deliverNotification(aNotification(payment_id, { presentationId }));
  }
  expect(
    received.map(({ data: { action, subscriptionId, metadata } }) => [action, subscriptionId, metadata]),
  ).toEqual([
    ['change_plan', plan.subscription_id, metadata],
    ['charge', undefined, metadata],
  ]);
});

it('says what the option that was chosen does', async () => {
  const purchase = aPurchase();
  const { purchaseId, workflowId } = purchase;
  const { ledger } = shop.context;
  await ledger.recordPurchase(purchase, 'evaluating');
  const presentation = aPresentation({ purchaseId, option: 'yearly' });
  const ways = (['charge', 'payment'] as const).map((kind, index) => ({
    option: ['yearly', 'once'][index],
    action: { kind, productId: 'prod_pro_plan', quantity: 1 },
  }));
  const opened = { presentation, workflowId, terms: { ways }, actionKind: 'charge', at: at(0) } as const;
  await ledger.openPresentation(opened);
  const about = { presentationId: presentation.id };
  const choice = { option: 'once', quantity: 1, priceHash: 'other' };
  await activities().deliverNotification(aNotification(purchaseId, about));
  await activities().deliverNotification(aNotification(purchaseId, { ...about, sequence: 2, choice }));
  expect(received.map(({ data }) => data.action)).toEqual(['charge', 'payment']);
});

it.each([
  [400, 'merchant_webhook_refused'],
  [401, 'merchant_webhook_refused'],
  [410, 'merchant_webhook_refused'],
  [408, 'merchant_webhook_failed'],
  [429, 'merchant_webhook_failed'],
  [500, 'merchant_webhook_failed'],
  [503, 'merchant_webhook_failed'],
])('reads a %i as %s', async (status, type) => {
  answer = () => status;
  await expect(activities().deliverNotification(aNotification(id('pay')))).rejects.toMatchObject({
    type,
    nonRetryable: false,
  });
});

it.each([301, 302, 307, 308])(
  'does not follow a %i: what it says is for the address that was given',
  async (status) => {
    answer = () => status;
    await expect(activities().deliverNotification(aNotification(id('pay')))).rejects.toMatchObject({
      type: 'merchant_webhook_failed',
    });
    expect(received).toHaveLength(1);
  },
);

it('of two, delivers the second only where the endpoint fails on the first', async () => {
  const purchaseId = id('pay');
  const pair: [Notification, Notification] = [
    aNotification(purchaseId),
    aNotification(purchaseId, { sequence: 2, type: 'offer.fulfilled' }),
  ];
  const types = () => received.splice(0).map(({ type }) => type);
  expect(await activities().deliverEither(pair)).toBe('first');
  expect(types()).toEqual(['offer.presented']);

  answer = ({ type }) => (type === 'offer.presented' ? 500 : 204);
  expect(await activities().deliverEither(pair)).toBe('second');
  expect(types()).toEqual(['offer.presented', 'offer.fulfilled']);

  answer = ({ type }) => (type === 'offer.presented' ? 503 : 400);
  await expect(activities().deliverEither(pair)).rejects.toMatchObject({ type: 'merchant_webhook_failed' });
  expect(types()).toEqual(['offer.presented', 'offer.fulfilled']);

  answer = () => 400;
  await expect(activities().deliverEither(pair)).rejects.toMatchObject({ type: 'merchant_webhook_refused' });
  expect(types()).toEqual(['offer.presented']);
});
