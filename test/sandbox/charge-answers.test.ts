import DodoPayments from 'dodopayments';
import { describe, expect, test } from 'vitest';
import { AUTHENTICATES_LATER, oneClick, running } from './support.js';

async function buyerOf(productId: string, card?: string) {
  const setting = await running();
  const buyer = await setting.sandbox.control.purchase({ product_id: productId, card });
  return { ...setting, buyer };
}

describe('a charge at another amount than was previewed', () => {
  test('is a cent less on a saved card, and the books count the real amount', async () => {
    const { sandbox, client, buyer } = await buyerOf('prod_starter_course');
    await sandbox.control.nextCharges(buyer.customer_id, { amount: 9899 });
    const order = oneClick(buyer, 'prod_single_license');
    expect((await client.checkoutSessions.preview(order)).total_price).toBe(9900);

    const { payment_id } = await client.checkoutSessions.create(order);

    expect(await client.payments.retrieve(payment_id ?? '')).toMatchObject({
      status: 'succeeded',
      total_amount: 9899,
      currency: 'USD',
      settlement_amount: 9899,
    });
    expect(sandbox.books.moneyReceived()).toBe(4900 + 9899);
    const next = await client.checkoutSessions.create(order);
    expect((await client.payments.retrieve(next.payment_id ?? '')).total_amount).toBe(9900);
  });

  test('can be in another currency', async () => {
    const { sandbox, client, buyer } = await buyerOf('prod_starter_course');
    await sandbox.control.nextCharges(buyer.customer_id, { amount: 830_000, currency: 'INR' });

    const created = await client.payments.create({
      billing: { country: 'US' },
      customer: { customer_id: buyer.customer_id },
      product_cart: [{ product_id: 'prod_course_workbook', quantity: 1 }],
      payment_method_id: buyer.payment_method_id,
    });

    expect(created.total_amount).toBe(830_000);
    expect(await client.payments.retrieve(created.payment_id)).toMatchObject({
      total_amount: 830_000,
      currency: 'INR',
    });
    expect(sandbox.books.moneyReceived(buyer.customer_id, 'INR')).toBe(830_000);
    expect(sandbox.books.moneyReceived(buyer.customer_id)).toBe(4900);
  });

  test('keeps every line and its tax in proportion', async () => {
    const { sandbox, client } = await running();
    const { customer } = await sandbox.control.createCustomer({ email: 'lines@example.com' });
    await sandbox.control.nextCharges(customer.customer_id, { amount: 8159 });
    const { payment_id } = await sandbox.control.purchase({
      customer_id: customer.customer_id,
      product_cart: [
        { product_id: 'prod_starter_course', quantity: 1 },
        { product_id: 'prod_course_workbook', quantity: 1 },
      ],
      billing: { country: 'GB', zipcode: 'N1' },
    });

    const { items } = await client.payments.retrieveLineItems(payment_id);

    expect(items.map(({ amount, tax }) => amount + tax)).toEqual([5879, 2280]);
    expect(await client.payments.retrieve(payment_id)).toMatchObject({ total_amount: 8159, tax: 1360 });
  });

  test('applies to a plan change whose reply is lost', async () => {
    const { sandbox, client, buyer } = await buyerOf('prod_basic_plan');
    const id = buyer.subscription_id ?? '';
    await sandbox.control.nextCharges(buyer.customer_id, { amount: 7800 });
    sandbox.control.addFault({ on: 'plan_change', kind: 'drop_after' });

    const change = client.subscriptions.changePlan(id, {
      product_id: 'prod_pro_plan',
      quantity: 1,
      proration_billing_mode: 'full_immediately',
    });

    await expect(change).rejects.toBeInstanceOf(DodoPayments.APIConnectionError);
    expect(sandbox.books.payments({ subscriptionId: id })).toMatchObject([
      { total_amount: 2900 },
      { total_amount: 7800, status: 'succeeded' },
    ]);
    expect((await client.subscriptions.retrieve(id)).product_id).toBe('prod_pro_plan');
  });
});

describe('a charge that needs 3-D Secure', () => {
  test('comes from a card that paid without it while the customer was present', async () => {
    const { client, buyer, sandbox } = await buyerOf('prod_starter_course', AUTHENTICATES_LATER);
    expect(buyer.status).toBe('succeeded');

    const { payment_id } = await client.checkoutSessions.create(oneClick(buyer, 'prod_team_license'));

    expect(await client.payments.retrieve(payment_id ?? '')).toMatchObject({
      status: 'requires_customer_action',
      payment_link: `${sandbox.url}/3ds/${payment_id ?? ''}`,
    });
    expect(sandbox.books.moneyReceived()).toBe(4900);
  });

  test('can come without a link to the bank', async () => {
    const { sandbox, client, buyer } = await buyerOf('prod_starter_course');
    await sandbox.control.nextCharges(buyer.customer_id, {
      status: 'requires_customer_action',
      payment_link: false,
    });

    const { payment_id } = await client.checkoutSessions.create(oneClick(buyer, 'prod_team_license'));

    expect(await client.payments.retrieve(payment_id ?? '')).toMatchObject({
      status: 'requires_customer_action',
      payment_link: null,
    });
  });
});
