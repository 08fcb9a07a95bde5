/**
 * Health check of a worker container: asks Temporal whether the worker on this host has polled the task queue recently.
 * Exits with 0 if it has, else with 1 and the reason.
 *
 * The check also fails while Temporal cannot be reached, so use it for monitoring and alerts, not to restart workers.
 */
import { hostname } from 'node:os';
import { connectClient } from '../../dist/src/temporal/connect.js';

const CONNECT_TIMEOUT = 5_000;
/** A poll that finds no task lasts a minute. */
const SILENT_AFTER = 150_000;
const WORKFLOW_TASKS = 1;
const DEFAULT_TASK_QUEUE = 'offers';

const taskQueue = process.env.TEMPORAL_TASK_QUEUE?.trim() || DEFAULT_TASK_QUEUE;
try {
  const { connection, namespace } = await connectClient({}, { connectTimeoutMs: CONNECT_TIMEOUT });
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: WORKFLOW_TASKS,
  });
  await connection.close();
  // A worker's identity is <process id>@<host name>, and every container has its own host name.
  const lastPolls = pollers
    .filter(({ identity }) => identity?.endsWith(`@${hostname()}`))
    .map(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1_000);
  if (lastPolls.length === 0) fail(`No worker on ${hostname()} polls the task queue "${taskQueue}".`);
  const silentFor = Date.now() - Math.max(...lastPolls);
  if (silentFor > SILENT_AFTER) fail(`The worker on ${hostname()} last polled ${silentFor} ms ago.`);
} catch (error) {
  fail(error.message);
}

function fail(reason) {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}
