/**
 * Carrying out a save offer, in a child run with the id of the subscription's plan changes: that id is the lock, so
 * nothing else of ours changes the subscription meanwhile. Nothing is charged, and what is asked for may be asked again.
 */
import {
  CancellationScope,
  ParentClosePolicy,
  getExternalWorkflowHandle,
  startChild,
} from '@temporalio/workflow';
import { ChildWorkflowFailure, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { RetentionInput, RetentionReply } from '../activities/fulfilling/retention.js';
import type { OfferAction, RetentionAction } from '../src/domain/offers.js';
import { ledgerActivities } from './activities.js';
import type { Terms } from './charge.js';
import type { Fulfilled } from './fulfilment.js';
import { pausedAgain, type Pause } from '../src/contract/messages.js';
import { attemptId, workflowId } from '../src/domain/ids.js';
import { pause } from './pause.js';

export type RetentionTerms = Omit<Terms, 'offer' | 'paymentId' | 'runStartedAt'> & {
  action: RetentionAction;
};

/** Whether an action keeps a customer and sells nothing. */
export function isRetention(action: OfferAction): action is RetentionAction {
  return action.kind === 'pause' || action.kind === 'extend_trial';
}

/** Keeps the subscription as it was accepted. While another change of it is under way, this is refused. */
export async function retain(terms: RetentionTerms): Promise<Fulfilled> {
  const { subscriptionId, presentationId } = terms.shown;
  if (subscriptionId === undefined) return { kind: 'failed' };
  const id = workflowId.planChange(subscriptionId);
  try {
    const child = await startChild(saveSubscription, {
      workflowId: id,
      args: [terms],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `${terms.action.kind.replace('_', ' ')} of ${subscriptionId}`,
    });
    return fulfilledBy(await child.result());
  } catch (failure) {
    if (failure instanceof WorkflowExecutionAlreadyStartedError) {
      const refused = 'PENDING_PLAN_CHANGE_EXISTS';
      return fulfilledBy(await ledgerActivities.saveSubscription({ ...retentionInput(terms), refused }));
    }
    // Somebody has ended it: what it came to is read from Dodo, and nothing more is asked for.
    if (failure instanceof ChildWorkflowFailure)
      return fulfilledBy(await runRetention({ ...terms, sendBefore: 0 }));
    throw failure;
  }

  function fulfilledBy({ kind }: RetentionReply): Fulfilled {
    return kind === 'done'
      ? { kind: 'paid', through: 'attempt', anew: false, attemptId: attemptId(id, presentationId, 1) }
      : { kind: 'failed' };
  }
}

/** Cancelling it changes nothing: what the customer has accepted is carried out. */
export async function saveSubscription(terms: RetentionTerms): Promise<RetentionReply> {
  return CancellationScope.nonCancellable(() => runRetention(terms));
}

async function runRetention(terms: RetentionTerms): Promise<RetentionReply> {
  const input = retentionInput(terms);
  const { subscriptionId, presentationId } = input;
  const { action } = terms;
  const reply = await ledgerActivities.saveSubscription(input);
  if (reply.kind === 'done' && reply.pausedAt !== undefined && action.kind === 'pause' && action.forMs) {
    const { pausedAt } = reply;
    const until = new Date(Date.now() + action.forMs).toISOString();
    await endLater({ subscriptionId, presentationId, pausedAt, until });
  }
  return reply;
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
    sendBefore: terms.sendBefore,
  };
}

/** Leaves the end of the pause to a run of its own, or to the one that still waits for the end of an earlier pause. */
async function endLater(next: Pause): Promise<void> {
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
      // It has ended in between.
    }
  }
}
