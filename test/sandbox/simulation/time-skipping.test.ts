import { fileURLToPath } from 'node:url';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleWorkflows } from '../../../src/temporal/bundle.js';
import { createWorker } from '../../../src/temporal/worker.js';
import { searchAttributeKeys } from '../../../src/contract/search-attributes.js';
import { uniqueId, uniqueTaskQueue } from '../../support/temporal.js';
import { timeSkippingEnvironment } from '../../../sandbox/simulation/time-skipping.js';
import { waitDays } from '../../temporal/probe-workflows.js';

const workflowsPath = fileURLToPath(new URL('../../temporal/probe-workflows.ts', import.meta.url));
const MINUTE = 60_000;

describe('the time-skipping environment', () => {
  let environment: TestWorkflowEnvironment;
  beforeAll(async () => {
    environment = await timeSkippingEnvironment();
  });
  afterAll(() => environment?.teardown());

  it('waits out thirty days in seconds, for a run with search attributes', async () => {
    const taskQueue = uniqueTaskQueue();
    const worker = await createWorker({
      connection: environment.nativeConnection,
      namespace: environment.namespace ?? 'default',
      taskQueue,
      activities: {},
      workflowBundle: await bundleWorkflows({ workflowsPath }),
    });
    const started = Date.now();
    const result = await worker.runUntil(
      environment.client.workflow.execute(waitDays, {
        taskQueue,
        workflowId: uniqueId(),
        args: [30],
        typedSearchAttributes: [{ key: searchAttributeKeys.CustomerId, value: 'cus_1' }],
      }),
    );
    expect(result).toBe('waited 30 days');
    expect(Date.now() - started).toBeLessThan(MINUTE);
  });
});
