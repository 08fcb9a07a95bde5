/** Creates the worker. */
import type { DataConverter } from '@temporalio/common';
import { Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import { buildIdOf, workflowBundle, type WorkflowBundle } from './bundle.js';
import { receivingHeaders } from './propagation.js';

/**
 * A waiting run takes about 160 KiB of memory while cached, about 100 MB for all of them. Other runs are replayed from
 * their short histories when something happens to them.
 */
const MAX_CACHED_WORKFLOWS = 600;
/** Many of them only wait for their turn at Dodo, and must not keep a charge from beginning. */
const MAX_ACTIVITIES = 1_000;
/** Longer than a charge takes, so that a deployment never interrupts a call to the payment provider. */
const SHUTDOWN_GRACE = '45s';
const SHUTDOWN_FORCE = '60s';

interface CreateWorkerOptions {
  connection: NativeConnection;
  namespace: string;
  taskQueue: string;
  /** The activities by name. */
  activities: object;
  /** Defaults to the prebuilt bundle in production, else to a bundle of the current sources. */
  workflowBundle?: WorkflowBundle;
  /** The name of the deployment that this worker is a version of; without it, Worker Versioning is off. */
  deployment?: string;
  /** As `connectWorker` returns it. */
  dataConverter?: DataConverter;
  /** Further options of the SDK; they win over the choices made here. */
  overrides?: Partial<WorkerOptions>;
}

/**
 * Creates a worker for workflows and activities that is not running yet: call `run()`, and `shutdown()` to finish work
 * under way and stop. Call `installRuntime` first.
 *
 * @throws Error when the workflow code cannot be bundled or the namespace does not exist
 */
export async function createWorker(options: CreateWorkerOptions): Promise<Worker> {
  const bundle = options.workflowBundle ?? (await workflowBundle());
  return await Worker.create({
    connection: options.connection,
    namespace: options.namespace,
    taskQueue: options.taskQueue,
    activities: options.activities,
    workflowBundle: bundle,
    dataConverter: options.dataConverter,
    ...(options.deployment !== undefined && {
      workerDeploymentOptions: {
        version: { deploymentName: options.deployment, buildId: await buildIdOf(bundle) },
        useWorkerVersioning: true,
        defaultVersioningBehavior: 'AUTO_UPGRADE',
      },
    }),
    maxCachedWorkflows: MAX_CACHED_WORKFLOWS,
    maxConcurrentActivityTaskExecutions: MAX_ACTIVITIES,
    workflowTaskPollerBehavior: { type: 'autoscaling' },
    activityTaskPollerBehavior: { type: 'autoscaling' },
    shutdownGraceTime: SHUTDOWN_GRACE,
    shutdownForceTime: SHUTDOWN_FORCE,
    interceptors: { activity: [receivingHeaders] },
    ...options.overrides,
  });
}
