import { expect, test } from 'vitest';
import { refusal, running, startReceiver } from './support.js';

test('a full refund returns the money once', async () => {
  const { sandbox, client } = await running();
  const { payment_id, customer_id } = await sandbox.control.purchase({ product_id: 'prod_team_license' });

  const refund = await client.refunds.create({
    payment_id,
    reason: 'twice paid',
    metadata: { why: 'double' },
  });

  expect(refund).toMatchObject({
    status: 'succeeded',
    amount: 39900,
    is_partial: false,
    metadata: { why: 'double' },
  });
  expect(sandbox.books.moneyReceived(customer_id)).toBe(0);
  expect(await client.payments.retrieve(payment_id)).toMatchObject({
    refund_status: 'full',
    refunds: [{ refund_id: refund.refund_id, amount: 39900 }],
  });
  expect(await refusal(client.refunds.create({ payment_id }))).toEqual({
    status: 422,
    code: 'PAYMENT_ALREADY_REFUNDED',
  });
  expect(sandbox.books.deliveries({ type: 'refund.succeeded' })).toHaveLength(1);
});

test('a partial refund names items, and amounts up to what was paid', async () => {
  const { sandbox, client } = await running();
  const { payment_id } = await sandbox.control.purchase({
    product_cart: [
      { product_id: 'prod_starter_course', quantity: 1 },
      { product_id: 'prod_course_workbook', quantity: 2 },
    ],
    billing: { country: 'GB', zipcode: 'N1' },
  });
  const partial = (item_id: string, amount?: number, tax_inclusive?: boolean) =>
    client.refunds.create({ payment_id, items: [{ item_id, amount, tax_inclusive }] });

  expect(await partial('prod_course_workbook', 1000, false)).toMatchObject({
    amount: 1200,
    is_partial: true,
  });
  expect((await client.payments.retrieve(payment_id)).refund_status).toBe('partial');
  expect((await refusal(partial('prod_course_workbook', 99999))).code).toBe(
    'LINE_ITEM_REFUND_AMOUNT_TOO_HIGH',
  );
  expect((await refusal(partial('prod_pro_plan'))).code).toBe('LINE_ITEM_NOT_FOUND');
  expect(await client.payments.retrieveLineItems(payment_id)).toMatchObject({
    items: [
      { items_id: 'prod_starter_course', amount: 4900, tax: 980, refundable_amount: 5880 },
      { items_id: 'prod_course_workbook', amount: 3800, tax: 760, refundable_amount: 3360 },
    ],
  });
  expect(await client.refunds.create({ payment_id })).toMatchObject({ amount: 5880 + 3360 });
  expect(sandbox.books.moneyReceived()).toBe(0);
});

test('a pending refund can fail, and money moves only when one succeeds', async () => {
  const { sandbox, client } = await running();
  await sandbox.control.setPolicy({ refunds: 'pending' });
  const { payment_id } = await sandbox.control.purchase({ product_id: 'prod_single_license' });
  const first = await client.refunds.create({ payment_id });
  expect(first.status).toBe('pending');
  expect((await refusal(client.refunds.create({ payment_id }))).code).toBe(
    'EXISTING_REFUND_REQUEST_PROCESSING',
  );
  await sandbox.control.settleRefund(first.refund_id, 'failed');
  expect(sandbox.books.moneyReceived()).toBe(9900);
  expect((await client.payments.retrieve(payment_id)).refund_status).toBeNull();

  const second = await client.refunds.create({ payment_id });
  await sandbox.control.settleRefund(second.refund_id, 'succeeded');

  expect((await client.refunds.retrieve(second.refund_id)).status).toBe('succeeded');
  expect(sandbox.books.moneyReceived()).toBe(0);
});

test('a refund can be pending and then succeed or fail by itself', async () => {
  const receiver = await startReceiver();
  const { sandbox, client } = await running({ webhookUrl: receiver.url });
  const { payment_id } = await sandbox.control.purchase({ product_id: 'prod_single_license' });
  await sandbox.control.setPolicy({ refunds: 'fail', refundDelayMs: 50 });
  const first = await client.refunds.create({ payment_id });
  expect(first.status).toBe('pending');
  await receiver.until(1, 'refund.failed');
  expect((await client.refunds.retrieve(first.refund_id)).status).toBe('failed');
  expect(sandbox.books.moneyReceived()).toBe(9900);

  await sandbox.control.setPolicy({ refunds: 'succeed' });
  const second = await client.refunds.create({ payment_id });
  expect(second.status).toBe('pending');
  const [event] = await receiver.until(1, 'refund.succeeded');

  expect(event?.data).toMatchObject({ refund_id: second.refund_id, status: 'succeeded', amount: 9900 });
  expect(sandbox.books.moneyReceived()).toBe(0);
});

test('partial refunds add up to the whole', async () => {
  const { sandbox, client } = await running();
  const { payment_id, customer_id } = await sandbox.control.purchase({ product_id: 'prod_single_license' });
  const part = (amount: number) =>
    client.refunds.create({ payment_id, items: [{ item_id: 'prod_single_license', amount }] });

  await part(4000);
  await part(5000);
  expect((await client.payments.retrieve(payment_id)).refund_status).toBe('partial');
  await part(900);

  const payment = await client.payments.retrieve(payment_id);
  expect(payment.refund_status).toBe('full');
  expect(payment.refunds.map(({ amount, is_partial, status }) => [amount, is_partial, status])).toEqual([
    [4000, true, 'succeeded'],
    [5000, true, 'succeeded'],
    [900, true, 'succeeded'],
  ]);
  const listed = await client.refunds.list({ customer_id, page_number: 0 });
  expect(listed.items.map(({ amount }) => amount)).toEqual([900, 5000, 4000]);
  expect(sandbox.books.moneyReceived()).toBe(0);
});

test.each([
  [{ kind: 'status_before', status: 422, code: 'INSUFFICIENT_FUNDS' }, 9900],
  [{ kind: 'status_before', status: 409 }, 9900],
  [{ kind: 'status_before', status: 500 }, 9900],
  [{ kind: 'drop_after' }, 0],
] as const)('a refund can be refused, or its reply lost: %o leaves %i', async (fault, left) => {
  const { sandbox, client } = await running();
  const { payment_id } = await sandbox.control.purchase({ product_id: 'prod_single_license' });
  sandbox.control.addFault({ on: 'refund', ...fault });
  const refused = await client.refunds.create({ payment_id }).catch((error: unknown) => error);
  expect((refused as { status?: number }).status).toBe('status' in fault ? fault.status : undefined);
  expect(sandbox.books.moneyReceived()).toBe(left);
});

test('an unpaid payment can be neither refunded nor disputed', async () => {
  const { sandbox, client } = await running();
  const { payment_id } = await sandbox.control.purchase({
    product_id: 'prod_single_license',
    card: '4000000000000002',
  });
  expect((await refusal(client.refunds.create({ payment_id }))).code).toBe('PAYMENT_NOT_SUCCEEDED');
  await expect(sandbox.control.openDispute({ payment_id })).rejects.toThrow('was not paid');
});

test('a lost dispute takes the money back, a won one does not', async () => {
  const { sandbox, client } = await running();
  const first = await sandbox.control.purchase({ product_id: 'prod_single_license' });
  const second = await sandbox.control.purchase({ product_id: 'prod_team_license' });
  const lost = await sandbox.control.openDispute({ payment_id: first.payment_id });
  const won = await sandbox.control.openDispute({ payment_id: second.payment_id });
  await sandbox.control.moveDispute(lost.dispute_id, 'lost');
  await sandbox.control.moveDispute(won.dispute_id, 'won');

  expect(sandbox.books.moneyReceived()).toBe(39900);
  expect(await client.payments.retrieve(first.payment_id)).toMatchObject({
    disputes: [{ amount: '9900', dispute_status: 'dispute_lost' }],
  });
  expect(
    sandbox.books
      .deliveries()
      .map((one) => one.type)
      .filter((type) => type.startsWith('dispute')),
  ).toEqual(['dispute.opened', 'dispute.opened', 'dispute.lost', 'dispute.won']);
});
