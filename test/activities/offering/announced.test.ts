/** Purchases whose payment the webhook has told of: what is not read again, and what is. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { chargeActivities } from '../../../activities/fulfilling/charge.js';
import { announcementIn } from '../../../src/dodo/announced.js';
import { handOver } from '../../../src/http/hand-over.js';
import type { ApiDeps } from '../../../src/http/deps.js';
import { CATALOG, openShop, type Shop } from '../shop.js';

const COURSE = 'prod_starter_course';
const BASIC = 'prod_basic_plan';
const BUNDLE = 'prod_complete_bundle';
const MINUTE = 60_000;

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterEach(() => {
  shop.sell(CATALOG);
});
afterAll(() => shop.close());

type Data = Record<string, unknown>;

/** Keeps a payment as its webhook would tell of it. */
async function announce(paymentId: string, change: (data: Data) => Data = (data) => data): Promise<void> {
  const payment = await shop.context.dodo.payments.retrieve(paymentId);
  const announced = announcementIn({ data: change(payment as unknown as Data) }, shop.now());
  if (!announced) throw new Error('The webhook does not identify a payment.');
  await shop.context.ledger.announcePayment(announced);
}

/** Evaluates a payment, and returns what was asked of Dodo for it, with ids left out. */
async function evaluated(paymentId: string) {
  const before = shop.sandbox.books.requests().length;
  const evaluation = await shop.evaluate(paymentId);
  const requests = shop.sandbox.books
    .requests()
    .slice(before)
    .map(({ method, path }) => `${method} ${path.replace(/(?<=\/)(pay|cus|sub|prod)_\w+/g, '{id}')}`);
  return { evaluation, requests };
}

const READ_AGAIN = 'GET /payments/{id}';
const CUSTOMER = 'GET /customers/{id}';

describe('a payment that its webhook has told of', () => {
  it('is not read again: the list that tells of ownership bears it out', async () => {
    const { payment_id } = await shop.buy(COURSE);
    await announce(payment_id);
    const { evaluation, requests } = await evaluated(payment_id);
    expect(evaluation).toMatchObject({ kind: 'presented', presented: { productId: BUNDLE } });
    expect(requests.sort()).toEqual([
      'GET /customers/{id}/payment-methods',
      'GET /payments',
      'POST /checkouts/preview',
    ]);
  });

  it('of a subscription is borne out by the subscription', async () => {
    const { payment_id } = await shop.buy(BASIC);
    await announce(payment_id);
    const { evaluation, requests } = await evaluated(payment_id);
    expect(evaluation).toMatchObject({ kind: 'presented' });
    expect(requests.sort()).toEqual([
      'GET /customers/{id}/payment-methods',
      'GET /subscriptions/{id}',
      'POST /subscriptions/{id}/change-plan/preview',
    ]);
  });

  it('leads to the same record as a reading', async () => {
    const [announced, read] = [await shop.buy(COURSE), await shop.buy(COURSE)];
    await announce(announced.payment_id);
    await shop.evaluate(announced.payment_id);
    await shop.evaluate(read.payment_id);
    const [one, other] = await Promise.all([announced, read].map((each) => shop.purchase(each.payment_id)));
    const { purchase, facts } = one ?? {};
    expect(facts).toEqual(other?.facts);
    expect(purchase).toEqual({
      ...other?.purchase,
      purchaseId: announced.payment_id,
      paymentId: announced.payment_id,
      workflowId: `purchase/${announced.payment_id}`,
      customerId: announced.customer_id,
    });
    const { ledger } = shop.context;
    expect(await ledger.billingOf(announced.payment_id)).toEqual(await ledger.billingOf(read.payment_id));
  });

  it('is kept without names, and only until it is evaluated', async () => {
    const { payment_id, customer_id } = await shop.buy(COURSE);
    await announce(payment_id);
    const { ledger } = shop.context;
    const { email } = await shop.context.dodo.customers.retrieve(customer_id);
    expect(JSON.stringify(await ledger.announcedPayment(payment_id))).not.toContain(email);
    expect(await ledger.customerData(customer_id)).toMatchObject({
      announced_payments: [{ paymentId: payment_id }],
    });
    await shop.evaluate(payment_id);
    expect(await ledger.announcedPayment(payment_id)).toBeUndefined();
  });

  it('is forgotten within an hour where no run asks for it, and with its customer', async () => {
    const [abandoned, later] = [await shop.buy(COURSE), await shop.buy(COURSE)];
    await announce(abandoned.payment_id);
    shop.pass(61 * MINUTE);
    await announce(later.payment_id);
    const { ledger } = shop.context;
    expect(await ledger.announcedPayment(abandoned.payment_id)).toBeUndefined();
    expect(await ledger.eraseCustomer(later.customer_id)).toMatchObject({
      erasure: { deleted: { announced_payments: 1 } },
    });
    expect(await ledger.announcedPayment(later.payment_id)).toBeUndefined();
  });
});

describe('is read where the webhook', () => {
  const changes: [what: string, change: (data: Data) => Data][] = [
    ['has no address', ({ billing: _, ...data }) => data],
    ['has no country', (data) => ({ ...data, billing: {} })],
    ['has no cart', (data) => ({ ...data, product_cart: null })],
    ['has no time', ({ created_at: _, ...data }) => data],
    ['has no amount', ({ total_amount: _, ...data }) => data],
    ['has another status', (data) => ({ ...data, status: 'processing' })],
    ['tells of a refund', (data) => ({ ...data, refund_status: 'partial' })],
    ['tells of a refund that is under way', (data) => ({ ...data, refunds: [{ status: 'pending' }] })],
    ['tells of a dispute', (data) => ({ ...data, disputes: [{}] })],
    ['has an odd cart', (data) => ({ ...data, product_cart: [{ product_id: 7 }] })],
  ];
  it.each(changes)('%s', async (_, change) => {
    const { payment_id } = await shop.buy(COURSE);
    await announce(payment_id, change);
    const { evaluation, requests } = await evaluated(payment_id);
    expect(requests).toContain(READ_AGAIN);
    expect(requests).toContain(CUSTOMER);
    expect(evaluation).toMatchObject({ kind: 'presented' });
  });

  it('has no metadata, which says nothing', async () => {
    const { payment_id } = await shop.buy(COURSE);
    await announce(payment_id, (data) => ({ ...data, metadata: null }));
    const { evaluation, requests } = await evaluated(payment_id);
    expect(requests).not.toContain(READ_AGAIN);
    expect(evaluation).toMatchObject({ kind: 'presented' });
  });

  it('came some minutes ago', async () => {
    const { payment_id } = await shop.buy(COURSE);
    await announce(payment_id);
    shop.pass(6 * MINUTE);
    expect((await evaluated(payment_id)).requests).toContain(READ_AGAIN);
  });
});

describe('nothing is offered for a payment that', () => {
  it('Dodo does not have: the webhook is of the other mode', async () => {
    const { payment_id } = await shop.buy(COURSE);
    await announce(payment_id, (data) => ({ ...data, payment_id: 'pay_of_the_other_mode' }));
    await expect(evaluated('pay_of_the_other_mode')).rejects.toThrow('is not found');
  });

  it('was refunded since', async () => {
    const { payment_id } = await shop.buy(COURSE);
    await announce(payment_id);
    await shop.context.dodo.refunds.create({ payment_id });
    expect((await evaluated(payment_id)).evaluation).toEqual({
      kind: 'ineligible',
      reason: 'no_matching_funnel',
    });
  });

  it('updates a payment method', async () => {
    const { payment_id } = await shop.buy(COURSE);
    await announce(payment_id, (data) => ({ ...data, is_update_payment_method: true }));
    expect((await evaluated(payment_id)).evaluation).toMatchObject({ reason: 'no_matching_funnel' });
  });

  it('is of somebody who has the product already, wherever it was bought', async () => {
    const { customer_id } = await shop.buy(BUNDLE);
    const { payment_id } = await shop.buy(COURSE, { customer_id });
    await announce(payment_id);
    expect((await evaluated(payment_id)).evaluation).toEqual({ kind: 'ineligible', reason: 'already_owned' });
  });
});

describe('the customer', () => {
  it('of what the ledger knows as other purchases is asked about with the same requests', async () => {
    const first = await shop.buy('prod_course_workbook');
    shop.sell(CATALOG.replace('[prod_starter_course]', '[prod_course_workbook, prod_starter_course]'));
    await shop.evaluate(first.payment_id);
    await shop.context.ledger.settle({
      purchaseId: first.payment_id,
      outcome: 'withdrawn',
      at: shop.now().toISOString(),
      endsRun: true,
      timeline: [],
    });
    const { payment_id } = await shop.buy(COURSE, { customer_id: first.customer_id });
    await announce(payment_id);
    const { evaluation, requests } = await evaluated(payment_id);
    expect(evaluation).toMatchObject({ kind: 'presented' });
    expect(requests.filter((request) => request === 'GET /payments')).toHaveLength(1);
  });

  it('is read where the payment is not of this moment, and is offered nothing when blocked', async () => {
    const { payment_id, customer_id } = await shop.buy(COURSE);
    await shop.sandbox.control.updateCustomer(customer_id, { blocked: true });
    shop.pass(11 * MINUTE);
    await announce(payment_id);
    const { evaluation, requests } = await evaluated(payment_id);
    expect(requests).toContain(CUSTOMER);
    expect(evaluation).toEqual({ kind: 'ineligible', reason: 'customer_blocked' });
  });

  it('who is blocked cannot pay at Dodo, so that a payment of this moment tells that they are not', async () => {
    const { customer_id } = await shop.buy(COURSE);
    await shop.sandbox.control.updateCustomer(customer_id, { blocked: true });
    const { payment_id } = await shop.buy(COURSE, { customer_id });
    expect(await shop.context.dodo.payments.retrieve(payment_id)).toMatchObject({ status: 'failed' });
  });

  it('who is blocked after the offer was shown is charged nothing', async () => {
    const { payment_id, customer_id } = await shop.buy(COURSE);
    await announce(payment_id);
    const { evaluation } = await evaluated(payment_id);
    if (evaluation.kind !== 'presented') throw new Error('No offer.');
    await shop.sandbox.control.updateCustomer(customer_id, { blocked: true });
    const { presented } = evaluation;
    await chargeActivities(shop.context).charge({
      attemptId: `purchase/${payment_id}:${presented.step}:1`,
      presentationId: presented.presentationId,
      purchaseId: payment_id,
      paymentId: payment_id,
      customerId: customer_id,
      ...(presented.paymentMethodId !== undefined && { paymentMethodId: presented.paymentMethodId }),
      quantity: 1,
      offer: { action: { kind: 'charge', productId: BUNDLE, quantity: 1 } },
      price: { currency: 'USD', dueNow: presented.dueNow, hash: presented.priceHash },
      acceptedAt: shop.now().toISOString(),
      sendBefore: shop.now().getTime() + MINUTE,
      runStartedAt: shop.now().toISOString(),
    });
    const { items } = await shop.context.dodo.payments.list({ customer_id, page_number: 0 });
    expect(items.filter(({ status }) => status === 'succeeded').map((one) => one.payment_id)).toEqual([
      payment_id,
    ]);
  });

  it('is read for their language where the words are in more than one', async () => {
    shop.sell(
      CATALOG.replace(
        'copy: { headline: "{product}", accept: "Pay {dueNow}", decline: "No" }',
        'copy: { headline: "{product}", accept: "Pay {dueNow}", decline: "No", locales: { de: { headline: "{product}", accept: "Zahlen: {dueNow}", decline: "Nein" } } }',
      ),
    );
    const { payment_id } = await shop.buy(COURSE);
    await announce(payment_id);
    expect((await evaluated(payment_id)).requests).toContain(CUSTOMER);
  });

  it('is read for a rule that turns on how long they have been one, and for no other', async () => {
    const ruled = async (rule: string) => {
      shop.sell(CATALOG.replace('[prod_starter_course] }', `[prod_starter_course], ${rule} }`));
      const { payment_id } = await shop.buy(COURSE);
      await announce(payment_id);
      const { evaluation, requests } = await evaluated(payment_id);
      return [evaluation.kind, requests.includes(CUSTOMER)];
    };
    expect(await ruled('tenure_days: { gte: 0 }')).toEqual(['presented', false]);
    expect(await ruled('tenure_days: { lt: 1 }')).toEqual(['presented', true]);
    expect(await ruled('tenure_days: { gte: 1 }')).toEqual(['ineligible', true]);
  });
});

describe('the endpoint', () => {
  const body = (payment: object) => ({ type: 'payment.succeeded', data: payment });
  const deps = (ledger: object) =>
    ({
      ...shop.context,
      log: { warn: () => undefined },
      ledger: { ...shop.context.ledger, ...ledger },
      runs: { deliver: async () => 'delivered' },
    }) as unknown as ApiDeps;

  it('keeps the payment of a purchase, and no other', async () => {
    const [course, other] = [await shop.buy(COURSE), await shop.buy('prod_course_workbook')];
    for (const { payment_id } of [course, other])
      await handOver(deps({}), body(await shop.context.dodo.payments.retrieve(payment_id)), payment_id);
    const { ledger } = shop.context;
    expect(await ledger.announcedPayment(course.payment_id)).toBeDefined();
    expect(await ledger.announcedPayment(other.payment_id)).toBeUndefined();
  });

  it.each([
    ['is away', () => Promise.reject(new Error('The ledger is away.'))],
    ['does not answer', () => new Promise(() => undefined)],
  ])('hands the purchase over while the ledger %s', async (_, announcePayment) => {
    const { payment_id } = await shop.buy(COURSE);
    const payment = await shop.context.dodo.payments.retrieve(payment_id);
    expect(await handOver(deps({ announcePayment }), body(payment), payment_id)).toEqual({
      kind: 'handed_over',
      result: 'delivered',
    });
  });
});
