import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { REFUSED_BY_MERCHANT, type Notification } from '../../src/domain/notification.js';
import type { RedeliveryInput } from '../../src/contract/messages.js';
import { redelivery } from '../../workflows/redelivery.js';
import { uniqueId } from '../support/temporal.js';
import type { ScriptedActivities } from './scripted-activities.js';
import { useWorkflowHarness } from './use-workflow-harness.js';
import { DAY, HOUR, MINUTE, PLAN_CHANGE, purchaseFixture } from './purchase-fixture.js';

const harness = useWorkflowHarness();

const DOWN = new Error('The merchant answered 503.');
const REFUSED = ApplicationFailure.retryable("The merchant's endpoint answered 400.", REFUSED_BY_MERCHANT);

/** An endpoint that fails in this way on a type, and takes everything else. */
function failingOn(type: Notification['type'], failure: Error) {
  return (activities: ScriptedActivities) =>
    activities.always('deliverNotification', (notification: Notification) => {
      if (notification.type === type) throw failure;
      activities.delivered.push(notification);
    });
}

function told({ delivered }: ScriptedActivities): [number, string][] {
  return delivered.map(({ sequence, type }) => [sequence, type]);
}

describe('notifications of a run', () => {
  it('tell of every step in order, and of none twice', async () => {
    const run = await harness.buy({ input: { notify: true } });
    await run.decline();
    void run.accept({ step: 'lite' });
    await run.activities.called('charge');
    await run.webhook(run.attempt(1, 'lite'), 'succeeded');
    expect(await run.handle.result()).toMatchObject({ outcome: 'converted' });
    await run.idle();
    expect(told(run.activities)).toEqual([
      [1, 'offer.presented'],
      [2, 'offer.declined'],
      [3, 'offer.presented'],
      [4, 'offer.accepted'],
      [5, 'offer.fulfilled'],
    ]);
    expect(run.activities.delivered.at(-1)).toMatchObject({
      run: run.fixture.workflowId,
      presentationId: run.presentation('lite'),
      status: 'paid',
      payment: { paymentId: `pay_${run.attempt(1, 'lite')}`, amount: 4900 },
    });
    expect(await run.child.notifications.result()).toEqual({ delivered: 5, dead: 0 });
  });

  it('are not sent without an endpoint', async () => {
    const run = await harness.buy();
    await run.decline();
    expect(run.activities.calls()).not.toContain('deliverNotification');
  });

  it('stay in order while the endpoint is down for a day, and delay no customer', async () => {
    const run = await harness.buy({
      fixture: { windowMs: 9 * DAY },
      input: { notify: true },
      script: (activities) => activities.always('deliverNotification', DOWN),
    });
    expect(await run.decline()).toMatchObject({ nextPresentationId: run.presentation('lite') });
    await run.pass(DAY);
    expect(told(run.activities)).toEqual([]);
    run.activities.always('deliverNotification', undefined);
    await run.pass(HOUR + MINUTE);
    expect(told(run.activities)).toEqual([
      [1, 'offer.presented'],
      [2, 'offer.declined'],
      [3, 'offer.presented'],
    ]);
    // Once an hour at the end: a day of retries costs little.
    expect(run.activities.inputs('deliverNotification').length).toBeLessThan(45);
  });

  it('are dead-lettered after three days, while those behind them still go out', async () => {
    const run = await harness.buy({
      fixture: { windowMs: 9 * DAY },
      input: { notify: true },
      script(activities) {
        activities.always('deliverNotification', (notification: Notification) => {
          if (notification.sequence === 1) throw DOWN;
          activities.delivered.push(notification);
        });
      },
    });
    await run.decline();
    await run.pass(3 * DAY - 2 * HOUR);
    expect(run.activities.calls()).not.toContain('buryNotification');
    await run.pass(3 * HOUR);
    expect(run.activities.inputs('buryNotification')).toEqual([
      {
        type: 'offer.presented',
        sequence: 1,
        timestamp: expect.any(String) as string,
        run: run.fixture.workflowId,
        purchaseId: run.fixture.purchaseId,
        presentationId: run.presentation(),
        failure: DOWN.message,
      },
    ]);
    expect(told(run.activities)).toEqual([
      [2, 'offer.declined'],
      [3, 'offer.presented'],
    ]);
  });

  it('is not held up by what the endpoint refuses: that is retried beside, and dead after three days', async () => {
    const run = await harness.buy({
      fixture: { windowMs: 9 * DAY },
      input: { notify: true },
      script: failingOn('offer.presented', REFUSED),
    });
    void run.accept();
    await run.activities.called('charge');
    const asked = await harness.now();
    await run.webhook(run.attempt(1), 'succeeded');
    await run.result();
    await run.idle();
    expect(told(run.activities)).toEqual([
      [2, 'offer.accepted'],
      [3, 'offer.fulfilled'],
    ]);
    expect((await harness.now()) - asked).toBeLessThan(MINUTE);

    await harness.sleep(3 * DAY - 2 * HOUR);
    expect(run.activities.calls()).not.toContain('buryNotification');
    await harness.sleep(3 * HOUR);
    expect(run.activities.inputs('buryNotification')).toMatchObject([
      { type: 'offer.presented', sequence: 1, failure: REFUSED.message },
    ]);
    expect(await run.child.notifications.result()).toEqual({ delivered: 2, dead: 1 });
  });

  it('is delivered when the endpoint takes after all what it had refused', async () => {
    const run = await harness.buy({
      fixture: { windowMs: 9 * DAY },
      input: { notify: true },
      script: (activities) => activities.next('deliverNotification', REFUSED, REFUSED, REFUSED),
    });
    await run.pass(HOUR);
    expect(told(run.activities)).toEqual([[1, 'offer.presented']]);
    await run.withdraw();
    await run.result();
    expect(await run.child.notifications.result()).toEqual({ delivered: 1, dead: 0 });
  });

  it('of access comes at once although the endpoint fails on what was before it', async () => {
    const run = await harness.buy({
      fixture: { windowMs: 9 * DAY },
      input: { notify: true },
      script: failingOn('offer.presented', DOWN),
    });
    await run.pass(10 * MINUTE);
    void run.accept();
    await run.activities.called('charge');
    await run.webhook(run.attempt(1), 'succeeded');
    await run.result();
    await run.idle();
    expect(told(run.activities)).toEqual([
      [3, 'offer.fulfilled'],
      [2, 'offer.accepted'],
    ]);
    await harness.sleep(3 * DAY + 2 * HOUR);
    expect(await run.child.notifications.result()).toEqual({ delivered: 2, dead: 1 });
    const { history } = await run.child.notifications.fetchHistory().then((history) => ({ history }));
    expect(history.events?.length).toBeLessThan(80);
  });

  it('stays in order, access included, while the endpoint is away from everything', async () => {
    const run = await harness.buy({
      fixture: { windowMs: 9 * DAY },
      input: { notify: true },
      script: (activities) => activities.always('deliverNotification', DOWN),
    });
    await run.pass(10 * MINUTE);
    void run.accept();
    await run.activities.called('charge');
    await run.webhook(run.attempt(1), 'succeeded');
    await run.result();
    await harness.sleep(DAY);
    expect(told(run.activities)).toEqual([]);
    run.activities.always('deliverNotification', undefined);
    await harness.sleep(HOUR + MINUTE);
    expect(told(run.activities)).toEqual([
      [1, 'offer.presented'],
      [2, 'offer.accepted'],
      [3, 'offer.fulfilled'],
    ]);
    expect(await run.child.notifications.result()).toEqual({ delivered: 3, dead: 0 });
  });

  it('continue through a new notifier when the old one was terminated', async () => {
    const run = await harness.buy({ input: { notify: true } });
    await run.child.notifications.terminate('a mistake');
    await run.decline();
    await run.idle();
    expect(told(run.activities)).toEqual([
      [1, 'offer.presented'],
      [2, 'offer.declined'],
      [3, 'offer.presented'],
    ]);
    await run.withdraw('lite');
    expect(await run.handle.result()).toMatchObject({ outcome: 'withdrawn' });
  });

  it('include the fallback of a run that was cancelled after its offer was accepted', async () => {
    const run = await harness.buy({ fixture: PLAN_CHANGE, input: { notify: true } });
    void run.accept();
    await run.activities.called('changePlan');
    await run.handle.cancel();
    await run.idle();
    await run.webhook(run.attempt(1, 'pro'), 'failed');
    await run.activities.called('openFallback');
    await run.idle();
    expect(told(run.activities)).toEqual([
      [1, 'offer.presented'],
      [2, 'offer.accepted'],
      [3, 'offer.fallback'],
    ]);
  });
});

describe('the redelivery of a dead notification', () => {
  const input: RedeliveryInput = {
    id: 'ntf_1',
    notification: {
      type: 'offer.presented',
      sequence: 1,
      timestamp: '2026-11-23T12:00:00.000Z',
      run: 'purchase/pay_1',
      purchaseId: 'pay_1',
      presentationId: 'prs_1',
    },
    reason: 'their endpoint is back',
  };

  async function sendAgain(script: (activities: ScriptedActivities) => void) {
    const activities = harness.script(purchaseFixture(uniqueId('pay')));
    script(activities);
    const { workflow } = harness.environment.client;
    const workflowId = `redelivery/ntf_1/${uniqueId('death')}`;
    const handle = await workflow.start(redelivery, {
      workflowId,
      taskQueue: harness.taskQueue,
      args: [input],
    });
    return { activities, workflowId, result: await handle.result() };
  }

  it('is recorded once it has succeeded, after any number of refusals', async () => {
    const sent = await sendAgain((activities) => activities.next('deliverNotification', DOWN, DOWN));
    expect(sent.result).toBe('delivered');
    expect(sent.activities.delivered).toEqual([input.notification]);
    expect(sent.activities.inputs('recordRedelivery')).toEqual([{ ...input, run: sent.workflowId }]);
    expect(sent.activities.calls()).not.toContain('buryNotification');
  });

  it('is dead-lettered again after three more days, as an entry of its own', async () => {
    const sent = await sendAgain((activities) => activities.always('deliverNotification', DOWN));
    expect(sent.result).toBe('dead');
    expect(sent.activities.inputs('buryNotification')).toEqual([
      { ...input.notification, failure: DOWN.message, redelivery: sent.workflowId },
    ]);
    expect(sent.activities.calls()).not.toContain('recordRedelivery');
    const times = sent.activities.times('deliverNotification');
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(3 * DAY - 2 * HOUR);
  });
});
