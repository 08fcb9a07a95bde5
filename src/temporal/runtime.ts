/** Sets up the SDK's runtime. */
import { DefaultLogger, makeTelemetryFilterString, Runtime, type LogEntry } from '@temporalio/worker';
import type { Logger } from '../log.js';
import { noteTaskFailure } from './stuck-runs.js';

let installed = false;

/**
 * Sends the logs of the SDK and its native core to `logger`. Only the first call in a process counts, and it must precede
 * any worker or worker connection. Handling signals is left to the process, which stops its parts in order (server,
 * worker, connections) through `worker.shutdown()`.
 *
 * @param metricsAddress `host:port` where the SDK shows its metrics to Prometheus; nowhere without
 */
export function installRuntime(logger: Logger, metricsAddress?: string): void {
  if (installed) return;
  installed = true;
  Runtime.install({
    logger: new DefaultLogger('INFO', (entry) => writeEntry(logger, entry)),
    shutdownSignals: [],
    telemetryOptions: {
      ...(metricsAddress !== undefined && {
        metrics: { prometheus: { bindAddress: metricsAddress, countersTotalSuffix: true, unitSuffix: true } },
      }),
      logging: { filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }), forward: {} },
    },
  });
}

/** What the SDK's core logs. */
const TASK_FAILED = 'Failing workflow task';

const METHODS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

function writeEntry(logger: Logger, { level, message, meta }: LogEntry): void {
  const { error, sdkComponent, ...fields } = meta ?? {};
  // The only place where the SDK says which run's task has failed, whether by the code or by its history.
  if (message === TASK_FAILED && typeof fields.runId === 'string')
    noteTaskFailure(fields.runId, String(fields.failure));
  logger[METHODS[level]](
    {
      component: `temporal-${String(sdkComponent ?? 'worker')}`,
      ...fields,
      ...(error === undefined ? {} : { err: error }),
    },
    message,
  );
}
