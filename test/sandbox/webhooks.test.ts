import { describe, expect, test } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { SANDBOX_WEBHOOK_KEY } from '../../sandbox/index.js';
import { running, startReceiver } from './support.js';

const FAST = 100_000;

describe('a webhook', () => {
  test('is accepted by Dodo’s client and carries the whole object', async () => {
    const receiver = await startReceiver();
    const { sandbox, client } = await running({ webhookUrl: receiver.url });
    const bought = await sandbox.control.purchase({ product_id: 'prod_basic_plan', metadata: { m: 'x' } });
    await receiver.until(3);

    for (const { body, headers } of receiver.received) {
      const event = client.webhooks.unwrap(body, { headers });
      expect(event).toMatchObject({ business_id: 'bus_sandbox' });
      expect(() => client.webhooks.unwrap(`${body} `, { headers })).toThrow('No matching signature');
    }
    expect(receiver.received.map((one) => one.type).sort()).toEqual([
      'payment.succeeded',
      'subscription.active',
      'subscription.updated',
    ]);
    const [payment] = await receiver.until(1, 'payment.succeeded');
    const { payload_type, ...data } = payment?.data ?? {};
    expect(payload_type).toBe('Payment');
    expect(data).toEqual(await client.payments.retrieve(bought.payment_id));
    expect(sandbox.webhookKey).toBe(SANDBOX_WEBHOOK_KEY);
  });

  test('is signed with both keys during a rotation', async () => {
    const receiver = await startReceiver();
    const next = `whsec_${Buffer.from('the next secret of this endpoint').toString('base64')}`;
    const { sandbox } = await running({
      webhookUrl: receiver.url,
      webhookKey: `${SANDBOX_WEBHOOK_KEY},${next}`,
    });
    await sandbox.control.purchase({ product_id: 'prod_single_license' });
    const [event] = await receiver.until(1);
    for (const key of [SANDBOX_WEBHOOK_KEY, next]) {
      expect(() => new Webhook(key).verify(event?.body ?? '', event?.headers ?? {})).not.toThrow();
    }
  });

  test('is retried after a refusal with the same id, a fresh signature and current data', async () => {
    const receiver = await startReceiver();
    const { sandbox } = await running({ webhookUrl: receiver.url, timeScale: FAST });
    const { customer } = await sandbox.control.createCustomer({ email: 'r@example.com' });
    await sandbox.control.nextCharges(customer.customer_id, { status: 'processing' });
    receiver.answers.push(500);
    await sandbox.control.setWebhookPolicy({ paused: true });
    const { payment_id } = await sandbox.control.purchase({
      customer_id: customer.customer_id,
      product_id: 'prod_single_license',
    });
    await sandbox.control.settlePayment(payment_id, { status: 'succeeded' });
    await sandbox.control.setWebhookPolicy({ paused: false });

    const late = await receiver.until(1, 'payment.processing');
    await receiver.until(3);

    expect(late[0]?.data).toMatchObject({ status: 'succeeded' });
    const ids = receiver.received.map((one) => one.id);
    expect(new Set(ids).size).toBe(2);
    await expect
      .poll(() => sandbox.books.deliveries().find((delivery) => delivery.attempts.length === 2))
      .toMatchObject({ status: 'delivered', attempts: [{ status: 500 }, { status: 200 }] });
  });

  test('fails after eight attempts and can be redelivered', async () => {
    const receiver = await startReceiver();
    receiver.answers.push(...Array.from({ length: 8 }, () => 503));
    const { sandbox } = await running({ webhookUrl: receiver.url, timeScale: 100_000_000 });
    await sandbox.control.purchase({ product_id: 'prod_single_license' });
    await receiver.until(8);
    await expect.poll(() => sandbox.books.deliveries()[0]?.status).toBe('failed');

    const { id } = sandbox.books.deliveries()[0] ?? { id: '' };
    expect(await sandbox.control.redeliver(id)).toMatchObject({ status: 200, extra: true });

    expect(receiver.received.map((one) => one.id)).toEqual(Array.from({ length: 9 }, () => id));
    expect(sandbox.books.deliveries()[0]?.status).toBe('delivered');
  });

  test('can have any type and shape', async () => {
    const receiver = await startReceiver();
    const { sandbox, client } = await running({ webhookUrl: receiver.url });
    await sandbox.control.sendWebhook({ type: 'galaxy.exploded', data: { stars: 3 } });
    const [event] = await receiver.until(1);
    expect(client.webhooks.unwrap(event?.body ?? '', { headers: event?.headers ?? {} })).toMatchObject({
      type: 'galaxy.exploded',
      data: { stars: 3 },
    });
  });

  test('is recorded as undeliverable without an endpoint', async () => {
    const { sandbox } = await running();
    await sandbox.control.purchase({ product_id: 'prod_single_license' });
    await expect.poll(() => sandbox.books.deliveries({ status: 'no_endpoint' }).length).toBe(1);
  });
});

describe('disturbed deliveries', () => {
  test('lose some types, or a share of all events, reproducibly for a seed', async () => {
    const receiver = await startReceiver();
    const { sandbox } = await running({ webhookUrl: receiver.url });
    await sandbox.control.setWebhookPolicy({ drop: ['payment.succeeded'] });
    await sandbox.control.purchase({ product_id: 'prod_basic_plan' });
    await receiver.until(2);
    expect(receiver.received.map((one) => one.type)).not.toContain('payment.succeeded');
    expect(sandbox.books.deliveries({ status: 'dropped' })).toHaveLength(1);

    const lost = async (seed: number): Promise<number[]> => {
      const { sandbox: other } = await running({ webhookUrl: receiver.url });
      await other.control.setWebhookPolicy({ drop: 0.5, seed });
      for (let count = 0; count < 12; count++) await other.control.sendWebhook({ type: 'x', data: {} });
      await expect.poll(() => other.books.deliveries({ status: 'pending' }).length).toBe(0);
      return other.books
        .deliveries()
        .flatMap((delivery, index) => (delivery.status === 'dropped' ? [index] : []));
    };
    expect(await lost(7)).toEqual(await lost(7));
    expect(await lost(7)).not.toEqual(await lost(8));
  });

  test('repeat events', async () => {
    const receiver = await startReceiver();
    const { sandbox } = await running({ webhookUrl: receiver.url });
    await sandbox.control.setWebhookPolicy({ duplicate: 2 });
    await sandbox.control.purchase({ product_id: 'prod_single_license' });
    await receiver.until(3);
    expect(new Set(receiver.received.map((one) => one.id)).size).toBe(1);
  });

  test('reorder events', async () => {
    const receiver = await startReceiver();
    const { sandbox } = await running({ webhookUrl: receiver.url });
    await sandbox.control.setWebhookPolicy({ reorder: true, seed: 3 });
    const sent: string[] = [];
    for (let count = 0; count < 8; count++) {
      sent.push((await sandbox.control.sendWebhook({ type: 'x', data: { count } })).id);
    }
    await receiver.until(8);
    const came = receiver.received.map((one) => one.id);
    expect(came).not.toEqual(sent);
    expect([...came].sort()).toEqual([...sent].sort());
  });

  test('hold events back while paused, until a flush sends them', async () => {
    const receiver = await startReceiver();
    const { sandbox } = await running({ webhookUrl: receiver.url });
    await sandbox.control.setWebhookPolicy({ paused: true });
    await sandbox.control.purchase({ product_id: 'prod_single_license' });
    expect(sandbox.books.deliveries()).toMatchObject([{ status: 'pending', attempts: [] }]);
    expect(await sandbox.control.flushWebhooks()).toEqual({ attempted: 1 });
    expect(receiver.received).toHaveLength(1);
  });

  test('do not send a held event twice when the policy changes', async () => {
    const receiver = await startReceiver();
    const { sandbox } = await running({ webhookUrl: receiver.url });
    await sandbox.control.setWebhookPolicy({ delayMs: 60 });
    await sandbox.control.purchase({ product_id: 'prod_single_license' });
    await sandbox.control.setWebhookPolicy({ delayMs: 0 });
    await Promise.all([sandbox.control.flushWebhooks(), sandbox.control.flushWebhooks()]);
    await sandbox.control.sendWebhook({ type: 'later', data: {} });
    await receiver.until(1, 'later');
    await expect.poll(() => sandbox.books.deliveries({ status: 'delivered' }).length).toBe(2);
    expect(receiver.received.filter((one) => one.type === 'payment.succeeded')).toHaveLength(1);
  });
});
