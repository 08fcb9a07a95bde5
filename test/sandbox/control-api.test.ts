import { expect, test } from 'vitest';
import { startSandbox } from '../../sandbox/index.js';
import { clientOf, running } from './support.js';

async function call(
  url: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url + path, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

test('every control works over HTTP, without a key', async () => {
  const { sandbox } = await running();
  const client = clientOf(sandbox);
  const post = async (path: string, body?: unknown): Promise<Record<string, never>> => {
    const answer = await call(sandbox.url, 'POST', path, body);
    expect(answer.status, `${path}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
    return (answer.body ?? {}) as Record<string, never>;
  };

  expect(await call(sandbox.url, 'GET', '/sandbox/health')).toEqual({ status: 200, body: { ok: true } });
  await post('/sandbox/products', { product_id: 'prod_new', name: 'New', price: 700, currency: 'EUR' });
  await call(sandbox.url, 'PATCH', '/sandbox/products/prod_new', { price: 800 });
  expect(await client.products.retrieve('prod_new')).toMatchObject({
    price: { price: 800, currency: 'EUR' },
  });
  await post('/sandbox/discounts', { code: 'new10', amount: 1000 });
  expect((await client.discounts.retrieveByCode('NEW10')).amount).toBe(1000);
  const created = await post('/sandbox/customers', {
    email: 'api@example.com',
    cards: ['4242424242424242', { number: '5555555555554444', expiry_year: '2020' }],
  });
  const { customer_id } = created['customer'] as unknown as { customer_id: string };
  expect((await client.customers.retrievePaymentMethods(customer_id)).items).toHaveLength(2);
  await post(`/sandbox/customers/${customer_id}/next-charges`, { status: 'processing' });
  const bought = await post('/sandbox/purchases', { customer_id, product_id: 'prod_basic_plan' });
  expect(bought).toMatchObject({ status: 'processing' });
  await post(`/sandbox/payments/${String(bought['payment_id'])}/settle`, { status: 'succeeded' });
  const subscription_id = String(bought['subscription_id']);
  await post('/sandbox/renew', { subscription_id });
  const { checkout_url, session_id } = await client.checkoutSessions.create({
    product_cart: [{ product_id: 'prod_starter_course', quantity: 1 }],
  });
  expect(checkout_url).toContain(session_id);
  const paid = await post(`/sandbox/checkouts/${session_id}/pay`, {});
  const dispute = await post('/sandbox/disputes', { payment_id: paid['payment_id'] });
  await post(`/sandbox/disputes/${String(dispute['dispute_id'])}/move`, { end: 'lost' });
  await post('/sandbox/policy', { refunds: 'pending' });
  const refund = await client.refunds.create({ payment_id: String(bought['payment_id']) });
  await post(`/sandbox/refunds/${refund.refund_id}/settle`, { status: 'succeeded' });
  await post('/sandbox/webhooks/policy', { drop: 'all' });
  await post('/sandbox/webhooks/send', { type: 'x', data: {} });
  await post('/sandbox/webhooks/flush');
  await post('/sandbox/faults', { match: { path: '^/products' }, kind: 'status_before', status: 503 });
  expect((await call(sandbox.url, 'GET', '/sandbox/faults')).body).toHaveLength(1);
  expect((await call(sandbox.url, 'DELETE', '/sandbox/faults')).status).toBe(204);

  const paidAgain = await post(`/sandbox/payments/${String(paid['payment_id'])}/pay-again`, {
    session: 'none',
  });
  expect(paidAgain).toMatchObject({ status: 'succeeded', session_id: null });
  await post('/sandbox/reads/lag', { kind: 'payment', ms: 100_000 });
  await post('/sandbox/reads/hide', { id: String(paidAgain['payment_id']) });
  await post('/sandbox/reads/rows', { kind: 'payment', row: null });
  expect((await call(sandbox.url, 'GET', '/sandbox/reads')).body).toEqual({
    lags: [{ kind: 'payment', ms: 100_000 }],
    hidden: [paidAgain['payment_id']],
    rows: [{ kind: 'payment', fields: {}, row: null }],
  });
  expect((await call(sandbox.url, 'DELETE', '/sandbox/faults')).status).toBe(204);
  expect((await client.payments.retrieve(String(paidAgain['payment_id']))).status).toBe('succeeded');

  const books = await call(sandbox.url, 'GET', `/sandbox/books?section=movements&customer_id=${customer_id}`);
  expect(books.body).toMatchObject({ movements: [{ amount: 2900 }, { amount: 2900 }, { amount: -2900 }] });
  const all = (await call(sandbox.url, 'GET', '/sandbox/books')).body as object;
  expect(all).toMatchObject({ money_received: 2900 + 4900 });
  const charges = await call(sandbox.url, 'GET', '/sandbox/books?section=requests&method=POST&path=refunds');
  expect(charges.body).toMatchObject({ requests: [{ path: '/refunds', status: 200 }] });

  await post('/sandbox/reset');
  expect(sandbox.books.customers()).toEqual([]);
  expect((await client.products.list({ page_number: 0, page_size: 100 })).items).toHaveLength(10);
});

test('errors name the wrong field', async () => {
  const { sandbox } = await running();
  const { status, body } = await call(sandbox.url, 'POST', '/sandbox/purchases', {
    product: 'prod_basic_plan',
  });
  expect(status).toBe(422);
  expect(JSON.stringify(body)).toContain('product');
  expect((await call(sandbox.url, 'POST', '/sandbox/webhooks/policy', { drop: 2 })).status).toBe(422);
  expect(
    (await call(sandbox.url, 'POST', '/sandbox/faults', { kind: 'status_before', match: { path: '(' } }))
      .status,
  ).toBe(422);
  expect((await call(sandbox.url, 'POST', '/sandbox/renew', { subscription_id: 'sub_none' })).status).toBe(
    404,
  );
  expect((await call(sandbox.url, 'POST', '/sandbox/webhooks/redeliver', { id: 'msg_none' })).status).toBe(
    404,
  );
});

test('changing a policy keeps the other fields', async () => {
  const { sandbox } = await running();
  await sandbox.control.setPolicy({ refunds: 'pending' });
  expect(await sandbox.control.setPolicy({ emptyChangePlanBody: true })).toMatchObject({
    refunds: 'pending',
    emptyChangePlanBody: true,
    proration: 'full_cycle_less_unused',
  });
  await sandbox.control.setWebhookPolicy({ drop: ['payment.failed'] });
  expect(await sandbox.control.setWebhookPolicy({ duplicate: 1 })).toMatchObject({
    drop: ['payment.failed'],
    duplicate: 1,
  });
  await sandbox.control.setWebhookEndpoint({ url: 'http://127.0.0.1:9/' });
  expect(await sandbox.control.setWebhookEndpoint({ key: 'whsec_c2VjcmV0' })).toEqual({
    url: 'http://127.0.0.1:9/',
    key: 'whsec_c2VjcmV0',
  });
  await expect(sandbox.control.setWebhookEndpoint({ key: 'whsec_???' })).rejects.toThrow('base64');
});

test('a taken port is reported and leaves nothing running', async () => {
  const { sandbox } = await running();
  const port = Number(new URL(sandbox.url).port);
  await expect(startSandbox({ port })).rejects.toThrow('EADDRINUSE');
});
