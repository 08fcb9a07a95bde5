import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { handOver } from '../../../src/http/hand-over.js';
import type { ApiDeps } from '../../../src/http/deps.js';
import { openShop, type Shop } from '../shop.js';

const DAY = 24 * 3_600_000;

let shop: Shop;
let delivered: string[];
beforeAll(async () => {
  shop = await openShop();
});
beforeEach(async () => {
  delivered = [];
  shop.sandbox.control.clearFaults();
  await shop.sandbox.control.setPolicy({ chargeType: true });
});
afterAll(() => shop.close());

/** Receives the webhook of a payment, and counts what it asked Dodo. */
async function receive(paymentId: string, fields: object = {}) {
  const data = { ...(await shop.context.dodo.payments.retrieve(paymentId)), ...fields };
  const before = shop.sandbox.books.requests().length;
  const runs = {
    deliver: (route: { workflowId?: string; purchaseId?: string }) => {
      delivered.push(route.workflowId ?? `purchase/${route.purchaseId ?? ''}`);
      return Promise.resolve('delivered');
    },
  } as unknown as ApiDeps['runs'];
  const handed = await handOver({ ...shop.context, runs }, { type: 'payment.succeeded', data }, 'evt_1');
  return { handed, requests: shop.sandbox.books.requests().length - before };
}

async function renewed(metadata = {}): Promise<{ first: string; second: string }> {
  const bought = await shop.buy('prod_basic_plan', { metadata });
  shop.pass(31 * DAY);
  const payment = await shop.sandbox.control.renew(bought.subscription_id ?? '');
  return { first: bought.payment_id, second: payment?.payment_id ?? '' };
}

/** The metadata of an attempt that a run of an upsell sent. */
function sold(customerId: string) {
  const attemptId = 'purchase/pay_first:pro:1';
  return {
    upsell_attempt_id: attemptId,
    upsell_product_id: 'prod_basic_plan',
    upsell_proof: shop.context.proofs.ofAttempt({ attemptId, customerId, productId: 'prod_basic_plan' }),
  };
}

describe('a renewal', () => {
  it('starts nothing and costs no request where Dodo says what it is', async () => {
    const { second } = await renewed();
    expect(await receive(second)).toEqual({ handed: { kind: 'ignored', why: 'renewal' }, requests: 0 });
  });

  it('starts nothing and costs one request where it does not', async () => {
    await shop.sandbox.control.setPolicy({ chargeType: false });
    const { second } = await renewed();
    expect(await receive(second)).toEqual({ handed: { kind: 'ignored', why: 'renewal' }, requests: 1 });
    expect(delivered).toEqual([]);
  });

  it('of a subscription that an upsell sold starts nothing either', async () => {
    await shop.sandbox.control.setPolicy({ chargeType: false });
    const { customer } = await shop.sandbox.control.createCustomer({
      email: 'sold@example.com',
      cards: ['4242424242424242'],
    });
    const bought = await shop.buy('prod_basic_plan', {
      customer_id: customer.customer_id,
      metadata: sold(customer.customer_id),
    });
    // The first payment is the attempt's, and its run waits for it.
    expect(await receive(bought.payment_id)).toMatchObject({ handed: { kind: 'handed_over' }, requests: 1 });
    expect(delivered).toEqual(['purchase/pay_first']);
    shop.pass(31 * DAY);
    const payment = await shop.sandbox.control.renew(bought.subscription_id ?? '');
    expect((await receive(payment?.payment_id ?? '')).handed).toEqual({ kind: 'ignored', why: 'renewal' });
  });

  it('that cannot be read about is left to the run', async () => {
    await shop.sandbox.control.setPolicy({ chargeType: false });
    const { second } = await renewed();
    shop.sandbox.control.addFault({
      kind: 'status_before',
      status: 500,
      match: { path: '^/subscriptions/' },
    });
    expect((await receive(second)).handed).toMatchObject({ kind: 'handed_over' });
  });
});

describe('a first payment', () => {
  it.each([true, false])('starts a run (charge_type: %s)', async (chargeType) => {
    await shop.sandbox.control.setPolicy({ chargeType });
    const { payment_id } = await shop.buy('prod_basic_plan');
    const { handed, requests } = await receive(payment_id);
    expect(handed).toMatchObject({ kind: 'handed_over', result: 'delivered' });
    expect(requests).toBe(chargeType ? 0 : 1);
  });

  it('after a trial starts a run', async () => {
    await shop.sandbox.control.setPolicy({ chargeType: false });
    const { payment_id, subscription_id } = await shop.buy('prod_basic_plan', {
      subscription_data: { trial_period_days: 14 },
    });
    const subscription = await shop.context.dodo.subscriptions.retrieve(subscription_id ?? '');
    const paidAt = new Date(Date.parse(subscription.created_at) + 14 * DAY + 3_600_000).toISOString();
    const { handed } = await receive(payment_id, { created_at: paidAt, total_amount: 2900 });
    expect(handed).toMatchObject({ kind: 'handed_over' });
  });

  it('of a one-time product costs no request', async () => {
    await shop.sandbox.control.setPolicy({ chargeType: false });
    const { payment_id } = await shop.buy('prod_starter_course');
    expect(await receive(payment_id)).toMatchObject({ handed: { kind: 'handed_over' }, requests: 0 });
  });
});
