/** Starting and ending a process: one clear message when it cannot start, and an orderly end on a signal. */
import type { Logger } from 'pino';
import { CatalogError } from './catalog/file/load.js';
import { ConfigError } from './config/reader.js';
import { LedgerError } from './ledger/index.js';

/** Runs `main`; a mistake of the person who starts it is told in words, everything else with its stack. */
export async function run(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    const explained =
      error instanceof ConfigError || error instanceof CatalogError || error instanceof LedgerError;
    const message =
      error instanceof Error ? (explained ? error.message : (error.stack ?? error.message)) : String(error);
    process.stderr.write(`${message}\n`);
    process.exit(1);
  }
}

/** Stops the parts in order on SIGINT or SIGTERM and exits; a second signal exits at once. */
export function stopOnSignal(log: Logger, stop: () => Promise<void>): void {
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, 'stopping');
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'could not stop in order');
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}
