import { afterAll, beforeAll, expect, it } from 'vitest';
import { WorkflowFailedError } from '@temporalio/client';
import { fileURLToPath } from 'node:url';
import { connectClient, type TemporalClient } from '../../src/temporal/connect.js';
import { encryptingConverter, type PayloadKey } from '../../src/temporal/payload-codec.js';
import { eventually } from '../support/eventually.js';
import { testClient, testTemporal, testWorker, uniqueId, uniqueTaskQueue } from '../support/temporal.js';
import { greetSomebody } from './probe-workflows.js';

const KEY: PayloadKey = { id: 'one', key: Buffer.alloc(32, 9) };
const OTHER: PayloadKey = { id: 'other', key: Buffer.alloc(32, 8) };
const workflowsPath = fileURLToPath(new URL('probe-workflows.ts', import.meta.url));

let keyed: TemporalClient;

beforeAll(async () => {
  keyed = await connectClient({ ...(await testTemporal()), embedded: true, payloadKeys: () => [KEY] });
});
afterAll(() => keyed?.connection.close());

const workerWith = (keys: PayloadKey[], taskQueue: string, greet: (name: string) => Promise<string>) =>
  testWorker({
    taskQueue,
    workflowsPath,
    activities: { greet },
    overrides: { dataConverter: encryptingConverter(() => keys) },
  });

it('the message of a failure is for holders of the key', async () => {
  const taskQueue = uniqueTaskQueue();
  const { client } = await testClient();
  const worker = await workerWith([KEY], taskQueue, (name) =>
    Promise.reject(Object.assign(new Error(`${name} is at Rose Lane 4`), { name: 'Refused' })),
  );
  const workflowId = uniqueId();
  await worker.runUntil(async () => {
    await keyed.client.workflow.start(greetSomebody, { taskQueue, workflowId, args: ['Ada Rosewood'] });
    const failure = await eventually('a failure', async () => {
      const { raw } = await client.workflow.getHandle(workflowId).describe();
      return raw.pendingActivities?.[0]?.lastFailure ?? undefined;
    });
    const history = await client.workflow.getHandle(workflowId).fetchHistory();
    expect(JSON.stringify([failure, history])).not.toMatch(/Rose Lane|Ada Rosewood/);
    expect(failure.message).toBe('Encoded failure');
    await keyed.client.workflow.getHandle(workflowId).terminate();
  });
});

it('a run without its key waits, and goes on when the key is back', async () => {
  const taskQueue = uniqueTaskQueue();
  const workflowId = uniqueId();
  const greet = (name: string) => Promise.resolve(`Hello, ${name}`);
  await keyed.client.workflow.start(greetSomebody, { taskQueue, workflowId, args: ['Ada'] });
  const handle = keyed.client.workflow.getHandle(workflowId);
  await (
    await workerWith([OTHER], taskQueue, greet)
  ).runUntil(async () => {
    await eventually('a task that failed', async () =>
      (await handle.fetchHistory()).events?.some(({ workflowTaskFailedEventAttributes: failed }) => failed),
    );
  });
  expect((await handle.describe()).status.name).toBe('RUNNING');
  await (
    await workerWith([KEY, OTHER], taskQueue, greet)
  ).runUntil(async () => {
    expect(await handle.result()).toBe('Hello, Ada');
  });
  const { client } = await testClient();
  const sealed: unknown = await client.workflow
    .getHandle(workflowId)
    .result()
    .catch((error: unknown) => error);
  expect(sealed).not.toBe('Hello, Ada');
  expect(sealed).not.toBeInstanceOf(WorkflowFailedError);
});
