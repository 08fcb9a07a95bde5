import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Worker } from '@temporalio/worker';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { serveHttp } from '../../src/http-server.js';
import { workerProbes } from '../../src/http/worker-probes.js';
import { createLogger } from '../../src/log.js';
import { registry } from '../../src/metrics.js';
import { stuckRuns, watchStuckRuns, type StuckRunsWatch } from '../../src/temporal/stuck-runs.js';

import { eventually } from '../support/eventually.js';
import { testClient, testWorker, uniqueId, uniqueTaskQueue } from '../support/temporal.js';
import { goOn, waiting } from './deployed-workflows.js';
import { probeActivities } from './probe-activities.js';

const build = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const [DEPLOYED, CHANGED] = [build('deployed-workflows.ts'), build('changed-workflows.ts')];

const watches: StuckRunsWatch[] = [];
afterEach(() => Promise.all(watches.splice(0).map((watch) => watch.stop())));

async function watch(taskQueue: string, log = createLogger('silent')): Promise<StuckRunsWatch> {
  const { client } = await testClient();
  const started = watchStuckRuns({ client, taskQueue, log });
  watches.push(started);
  return started;
}

async function running<T>(
  taskQueue: string,
  workflowsPath: string,
  work: (worker: Worker) => Promise<T>,
): Promise<T> {
  const worker = await testWorker({ taskQueue, workflowsPath, activities: probeActivities });
  return await worker.runUntil(() => work(worker));
}

const named = (workflowId: string) =>
  eventually('the run is named', async () => stuckRuns().find((run) => run.workflowId === workflowId));
const forgotten = (workflowId: string, watching: StuckRunsWatch) =>
  eventually('the run is stuck no more', async () => {
    await watching.look();
    return stuckRuns().every((run) => run.workflowId !== workflowId) || undefined;
  });

describe('a run that began on a build and fails on the next one', () => {
  it('is named while it fails, by a worker that starts later, too, and no more once it is reset', async () => {
    const { client, namespace } = await testClient();
    const taskQueue = uniqueTaskQueue();
    const workflowId = uniqueId('stuck');
    const handle = await running(taskQueue, DEPLOYED, async () => {
      const started = await client.workflow.start(waiting, { taskQueue, workflowId });
      await eventually('its first task is done', async () =>
        (await started.fetchHistory()).events?.some((event) => event.timerStartedEventAttributes),
      );
      return started;
    });
    await running(taskQueue, CHANGED, async () => {
      const first = await watch(taskQueue);
      expect(await first.look()).toEqual([]);
      await handle.signal(goOn);

      const run = await named(workflowId);
      expect(run).toMatchObject({ workflowType: 'waiting', reason: 'nondeterminism' });
      expect(run.problem).toContain('[TMPRL1100]');
      expect(await registry.metrics()).toMatch(/^upsells_runs_stuck\{reason="nondeterminism"\} 1$/m);
      expect(await registry.metrics()).toMatch(
        /^upsells_workflow_task_failures_total\{reason="nondeterminism"\} [1-9]/m,
      );

      // A worker that starts now has seen none of it.
      await first.stop();
      expect(stuckRuns()).toEqual([]);
      const second = await watch(taskQueue);
      expect(await second.look()).toMatchObject([{ workflowId, reason: 'nondeterminism' }]);

      await client.workflowService.resetWorkflowExecution({
        namespace,
        workflowExecution: { workflowId },
        reason: 'the way out',
        requestId: randomUUID(),
        workflowTaskFinishEventId: (await handle.fetchHistory()).events?.find(
          (event) => event.workflowTaskCompletedEventAttributes,
        )?.eventId,
      });
      await forgotten(workflowId, second);
      expect(await registry.metrics()).toMatch(/^upsells_runs_stuck\{reason="nondeterminism"\} 0$/m);
      // The signal was kept.
      await client.workflow.getHandle(workflowId).result();
    });
  });
});

describe('a run with a bug', () => {
  it('turns the readiness of its worker yellow, until it is ended', async () => {
    const { client } = await testClient();
    const taskQueue = uniqueTaskQueue();
    const workflowId = uniqueId('bug');
    const reached = { ping: () => Promise.resolve() };
    await running(taskQueue, CHANGED, async (worker) => {
      const isRunning = () => worker.getState() === 'RUNNING';
      const probes = await serveHttp(
        workerProbes({ ledger: reached, runs: reached, log: createLogger('silent'), isRunning }),
        { host: '127.0.0.1', port: 0 },
      );
      onTestFinished(() => probes.close());
      const ask = async (path: string) => {
        const answer = await fetch(`${probes.url}${path}`);
        return { status: answer.status, body: await answer.text() };
      };
      const ready = async () => {
        const { status, body } = await ask('/readyz');
        return { status, body: JSON.parse(body) as object };
      };
      const lines: string[] = [];
      const watching = await watch(
        taskQueue,
        createLogger('info', { write: (line) => void lines.push(line) }),
      );
      expect(await ready()).toEqual({
        status: 200,
        body: { status: 'ready', temporal: true, database: true },
      });

      const handle = await client.workflow.start('failing', { taskQueue, workflowId });
      await named(workflowId);
      expect(await ready()).toMatchObject({
        status: 200,
        body: { status: 'degraded', stuckRuns: [{ workflowId, reason: 'failure' }] },
      });
      expect((await ask('/metrics')).body).toContain('upsells_runs_stuck{reason="failure"} 1');
      expect((await ask('/healthz')).status).toBe(200);
      expect((await ask('/other')).status).toBe(404);
      expect(lines.join('')).toMatch(new RegExp(`"workflowId":"${workflowId}".*"problem":"a bug"`));

      await handle.terminate();
      await forgotten(workflowId, watching);
      expect(await ready()).toMatchObject({ status: 200, body: { status: 'ready' } });
      expect(lines.join('')).toContain('a run is no longer stuck');
    });
  });
});
