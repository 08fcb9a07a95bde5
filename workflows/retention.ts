/**
 * Retention offers: a pause or a longer trial. They are carried out in a child run with the id of the subscription's plan
 * changes. That id is the lock: nothing else of ours changes the subscription meanwhile. Nothing is charged, and the
 * request may be repeated.
 */
import {
  ActivityFailure,
  CancellationScope,
  ParentClosePolicy,
  getExternalWorkflowHandle,
  isCancellation,
  startChild,
} from '@temporalio/workflow';
import { ChildWorkflowFailure, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { RetentionInput, RetentionReply } from '../activities/fulfilling/retention.js';
import { ledgerActivities, retentionActivities } from './activities.js';
import type { RetentionTerms } from './fulfilment/terms.js';
import { pausedAgain, type Pause } from '../src/contract/messages.js';
import type { FulfilmentResult } from '../src/domain/fulfilment.js';
import { attemptId, workflowId } from '../src/domain/ids.js';
import type { RetentionResult } from '../src/contract/plan-change.js';
import { pause } from './pause.js';
import { holdLock, takeLock, unlessTaken } from './subscription-lock.js';

/**
 * Pauses the subscription or extends its trial, as accepted. Refused while another change of it may still take effect; an
 * unpaid fallback makes way.
 */
export async function retain(terms: RetentionTerms): Promise<FulfilmentResult> {
  const { subscriptionId, presentationId } = terms.shown;
  if (subscriptionId === undefined) return { kind: 'failed' };
  const id = workflowId.planChange(subscriptionId);
  const taken = await takeLock(id, presentationId, () =>
    unlessTaken(() =>
      startChild(saveSubscription, {
        workflowId: id,
        args: [terms],
        parentClosePolicy: ParentClosePolicy.ABANDON,
        staticSummary: `${terms.action.kind.replace('_', ' ')} of ${subscriptionId}`,
      }),
    ),
  );
  switch (taken.kind) {
    case 'taken':
      try {
        return fulfilledBy(await taken.run.result());
      } catch (failure) {
        if (failure instanceof ChildWorkflowFailure) return fulfilledBy(await readOnly());
        throw failure;
      }
    case 'adopted':
      return fulfilledBy(
        ((await taken.holder.result()) as RetentionResult | undefined) ?? (await readOnly()),
      );
    case 'silent':
      return fulfilledBy(await readOnly());
    case 'refused': {
      const refused = 'PENDING_PLAN_CHANGE_EXISTS';
      return fulfilledBy(await ledgerActivities.saveSubscription({ ...retentionInput(terms), refused }));
    }
  }

  /** The run was ended from outside: the result is read from Dodo, and nothing more is requested. */
  function readOnly(): Promise<RetentionReply> {
    return runRetention({ ...terms, sendBefore: 0 });
  }

  function fulfilledBy({ kind }: RetentionReply): FulfilmentResult {
    if (kind !== 'done') return { kind: 'failed' };
    const attempt = attemptId(id, presentationId, 1);
    return { kind: 'fulfilled', paidVia: 'attempt', newSubscription: false, attemptId: attempt };
  }
}

/** Carries out a retention offer. Cancelling it has no effect: what the customer accepted is carried out. */
export async function saveSubscription(terms: RetentionTerms): Promise<RetentionReply> {
  return CancellationScope.nonCancellable(async () => {
    const lock = holdLock(terms.shown.presentationId);
    const reply = await runRetention(terms);
    await lock.close(reply);
    return reply;
  });
}

async function runRetention(terms: RetentionTerms): Promise<RetentionReply> {
  const input = retentionInput(terms);
  const { subscriptionId, presentationId } = input;
  const { action } = terms;
  const reply = await askDodo(input);
  if (reply.kind === 'done' && reply.pausedAt !== undefined && action.kind === 'pause' && action.forMs) {
    const { pausedAt } = reply;
    const until = new Date(Date.now() + action.forMs).toISOString();
    await endPauseLater({ subscriptionId, presentationId, pausedAt, until });
  }
  return reply;
}

/** Asks Dodo until it says what is so, or until a person has to look. */
async function askDodo(input: RetentionInput): Promise<RetentionReply> {
  try {
    return await retentionActivities.saveSubscription(input);
  } catch (failure) {
    if (isCancellation(failure) || !(failure instanceof ActivityFailure)) throw failure;
    return ledgerActivities.giveUpRetention(input);
  }
}

function retentionInput({ shown, action, ...terms }: RetentionTerms): RetentionInput {
  const { presentationId, customerId, productId, nextBillingAt } = shown;
  const subscriptionId = shown.subscriptionId ?? '';
  return {
    attemptId: attemptId(workflowId.planChange(subscriptionId), presentationId, 1),
    presentationId,
    purchaseId: terms.purchaseId,
    customerId,
    subscriptionId,
    productId,
    offer: { action },
    price: { currency: shown.currency, dueNow: shown.dueNow, hash: shown.priceHash },
    nextBillingAt,
    acceptedAt: terms.acceptedAt,
    consents: terms.consents,
    ...(terms.evidence !== undefined && { evidence: terms.evidence }),
    sendBefore: terms.sendBefore,
  };
}

/** Leaves the end of the pause to a run of its own, or to one that still waits for the end of an earlier pause. */
async function endPauseLater(next: Pause): Promise<void> {
  const id = workflowId.pause(next.subscriptionId);
  for (;;) {
    try {
      await startChild(pause, {
        workflowId: id,
        args: [next],
        parentClosePolicy: ParentClosePolicy.ABANDON,
        staticSummary: `pause of ${next.subscriptionId} until ${next.until}`,
      });
      return;
    } catch (failure) {
      if (!(failure instanceof WorkflowExecutionAlreadyStartedError)) throw failure;
    }
    try {
      await getExternalWorkflowHandle(id).signal(pausedAgain, next);
      return;
    } catch {
      // It ended in between.
    }
  }
}
