/** `resolution/<reviewId>`: settles an offer by an operator's word, because its own run is gone. */
import { ParentClosePolicy, proxyActivities, startChild } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { Activities } from '../activities/index.js';
import type { ResolutionInput } from '../src/contract/messages.js';
import { compensationId, type CompensationInput } from '../src/domain/compensation.js';
import { workflowId } from '../src/domain/ids.js';
import { compensation } from './compensation.js';
import { openOutbox } from './outbox.js';

const { settleByWord } = proxyActivities<Pick<Activities, 'settleByWord'>>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '1s', maximumInterval: '1 minute' },
  summary: 'record what an operator says',
});

export async function resolution(input: ResolutionInput): Promise<string> {
  const { presentationId, purchaseId, notify = false, payment } = input;
  const settled = await settleByWord(input);
  if (settled.kind === 'nothing') return settled.kind;
  const outbox = openOutbox({ notify, purchaseId });
  if (settled.kind === 'failed') outbox.send('offer.failed', presentationId, { status: 'failed' });
  else {
    const { paymentId, amount } = payment ?? {};
    const paid = amount === undefined ? {} : { payment: { paymentId, amount } };
    outbox.send('offer.fulfilled', presentationId, { status: 'paid', ...paid });
    for (const undo of settled.compensations) await start(undo);
  }
  await outbox.flushed();
  return settled.kind;
}

/** Starts a compensation, which goes on by itself. */
async function start(input: CompensationInput): Promise<void> {
  try {
    await startChild(compensation, {
      workflowId: workflowId.compensation(compensationId(input)),
      args: [input],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: compensationId(input),
    });
  } catch (failure) {
    if (!(failure instanceof WorkflowExecutionAlreadyStartedError)) throw failure;
  }
}
