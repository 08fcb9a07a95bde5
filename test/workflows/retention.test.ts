import { describe, expect, it } from 'vitest';
import type { RetentionAction } from '../../src/domain/offers.js';
import { workflowId } from '../../src/domain/ids.js';
import { DAY, MINUTE, type PurchaseFixture } from './purchase-fixture.js';
import { useWorkflowHarness } from './use-workflow-harness.js';

const harness = useWorkflowHarness();

const saving = (action: RetentionAction): Partial<PurchaseFixture> => ({
  dueNow: 0,
  steps: [{ id: 'keep', offer: 'keep', on: { accept: 'end', decline: 'end', expire: 'end' } }],
  actions: { keep: action },
});

describe('a save offer', () => {
  it('is applied once, and the merchant is not told of a payment', async () => {
    const run = await harness.buy({
      fixture: saving({ kind: 'extend_trial', byMs: DAY }),
      input: { notify: true },
    });
    expect(await run.accept()).toMatchObject({ decision: 'accepted' });
    expect(await run.result()).toEqual({ outcome: 'converted', presentations: 1 });
    expect(run.activities.inputs('saveSubscription')).toMatchObject([
      { nextBillingAt: '2027-01-01T00:00:00.000Z' },
    ]);
    await run.activities.called('deliverNotification', 3);
    expect(run.activities.delivered.map(({ type, payment }) => ({ type, amount: payment?.amount }))).toEqual([
      { type: 'offer.presented', amount: undefined },
      { type: 'offer.accepted', amount: undefined },
      { type: 'offer.fulfilled', amount: 0 },
    ]);
    expect(run.activities.calls()).not.toContain('charge');
  });

  it('that is refused fails, and opens no checkout', async () => {
    const run = await harness.buy({ fixture: saving({ kind: 'pause' }) });
    run.activities.next('saveSubscription', { kind: 'refused', code: 'SUBSCRIPTION_CHANGED' });
    await run.accept();
    expect(await run.result()).toEqual({ outcome: 'payment_failed', presentations: 1 });
    expect(run.activities.calls()).not.toContain('openFallback');
  });

  it('is retried until Dodo confirms it', async () => {
    const run = await harness.buy({ fixture: saving({ kind: 'extend_trial', byMs: DAY }) });
    run.activities.next('saveSubscription', new Error('the connection was lost'), new Error('again'));
    const { reply } = await run.click('accepted');
    await run.pass(MINUTE);
    expect(await reply).toMatchObject({ decision: 'accepted' });
    expect(run.activities.inputs('saveSubscription')).toHaveLength(3);
    expect(await run.result()).toMatchObject({ outcome: 'converted' });
  });

  it('gives way to a pending change of the same subscription', async () => {
    const run = await harness.buy({ fixture: saving({ kind: 'pause' }) });
    const { subscriptionId } = run.fixture.subscription;
    const until = new Date((await harness.now()) + DAY).toISOString();
    const { workflow } = harness.environment.client;
    // Any run under that id holds the lock, even one that does not answer for it.
    const other = await workflow.start('pause', {
      workflowId: workflowId.planChange(subscriptionId),
      taskQueue: harness.taskQueue,
      args: [{ subscriptionId, presentationId: 'prs_other', pausedAt: until, until }],
    });
    const { reply } = await run.click('accepted');
    await run.pass(5 * MINUTE);
    expect(await reply).toMatchObject({ status: 'failed' });
    await other.terminate('the test is over');
    expect(await run.result()).toMatchObject({ outcome: 'payment_failed' });
    // Only the refusal is recorded; Dodo is not asked.
    expect(run.activities.inputs('saveSubscription')).toMatchObject([
      { refused: 'PENDING_PLAN_CHANGE_EXISTS' },
    ]);
  });
});

describe('a pause with an end', () => {
  it('is ended in time by a run of its own', async () => {
    const run = await harness.buy({ fixture: saving({ kind: 'pause', forMs: 30 * DAY }) });
    await run.accept();
    await run.result();
    const { workflow } = harness.environment.client;
    const pausing = workflow.getHandle(workflowId.pause(run.fixture.subscription.subscriptionId));
    expect((await pausing.describe()).status.name).toBe('RUNNING');
    expect(run.activities.calls()).not.toContain('resumeSubscription');
    await pausing.result();
    const { presentationId, subscriptionId } = run.activities.inputs('resumeSubscription')[0] ?? {};
    expect({ presentationId, subscriptionId }).toEqual({
      presentationId: run.presentation(),
      subscriptionId: run.fixture.subscription.subscriptionId,
    });
  });

  it('is left to a person when Dodo does not confirm it for days', async () => {
    const run = await harness.buy({ fixture: saving({ kind: 'pause' }) });
    run.activities.always('saveSubscription', new Error('Dodo rejects our key.'));
    await run.click('accepted');
    expect(await run.result()).toMatchObject({ outcome: 'payment_failed' });
    expect(run.activities.inputs('giveUpRetention')).toMatchObject([
      { presentationId: run.presentation(), subscriptionId: run.fixture.subscription.subscriptionId },
    ]);
  });

  it('whose pause cannot be ended is left to a person', async () => {
    const run = await harness.buy({ fixture: saving({ kind: 'pause', forMs: DAY }) });
    run.activities.always('resumeSubscription', new Error('Dodo rejects our key.'));
    await run.accept();
    const { subscriptionId } = run.fixture.subscription;
    await harness.environment.client.workflow.getHandle(workflowId.pause(subscriptionId)).result();
    expect(run.activities.inputs('giveUpResuming')).toMatchObject([{ subscriptionId }]);
  });
});
