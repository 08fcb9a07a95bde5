/** Starts and ends processes: a clear message when one cannot start, and an orderly stop on a signal. */
import type { Logger } from 'pino';
import { CatalogError } from './catalog/file/load.js';
import { ConfigError } from './config/reader.js';
import { LedgerError } from './ledger/index.js';
import { TemporalError } from './temporal/connect.js';

const SECOND = 1000;
/** Longer than the longest request, and shorter than orchestrators wait before they kill. */
export const API_STOPS_WITHIN = 25 * SECOND;
/** Longer than a worker takes to finish or give up its activities. */
export const WORKER_STOPS_WITHIN = 70 * SECOND;

/** Runs `main`. Reports mistakes in the configuration, the catalog, the database or Temporal in words, other errors with a stack. */
export async function run(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    const explained =
      error instanceof ConfigError ||
      error instanceof CatalogError ||
      error instanceof LedgerError ||
      error instanceof TemporalError;
    const message =
      error instanceof Error ? (explained ? error.message : (error.stack ?? error.message)) : String(error);
    process.stderr.write(`${message}\n`);
    process.exit(1);
  }
}

/**
 * Calls `stop` on SIGINT or SIGTERM and then exits, at the latest after `withinMs`: a store that is away must not hold a
 * process up. A second signal exits at once.
 */
export function stopOnSignal(log: Logger, stop: () => Promise<void>, withinMs: number): void {
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, 'stopping');
    setTimeout(() => {
      log.error({}, 'work under way did not finish in time; ending without it');
      process.exit(1);
    }, withinMs).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'failed to stop cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}
