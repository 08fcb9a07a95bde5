/** `sweep`: finds payments whose webhooks were lost, and reports them to their runs. Started by a Temporal Schedule. */
import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import type { SweepResult } from '../activities/afterwards/sweep.js';
import type { SweepInput } from '../src/contract/messages.js';

const { sweepPayments } = proxyActivities<Pick<Activities, 'sweepPayments'>>({
  startToCloseTimeout: '15 minutes',
  scheduleToCloseTimeout: '1 hour',
  heartbeatTimeout: '1 minute',
  retry: { initialInterval: '10s', maximumInterval: '5 minutes' },
  summary: "list Dodo's recent payments",
});

export async function sweep({ windowMs }: SweepInput): Promise<SweepResult> {
  return sweepPayments({ since: new Date(Date.now() - windowMs).toISOString() });
}
