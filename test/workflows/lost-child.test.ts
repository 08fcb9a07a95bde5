/** On the ordinary server, because the time-skipping one does not tell a parent that its child was terminated. */
import { describe, expect, it } from 'vitest';
import type { WorkflowHandle } from '@temporalio/client';
import type { purchase } from '../../workflows/purchase.js';
import { testClient, testWorker, uniqueId, uniqueTaskQueue } from '../support/temporal.js';
import { unlessBroken } from '../support/workflow-task-failures.js';
import { scriptActivities, type ScriptedActivities } from './scripted-activities.js';
import { purchaseRun, type PurchaseRun } from './purchase-run.js';
import { HOUR, PLAN_CHANGE, SECOND, purchaseFixture } from './purchase-fixture.js';

/** Plays a run whose plan change is terminated right after it was sent. */
async function lost(
  what: (run: PurchaseRun, accepted: ReturnType<PurchaseRun['accept']>) => Promise<void>,
  { script, notify = false }: { script?: (activities: ScriptedActivities) => void; notify?: boolean } = {},
): Promise<void> {
  const { client, connection, namespace } = await testClient();
  const taskQueue = uniqueTaskQueue();
  const activities = scriptActivities(purchaseFixture(uniqueId('pay'), PLAN_CHANGE), async () => Date.now());
  script?.(activities);
  const { purchaseId, workflowId } = activities.fixture;
  const run = purchaseRun(
    { client, connection, namespace, sleep: () => Promise.reject(new Error('no')) },
    activities,
  );
  const worker = await testWorker({ taskQueue, activities: activities.implementations });
  const scenario = async () => {
    await client.workflow.start<typeof purchase>('purchase', {
      workflowId,
      taskQueue,
      args: [
        {
          purchaseId,
          trigger: 'upgrade_requested',
          event: { customerId: activities.fixture.customerId },
          // A lost change is looked up six times less often at first.
          timing: { reconcileWindowMs: HOUR, pollIntervalMs: SECOND },
          notify,
        },
      ],
    });
    await activities.called('evaluate');
    const accepted = run.accept();
    await activities.called('changePlan');
    await run.child.planChange.terminate('a mistake');
    await what(run, accepted);
  };
  const runs = async () => [run.handle as WorkflowHandle, run.child.planChange];
  await worker.runUntil(() => unlessBroken(runs, scenario, async (fault) => activities.abandon(fault)));
}

describe('a plan change that an operator terminates', () => {
  it('goes to review, because money may have moved', () =>
    lost(async (run, accepted) => {
      await run.activities.called('recordState');
      expect(await accepted).toMatchObject({ status: 'needs_review' });
      expect(await run.resolve(false)).toEqual({ paid: false });
      expect(await run.result()).toMatchObject({ outcome: 'payment_failed' });
    }));

  it('is settled at once when Dodo says that it was paid', () =>
    lost(
      async (run, accepted) => {
        expect(await accepted).toMatchObject({ status: 'paid' });
        expect(await run.result()).toMatchObject({ outcome: 'converted' });
        expect(run.activities.calls()).not.toContain('recordState');
        expect(run.activities.inputs('settle')).toMatchObject([
          { presentation: { paid: { attemptId: run.attempt(1) } } },
        ]);
      },
      {
        script: (activities) =>
          activities.always('lookUpLostPlanChange', {
            kind: 'fulfilled',
            paidVia: 'attempt',
            newSubscription: false,
            attemptId: `plan-change/${activities.fixture.subscription.subscriptionId}:prs_${activities.fixture.purchaseId}_pro:1`,
          }),
      },
    ));

  it('is settled while it is under review, as soon as Dodo says what came of it', () =>
    lost(async (run, accepted) => {
      expect(await accepted).toMatchObject({ status: 'needs_review' });
      run.activities.book(run.attempt(1), 'succeeded');
      run.activities.books.subscription.productId = 'prod_pro';
      expect(await run.result()).toMatchObject({ outcome: 'converted' });
    }));

  it('fails when Dodo says that it was not paid', () =>
    lost(
      async (run, accepted) => {
        expect(await accepted).toMatchObject({ status: 'failed' });
        expect(await run.result()).toMatchObject({ outcome: 'payment_failed' });
      },
      { script: (activities) => activities.always('lookUpLostPlanChange', { kind: 'failed' }) },
    ));

  it('ends the replaced subscription when a new one was bought at its fallback', () =>
    lost(
      async (run) => {
        expect(await run.result()).toMatchObject({ outcome: 'recovered' });
        await run.activities.called('compensate');
        expect(run.activities.inputs('compensate')).toMatchObject([
          { kind: 'end_subscription', subscriptionId: run.fixture.subscription.subscriptionId },
        ]);
      },
      {
        script: (activities) =>
          activities.always('lookUpLostPlanChange', {
            kind: 'fulfilled',
            paidVia: 'fallback',
            newSubscription: true,
            attemptId: 'plan-change/sub:prs:2',
          }),
      },
    ));

  it('tells the merchant nothing twice when a late payment was first', () =>
    lost(
      async (run) => {
        expect(await run.result()).toMatchObject({ outcome: 'converted' });
        await run.child.notifications.result();
        expect(run.activities.delivered.map(({ type }) => type)).toEqual([
          'offer.presented',
          'offer.accepted',
        ]);
        expect(run.activities.calls()).not.toContain('compensate');
      },
      {
        notify: true,
        script: (activities) =>
          activities.always('lookUpLostPlanChange', {
            kind: 'fulfilled',
            paidVia: 'attempt',
            newSubscription: false,
            attemptId: 'plan-change/sub:prs:1',
            told: true,
          }),
      },
    ));
});
