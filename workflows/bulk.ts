/**
 * `bulk/<bulk id>`: carries out a command on every row of a frozen selection, a few rows at a time. What was done is in
 * the ledger, so that it goes on where it was after any interruption, and ends when an operator aborts it there.
 */
import { continueAsNew, proxyActivities, sleep, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import type { BulkInput } from '../src/domain/bulk.js';

const { bulkStep } = proxyActivities<Pick<Activities, 'bulkStep'>>({
  startToCloseTimeout: '5 minutes',
  retry: { initialInterval: '1s', maximumInterval: '1 minute' },
  summary: 'the next rows of a bulk command',
});

const STEPS_PER_RUN = 500;

export async function bulk(input: BulkInput): Promise<void> {
  for (let steps = 0; steps < STEPS_PER_RUN && !workflowInfo().continueAsNewSuggested; steps += 1) {
    const step = await bulkStep(input);
    if (step.kind === 'ended') return;
    await sleep(step.waitMs, { summary: 'keeping the pace' });
  }
  await continueAsNew<typeof bulk>(input);
}
