import { createServer, type IncomingHttpHeaders } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../../sandbox/index.js';
import {
  deliver,
  deliveryId,
  eventAbout,
  eventTarget,
  listener,
  type EventTarget,
} from '../../tools/offers/dodo-events.js';
import { HANDLED_EVENTS } from '../../src/webhooks/events.js';
import { verifyWebhook } from '../../src/webhooks/verify.js';
import { closeServer, listenOnLoopback } from '../support/loopback.js';

let sandbox: Sandbox;
let target: EventTarget;
beforeAll(async () => {
  sandbox = await startSandbox();
  target = eventTarget(environment());
});
afterAll(() => sandbox.close());

const environment = () => ({
  DODO_PAYMENTS_BASE_URL: sandbox.url,
  DODO_PAYMENTS_API_KEY: sandbox.apiKey,
  DODO_PAYMENTS_WEBHOOK_KEY: sandbox.webhookKey,
});

const buy = (product_id = 'prod_starter_course') =>
  sandbox.control.purchase({ product_id, email: `${crypto.randomUUID()}@example.com` });

describe('an event that is triggered', () => {
  it('is about the newest object of its kind, as Dodo has it', async () => {
    await buy();
    const { payment_id, customer_id } = await buy();
    const { body } = await eventAbout(target, 'payment.succeeded');
    const [payment] = sandbox.books.payments({ customerId: customer_id });
    expect(body).toMatchObject({
      type: 'payment.succeeded',
      business_id: payment?.business_id,
      data: { payload_type: 'Payment', payment_id, status: 'succeeded', customer: { customer_id } },
    });
  });

  it('is about the object that is named, with the members that are changed', async () => {
    const { subscription_id } = await buy('prod_basic_plan');
    await buy('prod_basic_plan');
    const changes = { status: 'on_hold', 'customer.email': 'else@example.com' };
    const { body } = await eventAbout(target, 'subscription.on_hold', subscription_id ?? '', changes);
    expect(body.data).toMatchObject({
      subscription_id,
      status: 'on_hold',
      customer: { email: 'else@example.com' },
    });
    await expect(eventAbout(target, 'payment.failed', 'pay_nobody')).rejects.toThrow(
      'pay_nobody cannot be read',
    );
    await expect(eventAbout(target, 'payment.failed', undefined, { 'status.of': 1 })).rejects.toThrow(
      'status',
    );
    await expect(eventAbout(target, 'dispute.opened')).rejects.toThrow('Dodo has no dispute');
  });

  it('is signed as Dodo signs', async () => {
    const got: { headers: IncomingHttpHeaders; body: Buffer }[] = [];
    const server = createServer((req, res) => {
      const chunks: Buffer[] = [];
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => {
        got.push({ headers: req.headers, body: Buffer.concat(chunks) });
        res.writeHead(202).end('{}');
      });
    });
    const url = `http://127.0.0.1:${await listenOnLoopback(server)}/webhooks/dodo`;
    await buy();
    const event = await eventAbout(target, 'payment.succeeded');
    expect(await deliver(target, event, url)).toBe(202);
    await closeServer(server);
    const [{ headers, body } = { headers: {}, body: Buffer.of() }] = got;
    expect(verifyWebhook({ headers, body, secrets: [target.secret], now: new Date() })).toMatchObject({
      ok: true,
    });
    expect(JSON.parse(body.toString())).toEqual(event.body);
    await expect(deliver(target, event, url)).rejects.toThrow('cannot be reached');
  });

  it('is made for the sandbox and test mode only', () => {
    expect(() => eventTarget({})).toThrow('DODO_PAYMENTS_ENVIRONMENT');
    const live = { ...environment(), DODO_PAYMENTS_BASE_URL: undefined };
    const keys = { DODO_PAYMENTS_ENVIRONMENT: 'live_mode', DODO_PAYMENTS_API_KEY: 'dodo_live_0123456789' };
    expect(() => eventTarget({ ...live, ...keys })).toThrow('live');
  });
});

describe('a listener', () => {
  it('hears what was missed, then what changes, once each', async () => {
    const since = new Date();
    const { payment_id } = await buy();
    const { poll } = listener(target, since);
    const missed = await poll();
    expect(missed.map(({ type, id }) => [type, id])).toEqual([['payment.succeeded', payment_id]]);
    expect(await poll()).toEqual([]);

    const subscribed = await buy('prod_basic_plan');
    const { dodo } = target;
    await dodo.refunds.create({ payment_id: payment_id ?? '' });
    const next = await poll();
    expect(next.map(({ type }) => type).sort()).toEqual([
      'payment.succeeded',
      'refund.succeeded',
      'subscription.active',
    ]);
    await dodo.subscriptions.update(subscribed.subscription_id ?? '', { status: 'cancelled' });
    const [cancelled] = await poll();
    expect(cancelled).toMatchObject({ type: 'subscription.cancelled', id: subscribed.subscription_id });
    expect(cancelled && deliveryId(cancelled)).toBe(
      `listen_${subscribed.subscription_id ?? ''}_subscription_cancelled`,
    );
    for (const { type } of [...missed, ...next]) expect(HANDLED_EVENTS).toContain(type);
  });
});
