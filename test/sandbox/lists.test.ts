import { expect, test } from 'vitest';
import { oneClick, refusal, running, stoppedClock } from './support.js';

test('payments are listed newest first, in pages counted from 0', async () => {
  const { sandbox, client } = await running();
  const ids: string[] = [];
  for (let count = 0; count < 12; count++) {
    ids.unshift((await sandbox.control.purchase({ product_id: 'prod_course_workbook' })).payment_id);
  }

  const first = await client.payments.list({ page_number: 0 });
  const second = await client.payments.list({ page_number: 1 });
  const third = await client.payments.list({ page_number: 2 });

  expect(first.items.map((payment) => payment.payment_id)).toEqual(ids.slice(0, 10));
  expect(second.items.map((payment) => payment.payment_id)).toEqual(ids.slice(10));
  expect(third.items).toEqual([]);
  const all: string[] = [];
  for await (const payment of client.payments.list({ page_number: 0, page_size: 5 }))
    all.push(payment.payment_id);
  expect(all).toEqual(ids);
  expect((await refusal(client.payments.list({ page_size: 101 }))).status).toBe(422);
});

test('the client’s pagination skips the second page unless it starts at page 0', async () => {
  const { sandbox, client } = await running();
  for (let count = 0; count < 3; count++)
    await sandbox.control.purchase({ product_id: 'prod_course_workbook' });
  let seen = 0;
  for await (const _payment of client.payments.list({ page_size: 1 })) seen++;
  expect(seen).toBe(2);
});

test('a payment is found by customer, time and metadata', async () => {
  const clock = stoppedClock('2026-03-01T00:00:00.000Z');
  const { sandbox, client } = await running({ now: clock.now });
  const buyer = await sandbox.control.purchase({ product_id: 'prod_single_license' });
  clock.advance(1);
  const since = clock.now().toISOString();
  await client.checkoutSessions.create(oneClick(buyer, 'prod_team_license', { metadata: { attempt: 'x' } }));
  await sandbox.control.purchase({ product_id: 'prod_single_license', email: 'other@example.com' });

  const { items } = await client.payments.list({
    customer_id: buyer.customer_id,
    created_at_gte: since,
    page_number: 0,
  });

  expect(items).toHaveLength(1);
  expect(items[0]).toMatchObject({ metadata: { attempt: 'x' }, status: 'succeeded', refund_status: null });
  expect(items[0]).not.toHaveProperty('product_cart');
  const filtered = async (query: Parameters<typeof client.payments.list>[0]) =>
    (await client.payments.list({ page_number: 0, ...query })).items.length;
  expect(await filtered({ created_at_lte: '2026-03-01T12:00:00Z' })).toBe(1);
  expect(await filtered({ status: 'failed' })).toBe(0);
  expect(await filtered({ product_id: 'prod_single_license' })).toBe(2);
  expect(await filtered({ currency: 'EUR' })).toBe(0);
});

test('payments carry charge_type, and list rows their session, unless these newer fields are off', async () => {
  const { sandbox, client } = await running();
  const { subscription_id, customer_id, payment_id, session_id } = await sandbox.control.purchase({
    product_id: 'prod_basic_plan',
  });
  const id = subscription_id ?? '';
  await sandbox.control.renew(id);
  await client.subscriptions.changePlan(id, {
    product_id: 'prod_pro_plan',
    quantity: 1,
    proration_billing_mode: 'full_immediately',
  });
  await sandbox.control.purchase({ product_id: 'prod_course_workbook', customer_id });
  const onDemand = await sandbox.control.purchase({
    product_id: 'prod_basic_plan',
    customer_id,
    subscription_data: { on_demand: { mandate_only: true } },
  });
  await client.subscriptions.charge(onDemand.subscription_id ?? '', { product_price: 500 });

  const { items } = await client.payments.list({ customer_id, page_number: 0 });

  expect(items.map((row) => (row as { charge_type?: unknown }).charge_type)).toEqual([
    'on_demand',
    'new',
    null,
    'plan_change',
    'renewal',
    'new',
  ]);
  expect(items.at(-1)).toMatchObject({ payment_id, checkout_session_id: session_id });
  expect(await client.payments.retrieve(payment_id)).toMatchObject({ charge_type: 'new' });

  await sandbox.control.setPolicy({ chargeType: false, sessionInPaymentList: false });

  const [older] = (await client.payments.list({ customer_id, page_number: 0 })).items;
  expect(older).not.toHaveProperty('charge_type');
  expect(older).not.toHaveProperty('checkout_session_id');
  expect(await client.payments.retrieve(payment_id)).not.toHaveProperty('charge_type');
});

test('customers, subscriptions, products and refunds can be filtered', async () => {
  const { sandbox, client } = await running();
  const jo = await sandbox.control.purchase({
    product_id: 'prod_basic_plan',
    email: 'jo@example.com',
    name: 'Jo',
  });
  await sandbox.control.purchase({ product_id: 'prod_pro_plan', email: 'al@example.com', name: 'Al' });
  await client.refunds.create({ payment_id: jo.payment_id });

  expect((await client.customers.list({ email: 'JO@example.com', page_number: 0 })).items).toMatchObject([
    { customer_id: jo.customer_id, name: 'Jo', blocked_at: null },
  ]);
  expect(
    (await client.subscriptions.list({ customer_id: jo.customer_id, page_number: 0 })).items,
  ).toMatchObject([{ subscription_id: jo.subscription_id, product_name: 'Basic plan' }]);
  expect((await client.subscriptions.list({ product_id: 'prod_pro_lite', page_number: 0 })).items).toEqual(
    [],
  );
  const plans = await client.products.list({ recurring: true, page_number: 0, page_size: 100 });
  expect(plans.items.map((plan) => [plan.product_id, plan.price, plan.currency])).toContainEqual([
    'prod_pro_plan',
    7900,
    'USD',
  ]);
  expect((await client.refunds.list({ customer_id: jo.customer_id, page_number: 0 })).items).toHaveLength(1);
  expect((await client.refunds.list({ status: 'pending', page_number: 0 })).items).toEqual([]);
});
