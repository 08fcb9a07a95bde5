import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bundleWorkflows, writeWorkflowBundle } from '../../src/temporal/bundle.js';
import { createWorker } from '../../src/temporal/worker.js';
import {
  testClient,
  testTemporal,
  testWorker,
  testWorkerConnection,
  uniqueId,
  uniqueTaskQueue,
} from '../support/temporal.js';
import { probeActivities } from './probe-activities.js';
import { collect, finish, greetSomebody, note } from './probe-workflows.js';

const workflowsPath = fileURLToPath(new URL('./probe-workflows.ts', import.meta.url));

describe('a worker', () => {
  it('runs workflows, their signals and activities', async () => {
    const { client } = await testClient();
    const taskQueue = uniqueTaskQueue();
    const worker = await testWorker({ taskQueue, workflowsPath, activities: probeActivities });
    await worker.runUntil(async () => {
      const greeting = await client.workflow.execute(greetSomebody, {
        taskQueue,
        workflowId: uniqueId(),
        args: ['Ada'],
      });
      expect(greeting).toBe('Hello, Ada');

      const handle = await client.workflow.signalWithStart(collect, {
        taskQueue,
        workflowId: uniqueId(),
        signal: note,
        signalArgs: ['first'],
      });
      await handle.signal(note, 'second');
      await handle.signal(finish);
      expect(await handle.result()).toEqual(['first', 'second']);
    });
    expect(worker.getState()).toBe('STOPPED');
  });

  it('starts from a prebuilt bundle', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bundle-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const codePath = join(folder, 'dist', 'workflow-bundle.js');
    await writeWorkflowBundle(codePath, { workflowsPath });
    expect(await readFile(codePath, 'utf8')).toContain('greetSomebody');

    const { client } = await testClient();
    const { namespace } = await testTemporal();
    const taskQueue = uniqueTaskQueue();
    const worker = await createWorker({
      connection: await testWorkerConnection(),
      namespace,
      taskQueue,
      activities: probeActivities,
      workflowBundle: { codePath },
    });
    const options = { taskQueue, workflowId: uniqueId(), args: ['Grace'] as [string] };
    expect(await worker.runUntil(client.workflow.execute(greetSomebody, options))).toBe('Hello, Grace');
  });

  it('rejects workflow code that accesses the outside world', async () => {
    const offender = fileURLToPath(new URL('./probe-offender.ts', import.meta.url));
    await expect(bundleWorkflows({ workflowsPath: offender })).rejects.toThrow(/probe-offender\.ts/);
  });
});
