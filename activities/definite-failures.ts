/** Failures of activities that no repetition can mend. */
import { ApplicationFailure } from '@temporalio/common';
import { LedgerError } from '../src/ledger/index.js';

/** PostgreSQL's class of values that it cannot store, such as text with a NUL or a number out of range. */
const DATA_EXCEPTION = '22';

/** Wraps activities so that a value which the ledger can never store ends them at once, instead of being tried for ever. */
export function withDefiniteFailures<T extends Record<string, (...args: never[]) => Promise<unknown>>>(
  activities: T,
): T {
  const wrapped = Object.entries(activities).map(([name, activity]) => [
    name,
    async (...args: never[]) => {
      try {
        return await activity(...args);
      } catch (error) {
        if (error instanceof LedgerError && error.sqlState?.startsWith(DATA_EXCEPTION))
          throw ApplicationFailure.nonRetryable(error.message, 'UnstorableValue');
        throw error;
      }
    },
  ]);
  return Object.fromEntries(wrapped) as T;
}
