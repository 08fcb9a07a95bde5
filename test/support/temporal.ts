import { randomUUID } from 'node:crypto';
import type { NativeConnection, Worker, WorkerOptions } from '@temporalio/worker';
import { afterAll } from 'vitest';
import { createLogger } from '../../src/log.js';
import { bundleWorkflows } from '../../src/temporal/bundle.js';
import { connectClient, connectWorker, type TemporalClient } from '../../src/temporal/connect.js';
import { installRuntime } from '../../src/temporal/runtime.js';
import { createWorker } from '../../src/temporal/worker.js';
import type { SharedBundle, SharedTemporal } from './global-setup.js';
import { ask } from './shared-resources.js';

let temporal: Promise<SharedTemporal> | undefined;
let bundle: Promise<SharedBundle> | undefined;
let client: Promise<TemporalClient> | undefined;
let workerConnection: Promise<NativeConnection> | undefined;

afterAll(async () => {
  await (await client?.catch(() => undefined))?.connection.close();
  await (await workerConnection?.catch(() => undefined))?.close();
});

/** Returns the Temporal server that all test files share. */
export async function testTemporal(): Promise<SharedTemporal> {
  return await (temporal ??= ask<SharedTemporal>('/temporal'));
}

/** Returns the bundle of `workflows/index.ts`, made once per test run. */
export async function testBundle(): Promise<SharedBundle> {
  return await (bundle ??= ask<SharedBundle>('/bundle'));
}

/** Returns a client of the shared server, one per test file. */
export async function testClient(): Promise<TemporalClient> {
  client ??= testTemporal().then((target) => connectClient({ ...target, embedded: true }));
  return await client;
}

/** Returns a worker connection to the shared server, one per test file. */
export async function testWorkerConnection(): Promise<NativeConnection> {
  workerConnection ??= testTemporal().then(async (target) => {
    installRuntime(createLogger(process.env.LOG_LEVEL ?? 'error'));
    return (await connectWorker({ ...target, embedded: true })).connection;
  });
  return await workerConnection;
}

/** Returns the name of a task queue that nothing else uses. */
export function uniqueTaskQueue(name = 'test'): string {
  return `${name}-${randomUUID()}`;
}

/** Returns a workflow id that nothing else uses. */
export function uniqueId(name = 'test'): string {
  return `${name}-${randomUUID()}`;
}

export interface TestWorkerOptions {
  taskQueue: string;
  activities?: object;
  /** Workflow code of the test's own, instead of the product's. */
  workflowsPath?: string;
  overrides?: Partial<WorkerOptions>;
}

/**
 * Creates a worker on the shared server, with the product's workflows or the test's own. Run it with
 * `worker.runUntil(...)`.
 */
export async function testWorker(options: TestWorkerOptions): Promise<Worker> {
  const { namespace } = await testTemporal();
  const { workflowsPath } = options;
  return await createWorker({
    connection: await testWorkerConnection(),
    namespace,
    taskQueue: options.taskQueue,
    activities: options.activities ?? {},
    workflowBundle: await (workflowsPath === undefined ? testBundle() : bundleWorkflows({ workflowsPath })),
    overrides: {
      // Tests need no grace period.
      shutdownGraceTime: '1s',
      shutdownForceTime: '10s',
      ...options.overrides,
    },
  });
}
