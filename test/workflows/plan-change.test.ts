import { describe, expect, it } from 'vitest';
import type { PurchaseRun } from './purchase-run.js';
import { RECONCILE_WINDOW, useWorkflowHarness, type BuyOptions } from './use-workflow-harness.js';
import { DAY, HOUR, MINUTE, PLAN_CHANGE, type PurchaseFixture } from './purchase-fixture.js';

const harness = useWorkflowHarness();

const PRO = { productId: 'prod_pro', quantity: 1, status: 'active', type: 'subscription.plan_changed' };
const UNREADABLE = new Error('Dodo cannot be read.');

/** Accepts a plan change, and returns the answer that the customer waits for. */
async function accepted(
  { fixture, ...options }: BuyOptions = {},
  changes: Partial<PurchaseFixture> = {},
): Promise<{ run: PurchaseRun; reply: ReturnType<PurchaseRun['accept']> }> {
  const run = await harness.buy({ ...options, fixture: { ...PLAN_CHANGE, ...fixture, ...changes } });
  const reply = run.accept();
  await run.activities.called('changePlan');
  await run.idle();
  return { run, reply };
}

describe('an accepted plan change', () => {
  it.each([
    ['the payment first', ['payment', 'subscription']],
    ['the subscription first', ['subscription', 'payment']],
  ])('is proven when it is paid and the plan is changed: %s', async (_order, events) => {
    const { run, reply } = await accepted();
    for (const event of events) {
      expect(await run.state()).toMatchObject({ state: 'fulfilling' });
      if (event === 'payment') await run.webhook(run.attempt(1, 'pro'), 'succeeded');
      else await run.subscriptionWebhook(PRO);
      await run.idle();
    }
    expect(await reply).toMatchObject({ decision: 'accepted', status: 'paid' });
    expect(await run.result()).toEqual({ outcome: 'converted', presentations: 1 });
    expect(run.activities.inputs('changePlan')).toMatchObject([
      { attemptId: `plan-change/${run.fixture.subscription.subscriptionId}:${run.presentation()}:1` },
    ]);
    expect(run.activities.calls()).not.toContain('cancelReplacedSubscription');
  });

  it('needs no payment when nothing was due', async () => {
    const { run } = await accepted({}, { dueNow: 0 });
    await run.subscriptionWebhook(PRO);
    expect(await run.result()).toMatchObject({ outcome: 'converted' });
  });

  it('is fulfilled once it is scheduled for the next billing date', async () => {
    const { run } = await accepted({}, { dueNow: 0 });
    await run.subscriptionWebhook({ scheduledProductId: 'prod_pro' });
    expect(await run.result()).toMatchObject({ outcome: 'converted' });
  });

  it('is found by polling when the subscription has changed and no payment was reported', async () => {
    const { run } = await accepted();
    await run.subscriptionWebhook(PRO);
    await run.pass(MINUTE);
    expect(await run.state()).toMatchObject({ state: 'fulfilling' });
    run.activities.book(run.attempt(1, 'pro'), 'succeeded');
    expect(await run.result()).toMatchObject({ outcome: 'converted' });
  });

  it('is not paid by a change to another plan', async () => {
    const { run } = await accepted({}, { dueNow: 0 });
    await run.subscriptionWebhook({ productId: 'prod_other' });
    await run.subscriptionWebhook({ productId: 'prod_pro', status: 'on_hold' });
    await run.subscriptionWebhook({ productId: 'prod_pro', status: 'active', quantity: 2 });
    await run.pass(MINUTE);
    expect(await run.state()).toMatchObject({ state: 'fulfilling' });
  });

  it('is exclusive: a second run leaves the first one of a subscription alone', async () => {
    const { run: first } = await accepted();
    const second = await harness.buy({
      fixture: { ...PLAN_CHANGE, subscription: first.fixture.subscription },
    });
    expect(await second.accept()).toMatchObject({ status: 'failed', decision: 'accepted' });
    expect(await second.result()).toMatchObject({ outcome: 'payment_failed' });
    expect(second.activities.calls()).not.toContain('changePlan');
    expect(await first.state()).toMatchObject({ state: 'fulfilling' });
  });

  it('is reopened when its price has moved, and then sent under the next id', async () => {
    const run = await harness.buy({
      fixture: PLAN_CHANGE,
      script: (activities) =>
        activities.next('changePlan', {
          kind: 'price_changed',
          price: { dueNow: 6000, priceHash: 'hash_dearer' },
        }),
    });
    expect(await run.accept()).toMatchObject({ refused: 'price_changed' });
    void run.accept({ priceHash: 'hash_dearer' });
    await run.activities.called('changePlan', 2);
    expect(run.activities.inputs('changePlan')[1]).toMatchObject({
      attemptId: run.attempt(2, 'pro'),
      price: { dueNow: 6000 },
    });
  });
});

describe('the outcome of a plan change', () => {
  it('reaches the purchase run and the customer: first reconciling, then the fallback', async () => {
    const { run, reply } = await accepted({
      script: (activities) => activities.next('changePlan', { kind: 'unknown', detail: 'socket hang up' }),
    });
    expect(await reply).toMatchObject({ status: 'reconciling', decision: 'accepted' });
    await run.pass(RECONCILE_WINDOW + 2 * MINUTE);
    expect(await run.state()).toMatchObject({ status: 'fallback' });
    expect(run.activities.inputs('changePlan')).toHaveLength(1);
  });

  it('is decided by an operator if it cannot be proven', async () => {
    const { run } = await accepted({
      script(activities) {
        activities.next('changePlan', { kind: 'unknown', detail: 'socket hang up' });
        activities.always('lookUpPlanChange', UNREADABLE);
      },
    });
    await run.pass(HOUR);
    expect(await run.state()).toMatchObject({ status: 'needs_review' });
    expect(await run.resolve(true, 'pro', 'pay_found', run.child.planChange)).toEqual({ paid: true });
    expect(await run.result()).toMatchObject({ outcome: 'converted' });
  });

  it('is the same if the run of the change or of the purchase is cancelled', async () => {
    const { run, reply } = await accepted();
    await run.child.planChange.cancel();
    await run.handle.cancel();
    await run.idle();
    await run.webhook(run.attempt(1, 'pro'), 'succeeded');
    await run.subscriptionWebhook(PRO);
    expect(await reply).toMatchObject({ status: 'paid' });
    expect(await run.result()).toMatchObject({ outcome: 'converted' });
  });
});

describe('a plan change whose payment failed', () => {
  it('falls back to the checkout, and the purchase there cancels the old subscription', async () => {
    const { run, reply } = await accepted();
    await run.webhook(run.attempt(1, 'pro'), 'failed', 'INSUFFICIENT_FUNDS');
    expect(await reply).toMatchObject({ status: 'fallback', decision: 'accepted' });
    expect(run.activities.inputs('openFallback')).toMatchObject([
      { attemptId: run.attempt(2, 'pro'), failed: { errorCode: 'INSUFFICIENT_FUNDS' } },
    ]);
    await run.pass(HOUR);
    await run.webhook(run.attempt(2, 'pro'), 'succeeded');
    expect(await run.result()).toEqual({ outcome: 'recovered', presentations: 1 });
    expect(run.activities.inputs('cancelReplacedSubscription')).toEqual([
      { subscriptionId: run.fixture.subscription.subscriptionId, presentationId: run.presentation() },
    ]);
    expect(run.activities.calls().indexOf('settle')).toBeLessThan(
      run.activities.calls().indexOf('cancelReplacedSubscription'),
    );
  });

  it('is abandoned if the checkout is not paid, and the old subscription stays', async () => {
    const { run } = await accepted();
    await run.webhook(run.attempt(1, 'pro'), 'failed');
    expect(await run.result()).toMatchObject({ outcome: 'abandoned' });
    expect(run.activities.calls()).not.toContain('cancelReplacedSubscription');
  });

  it('may be retried once by the customer with another card', async () => {
    const { run, reply } = await accepted({
      script(activities) {
        activities.next('changePlan', { kind: 'rejected', code: 'DO_NOT_HONOR' });
        activities.next('openFallback', { kind: 'update_method' });
      },
    });
    expect(await reply).toMatchObject({ status: 'fallback' });
    const again = run.accept();
    await run.activities.called('changePlan', 2);
    await run.idle();
    expect(run.activities.inputs('changePlan')[1]).toMatchObject({ attemptId: run.attempt(3, 'pro') });
    await run.webhook(run.attempt(3, 'pro'), 'succeeded');
    await run.subscriptionWebhook(PRO);
    expect(await again).toMatchObject({ status: 'paid' });
    expect(await run.result()).toMatchObject({ outcome: 'recovered' });
    expect(run.activities.calls()).not.toContain('cancelReplacedSubscription');
  });

  it('is not tried a third time: the fallback stays open', async () => {
    const { run } = await accepted({
      script(activities) {
        activities.always('changePlan', { kind: 'rejected', code: 'DO_NOT_HONOR' });
        activities.next('openFallback', { kind: 'update_method' });
      },
    });
    expect(await run.accept()).toMatchObject({ status: 'fallback' });
    expect(run.activities.inputs('changePlan')).toHaveLength(2);
    expect(await run.accept()).toMatchObject({ status: 'fallback' });
    await run.pass(DAY / 2);
    expect(run.activities.inputs('changePlan')).toHaveLength(2);
    expect(await run.result()).toMatchObject({ outcome: 'abandoned' });
  });
});
