import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MockActivityEnvironment } from '@temporalio/testing';
import { janitorActivities } from '../../../activities/afterwards/janitor.js';
import { retentionActivities, type RetentionInput } from '../../../activities/fulfilling/retention.js';
import type { ReasonCode } from '../../../src/domain/words.js';
import { attemptId, workflowId } from '../../../src/domain/ids.js';
import { fakeRuns } from '../offers-taken.js';
import { openShop, type Shop } from '../shop.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const COPY = 'copy: { headline: "{product}", accept: "Yes", decline: "No" }';
const catalog = (action: string, more = '') => `
version: 1
offers:
  keep: { type: downsell, action: ${action}, window: 1h, ${more} ${COPY} }
funnels:
  limit: { trigger: limit_approaching, steps: [{ id: keep, offer: keep }] }
`;
const PAUSE = catalog('{ kind: pause, for: 30d }');
const TRIAL = catalog('{ kind: extend_trial, by: 14d }');

let shop: Shop;
let retention: ReturnType<typeof retentionActivities>;
beforeAll(async () => {
  shop = await openShop();
  retention = retentionActivities(shop.context);
});
beforeEach(() => {
  shop.sandbox.control.clearFaults();
  shop.pass(MINUTE);
});
afterAll(() => shop.close());

async function subscribe(trialDays = 0) {
  const { customer_id, subscription_id } = await shop.buy('prod_basic_plan', {
    ...(trialDays > 0 && { subscription_data: { trial_period_days: trialDays } }),
  });
  return { customerId: customer_id, subscriptionId: subscription_id ?? '' };
}
type Subscriber = Awaited<ReturnType<typeof subscribe>>;

const subscription = ({ subscriptionId }: Subscriber) =>
  shop.context.dodo.subscriptions.retrieve(subscriptionId);
const update = (
  { subscriptionId }: Subscriber,
  change: Parameters<typeof shop.context.dodo.subscriptions.update>[1],
) => shop.context.dodo.subscriptions.update(subscriptionId, change);
const patches = ({ subscriptionId }: Subscriber) =>
  shop.sandbox.books
    .requests({ method: 'PATCH' })
    .filter(({ path }) => path === `/subscriptions/${subscriptionId}`);

async function offered(who: Subscriber) {
  const evaluation = await shop.evaluateTrigger('limit_approaching', who);
  if (evaluation.kind !== 'presented') throw new Error(`No offer: ${JSON.stringify(evaluation)}.`);
  const { presented, snapshot, eventId } = evaluation;
  const { action } = snapshot.offers.keep ?? {};
  if (action?.kind !== 'pause' && action?.kind !== 'extend_trial')
    throw new Error('A retention offer was expected.');
  const input: RetentionInput = {
    attemptId: attemptId(workflowId.planChange(who.subscriptionId), presented.presentationId, 1),
    presentationId: presented.presentationId,
    purchaseId: eventId,
    customerId: who.customerId,
    subscriptionId: who.subscriptionId,
    productId: presented.productId,
    offer: { action },
    price: { currency: presented.currency, dueNow: presented.dueNow, hash: presented.priceHash },
    nextBillingAt: presented.nextBillingAt,
    acceptedAt: shop.now().toISOString(),
    sendBefore: shop.now().getTime() + 15 * MINUTE,
  };
  const [shown] = (await shop.purchase(eventId)).presentations;
  return { input, shown, eventId };
}

async function refused(who: Subscriber, reason: ReasonCode, detail: RegExp) {
  const evaluation = await shop.evaluateTrigger('limit_approaching', who);
  expect(evaluation).toMatchObject({ kind: 'ineligible', reason });
  const { considered } = await shop.purchase(evaluation.eventId);
  expect(considered[0]?.detail).toMatch(detail);
}

describe('a pause', () => {
  beforeEach(() => shop.sell(PAUSE));

  it('costs nothing, needs no card, and shows the customer’s current plan', async () => {
    const who = await subscribe();
    const { shown } = await offered(who);
    expect(shown).toMatchObject({
      product: { id: 'prod_basic_plan' },
      price: {
        dueNow: 0,
        recurring: { amount: 2900, interval: 'Month' },
        effectiveAt: shop.now().toISOString(),
      },
      payment: { mode: 'one_click' },
    });
    expect(shown?.payment.method).toBeUndefined();
  });

  it('is carried out, and proven by reading the subscription afterwards', async () => {
    const who = await subscribe();
    const { input, eventId } = await offered(who);
    const reply = await retention.saveSubscription(input);
    const after = await subscription(who);
    expect(after.status).toBe('paused');
    expect(reply).toEqual({ kind: 'done', pausedAt: after.paused_at });
    const { presentations, timeline } = await shop.purchase(eventId);
    expect(presentations).toMatchObject([{ status: 'charging', decision: 'accepted' }]);
    expect(timeline.map(({ type }) => type)).toEqual(['accepted', 'subscription_paused']);
  });

  it.each(['drop_before', 'drop_after', 'status_after'] as const)(
    'is found by the next try when the answer is lost (%s)',
    async (kind) => {
      const who = await subscribe();
      const { input } = await offered(who);
      shop.sandbox.control.addFault({
        match: { method: 'PATCH', path: `^/subscriptions/${who.subscriptionId}$` },
        kind,
        times: 1,
      });
      await expect(retention.saveSubscription(input)).rejects.toThrow();
      expect(await retention.saveSubscription(input)).toMatchObject({ kind: 'done' });
      expect((await subscription(who)).status).toBe('paused');
      expect(patches(who).length).toBeLessThanOrEqual(2);
    },
  );

  it('is ended in time by the janitor when its run is gone, until it has ended', async () => {
    const who = await subscribe();
    const { input } = await offered(who);
    const { subscriptionId, presentationId } = input;
    const reply = await retention.saveSubscription(input);
    if (reply.kind !== 'done' || reply.pausedAt === undefined) throw new Error('A pause was expected.');
    const { pausedAt } = reply;
    const runs = fakeRuns();
    const context = { ...shop.context, runs };
    const round = async () => {
      await new MockActivityEnvironment().run(() =>
        janitorActivities(context).mendPresentations({
          windowMs: 1,
          reconcileWindowMs: 1,
          graceMs: 5 * MINUTE,
        }),
      );
      return runs.pauses.filter((pause) => pause.presentationId === presentationId);
    };
    const run = workflowId.pause(subscriptionId);
    runs.running.add(run);
    expect(await round()).toEqual([]);
    shop.pass(6 * MINUTE);
    expect(await round()).toEqual([]);
    runs.running.delete(run);
    const until = new Date(Date.parse(pausedAt) + 30 * DAY).toISOString();
    expect(await round()).toEqual([{ subscriptionId, presentationId, pausedAt, until }]);
    await retention.resumeSubscription({ subscriptionId, presentationId, pausedAt });
    expect((await subscription(who)).status).toBe('active');
    expect(await round()).toHaveLength(1);
  });

  it('made by somebody else before the click is not taken for ours', async () => {
    const who = await subscribe();
    const { input, eventId } = await offered(who);
    await update(who, { status: 'paused' });
    expect(await retention.saveSubscription(input)).toEqual({
      kind: 'refused',
      code: 'SUBSCRIPTION_INACTIVE',
    });
    expect((await shop.purchase(eventId)).presentations).toMatchObject(
      [{ status: 'failed', message: /not active.*not charged/ }].map((one) => ({
        ...one,
        message: expect.stringMatching(one.message) as string,
      })),
    );
  });

  it('is not made if the subscription was cancelled or its plan changed since the offer', async () => {
    const gone = await subscribe();
    const first = await offered(gone);
    await update(gone, { status: 'cancelled' });
    expect(await retention.saveSubscription(first.input)).toEqual({
      kind: 'refused',
      code: 'SUBSCRIPTION_NOT_FOUND',
    });

    const changed = await subscribe();
    const second = await offered(changed);
    await update(changed, { cancel_at_next_billing_date: true });
    expect(await retention.saveSubscription(second.input)).toEqual({
      kind: 'refused',
      code: 'SUBSCRIPTION_CHANGED',
    });
    expect((await subscription(changed)).status).toBe('active');
  });

  it('is not requested after its deadline', async () => {
    const who = await subscribe();
    const { input } = await offered(who);
    expect(await retention.saveSubscription({ ...input, sendBefore: 0 })).toEqual({
      kind: 'refused',
      code: 'TOO_LATE',
    });
    expect(patches(who)).toEqual([]);
  });

  it('is not offered for a subscription that is paused, ending or missing', async () => {
    const paused = await subscribe();
    await update(paused, { status: 'paused' });
    await refused(paused, 'product_unavailable', /is paused$/);
    const ending = await subscribe();
    await update(ending, { cancel_at_next_billing_date: true });
    await refused(ending, 'product_unavailable', /is about to be cancelled$/);
    const { customer_id } = await shop.buy('prod_starter_course');
    await refused(
      { customerId: customer_id, subscriptionId: ending.subscriptionId },
      'product_unavailable',
      /no subscription/,
    );
  });

  it('is offered once, unless the catalog allows it again', async () => {
    const who = await subscribe();
    const { input, shown } = await offered(who);
    await retention.saveSubscription(input);
    await shop.context.ledger.updatePresentation(shown?.id ?? '', { status: 'paid' });
    await update(who, { status: 'active' });
    await refused(who, 'already_owned', /took this offer/);
    shop.sell(catalog('{ kind: pause }', 'if_owned: allow,'));
    await offered(who);
  });

  it('refused because of another change sends Dodo nothing, says why, and may be offered again', async () => {
    const who = await subscribe();
    const { input, eventId } = await offered(who);
    const refusedFor = { ...input, refused: 'PENDING_PLAN_CHANGE_EXISTS' };
    expect(await retention.saveSubscription(refusedFor)).toEqual({
      kind: 'refused',
      code: 'PENDING_PLAN_CHANGE_EXISTS',
    });
    expect(patches(who)).toEqual([]);
    const [refusedOne] = (await shop.purchase(eventId)).presentations;
    expect(refusedOne).toMatchObject({ status: 'failed', decision: 'accepted' });
    expect(refusedOne?.message).toMatch(/under way/);
    await offered(who);
  });

  it('of ours ends when its time is over, and only once', async () => {
    const who = await subscribe();
    const { input, eventId } = await offered(who);
    const reply = await retention.saveSubscription(input);
    if (reply.kind !== 'done') throw new Error('It was refused.');
    shop.pass(30 * DAY);
    const { subscriptionId, presentationId } = input;
    await retention.resumeSubscription({ subscriptionId, presentationId, pausedAt: reply.pausedAt ?? '' });
    expect((await subscription(who)).status).toBe('active');
    await retention.resumeSubscription({ subscriptionId, presentationId, pausedAt: reply.pausedAt ?? '' });
    const { timeline } = await shop.purchase(eventId);
    expect(timeline.map(({ type }) => type).slice(-2)).toEqual(['subscription_resumed', 'pause_left_alone']);
  });

  it('made by somebody else after ours ended is left alone', async () => {
    const who = await subscribe();
    const { input } = await offered(who);
    const reply = await retention.saveSubscription(input);
    shop.pass(DAY);
    await update(who, { status: 'active' });
    shop.pass(DAY);
    await update(who, { status: 'paused' });
    const pausedAt = reply.kind === 'done' ? (reply.pausedAt ?? '') : '';
    const { subscriptionId, presentationId } = input;
    await retention.resumeSubscription({ subscriptionId, presentationId, pausedAt });
    expect((await subscription(who)).status).toBe('paused');
  });
});

describe('a longer trial', () => {
  beforeEach(() => shop.sell(TRIAL));

  it('moves the first billing date by what was shown, however often it is requested', async () => {
    const who = await subscribe(7);
    const before = Date.parse((await subscription(who)).next_billing_date);
    const { input, shown } = await offered(who);
    expect(Date.parse(shown?.price.nextBillingAt ?? '')).toBe(before + 14 * DAY);
    expect(shown?.price.dueNow).toBe(0);
    expect(await retention.saveSubscription(input)).toEqual({ kind: 'done' });
    expect(await retention.saveSubscription(input)).toEqual({ kind: 'done' });
    expect(Date.parse((await subscription(who)).next_billing_date)).toBe(before + 14 * DAY);
    expect(patches(who)).toHaveLength(1);
  });

  it('is refused if the date has moved since it was shown', async () => {
    const who = await subscribe(7);
    const { input } = await offered(who);
    const next_billing_date = new Date(shop.now().getTime() + 3 * DAY).toISOString();
    await update(who, { next_billing_date });
    expect(await retention.saveSubscription(input)).toEqual({
      kind: 'refused',
      code: 'SUBSCRIPTION_CHANGED',
    });
    expect((await subscription(who)).next_billing_date).toBe(next_billing_date);
  });

  it('is offered only in a trial', async () => {
    await refused(await subscribe(), 'product_unavailable', /is not in a trial$/);
    const renewed = await subscribe(7);
    shop.pass(7 * DAY);
    await shop.sandbox.control.renew(renewed.subscriptionId);
    await refused(renewed, 'product_unavailable', /is not in a trial$/);
  });
});

describe('what Dodo does not confirm for days', () => {
  beforeEach(() => shop.sell(PAUSE));
  const reviewsOf = (presentationId: string) =>
    shop.context.ledger.reviews({ presentationId, status: 'open', limit: 10 });

  it('is left to a person, once, and the customer is told', async () => {
    const who = await subscribe();
    const { input, eventId } = await offered(who);
    shop.sandbox.control.addFault({
      match: { method: 'PATCH' },
      kind: 'status_before',
      status: 401,
      times: 10,
    });
    await expect(retention.saveSubscription(input)).rejects.toThrow();
    expect(await retention.giveUpRetention(input)).toEqual({ kind: 'refused', code: 'RETENTION_UNPROVEN' });
    await retention.giveUpRetention(input);
    expect(await reviewsOf(input.presentationId)).toMatchObject([
      { kind: 'retention_unproven', attemptId: input.attemptId, customerId: who.customerId },
    ]);
    const [shown] = (await shop.purchase(eventId)).presentations;
    expect(shown).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('could not confirm') as string,
    });
    expect(await shop.context.ledger.attempt(input.attemptId)).toMatchObject({ status: 'needs_review' });
  });

  it('is no doubt when Dodo had refused it, and only the answer was lost', async () => {
    const who = await subscribe();
    const { input } = await offered(who);
    await retention.saveSubscription({ ...input, sendBefore: 0 });
    expect(await retention.giveUpRetention(input)).toEqual({ kind: 'refused', code: 'TOO_LATE' });
    expect(await reviewsOf(input.presentationId)).toEqual([]);
  });

  it('is reviewed when it is the end of a pause, as is one that Dodo refuses', async () => {
    const who = await subscribe();
    const { input } = await offered(who);
    const saved = await retention.saveSubscription(input);
    const pausedAt = (saved.kind === 'done' && saved.pausedAt) || '';
    const { subscriptionId, presentationId } = input;
    const end = { subscriptionId, presentationId, pausedAt };
    await retention.giveUpResuming(end);
    const [review] = await reviewsOf(presentationId);
    expect(review).toMatchObject({ kind: 'pause_not_ended', subscriptionId, customerId: who.customerId });

    shop.sandbox.control.addFault({
      match: { method: 'PATCH' },
      kind: 'status_before',
      status: 422,
    });
    await retention.resumeSubscription(end);
    expect(await reviewsOf(presentationId)).toEqual([review]);
    expect(
      (await shop.context.ledger.purchase(input.purchaseId))?.timeline.map(({ type }) => type),
    ).toContain('subscription_not_resumed');
  });
});
