import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { withDefiniteFailures } from '../../activities/definite-failures.js';
import { LedgerError } from '../../src/ledger/index.js';

const failing = (error: Error) =>
  withDefiniteFailures({ record: () => Promise.reject<void>(error) }).record();

describe('an activity', () => {
  it.each(['22P05', '22021', '22003'])(
    'ends at once when the ledger can never store its values (%s)',
    async (state) => {
      const failure = await failing(new LedgerError('failed', 'No place for NUL.', state)).catch(
        (error: unknown) => error,
      );
      expect(failure).toBeInstanceOf(ApplicationFailure);
      expect(failure).toMatchObject({
        nonRetryable: true,
        type: 'UnstorableValue',
        message: 'No place for NUL.',
      });
    },
  );

  it.each(['40001', '57P01', '53100', undefined])(
    'is repeated after every other failure (%s)',
    async (state) => {
      const error = new LedgerError('failed', 'Try again.', state);
      await expect(failing(error)).rejects.toBe(error);
    },
  );
});
