import { describe, expect, it } from 'vitest';
import { paymentEvent, type PurchaseInput } from '../../src/contract/messages.js';
import { workflowId } from '../../src/domain/ids.js';
import type { PurchaseRun } from './purchase-run.js';
import {
  firstPayment,
  RECONCILE_WINDOW,
  useWorkflowHarness,
  type BuyOptions,
} from './use-workflow-harness.js';
import { DAY, HOUR, MINUTE, PLAN_CHANGE, SECOND, type PurchaseFixture } from './purchase-fixture.js';

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
    expect(run.activities.calls()).not.toContain('compensate');
  });

  it('that is paid is neither absent nor carried out while no reading shows anything of it', async () => {
    const { run } = await accepted({
      script(activities) {
        activities.next('changePlan', { kind: 'unknown', detail: 'socket hang up' });
        activities.always('lookUpPlanChange', { kind: 'absent' });
      },
    });
    await run.webhook(run.attempt(1, 'pro'), 'succeeded');
    await run.pass(DAY);
    expect(await run.state()).toMatchObject({ state: 'fulfilling' });
    expect(run.activities.calls()).not.toContain('openFallback');
    await run.subscriptionWebhook(PRO);
    expect(await run.result()).toMatchObject({ outcome: 'converted' });
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

  it('is scheduled until it has happened, where it is made at the next billing date', async () => {
    const later = { ...PLAN_CHANGE.actions.pro, effectiveAt: 'next_billing_date' as const };
    const { run, reply } = await accepted({}, { dueNow: 0, actions: { pro: later } });
    await run.subscriptionWebhook({ scheduledProductId: 'prod_pro' });
    expect(await reply).toMatchObject({ status: 'scheduled' });
    await run.activities.called('followScheduledChange');
    expect(await run.result()).toMatchObject({ outcome: 'converted' });
    expect(run.activities.inputs('followScheduledChange')).toMatchObject([
      { presentationId: run.presentation(), productId: 'prod_pro', quantity: 1 },
    ]);
    expect(run.activities.inputs('settle')).toMatchObject([
      { presentation: { patch: { status: 'scheduled' } } },
    ]);
  });

  it('is given up within a day when it is dropped before its date', async () => {
    const later = { ...PLAN_CHANGE.actions.pro, effectiveAt: 'next_billing_date' as const };
    const at = new Date((await harness.now()) + 300 * DAY).toISOString();
    let looks = 0;
    const { run } = await accepted({}, { dueNow: 0, actions: { pro: later } });
    run.activities.always('followScheduledChange', ({ giveUp }: { giveUp?: boolean }) => {
      looks += 1;
      if (giveUp) return { kind: 'dropped' };
      return looks === 1 ? { kind: 'scheduled', at } : { kind: 'absent' };
    });
    await run.subscriptionWebhook({ scheduledProductId: 'prod_pro' });
    await run.result();
    const since = await harness.now();
    const change = workflowId.scheduledChange(run.presentation());
    expect(await harness.environment.client.workflow.getHandle(change).result()).toBe('dropped');
    expect((await harness.now()) - since).toBeLessThan(DAY + HOUR);
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
    await run.activities.called('compensate');
    expect(run.activities.inputs('compensate')).toMatchObject([
      {
        kind: 'end_subscription',
        subscriptionId: run.fixture.subscription.subscriptionId,
        presentationId: run.presentation(),
      },
    ]);
    expect(run.activities.calls().indexOf('settle')).toBeLessThan(
      run.activities.calls().indexOf('compensate'),
    );
  });

  it('is not bought at the checkout by a payment of less than is due, where no proof tells whose it is', async () => {
    const { run } = await accepted();
    await run.webhook(run.attempt(1, 'pro'), 'failed');
    await run.activities.called('openFallback');
    await run.idle();
    const { customerId, dueNow: amount, currency } = run.fixture;
    const payment = { paymentId: 'pay_2', attemptId: run.attempt(2, 'pro'), status: 'succeeded', customerId };
    await run.child.planChange.signal(paymentEvent, { ...payment, amount: amount - 1, currency });
    await run.idle();
    expect(await run.state()).toMatchObject({ status: 'fallback' });
    await run.child.planChange.signal(paymentEvent, { ...payment, amount, currency });
    expect(await run.result()).toMatchObject({ outcome: 'recovered' });
  });

  it('finds that the checkout was paid although no webhook tells of it', async () => {
    const { run } = await accepted();
    await run.webhook(run.attempt(1, 'pro'), 'failed');
    await run.activities.called('openFallback');
    await run.idle();
    run.activities.book(run.attempt(2, 'pro'), 'succeeded');
    expect(await run.result()).toMatchObject({ outcome: 'recovered' });
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

/** What a reset comes to: the run begins anew under its id, and its plan change goes on. */
async function beginAnew(run: PurchaseRun, input: Partial<PurchaseInput> = {}): Promise<void> {
  await run.handle.terminate('begun anew');
  await harness.environment.client.workflow.signalWithStart('purchase', {
    workflowId: run.fixture.workflowId,
    taskQueue: harness.taskQueue,
    workflowExecutionTimeout: 120 * DAY,
    args: [
      {
        purchaseId: run.fixture.purchaseId,
        trigger: 'purchase',
        timing: { reconcileWindowMs: RECONCILE_WINDOW, pollIntervalMs: 10 * SECOND },
        notify: false,
        ...input,
      },
    ],
    signal: paymentEvent,
    signalArgs: [firstPayment(run.fixture)],
  });
  await run.idle();
}

describe('a run that begins anew while its plan change is under way', () => {
  it('finds it again, and settles as it ends', async () => {
    const { run } = await accepted();
    await beginAnew(run);
    const { reply } = await run.click('accepted');
    await run.idle();
    await run.webhook(run.attempt(1, 'pro'), 'succeeded');
    await run.subscriptionWebhook(PRO);
    expect(await reply).toMatchObject({ status: 'paid' });
    expect(await run.result()).toEqual({ outcome: 'converted', presentations: 1 });
    expect(run.activities.inputs('changePlan')).toHaveLength(1);
  });

  it('shows its fallback, asks it for the retry, and is abandoned with it', async () => {
    const { run } = await accepted({
      script(activities) {
        activities.always('changePlan', { kind: 'rejected', code: 'DO_NOT_HONOR' });
        activities.next('openFallback', { kind: 'update_method' });
      },
    });
    await beginAnew(run);
    expect(await run.accept()).toMatchObject({ status: 'fallback' });
    expect(await run.accept()).toMatchObject({ status: 'fallback' });
    expect(run.activities.inputs('changePlan')).toMatchObject([
      { attemptId: run.attempt(1, 'pro') },
      { attemptId: run.attempt(3, 'pro') },
    ]);
    expect(await run.result()).toMatchObject({ outcome: 'abandoned' });
  });

  it('does not wait for one that was terminated meanwhile: Dodo says what came of it', async () => {
    const { run } = await accepted();
    await beginAnew(run);
    await run.click('accepted');
    await run.idle();
    await run.child.planChange.terminate('a mistake');
    run.activities.book(run.attempt(1, 'pro'), 'succeeded');
    Object.assign(run.activities.books.subscription, PRO);
    expect(await run.result()).toEqual({ outcome: 'converted', presentations: 1 });
    expect(run.activities.inputs('changePlan')).toHaveLength(1);
  });
});

describe('a newer wish for a subscription', () => {
  /** A run whose plan change was declined, and has a fallback open. */
  async function declined(options: BuyOptions = {}): Promise<PurchaseRun> {
    const { run, reply } = await accepted(options);
    await run.webhook(run.attempt(1, 'pro'), 'failed', 'INSUFFICIENT_FUNDS');
    expect(await reply).toMatchObject({ status: 'fallback' });
    return run;
  }
  const another = (first: PurchaseRun, options: BuyOptions = {}) =>
    harness.buy({
      ...options,
      fixture: { ...PLAN_CHANGE, subscription: first.fixture.subscription, ...options.fixture },
    });

  it('takes the place of an unpaid fallback, and is sent', async () => {
    const first = await declined();
    const second = await another(first, { fixture: { dueNow: 0 } });
    await second.click('accepted');
    await second.activities.called('changePlan');
    expect(second.activities.inputs('recordState')).toEqual([
      { attemptId: first.attempt(2, 'pro'), presentationId: first.presentation(), status: 'superseded' },
    ]);
    expect(second.activities.inputs('changePlan')).toMatchObject([{ replaces: { link: false } }]);
    await second.idle();
    await second.subscriptionWebhook(PRO);
    expect(await second.result()).toMatchObject({ outcome: 'converted' });
    expect(await first.result()).toMatchObject({ outcome: 'abandoned' });
  });

  it('voids the payment link that was open for the older one', async () => {
    const first = await declined({
      script: (activities) =>
        activities.next('openFallback', { kind: 'payment_link', paymentId: 'pay_link' }),
    });
    const second = await another(first);
    await second.click('accepted');
    await second.activities.called('changePlan');
    expect(second.activities.inputs('changePlan')).toMatchObject([{ replaces: { link: true } }]);
  });

  it('takes its place for a pause as well', async () => {
    const first = await declined();
    const second = await harness.buy({
      fixture: {
        dueNow: 0,
        steps: [{ id: 'keep', offer: 'keep', on: { accept: 'end', decline: 'end', expire: 'end' } }],
        actions: { keep: { kind: 'pause' } },
        subscription: first.fixture.subscription,
      },
    });
    await second.click('accepted');
    expect(await second.result()).toMatchObject({ outcome: 'converted' });
    expect(second.activities.inputs('saveSubscription')[0]).not.toHaveProperty('refused');
    expect(await first.result()).toMatchObject({ outcome: 'abandoned' });
  });

  it.each([
    ['is being paid', { status: 'processing' }],
    ['may have been paid: Dodo cannot be read', UNREADABLE],
  ])('is refused while the fallback %s', async (_when, what) => {
    const first = await declined();
    const second = await another(first);
    const fallback = first.attempt(2, 'pro');
    second.activities.always(
      'lookUpPayment',
      what instanceof Error
        ? what
        : { kind: 'payment', payment: { ...first.activities.book(fallback, 'processing') } },
    );
    expect(await second.accept()).toMatchObject({ status: 'failed' });
    expect(second.activities.calls()).not.toContain('changePlan');
    second.activities.always('lookUpPayment', undefined);
    await first.webhook(fallback, 'succeeded');
    expect(await first.result()).toMatchObject({ outcome: 'recovered' });
  });

  it('is refused when the fallback turns out to be paid', async () => {
    const first = await declined();
    const second = await another(first);
    second.activities.always('lookUpPayment', {
      kind: 'payment',
      payment: first.activities.book(first.attempt(2, 'pro'), 'succeeded'),
    });
    expect(await second.accept()).toMatchObject({ status: 'failed' });
    expect(await first.result()).toMatchObject({ outcome: 'recovered' });
  });

  it('hands over a payment of the older one that comes while it has the lock', async () => {
    const first = await declined();
    const second = await another(first);
    await second.click('accepted');
    await second.activities.called('changePlan');
    await second.idle();
    const late = first.activities.book(first.attempt(2, 'pro'), 'succeeded');
    await second.child.planChange.signal(paymentEvent, late);
    await second.webhook(second.attempt(1, 'pro'), 'succeeded');
    await second.subscriptionWebhook(PRO);
    expect(await second.result()).toMatchObject({ outcome: 'converted' });
    await second.activities.called('settleLatePayment');
    expect(second.activities.inputs('settleLatePayment')).toEqual([
      { paymentId: late.paymentId, attemptId: late.attemptId, compensates: true },
    ]);
  });
});

it('ends an unpaid fallback that Dodo does not let be read for weeks', async () => {
  const { run } = await accepted({
    script: (activities) => activities.always('lookUpPayment', UNREADABLE),
  });
  await run.webhook(run.attempt(1, 'pro'), 'failed');
  expect(await run.result()).toMatchObject({ outcome: 'abandoned' });
  expect(run.activities.inputs('recordState')).toMatchObject([{ status: 'needs_review' }]);
});
