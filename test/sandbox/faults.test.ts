import DodoPayments from 'dodopayments';
import { describe, expect, test } from 'vitest';
import type { FaultInput } from '../../sandbox/index.js';
import { clientOf, oneClick, refusal, running, startReceiver } from './support.js';

const POST_CHECKOUT = { method: 'POST', path: '^/checkouts$' };

/** Charges 399.00 with a fault in force. */
async function chargeInto(fault: Omit<FaultInput, 'match'>) {
  const receiver = await startReceiver();
  const { sandbox, client } = await running({ webhookUrl: receiver.url });
  const buyer = await sandbox.control.purchase({ product_id: 'prod_single_license' });
  sandbox.control.addFault({ match: POST_CHECKOUT, ...fault });
  const call = client.checkoutSessions.create(
    oneClick(buyer, 'prod_team_license', { metadata: { attempt: '1' } }),
  );
  const charged = (): number => sandbox.books.payments({ metadata: { attempt: '1' } }).length;
  return { sandbox, client, buyer, call, charged, receiver };
}

describe('a call with a fault', () => {
  test('status_before: an error, and nothing has happened', async () => {
    const { call, charged, sandbox } = await chargeInto({ kind: 'status_before', status: 503 });
    expect(await refusal(call)).toEqual({ status: 503, code: 'INTERNAL_SERVER_ERROR' });
    expect(charged()).toBe(0);
    expect(sandbox.books.requests({ method: 'POST', path: '/checkouts' })).toMatchObject([
      { status: 503, fault: 'status_before', body: { metadata: { attempt: '1' } }, retry_count: 0 },
    ]);
  });

  test('status_after: an error, but the charge was made', async () => {
    const { call, charged } = await chargeInto({ kind: 'status_after', status: 500 });
    expect((await refusal(call)).status).toBe(500);
    expect(charged()).toBe(1);
  });

  test('drop_before: no reply, and nothing has happened', async () => {
    const { call, charged } = await chargeInto({ kind: 'drop_before' });
    await expect(call).rejects.toBeInstanceOf(DodoPayments.APIConnectionError);
    expect(charged()).toBe(0);
  });

  test('drop_after: no reply, but the charge was made and its webhook arrives', async () => {
    const { call, charged, receiver, sandbox } = await chargeInto({ kind: 'drop_after' });
    await expect(call).rejects.toBeInstanceOf(DodoPayments.APIConnectionError);
    expect(charged()).toBe(1);
    await receiver.until(2, 'payment.succeeded');
    expect(sandbox.books.requests({ path: '/checkouts' })).toMatchObject([
      { status: null, fault: 'drop_after' },
    ]);
  });

  test('late_commit: no reply, and the charge is made afterwards', async () => {
    const { call, charged, receiver, sandbox } = await chargeInto({ kind: 'late_commit', delayMs: 50 });
    await expect(call).rejects.toBeInstanceOf(DodoPayments.APIConnectionError);
    expect(charged()).toBe(0);
    await receiver.until(2, 'payment.succeeded');
    expect(charged()).toBe(1);
    expect(sandbox.books.moneyReceived()).toBe(9900 + 39900);
  });

  test('delay: the reply is late, and the webhook does not wait for it', async () => {
    const { call, receiver } = await chargeInto({ kind: 'delay', delayMs: 200 });
    const settled = call.then(() => 'answered');
    const first = await Promise.race([settled, receiver.until(2, 'payment.succeeded').then(() => 'webhook')]);
    expect(first).toBe('webhook');
    expect(await settled).toBe('answered');
  });

  test('webhook_first: the webhook is delivered before the reply', async () => {
    const { call, receiver } = await chargeInto({ kind: 'webhook_first' });
    await call;
    expect(receiver.received.filter((one) => one.type === 'payment.succeeded')).toHaveLength(2);
  });

  test('html_200 and truncate: an unreadable reply, but the charge was made', async () => {
    const page = await chargeInto({ kind: 'html_200' });
    expect(await page.call).not.toHaveProperty('session_id');
    expect(page.charged()).toBe(1);
    const half = await chargeInto({ kind: 'truncate' });
    await expect(half.call).rejects.toThrow();
    expect(half.charged()).toBe(1);
  });

  test('429 carries Retry-After', async () => {
    const { call } = await chargeInto({ kind: 'status_before', status: 429, retryAfter: 7 });
    const error = await call.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DodoPayments.RateLimitError);
    expect((error as InstanceType<typeof DodoPayments.RateLimitError>).headers.get('retry-after')).toBe('7');
  });
});

test('the client’s own retries after a lost reply charge twice, and the log shows it', async () => {
  const { sandbox } = await running();
  const retrying = clientOf(sandbox).withOptions({ maxRetries: 1 });
  const buyer = await sandbox.control.purchase({ product_id: 'prod_single_license' });
  sandbox.control.addFault({ match: POST_CHECKOUT, kind: 'drop_after' });

  await retrying.checkoutSessions.create(oneClick(buyer, 'prod_team_license'));

  expect(sandbox.books.moneyReceived()).toBe(9900 + 2 * 39900);
  const counts = sandbox.books.requests({ path: '/checkouts' }).map((request) => request.retry_count);
  expect(counts).toEqual([0, 1]);
});

test.each([401, 409, 500])('a cancellation is refused with %i as often as requested', async (status) => {
  const { sandbox, client } = await running();
  const { subscription_id } = await sandbox.control.purchase({ product_id: 'prod_basic_plan' });
  const id = subscription_id ?? '';
  sandbox.control.addFault({ on: 'cancel_subscription', kind: 'status_before', status, times: 2 });
  const cancel = () => client.subscriptions.update(id, { status: 'cancelled' });

  await client.subscriptions.update(id, { metadata: { other: 'change' } });
  expect((await refusal(cancel())).status).toBe(status);
  expect((await refusal(cancel())).status).toBe(status);
  expect((await client.subscriptions.retrieve(id)).status).toBe('active');

  expect((await cancel()).status).toBe('cancelled');
});

test('a cancellation takes effect although its reply is lost', async () => {
  const { sandbox, client } = await running();
  const { subscription_id } = await sandbox.control.purchase({ product_id: 'prod_basic_plan' });
  const id = subscription_id ?? '';
  sandbox.control.addFault({ on: 'cancel_subscription', kind: 'drop_after' });
  const cancel = client.subscriptions.update(id, { status: 'cancelled' });
  await expect(cancel).rejects.toBeInstanceOf(DodoPayments.APIConnectionError);
  expect((await client.subscriptions.retrieve(id)).status).toBe('cancelled');
});

test('faults apply in order, to the calls they match, as often as requested', async () => {
  const { sandbox, client } = await running();
  sandbox.control.addFault({
    match: { path: '^/customers/.*/payment-methods$' },
    kind: 'status_before',
    status: 502,
    times: 2,
  });
  const { customer_id } = await sandbox.control.purchase({ product_id: 'prod_single_license' });
  const methods = () => client.customers.retrievePaymentMethods(customer_id);

  expect((await client.customers.retrieve(customer_id)).customer_id).toBe(customer_id);
  expect((await refusal(methods())).status).toBe(502);
  expect((await refusal(methods())).status).toBe(502);
  expect((await methods()).items).toHaveLength(1);

  sandbox.control.addFault({ kind: 'status_before' });
  sandbox.control.clearFaults();
  expect((await methods()).items).toHaveLength(1);
});
