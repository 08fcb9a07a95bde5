import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCommand } from '../../sandbox/local/run-command.js';
import { writeWorkflowBundle } from '../../src/temporal/bundle.js';
import { eventually } from '../support/eventually.js';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.js';
import { testClient, testTemporal, testWorker, uniqueId, uniqueTaskQueue } from '../support/temporal.js';
import { waiting } from './deployed-workflows.js';
import { probeActivities } from './probe-activities.js';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const source = (name: string) => fileURLToPath(new URL(`${name}-workflows.ts`, import.meta.url));
const taskQueue = uniqueTaskQueue();
const open = [uniqueId('open'), uniqueId('open')];
const ended = uniqueId('ended');

let folder: string;
const bundle = (name: string) => join(folder, `${name}.js`);

beforeAll(async () => {
  folder = await makeTemporaryFolder('replay-open');
  for (const name of ['deployed', 'changed'])
    await writeWorkflowBundle(bundle(name), { workflowsPath: source(name) });
  const { client } = await testClient();
  const worker = await testWorker({
    taskQueue,
    workflowsPath: source('deployed'),
    activities: probeActivities,
  });
  await worker.runUntil(async () => {
    for (const workflowId of [...open, ended]) {
      const handle = await client.workflow.start(waiting, { taskQueue, workflowId });
      await eventually('it waits', async () =>
        (await handle.fetchHistory()).events?.some((event) => event.timerStartedEventAttributes),
      );
    }
  });
  await client.workflow.getHandle(ended).terminate();
  await eventually('they are listed', async () => {
    const { count } = await client.workflow.count(
      `TaskQueue = "${taskQueue}" AND ExecutionStatus = "Running"`,
    );
    return count === open.length || undefined;
  });
}, 60_000);

afterAll(async () => {
  const { client } = await testClient();
  await Promise.all(open.map((workflowId) => client.workflow.getHandle(workflowId).terminate()));
  await removeFolder(folder);
});

async function replayOpen(...args: string[]) {
  const { address, namespace } = await testTemporal();
  const { PATH = '', HOME = '' } = process.env;
  return await runCommand(
    process.execPath,
    [join(repository, 'deploy/run.mjs'), join(repository, 'src/replay-open.ts'), ...args],
    {
      cwd: folder,
      env: {
        PATH,
        HOME,
        TEMPORAL_ADDRESS: address,
        TEMPORAL_NAMESPACE: namespace,
        TEMPORAL_TASK_QUEUE: taskQueue,
      },
    },
  );
}

it('`npm run replay-open` ends with 0 when every open run can go on', async () => {
  const { code, output } = await replayOpen('--bundle', bundle('deployed'));
  expect(output).toContain('can go on with this build: 2 were replayed.');
  expect(code).toBe(0);
});

it('`npm run replay-open` names the open runs that would be stuck, and ends with 1', async () => {
  const { code, output } = await replayOpen('--bundle', bundle('changed'));
  for (const workflowId of open) expect(output).toMatch(new RegExp(`^${workflowId} .*\\[TMPRL1100\\]`, 'm'));
  expect(output).not.toContain(ended);
  expect(output).toContain('2 of 2 open runs');
  expect(code).toBe(1);
});
