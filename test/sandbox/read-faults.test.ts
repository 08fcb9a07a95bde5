import { describe, expect, test } from 'vitest';
import { oneClick, refusal, running, startReceiver } from './support.js';

describe('reads that lag', () => {
  test('show a payment as processing after its webhook, for the given number of reads', async () => {
    const receiver = await startReceiver();
    const { sandbox, client } = await running({ webhookUrl: receiver.url });
    sandbox.control.lagReads({ kind: 'payment', reads: 2 });
    const { payment_id, session_id, customer_id } = await sandbox.control.purchase({
      product_id: 'prod_starter_course',
    });
    const [event] = await receiver.until(1, 'payment.succeeded');
    expect(event?.data).toMatchObject({ payment_id, status: 'succeeded' });

    expect((await client.payments.retrieve(payment_id)).status).toBe('processing');
    expect((await client.checkoutSessions.retrieve(session_id ?? '')).payment_status).toBe('processing');
    expect((await client.payments.retrieve(payment_id)).status).toBe('succeeded');
    expect((await client.payments.list({ customer_id, page_number: 0 })).items).toMatchObject([
      { status: 'succeeded' },
    ]);
    expect(sandbox.books.payments({ status: 'succeeded' })).toHaveLength(1);
  });

  test('are counted again after the next change', async () => {
    const { sandbox, client } = await running();
    const { customer } = await sandbox.control.createCustomer({ email: 'slow@example.com' });
    await sandbox.control.nextCharges(customer.customer_id, { status: 'processing' });
    const { payment_id } = await sandbox.control.purchase({
      customer_id: customer.customer_id,
      product_id: 'prod_starter_course',
    });
    sandbox.control.lagReads({ kind: 'payment', id: payment_id, reads: 1 });
    const status = async () => (await client.payments.retrieve(payment_id)).status;
    expect([await status(), await status()]).toEqual(['processing', 'processing']);

    await sandbox.control.settlePayment(payment_id, { status: 'succeeded' });

    expect([await status(), await status()]).toEqual(['processing', 'succeeded']);
  });

  test('filter lists by the state they show', async () => {
    const { sandbox, client } = await running();
    sandbox.control.lagReads({ kind: 'payment', reads: 1 });
    const { customer_id } = await sandbox.control.purchase({ product_id: 'prod_starter_course' });
    const succeeded = async () =>
      (await client.payments.list({ customer_id, status: 'succeeded', page_number: 0 })).items.length;
    expect(await succeeded()).toBe(0);
    expect(await succeeded()).toBe(1);
  });

  test('do not find a new refund, neither directly nor on its payment', async () => {
    const receiver = await startReceiver();
    const { sandbox, client } = await running({ webhookUrl: receiver.url });
    const { payment_id } = await sandbox.control.purchase({ product_id: 'prod_starter_course' });
    sandbox.control.lagReads({ kind: 'refund', reads: 1 });
    const { refund_id } = await client.refunds.create({ payment_id });
    await receiver.until(1, 'refund.succeeded');

    expect(await client.payments.retrieve(payment_id)).toMatchObject({ refunds: [], refund_status: null });
    expect((await refusal(client.refunds.retrieve(refund_id))).status).toBe(404);
    expect((await client.refunds.list({ page_number: 0 })).items).toMatchObject([{ refund_id }]);
    expect(await client.payments.retrieve(payment_id)).toMatchObject({
      refunds: [{ refund_id }],
      refund_status: 'full',
    });
  });

  test('show a new subscription as pending, and a changed one on its old plan', async () => {
    const { sandbox, client } = await running();
    sandbox.control.lagReads({ kind: 'subscription', reads: 1 });
    const { subscription_id } = await sandbox.control.purchase({ product_id: 'prod_basic_plan' });
    const id = subscription_id ?? '';
    const read = async () => {
      const { status, product_id } = await client.subscriptions.retrieve(id);
      return [status, product_id];
    };
    expect(await read()).toEqual(['pending', 'prod_basic_plan']);
    expect(await read()).toEqual(['active', 'prod_basic_plan']);

    await client.subscriptions.changePlan(id, {
      product_id: 'prod_pro_plan',
      quantity: 1,
      proration_billing_mode: 'full_immediately',
    });

    expect(await read()).toEqual(['active', 'prod_basic_plan']);
    expect(await read()).toEqual(['active', 'prod_pro_plan']);
  });

  test('catch up after a time, and affect only the given object', async () => {
    const { sandbox, client } = await running();
    const slow = await sandbox.control.purchase({ product_id: 'prod_starter_course' });
    const fast = await sandbox.control.purchase({ product_id: 'prod_starter_course' });
    sandbox.control.lagReads({ kind: 'payment', id: slow.payment_id, ms: 400 });

    expect((await client.payments.retrieve(fast.payment_id)).status).toBe('succeeded');
    expect((await client.payments.retrieve(slow.payment_id)).status).toBe('processing');
    await expect
      .poll(async () => (await client.payments.retrieve(slow.payment_id)).status, { timeout: 5000 })
      .toBe('succeeded');
  });
});

describe('an object of another key', () => {
  test('is 404 in every call and missing from lists, although its webhook was delivered', async () => {
    const receiver = await startReceiver();
    const { sandbox, client } = await running({ webhookUrl: receiver.url });
    const bought = await sandbox.control.purchase({ product_id: 'prod_basic_plan' });
    const { payment_id, customer_id } = bought;
    const id = bought.subscription_id ?? '';
    await receiver.until(1, 'subscription.active');
    sandbox.control.hideFromReads(payment_id);
    sandbox.control.hideFromReads(id);

    const gone = { status: 404, code: 'NOT_FOUND' };
    expect(await refusal(client.payments.retrieve(payment_id))).toEqual(gone);
    expect(await refusal(client.refunds.create({ payment_id }))).toEqual(gone);
    expect(await refusal(client.subscriptions.retrieve(id))).toEqual(gone);
    expect(await refusal(client.subscriptions.update(id, { status: 'cancelled' }))).toEqual(gone);
    expect((await client.payments.list({ customer_id, page_number: 0 })).items).toEqual([]);
    expect((await client.subscriptions.list({ customer_id, page_number: 0 })).items).toEqual([]);

    sandbox.control.clearFaults();
    expect((await client.payments.retrieve(payment_id)).status).toBe('succeeded');
  });
});

describe('rows of lists', () => {
  test('can have null for metadata, or any other shape', async () => {
    const { sandbox, client } = await running();
    const first = await sandbox.control.purchase({ product_id: 'prod_starter_course', metadata: { a: 1 } });
    await client.checkoutSessions.create(oneClick(first, 'prod_course_workbook', { metadata: { b: 2 } }));
    sandbox.control.overrideRows({ kind: 'payment', fields: { metadata: null } });
    sandbox.control.overrideRows({ kind: 'payment', id: first.payment_id, row: null });

    const { items } = await client.payments.list({ page_number: 0 });

    expect(items).toMatchObject([{ metadata: null, status: 'succeeded' }, null]);
    expect((await client.payments.retrieve(first.payment_id)).metadata).toEqual({ a: 1 });
  });
});
