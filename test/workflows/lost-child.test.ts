/** On the ordinary server: the time-skipping one does not tell a parent that its child was terminated. */
import { describe, expect, it } from 'vitest';
import type { purchase } from '../../workflows/purchase.js';
import { testClient, testWorker, uniqueId, uniqueTaskQueue } from '../support/temporal.js';
import { createWorld } from './scripted-activities.js';
import { createRun } from './purchase-run.js';
import { HOUR, MINUTE, PLAN_CHANGE, shopFor } from './purchase-fixture.js';

describe('a plan change that somebody has terminated', () => {
  it('goes to an operator: money may have been on its way', async () => {
    const { client, connection, namespace } = await testClient();
    const taskQueue = uniqueTaskQueue();
    const world = createWorld(shopFor(uniqueId('pay'), PLAN_CHANGE), async () => Date.now());
    const { purchaseId, workflowId } = world.shop;
    const run = createRun(
      { client, connection, namespace, sleep: () => Promise.reject(new Error('no')) },
      world,
    );
    const worker = await testWorker({ taskQueue, activities: world.activities });
    await worker.runUntil(async () => {
      await client.workflow.start<typeof purchase>('purchase', {
        workflowId,
        taskQueue,
        args: [
          {
            purchaseId,
            trigger: 'upgrade_requested',
            event: { customerId: world.shop.customerId },
            timing: { reconcileWindowMs: HOUR, pollIntervalMs: MINUTE },
            notify: false,
          },
        ],
      });
      await world.called('evaluate');
      const accepted = run.accept();
      await world.called('changePlan');
      await run.child.planChange.terminate('a mistake');
      await world.called('recordState');
      expect(await accepted).toMatchObject({ status: 'needs_review' });
      expect(await run.resolve(false)).toEqual({ paid: false });
      expect(await run.result()).toMatchObject({ outcome: 'payment_failed' });
    });
  });
});
