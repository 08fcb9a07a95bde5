/** Temporal for activities that must not ask it anything. */
import type { MendingRuns, OrderingRuns } from '../../activities/context.js';

export function noRuns(): MendingRuns & OrderingRuns {
  const unexpected = (what: string) => () => Promise.reject(new Error(`Unexpected call of runs.${what}.`));
  return {
    status: unexpected('status'),
    startLatePayment: unexpected('startLatePayment'),
    startCompensation: unexpected('startCompensation'),
    followScheduledChange: unexpected('followScheduledChange'),
    endPauseLater: unexpected('endPauseLater'),
    tellOfClosing: unexpected('tellOfClosing'),
    endNotifier: unexpected('endNotifier'),
    tellReversal: unexpected('tellReversal'),
    withdraw: unexpected('withdraw'),
    extend: unexpected('extend'),
    redeliver: unexpected('redeliver'),
  };
}
