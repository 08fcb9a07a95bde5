/**
 * `scheduled-change/<presentationId>`: follows a change of plan that waits for the next billing date. Dodo makes it then,
 * or drops it when the renewal is not paid: only then is it known whether the offer was sold.
 */
import {
  ParentClosePolicy,
  continueAsNew,
  patched,
  sleep,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { ScheduledChangeInput } from '../src/contract/messages.js';
import { workflowId } from '../src/domain/ids.js';
import { ledgerActivities } from './activities.js';
import { openOutbox } from './outbox.js';
import { PATCHES } from './patches.js';
import { DAY, HOUR, MINUTE } from './units.js';

/** The first and the longest pause between two looks once the change is due; they double. */
const FIRST_LOOK = MINUTE;
const LONGEST_LOOK = 6 * HOUR;
/** A change that Dodo does not show may be about to be made, for as long as a slow renewal takes. */
const LONGEST_ABSENCE = 3 * DAY;
/** How long it may take to see that a change was dropped before its date. */
const LONGEST_UNSEEN = DAY;
/** A reading may be from before the change was scheduled. */
const READINGS_LAG = 10 * MINUTE;
/** A change that is still scheduled this long after its date is not made any more. */
const LONGEST_DELAY = 60 * DAY;

/** Starts the run that follows a scheduled change, unless it was started before. It goes on by itself. */
export async function followChange(input: ScheduledChangeInput): Promise<void> {
  try {
    await startChild(scheduledChange, {
      workflowId: workflowId.scheduledChange(input.presentationId),
      args: [input],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `scheduled change of ${input.subscriptionId} to ${input.productId}`,
    });
  } catch (failure) {
    if (!(failure instanceof WorkflowExecutionAlreadyStartedError)) throw failure;
  }
}

export async function scheduledChange(input: ScheduledChangeInput): Promise<'happened' | 'dropped'> {
  const { presentationId } = input;
  const { notify, ...change } = input;
  const outbox = openOutbox({ notify, purchaseId: input.purchaseId });
  let pause = FIRST_LOOK;
  /** Since when it is overdue, or not shown by Dodo. Milliseconds since the epoch. */
  let overdue: number | undefined;
  let absent: number | undefined;
  /** When it was to be made, as far as Dodo has said. */
  let due: number | undefined;
  for (;;) {
    const looksOften = patched(PATCHES.droppedChange);

    const isLate = (since: number | undefined, limit: number) =>
      since !== undefined && Date.now() - since >= limit;
    const isGone = looksOften && isBefore(absent, due) && isLate(absent, READINGS_LAG);
    const giveUp = isGone || isLate(absent, LONGEST_ABSENCE) || isLate(overdue, LONGEST_DELAY);
    const step = await ledgerActivities.followScheduledChange({ ...change, ...(giveUp && { giveUp }) });
    if (step.kind === 'happened' || step.kind === 'dropped') {
      if (step.kind === 'happened') outbox.send('offer.fulfilled', presentationId, { status: 'paid' });
      else outbox.send('offer.failed', presentationId, { status: 'failed' });
      await outbox.flushed();
      return step.kind;
    }
    absent = step.kind === 'absent' ? (absent ?? Date.now()) : undefined;
    if (step.kind === 'scheduled') due = Date.parse(step.at);
    const left = step.kind === 'scheduled' ? Date.parse(step.at) - Date.now() : 0;
    if (left > 0) {
      overdue = undefined;
      pause = FIRST_LOOK;
      if (looksOften) {
        await sleep(Math.min(left + FIRST_LOOK, LONGEST_UNSEEN), {
          summary: 'waiting for the next billing date',
        });
        if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof scheduledChange>(input);
        continue;
      }
      await sleep(left + FIRST_LOOK, { summary: 'waiting for the next billing date' });
      continue;
    }
    if (step.kind === 'scheduled') overdue ??= Date.now();
    await sleep(pause, { summary: 'waiting for Dodo to make the change' });
    pause = Math.min(pause * 2, LONGEST_LOOK);
  }
}

/** Checks whether a time is before another one; both in milliseconds since the epoch, where there are any. */
function isBefore(time: number | undefined, other: number | undefined): boolean {
  return time !== undefined && other !== undefined && time < other;
}
