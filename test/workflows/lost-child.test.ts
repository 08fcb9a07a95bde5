/** On the ordinary server, because the time-skipping one does not tell a parent that its child was terminated. */
import { describe, expect, it } from 'vitest';
import type { WorkflowHandle } from '@temporalio/client';
import type { purchase } from '../../workflows/purchase.js';
import { testClient, testWorker, uniqueId, uniqueTaskQueue } from '../support/temporal.js';
import { unlessBroken } from '../support/workflow-task-failures.js';
import { scriptActivities } from './scripted-activities.js';
import { purchaseRun } from './purchase-run.js';
import { HOUR, MINUTE, PLAN_CHANGE, purchaseFixture } from './purchase-fixture.js';

describe('a plan change that an operator terminates', () => {
  it('goes to review, because money may have moved', async () => {
    const { client, connection, namespace } = await testClient();
    const taskQueue = uniqueTaskQueue();
    const activities = scriptActivities(purchaseFixture(uniqueId('pay'), PLAN_CHANGE), async () =>
      Date.now(),
    );
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
            timing: { reconcileWindowMs: HOUR, pollIntervalMs: MINUTE },
            notify: false,
          },
        ],
      });
      await activities.called('evaluate');
      const accepted = run.accept();
      await activities.called('changePlan');
      await run.child.planChange.terminate('a mistake');
      await activities.called('recordState');
      expect(await accepted).toMatchObject({ status: 'needs_review' });
      expect(await run.resolve(false)).toEqual({ paid: false });
      expect(await run.result()).toMatchObject({ outcome: 'payment_failed' });
    };
    const runs = async () => [run.handle as WorkflowHandle, run.child.planChange];
    await worker.runUntil(() => unlessBroken(runs, scenario, async (fault) => activities.abandon(fault)));
  });
});
