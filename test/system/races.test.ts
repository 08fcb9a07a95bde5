import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PurchaseResult as RunResult } from '../../src/contract/messages.js';
import { eventually } from '../support/eventually.js';

import { buy, buyWithOffer, openOffer, settled, type PurchaseReply } from '../support/purchases.js';
import { testClient } from '../support/temporal.js';
import { accountOf, expectAccount, laterPayments } from './account.js';
import { accept, presentationIs, type Decided } from './customer-actions.js';
import { CHANGE_PLAN, CHARGE } from './offer-kinds.js';
import { restartableStack, type RestartableStack } from './restartable-stack.js';
import { jsonClient } from '../../sandbox/demo/http.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

let stack: RestartableStack;
beforeAll(async () => {
  stack = await restartableStack({ POLL_INTERVAL: '300ms', RECONCILE_WINDOW: '2s' });
});
afterAll(() => stack.stop());

const offered = (productId: string) => buyWithOffer(stack, productId);

function times<T>(count: number, make: (n: number) => T): T[] {
  return Array.from({ length: count }, (_, n) => make(n));
}

/** Expects all replies with an outcome to be the same. The others say that it is pending. */
function expectAlike(replies: Decided[]): void {
  const outcomes = replies.filter(({ status }) => status !== 202);
  for (const { status, body } of outcomes) {
    expect(status).toBe(200);
    expect(body).toMatchObject({ success: true, presentation: { status: 'paid' } });
  }
  expect(new Set(outcomes.map(({ body }) => body.sessionId)).size).toBeLessThanOrEqual(1);
  expect(outcomes.length).toBeGreaterThan(0);
}

/** Sets the end of an offer's window, and returns it in milliseconds since the epoch. */
async function endWindowIn(
  milliseconds: number,
  { presentationId }: { presentationId: string },
): Promise<number> {
  const deadline = Date.now() + milliseconds;
  const operator = jsonClient(stack.url, stack.operatorKey);
  const { status } = await operator.post(`/api/presentations/${presentationId}/extend`, {
    until: new Date(deadline).toISOString(),
    reason: 'the test needs its end',
  });
  expect(status).toBe(200);
  return deadline;
}

describe('fifty clicks at once', () => {
  it.each([CHARGE, CHANGE_PLAN])('are one $kind', async (offer) => {
    const bought = await offered(offer.productId);
    expectAlike(await Promise.all(times(50, () => accept(stack, bought))));
    expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'converted' });
    await expectAccount(stack, bought, { charges: [offer.amount] });
  });

  it.each([CHARGE, CHANGE_PLAN])('are one $kind when each claims to be another', async (offer) => {
    const bought = await offered(offer.productId);
    const clicks = times(50, () => accept(stack, bought, {}, { 'idempotency-key': crypto.randomUUID() }));
    expectAlike(await Promise.all(clicks));
    expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'converted' });
    await expectAccount(stack, bought, { charges: [offer.amount] });
  });
});

describe('accept and decline at once', () => {
  it('are decided one way, and the other is told so', async () => {
    await Promise.all(
      times(8, async (n) => {
        const bought = await offered(CHARGE.productId);
        const { presentationId } = bought;
        const yes = () => accept(stack, bought, { presentationId });
        const no = () => stack.http.post(`/api/upsell/${bought.customer_id}/decline`, { presentationId });
        const [first, second] = n % 2 === 0 ? [yes(), no()] : [no(), yes()];
        const replies = await Promise.all([first, second]);
        const [accepted, declined] = n % 2 === 0 ? replies : replies.toReversed();
        if (accepted?.status === 200) {
          expect(declined).toMatchObject({ status: 409, body: { code: 'already_decided' } });
          expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'converted' });
          await expectAccount(stack, bought, { charges: [CHARGE.amount] });
        } else {
          expect(accepted).toMatchObject({ status: 409, body: { code: 'already_decided' } });
          expect(declined).toMatchObject({ status: 200, body: { success: true } });
          expect(await presentationIs(stack, presentationId, 'declined')).toBeDefined();
          await expectAccount(stack, bought, { posts: 0, charges: [] });
        }
      }),
    );
  });
});

describe('a click at the deadline', () => {
  const CLICKS = 30;
  /** Leaves time to get everything in place. */
  const CLICK_IN = 3 * SECOND;

  /** Returns an offset from 50 ms before to 50 ms after the end of the window. */
  const offsetOf = (n: number) => -50 + (100 * n) / (CLICKS - 1);

  async function clickAt(bought: Awaited<ReturnType<typeof offered>>, time: number) {
    await sleep(time - Date.now());
    const reply = await accept(stack, bought, { presentationId: bought.presentationId });
    const { outcome } = await settled(stack, bought.payment_id);
    const { client } = await testClient();
    const run = client.workflow.getHandle(`purchase/${bought.payment_id}`);
    const result = (await run.result()) as RunResult;
    const { charges } = await accountOf(stack, bought);
    return { status: reply.status, outcome, run: result.outcome, charges };
  }

  it(
    'is either in time or late, and all records agree',
    async () => {
      const clicks: ReturnType<typeof clickAt>[] = [];
      // A few at a time: this is about the end of windows, not how fast they open.
      for (let n = 0; n < CLICKS; n += 3) {
        const opened = await Promise.all(times(3, () => offered('prod_single_license')));
        const deadlines = await Promise.all(opened.map((bought) => endWindowIn(CLICK_IN, bought)));
        clicks.push(...opened.map((bought, i) => clickAt(bought, (deadlines[i] ?? NaN) + offsetOf(n + i))));
      }
      const ends = await Promise.all(clicks);
      const inTime = { status: 200, outcome: 'converted', run: 'converted', charges: [39_900] };
      const tooLate = { status: 410, outcome: 'expired', run: 'expired', charges: [] };
      // 202 when a busy worker did not answer in time: then only the run can say whether the click was.
      const allowed = [inTime, tooLate].flatMap((end) => [end, { ...end, status: 202 }]);
      for (const end of ends) expect(allowed).toContainEqual(end);
      expect(ends).toContainEqual(tooLate);
    },
    2 * MINUTE,
  );
});

describe('webhooks ten times at once', () => {
  it('have one effect each', async () => {
    const { control, books } = stack.sandbox;
    const tenTimes = async (ids: string[]) => {
      const answers = await Promise.all(
        times(10, () => ids).flatMap((all) => all.map((id) => control.redeliver(id))),
      );
      expect(answers.every(({ status }) => status === 200)).toBe(true);
    };
    const about = (...ids: (string | null)[]) =>
      books
        .deliveries()
        .filter(({ subject }) => 'id' in subject && ids.includes(subject.id))
        .map(({ id }) => id);

    await control.setWebhookPolicy({ paused: true });
    const [course, plan] = await Promise.all([
      buy(stack, CHARGE.productId),
      buy(stack, CHANGE_PLAN.productId),
    ]);
    const all = [
      { bought: course, offer: CHARGE },
      { bought: plan, offer: CHANGE_PLAN },
    ];
    await tenTimes(about(...all.flatMap(({ bought }) => [bought.payment_id, bought.subscription_id])));
    for (const { bought } of all) await openOffer(stack, bought.customer_id);

    const clicks = all.map(({ bought }) => accept(stack, bought));
    await eventually('both charged', async () =>
      all.every(({ bought }) => laterPayments(stack, bought).length > 0),
    );
    const news = all.flatMap(({ bought }) => [
      bought.subscription_id,
      ...laterPayments(stack, bought).map((one) => one.payment_id),
    ]);
    await tenTimes(about(...news));
    await control.setWebhookPolicy({ paused: false });
    for (const reply of await Promise.all(clicks)) expect(reply.status).toBe(200);
    for (const { bought, offer } of all) {
      const { timeline, presentations } = await settled(stack, bought.payment_id);
      expect(presentations).toHaveLength(1);
      expect(timeline.map(({ type }) => type)).not.toContain('paid_late');
      await tenTimes(about(bought.payment_id, ...laterPayments(stack, bought).map((one) => one.payment_id)));
      await expectAccount(stack, bought, { charges: [offer.amount] });
    }
  });
});

describe('while no worker runs', () => {
  it('a click in time is kept and counts, a late one does not, and nobody is charged twice', async () => {
    const [kept, lapsed, refused, late] = await Promise.all([
      offered(CHARGE.productId),
      offered('prod_single_license'),
      offered(CHARGE.productId),
      offered('prod_single_license'),
    ]);
    // The worker is gone by then, and the first three clicks have been made.
    const deadlines = await Promise.all([lapsed, late].map((bought) => endWindowIn(10 * SECOND, bought)));
    await stack.stopWorker();
    const [first, second, inTime, no] = await Promise.all([
      accept(stack, kept),
      accept(stack, kept, {}, { 'idempotency-key': crypto.randomUUID() }),
      accept(stack, lapsed),
      stack.http.post(`/api/upsell/${refused.customer_id}/decline`),
    ]);
    for (const reply of [first, second, inTime]) {
      expect(reply).toMatchObject({ status: 202, body: { status: 'accepted' } });
    }
    expect(no.status).toBe(202);
    // The windows of the two licenses end before a worker is back.
    await sleep(Math.max(Math.max(...deadlines) - Date.now(), 0) + 50);
    // Only the run can say whether a click was in time, so the API does not answer "expired" without it.
    const tooLate = await accept(stack, late, { presentationId: late.presentationId });
    expect(tooLate).toMatchObject({ status: 202, body: { success: false } });
    await stack.startWorker();

    for (const bought of [kept, lapsed]) {
      expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'converted' });
    }
    await expectAccount(stack, kept, { charges: [14_900] });
    await expectAccount(stack, lapsed, { charges: [39_900] });
    await presentationIs(stack, refused.presentationId, 'declined');
    await expectAccount(stack, refused, { posts: 0, charges: [] });
    expect(await settled(stack, late.payment_id)).toMatchObject({ outcome: 'expired' });
    await expectAccount(stack, late, { posts: 0, charges: [] });
  });

  it('a purchase is kept, and its offer opens when one is back', async () => {
    await stack.stopWorker();
    const bought = await buy(stack, CHARGE.productId);
    await eventually('the run is known', async () => {
      const { status, body } = await stack.http.get<PurchaseReply>(`/api/purchases/${bought.payment_id}`);
      return status === 200 && body.status === 'evaluating';
    });
    await stack.startWorker();
    await openOffer(stack, bought.customer_id);
    expect((await accept(stack, bought)).status).toBe(200);
    await settled(stack, bought.payment_id);
    await expectAccount(stack, bought, { charges: [CHARGE.amount] });
  });
});
