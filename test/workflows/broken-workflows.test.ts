import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleWorkflows } from '../../src/temporal/bundle.js';
import { BrokenWorkflow } from '../support/workflow-task-failures.js';
import { useWorkflowHarness } from './use-workflow-harness.js';
import { openWorkflowHarness, type WorkflowHarness } from './workflow-harness.js';

const SECOND = 1000;
/** Temporal retries a failed workflow task for ever, so a test that waited for it would take its whole minute. */
const AT_ONCE = 10 * SECOND;

const bundle = () =>
  bundleWorkflows({ workflowsPath: fileURLToPath(new URL('broken-workflows.ts', import.meta.url)) });
const FIRST_TASK = { purchaseId: 'first-task' };

describe('a workflow with a bug', () => {
  let harness: WorkflowHarness;
  beforeAll(async () => {
    harness = await openWorkflowHarness(await bundle());
  });
  afterAll(() => harness.close());

  async function expectStopped(message: RegExp, work: () => Promise<unknown>): Promise<void> {
    const startedAt = performance.now();
    const fault: unknown = await harness.unlessBroken(work).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(BrokenWorkflow);
    expect((fault as Error).message).toMatch(message);
    expect(performance.now() - startedAt).toBeLessThan(AT_ONCE);
    await harness.endRuns();
  }

  it('stops the wait for its first activity', async () => {
    const message = /^The workflow code of purchase\/\S+ failed: a bug in the first task$/;
    await expectStopped(message, () => harness.buy({ input: FIRST_TASK }));
  });

  it('stops the wait for a result, a query and an activity', async () => {
    for (const wait of ['result', 'state', 'activity'] as const) {
      await expectStopped(/failed: a bug in a handler$/, async () => {
        const run = await harness.buy();
        await run.signal('withdrawOffer');
        if (wait === 'activity') await run.activities.called('charge');
        else await run[wait]();
      });
    }
  });
});

describe('a test of a workflow with a bug', () => {
  const harness = useWorkflowHarness({ bundle });
  let startedAt: number;

  it.fails('fails', async () => {
    startedAt = performance.now();
    await harness.buy({ input: FIRST_TASK });
  });

  it('fails within seconds, and the next test can run', async () => {
    expect(performance.now() - startedAt).toBeLessThan(AT_ONCE);
    const run = await harness.buy();
    expect(run.activities.calls()).toEqual(['evaluate']);
  });
});
