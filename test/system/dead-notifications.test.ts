import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { notificationId } from '../../activities/afterwards/notify.js';
import type { Notification } from '../../src/domain/notification.js';
import { connectClient } from '../../src/temporal/connect.js';
import { eventually } from '../support/eventually.js';
import { jsonClient } from '../../sandbox/demo/http.js';
import { testStack } from '../support/stack.js';
import { buy, openOffer, settled } from '../support/purchases.js';
import type { JsonClient } from '../../sandbox/demo/http.js';
import type { TestStack } from '../support/stack.js';
import type { PurchaseReply } from '../support/purchases.js';
import { testTemporal } from '../support/temporal.js';
import { startMerchant, type Merchant } from '../support/merchant.js';

interface Dead {
  id: string;
  type: string;
  sequence: number;
  failure?: string;
  diedAt: string;
  redeliveredAt?: string;
}
interface List {
  notifications: Dead[];
  nextCursor?: string;
}

const LIST = '/api/notifications/dead';
const FAILURE = "The merchant's endpoint answered 503.";
const because = { reason: 'their endpoint is back' };
const redeliver = (id: string) => `/api/notifications/${id}/redeliver`;

let merchant: Merchant;
let stack: TestStack;
let operator: JsonClient;
beforeAll(async () => {
  merchant = await startMerchant();
  stack = await testStack(merchant.env);
  operator = jsonClient(stack.url, stack.operatorKey);
});
afterAll(async () => {
  await stack.stop();
  await merchant.close();
});

/** Declines an offer, and dead-letters the notification as after three days of failed deliveries. */
async function buried() {
  const { payment_id: purchaseId, customer_id: customerId } = await buy(stack, 'prod_team_license');
  const { id: presentationId } = await openOffer(stack, customerId);
  await stack.http.post(`/api/presentations/${presentationId}/decline`);
  await settled(stack, purchaseId);
  const [told] = await merchant.toldUntil(purchaseId, 'offer.declined').then((all) => all.slice(-1));
  if (!told) throw new Error('The merchant was told nothing.');
  const notification: Notification = {
    type: 'offer.declined',
    sequence: told.sequence,
    timestamp: told.timestamp,
    run: `purchase/${purchaseId}`,
    purchaseId,
    presentationId,
    status: 'declined',
  };
  const id = notificationId(notification);
  await stack.ledger.deadLetterNotification({
    id,
    notification,
    failure: FAILURE,
    at: new Date().toISOString(),
  });
  return { id, notification, purchaseId, told };
}

const listed = async (query = '') =>
  (await operator.get<List>(LIST + query)).body.notifications.map(({ id }) => id);

const dead = async () => {
  const { body } = await stack.http.get<string>('/metrics');
  return Number(/^upsells_notifications_dead (\d+)$/m.exec(body)?.[1]);
};

/** Waits until the redelivery is recorded. */
const redelivered = (id: string) =>
  eventually(`${id} is redelivered`, async () => !(await listed()).includes(id));

describe('a notification that could not be delivered', () => {
  it('is listed with its webhook id, and counted', async () => {
    const before = await dead();
    const { id, notification, told } = await buried();
    expect(id).toBe(told.id);
    const { type, sequence, purchaseId, presentationId, run, timestamp } = notification;
    const { body } = await operator.get<List>(LIST);
    expect(body.notifications[0]).toEqual({
      ...{ id, type, sequence, purchaseId, presentationId, run, timestamp },
      failure: FAILURE,
      diedAt: expect.any(String) as string,
    });
    expect(await dead()).toBe(before + 1);
  });

  it('is redelivered once, however often that is requested, with the same id and content', async () => {
    const { id, purchaseId, told } = await buried();
    const before = await dead();
    const sent = merchant.about(purchaseId).length;
    const clicks = await Promise.all([1, 2, 3].map(() => operator.post(redeliver(id), because)));
    for (const reply of clicks) {
      expect(reply).toMatchObject({ status: 202, body: { id, run: clicks[0]?.body.run } });
      expect(reply.headers.get('location')).toBe(`/api/purchases/${purchaseId}`);
    }
    await redelivered(id);
    const again = merchant.about(purchaseId).slice(sent);
    expect(again).toEqual([told]);
    expect(await dead()).toBe(before - 1);

    expect(await listed('?all=true')).toContain(id);
    const late = await operator.post(redeliver(id), because);
    expect(late).toMatchObject({ status: 200, body: { id, redeliveredAt: expect.any(String) as string } });
    expect(merchant.about(purchaseId)).toHaveLength(sent + 1);
  });

  it('is retried during redelivery, and the timeline has the reason', async () => {
    const { id, purchaseId } = await buried();
    merchant.refuse(purchaseId, 1);
    const { body } = await operator.post<{ run: string }>(redeliver(id), because);
    await redelivered(id);
    const { timeline } = (await stack.http.get<PurchaseReply>(`/api/purchases/${purchaseId}`)).body;
    expect(timeline.at(-1)).toMatchObject({
      type: 'notification_redelivered',
      detail: { id, notification: 'offer.declined', reason: because.reason, run: body.run },
    });
  });

  it('can be redelivered after its redelivery run was terminated', async () => {
    const { id, purchaseId } = await buried();
    merchant.refuse(purchaseId, Infinity);
    const { body } = await operator.post<{ run: string }>(redeliver(id), because);
    const { client, connection } = await connectClient(await testTemporal());
    await client.workflow.getHandle(body.run).terminate('a mistake');
    await connection.close();
    merchant.refuse(purchaseId, 0);
    expect(await listed()).toContain(id);
    expect((await operator.post(redeliver(id), because)).status).toBe(202);
    await redelivered(id);
  });
});

describe('the list', () => {
  it('comes a page at a time, newest first', async () => {
    const ids = [(await buried()).id, (await buried()).id, (await buried()).id].reverse();
    const first = await operator.get<List>(`${LIST}?limit=2`);
    expect(first.body.notifications.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    expect((await listed(`?limit=1&cursor=${first.body.nextCursor}`))[0]).toBe(ids[2]);
    const whole = await operator.get<List>(`${LIST}?limit=200`);
    expect(whole.body.nextCursor).toBeUndefined();
  });

  it.each(['limit=0', 'limit=201', 'limit=x', 'cursor=x', 'all=yes', 'page=2'])(
    'refuses %s',
    async (query) => {
      expect(await operator.get(`${LIST}?${query}`)).toMatchObject({
        status: 400,
        body: { code: 'invalid_parameter' },
      });
    },
  );
});

describe('access', () => {
  it('to the list is for operators', async () => {
    expect((await stack.http.get(LIST)).status).toBe(403);
    expect((await jsonClient(stack.url).get(LIST)).status).toBe(401);
  });

  it('to redelivery is for operators, with a reason', async () => {
    const { id, purchaseId } = await buried();
    const sent = merchant.about(purchaseId).length;
    expect((await stack.http.post(redeliver(id), because)).status).toBe(403);
    expect(await operator.post(redeliver(id))).toMatchObject({ status: 400, body: { code: 'invalid_body' } });
    expect(await listed()).toContain(id);
    expect(merchant.about(purchaseId)).toHaveLength(sent);
  });

  it.each([
    [`ntf_${'0'.repeat(24)}`, 404, 'notification_not_found'],
    ['ntf_0', 400, 'invalid_parameter'],
  ])('nobody send %s', async (id, status, code) => {
    expect(await operator.post(redeliver(id), because)).toMatchObject({ status, body: { code } });
  });
});
