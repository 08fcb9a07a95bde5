/**
 * `compensation/<kind>/<id>`: undoes something at Dodo and follows it until Dodo confirms it. Where Dodo does not, a
 * person is asked, and the run goes on looking: a refund may still arrive.
 */
import { ParentClosePolicy, condition, patched, setHandler, startChild } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  COMPENSATION_DEADLINE_MS,
  FIRST_LOOK_AFTER_MS,
  LONGEST_LOOK_AFTER_MS,
  compensationId,
  type CompensationInput,
  type RefundedPart,
} from '../src/domain/compensation.js';
import { workflowId } from '../src/domain/ids.js';
import { compensationEvent } from '../src/contract/messages.js';
import { ledgerActivities } from './activities.js';
import { openOutbox } from './outbox.js';
import { PATCHES } from './patches.js';

/** Starts the run of a compensation, unless the same thing is or was undone already. It goes on by itself. */
export async function startCompensation(input: CompensationInput): Promise<void> {
  try {
    await startChild(compensation, {
      workflowId: workflowId.compensation(compensationId(input)),
      args: [input],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `${input.kind.replace('_', ' ')} for ${input.presentationId}`,
    });
  } catch (failure) {
    if (!(failure instanceof WorkflowExecutionAlreadyStartedError)) throw failure;
  }
}

export async function compensation(input: CompensationInput): Promise<'confirmed' | 'review'> {
  let heard = 0;
  setHandler(compensationEvent, () => void (heard += 1), {
    description: 'Dodo told of the refund or of the subscription: look at once.',
  });
  const deadline = Date.now() + COMPENSATION_DEADLINE_MS;
  for (let pause = FIRST_LOOK_AFTER_MS; ; pause = Math.min(pause * 2, LONGEST_LOOK_AFTER_MS)) {
    const before = heard;
    const step = await ledgerActivities.compensate(input);
    if (step.kind === 'ended') {
      if (step.status === 'confirmed') await tellOfRefund(input, step.refund);
      return step.status;
    }
    if (Date.now() >= deadline) {
      const last = await ledgerActivities.giveUpCompensation(input);
      return last.kind === 'ended' ? last.status : 'review';
    }
    await condition(() => heard !== before, pause, { summary: 'waiting for Dodo to confirm it' });
  }
}

/** Tells the merchant that the offer is paid in part now. A refund of the whole is told of by its reversal. */
async function tellOfRefund(input: CompensationInput, refund: RefundedPart | undefined): Promise<void> {
  if (input.kind !== 'refund_part') return;
  const { notify = false, purchaseId, presentationId, amount, currency } = input;
  const outbox = openOutbox({ notify, purchaseId });
  if (patched(PATCHES.ownRefunds)) {
    // What went back otherwise was not by this recall, and nothing of it may have been.
    if (refund) outbox.send('offer.refunded', presentationId, { reversal: { kind: 'refund', ...refund } });
  } else {
    outbox.send('offer.refunded', presentationId, {
      reversal: { kind: 'refund', id: compensationId(input), amount, currency },
    });
  }
  await outbox.flushed();
}
