/**
 * `plan-change/<subscriptionId>`: the one plan change of a subscription at a time. Its id is the lock, and the route for
 * the subscription's webhooks, which carry no attempt id.
 */
import {
  CancellationScope,
  ParentClosePolicy,
  allHandlersFinished,
  condition,
  getExternalWorkflowHandle,
  setHandler,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { ChildWorkflowFailure, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { fulfilmentProgress, retryPlanChange, type Timing } from '../src/contract/messages.js';
import {
  decodePlanChangeResult,
  encodePlanChangeResult,
  type PlanChangeResult,
} from '../src/contract/plan-change.js';
import type { FulfilmentResult, PriceChanged } from '../src/domain/fulfilment.js';
import { workflowId } from '../src/domain/ids.js';
import { fulfil } from './fulfilment/fulfil.js';
import { openSubscriptionWatch, planChangeStrategy } from './fulfilment/plan-change.js';
import { openReviews } from './fulfilment/reviews.js';
import type { Terms } from './fulfilment/terms.js';
import { openPaymentInbox, paidBesides } from './payments.js';

export interface PlanChangeInput {
  terms: Terms;
  timing: Timing;
  firstAttempt: number;
}

/**
 * Changes the plan in a child run. A change that is already under way is left alone, and this one fails.
 *
 * @param onStarted receives the function that asks for one retry
 * @param onLost decides when the child was ended from outside: nobody knows then whether money moved
 */
export async function changePlan(
  terms: Terms,
  timing: Timing,
  firstAttempt: number,
  onStarted: (retry: () => void) => void,
  onLost: () => Promise<FulfilmentResult>,
): Promise<FulfilmentResult | PriceChanged> {
  const { subscriptionId } = terms.shown;
  if (subscriptionId === undefined) return { kind: 'failed' };
  try {
    const child = await startChild(planChange, {
      workflowId: workflowId.planChange(subscriptionId),
      args: [{ terms, timing, firstAttempt }],
      // Money may be on its way: the child ends by itself, whatever happens to its parent.
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `change of ${subscriptionId} to ${terms.shown.productId}`,
    });
    onStarted(() => void child.signal(retryPlanChange).catch(() => undefined));
    return decodePlanChangeResult(await child.result());
  } catch (failure) {
    if (failure instanceof WorkflowExecutionAlreadyStartedError) return { kind: 'failed' };
    if (failure instanceof ChildWorkflowFailure) return onLost();
    throw failure;
  }
}

/** Carries out one plan change. Cancelling it has no effect: what the customer accepted is carried out. */
export async function planChange(input: PlanChangeInput): Promise<PlanChangeResult> {
  return CancellationScope.nonCancellable(async () => encodePlanChangeResult(await runPlanChange(input)));
}

async function runPlanChange({
  terms,
  timing,
  firstAttempt,
}: PlanChangeInput): Promise<FulfilmentResult | PriceChanged> {
  const { parent } = workflowInfo();
  const { shown } = terms;
  const inbox = openPaymentInbox();
  const reviews = openReviews(() => shown.status === 'needs_review');
  const subscription = openSubscriptionWatch(shown);
  let retryWanted = false;
  setHandler(retryPlanChange, () => void (retryWanted = true), {
    description: 'The customer has another payment method and asks for one retry.',
  });

  const reports: Promise<void>[] = [];
  const result = await fulfil(planChangeStrategy(terms, inbox, subscription), {
    timing,
    inbox,
    firstAttempt,
    checkoutOnly: shown.mode === 'checkout',
    sendBefore: terms.sendBefore,
    review: reviews.of(shown.presentationId),
    retry: { wanted: () => retryWanted, taken: () => void (retryWanted = false) },
    report(status, mayRetry = false) {
      if (shown.status === status) return;
      shown.status = status;
      // An ordinary charge is over within moments, and the result says it all.
      if (!parent || status === 'charging') return;
      const progress = { presentationId: shown.presentationId, status, mayRetry };
      reports.push(
        getExternalWorkflowHandle(parent.workflowId)
          .signal(fulfilmentProgress, progress)
          .catch(() => undefined),
      );
    },
  });
  await Promise.all(reports);
  await condition(allHandlersFinished);
  switch (result.kind) {
    case 'price_changed':
      return result;
    case 'fulfilled': {
      const alsoPaid = paidBesides(inbox, result);
      return { ...result, alsoPaid, ...(result.newSubscription && { replaced: shown.subscriptionId }) };
    }
    default:
      return { ...result, alsoPaid: paidBesides(inbox, result) };
  }
}
