/** Worker Versioning on Temporal's real development server, with the script that operators use. */
import { symlink } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../sandbox/local/run-command.js';
import { findTemporalBinary } from '../../sandbox/local/server-binary.js';
import { buildIdOf, bundleWorkflows, type WorkflowBundle } from '../../src/temporal/bundle.js';
import { createWorker } from '../../src/temporal/worker.js';
import * as workflows from '../../workflows/index.js';
import { eventually } from '../support/eventually.js';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.js';
import {
  testClient,
  testTemporal,
  testWorker,
  testWorkerConnection,
  uniqueId,
  uniqueTaskQueue,
} from '../support/temporal.js';

const script = fileURLToPath(new URL('../../deploy/temporal/versions.sh', import.meta.url));
const source = (build: string) => fileURLToPath(new URL(`build-${build}-workflows.ts`, import.meta.url));
const { PATH = '' } = process.env;

const deployment = uniqueId('deployment');
const taskQueue = uniqueTaskQueue('versions');
const stopping: (() => Promise<void>)[] = [];
let folder: string;
let a: string;
let b: string;

async function versions(...args: string[]) {
  const { address, namespace } = await testTemporal();
  return await runCommand('sh', [script, ...args], {
    cwd: folder,
    env: {
      PATH: folder + delimiter + PATH,
      HOME: folder,
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: namespace,
      TEMPORAL_DEPLOYMENT_NAME: deployment,
    },
  });
}

/** Runs the script until the server knows of the version: it does once a worker has polled. */
async function versionsSoon(...args: string[]): Promise<void> {
  let said = '';
  await eventually(`versions.sh ${args.join(' ')}`, async () => {
    const { code, output } = await versions(...args);
    said = output;
    return code === 0 || undefined;
  }).catch((error: Error) => {
    throw new Error(`${error.message}\n${said}`, { cause: error });
  });
}

async function startBuild(bundle: WorkflowBundle): Promise<string> {
  const { namespace } = await testTemporal();
  const worker = await createWorker({
    connection: await testWorkerConnection(),
    namespace,
    taskQueue,
    activities: {},
    workflowBundle: bundle,
    deployment,
    overrides: { shutdownGraceTime: '1s', shutdownForceTime: '10s' },
  });
  const running = worker.run();
  stopping.push(async () => {
    worker.shutdown();
    await running;
  });
  return await buildIdOf(bundle);
}

async function start(type: 'long' | 'short') {
  const { client } = await testClient();
  const handle = await client.workflow.start(type, { taskQueue, workflowId: uniqueId(type) });
  return {
    /** Waits until a worker has taken it. */
    async taken(): Promise<void> {
      await eventually('it runs', async () =>
        (await handle.fetchHistory()).events?.some((event) => event.workflowTaskCompletedEventAttributes),
      );
    },
    async hasBegun(): Promise<boolean> {
      const { events } = await handle.fetchHistory();
      return events?.some((event) => event.workflowTaskCompletedEventAttributes) ?? false;
    },
    async endsOn(): Promise<unknown> {
      await handle.signal('goOn');
      return await handle.result();
    },
  };
}

beforeAll(async () => {
  folder = await makeTemporaryFolder('versions');
  await symlink((await findTemporalBinary()).path, join(folder, 'temporal'));
});
afterAll(async () => {
  await Promise.all(stopping.map((stop) => stop()));
  await removeFolder(folder);
});

describe('the build id', () => {
  it('is a hash of the workflow code, and the same for the same code', async () => {
    const [one, again, other] = await Promise.all([
      bundleWorkflows({ workflowsPath: source('a') }),
      bundleWorkflows({ workflowsPath: source('a') }),
      bundleWorkflows({ workflowsPath: source('b') }),
    ]);
    expect(await buildIdOf(one)).toMatch(/^[0-9a-f]{16}$/);
    expect(await buildIdOf(again)).toBe(await buildIdOf(one));
    expect(await buildIdOf(other)).not.toBe(await buildIdOf(one));
  });
});

describe('the versions of a deployment', () => {
  it('take no work before they are promoted, and then all of it', async () => {
    a = await startBuild(await bundleWorkflows({ workflowsPath: source('a') }));
    const waiting = await start('long');
    expect(await waiting.hasBegun()).toBe(false);
    await versionsSoon('promote', a);
    await waiting.taken();
    expect(await waiting.endsOn()).toBe('A');
  });

  it('keep short runs where they began, and let long ones go on with the current one', async () => {
    const [long, short] = [await start('long'), await start('short')];
    await Promise.all([long.taken(), short.taken()]);
    b = await startBuild(await bundleWorkflows({ workflowsPath: source('b') }));
    await versionsSoon('ramp', b, '100');
    const { output } = await versions('status');
    expect(output).toContain(a);
    expect(output).toContain(b);
    const ramped = await start('long');
    await ramped.taken();
    expect(await ramped.endsOn()).toBe('B');

    await versionsSoon('promote', b);
    expect(await long.endsOn()).toBe('B');
    expect(await short.endsOn()).toBe('A');
  });

  it('go back: from a ramp, and to an earlier version', async () => {
    expect(await versions('rollback')).toMatchObject({
      code: 1,
      output: expect.stringContaining('No version is ramping') as unknown,
    });
    const long = await start('long');
    await long.taken();
    await versionsSoon('rollback', a);
    expect(await long.endsOn()).toBe('A');

    await versionsSoon('ramp', b, '100');
    await versionsSoon('rollback');
    const after = await start('long');
    await after.taken();
    expect(await after.endsOn()).toBe('A');
  });

  it('are explained to those who call the script in another way', async () => {
    for (const args of [[], ['ramp', a], ['other']]) {
      const { code, output } = await versions(...args);
      expect(code).toBe(2);
      expect(output).toContain('versions.sh promote BUILD');
    }
  });
});

describe('the workflows of this product', () => {
  it('run without versioning, too, also those that would be pinned', async () => {
    const { client } = await testClient();
    const plain = uniqueTaskQueue('plain');
    const worker = await testWorker({ taskQueue: plain, workflowsPath: source('a') });
    await worker.runUntil(async () => {
      for (const type of ['long', 'short']) {
        const options = { taskQueue: plain, workflowId: uniqueId(type) };
        const handle = await client.workflow.start(type, options);
        await handle.signal('goOn');
        expect(await handle.result()).toBe('A');
      }
    });
  });

  it('are pinned only where they are short', () => {
    const pinned = Object.entries(workflows).filter(([, run]) => 'workflowDefinitionOptions' in run);
    expect(pinned.map(([name]) => name).sort()).toEqual(['closing', 'janitor', 'resolution', 'sweep']);
  });
});
