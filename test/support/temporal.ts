import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import type { NativeConnection, Worker, WorkerOptions } from '@temporalio/worker';
import { afterAll, inject } from 'vitest';
import { createLogger } from '../../src/log.js';
import { bundleWorkflows } from '../../src/temporal/bundle.js';
import { connectClient, connectWorker, type TemporalClient } from '../../src/temporal/connect.js';
import { installRuntime } from '../../src/temporal/runtime.js';
import { createWorker } from '../../src/temporal/worker.js';
import type { SharedBundle, SharedTemporal } from './global-setup.js';

let temporal: Promise<SharedTemporal> | undefined;
let bundle: Promise<SharedBundle> | undefined;
let client: Promise<TemporalClient> | undefined;
let workerConnection: Promise<NativeConnection> | undefined;

afterAll(async () => {
  await (await client?.catch(() => undefined))?.connection.close();
  await (await workerConnection?.catch(() => undefined))?.close();
});

/** The Temporal server shared by all test files. */
export async function testTemporal(): Promise<SharedTemporal> {
  return await (temporal ??= ask<SharedTemporal>('/temporal'));
}

/** The bundle of `workflows/index.ts`, made once per test run. */
export async function testBundle(): Promise<SharedBundle> {
  return await (bundle ??= ask<SharedBundle>('/bundle'));
}

/** A client of the shared server, one per test file. */
export async function testClient(): Promise<TemporalClient> {
  client ??= testTemporal().then((target) => connectClient({ ...target, embedded: true }));
  return await client;
}

/** A worker connection to the shared server, one per test file. */
export async function testWorkerConnection(): Promise<NativeConnection> {
  workerConnection ??= testTemporal().then(async (target) => {
    installRuntime(createLogger(process.env.LOG_LEVEL ?? 'error'));
    return (await connectWorker({ ...target, embedded: true })).connection;
  });
  return await workerConnection;
}

/** A task queue nobody else uses. */
export function uniqueTaskQueue(name = 'test'): string {
  return `${name}-${randomUUID()}`;
}

/** A workflow id nobody else uses. */
export function uniqueId(name = 'test'): string {
  return `${name}-${randomUUID()}`;
}

export interface TestWorkerOptions {
  taskQueue: string;
  activities?: object;
  /** Other workflow code than the product's: a module of the test itself. */
  workflowsPath?: string;
  overrides?: Partial<WorkerOptions>;
}

/**
 * A worker on the shared server with the product's workflows, or the test's own. Run it with `worker.runUntil(...)`.
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
      // Tests do not wait out the grace of a deployment.
      shutdownGraceTime: '1s',
      shutdownForceTime: '10s',
      ...options.overrides,
    },
  });
}

/** Waits as long as it takes: `fetch` would give up on a server that is being built. */
async function ask<T>(path: string): Promise<T> {
  return await new Promise((resolve, reject) => {
    const sent = request(inject('sharedTestResources') + path, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () => {
        if (response.statusCode === 200) resolve(JSON.parse(body) as T);
        else reject(new Error(body));
      });
    });
    sent.once('error', reject);
    sent.end();
  });
}
