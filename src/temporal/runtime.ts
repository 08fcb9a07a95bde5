import { DefaultLogger, makeTelemetryFilterString, Runtime, type LogEntry } from '@temporalio/worker';
import type { Logger } from '../log.js';

let installed = false;

/**
 * Sends the SDK's and its native core's logs to `logger`. The first call in a process counts; it must come before
 * any worker or worker connection. Signals are left to the process: stopping in order (server, worker,
 * connections) is its business, through `worker.shutdown()`.
 */
export function installRuntime(logger: Logger): void {
  if (installed) return;
  installed = true;
  Runtime.install({
    logger: new DefaultLogger('INFO', (entry) => writeEntry(logger, entry)),
    shutdownSignals: [],
    telemetryOptions: {
      logging: { filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }), forward: {} },
    },
  });
}

const METHODS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

function writeEntry(logger: Logger, { level, message, meta }: LogEntry): void {
  const { error, sdkComponent, ...fields } = meta ?? {};
  logger[METHODS[level]](
    {
      component: `temporal-${String(sdkComponent ?? 'worker')}`,
      ...fields,
      ...(error === undefined ? {} : { err: error }),
    },
    message,
  );
}
