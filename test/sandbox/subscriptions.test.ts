import { describe, expect, test } from 'vitest';
import { DECLINES, DECLINES_LATER, refusal, running, stoppedClock } from './support.js';

const NOW = '2026-03-31T00:00:00.000Z';

async function subscriber(card?: string, more: Parameters<typeof running>[0] = {}) {
  const setting = await running(more);
  const bought = await setting.sandbox.control.purchase({
    product_id: 'prod_basic_plan',
    card,
    metadata: { m: 1 },
  });
  return { ...setting, bought, id: bought.subscription_id ?? '' };
}

describe('a renewal', () => {
  test('charges the saved card for a new period, with the subscription’s metadata', async () => {
    const clock = stoppedClock(NOW);
    const { sandbox, client, id } = await subscriber(undefined, { now: clock.now });
    expect((await client.subscriptions.retrieve(id)).next_billing_date).toBe('2026-04-30T00:00:00.000Z');
    clock.advance(30);

    await client.subscriptions.update(id, { next_billing_date: clock.now().toISOString() });

    const [, renewal] = sandbox.books.payments({ subscriptionId: id });
    expect(renewal).toMatchObject({
      status: 'succeeded',
      total_amount: 2900,
      metadata: { m: 1 },
      product_cart: null,
    });
    expect(await client.subscriptions.retrieve(id)).toMatchObject({
      previous_billing_date: '2026-04-30T00:00:00.000Z',
      next_billing_date: '2026-05-30T00:00:00.000Z',
    });
    expect(sandbox.books.deliveries({ type: 'subscription.renewed' })).toHaveLength(1);
  });

  test('puts the subscription on hold when declined, until a new card pays the dues', async () => {
    const { sandbox, client, id } = await subscriber(DECLINES_LATER);
    await sandbox.control.renew(id);
    expect((await client.subscriptions.retrieve(id)).status).toBe('on_hold');

    const update = await client.subscriptions.updatePaymentMethod(id, { payment_method: { type: 'new' } });
    const declined = await sandbox.control.payLink(update.payment_id ?? '', DECLINES);
    expect(declined.status).toBe('failed');
    expect((await client.subscriptions.retrieve(id)).status).toBe('on_hold');
    await sandbox.control.payLink(update.payment_id ?? '');

    expect((await client.subscriptions.retrieve(id)).status).toBe('active');
    expect(sandbox.books.moneyReceived()).toBe(2 * 2900);
    const types = sandbox.books.deliveries().map((delivery) => delivery.type);
    expect(types.slice(-5)).toEqual([
      'subscription.update_payment_method',
      'subscription.updated',
      'payment.succeeded',
      'subscription.active',
      'subscription.updated',
    ]);
  });

  test('leaves the subscription past due during the grace period when declined, closed to plan changes', async () => {
    const { sandbox, client, id } = await subscriber(DECLINES_LATER);
    await sandbox.control.setPolicy({ pastDueGraceDays: 3 });
    await sandbox.control.renew(id);
    expect((await client.subscriptions.retrieve(id)).status).toBe('past_due');
    const change = client.subscriptions.changePlan(id, {
      product_id: 'prod_pro_plan',
      quantity: 1,
      proration_billing_mode: 'full_immediately',
    });
    expect((await refusal(change)).code).toBe('INACTIVE_SUBSCRIPTION_PLAN_CHANGE_NOT_SUPPORTED');
  });

  test('uses a discount for its number of cycles', async () => {
    const { sandbox } = await running();
    await sandbox.control.createDiscount({ code: 'TWICE', amount: 5000, subscription_cycles: 2 });
    const { subscription_id } = await sandbox.control.purchase({
      product_id: 'prod_basic_plan',
      discount_codes: ['TWICE'],
    });
    await sandbox.control.renew(subscription_id ?? '');
    await sandbox.control.renew(subscription_id ?? '');
    expect(sandbox.books.movements().map((movement) => movement.amount)).toEqual([1450, 1450, 2900]);
  });

  test('does not revive a cancelled subscription with a late outcome', async () => {
    const { sandbox, client, bought, id } = await subscriber();
    for (const status of ['succeeded', 'failed'] as const) {
      await sandbox.control.nextCharges(bought.customer_id, { status: 'processing' });
      const { subscription_id } = await sandbox.control.purchase({
        customer_id: bought.customer_id,
        product_id: 'prod_pro_plan',
        card: '5555555555554444',
      });
      await client.subscriptions.update(subscription_id ?? '', { status: 'cancelled' });
      const [payment] = sandbox.books.payments({ subscriptionId: subscription_id ?? '' });
      await sandbox.control.settlePayment(payment?.payment_id ?? '', { status });
      expect((await client.subscriptions.retrieve(subscription_id ?? '')).status).toBe('cancelled');
    }
    expect((await client.subscriptions.retrieve(id)).status).toBe('active');
  });

  test('ends a subscription scheduled for cancellation, without a charge', async () => {
    const { sandbox, client, id } = await subscriber();
    await client.subscriptions.update(id, {
      cancel_at_next_billing_date: true,
      cancellation_feedback: 'too_expensive',
    });
    expect(await sandbox.control.renew(id)).toBeNull();
    expect(await client.subscriptions.retrieve(id)).toMatchObject({
      status: 'cancelled',
      cancellation_feedback: 'too_expensive',
    });
    expect(sandbox.books.moneyReceived()).toBe(2900);
  });
});

describe('a subscription', () => {
  test('begins with a free trial when its plan has one', async () => {
    const clock = stoppedClock();
    const { sandbox, client } = await running({ now: clock.now });
    await sandbox.control.createProduct({
      product_id: 'prod_trial',
      name: 'Trial',
      price: 900,
      every: { interval: 'Month' },
      trial_period_days: 14,
    });
    const { subscription_id, payment_id } = await sandbox.control.purchase({ product_id: 'prod_trial' });
    expect((await client.payments.retrieve(payment_id)).total_amount).toBe(0);
    expect(await client.subscriptions.retrieve(subscription_id ?? '')).toMatchObject({
      status: 'active',
      next_billing_date: '2026-03-15T00:00:00.000Z',
    });
  });

  test('can be paused and resumed by a status sent alone', async () => {
    const { client, id } = await subscriber();
    const both = client.subscriptions.update(id, { status: 'paused', cancel_at_next_billing_date: true });
    expect((await refusal(both)).status).toBe(422);
    expect((await client.subscriptions.update(id, { status: 'paused' })).status).toBe('paused');
    expect(await client.subscriptions.update(id, { status: 'active' })).toMatchObject({
      status: 'active',
      paused_at: null,
    });
  });

  test('can be charged any amount only if it is on demand', async () => {
    const { sandbox, client, id } = await subscriber();
    expect((await refusal(client.subscriptions.charge(id, { product_price: 500 }))).code).toBe(
      'SUBSCRIPTION_NOT_ON_DEMAND',
    );
    const { subscription_id } = await sandbox.control.purchase({
      product_id: 'prod_basic_plan',
      subscription_data: { on_demand: { mandate_only: true } },
    });
    const onDemand = subscription_id ?? '';
    const { payment_id } = await client.subscriptions.charge(onDemand, {
      product_price: 500,
      metadata: { n: 1 },
    });
    expect(await client.payments.retrieve(payment_id)).toMatchObject({
      total_amount: 500,
      metadata: { n: 1 },
    });
    const change = client.subscriptions.changePlan(onDemand, {
      product_id: 'prod_pro_plan',
      quantity: 1,
      proration_billing_mode: 'full_immediately',
    });
    expect((await refusal(change)).code).toBe('ON_DEMAND_PLAN_CHANGE_NOT_SUPPORTED');
  });

  test('is limited to one per customer if the policy says so', async () => {
    const { sandbox, client, bought } = await subscriber();
    await sandbox.control.setPolicy({ allowMultipleSubscriptions: false });
    const second = client.checkoutSessions.create({
      product_cart: [{ product_id: 'prod_pro_plan', quantity: 1 }],
      customer: { customer_id: bought.customer_id },
    });
    expect(await refusal(second)).toEqual({ status: 422, code: 'CUSTOMER_HAS_EXISTING_SUBSCRIPTION' });
  });

  test('keeps its card: a method in use cannot be deleted, an unused one can', async () => {
    const { sandbox, client, bought } = await subscriber();
    const spare = await sandbox.control.addCard(bought.customer_id, '5555555555554444');
    const remove = (id: string) =>
      client.customers.deletePaymentMethod(id, { customer_id: bought.customer_id });
    expect((await refusal(remove(bought.payment_method_id ?? ''))).status).toBe(409);
    await remove(spare.payment_method_id);
    expect((await client.customers.retrievePaymentMethods(bought.customer_id)).items).toHaveLength(1);
  });
});
