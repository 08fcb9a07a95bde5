/**
 * `sweep`: finds payments whose webhooks were lost, and reports them to their runs; then the funnels in shadow have their
 * turn. Started by a Temporal Schedule.
 */
import { ActivityFailure, isCancellation, log, patched, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import type { SweepResult } from '../activities/afterwards/sweep.js';
import type { SweepInput } from '../src/contract/messages.js';
import { PATCHES } from './patches.js';

const { sweepPayments } = proxyActivities<Pick<Activities, 'sweepPayments'>>({
  startToCloseTimeout: '15 minutes',
  scheduleToCloseTimeout: '1 hour',
  heartbeatTimeout: '1 minute',
  retry: { initialInterval: '10s', maximumInterval: '5 minutes' },
  summary: "list Dodo's recent payments",
});

/** Figures that can wait for the next sweep. */
const { evaluateShadows } = proxyActivities<Pick<Activities, 'evaluateShadows'>>({
  startToCloseTimeout: '4 minutes',
  heartbeatTimeout: '2 minutes',
  retry: { maximumAttempts: 1 },
  summary: 'evaluate funnels in shadow',
});

export async function sweep({ windowMs }: SweepInput): Promise<SweepResult> {
  const found = await sweepPayments({ since: new Date(Date.now() - windowMs).toISOString() });
  if (found.shadows !== undefined && patched(PATCHES.shadowFunnels)) await evaluateUnlessItFails();
  return found;
}

async function evaluateUnlessItFails(): Promise<void> {
  try {
    await evaluateShadows();
  } catch (failure) {
    if (isCancellation(failure) || !(failure instanceof ActivityFailure)) throw failure;
    log.warn('the funnels in shadow had no turn', { error: failure });
  }
}
