import { Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import { workflowBundle, type WorkflowBundle } from './bundle.js';

/**
 * A run that waits takes about 160 KiB of memory while cached, so this is some 100 MB. Runs beyond it are replayed
 * from their short histories when something happens to them.
 */
const MAX_CACHED_WORKFLOWS = 600;
/** Longer than a charge takes: an activity that talks to the payment provider is never cut off by a deployment. */
const SHUTDOWN_GRACE = '45s';
const SHUTDOWN_FORCE = '60s';

export interface CreateWorkerOptions {
  connection: NativeConnection;
  namespace: string;
  taskQueue: string;
  /** By activity name. */
  activities: object;
  /** The prebuilt bundle in production, else the sources bundled now, when absent. */
  workflowBundle?: WorkflowBundle;
  maxCachedWorkflows?: number;
  /** Everything else the SDK lets one set; wins over the choices made here. */
  overrides?: Partial<WorkerOptions>;
}

/**
 * A worker for workflows and activities, not yet running: call `run()`, and `shutdown()` to finish what is under way
 * and stop. Call `installRuntime` first.
 *
 * @throws Error when the workflow code cannot be bundled or the namespace does not exist
 */
export async function createWorker(options: CreateWorkerOptions): Promise<Worker> {
  return await Worker.create({
    connection: options.connection,
    namespace: options.namespace,
    taskQueue: options.taskQueue,
    activities: options.activities,
    workflowBundle: options.workflowBundle ?? (await workflowBundle()),
    maxCachedWorkflows: options.maxCachedWorkflows ?? MAX_CACHED_WORKFLOWS,
    workflowTaskPollerBehavior: { type: 'autoscaling' },
    activityTaskPollerBehavior: { type: 'autoscaling' },
    shutdownGraceTime: SHUTDOWN_GRACE,
    shutdownForceTime: SHUTDOWN_FORCE,
    ...options.overrides,
  });
}
