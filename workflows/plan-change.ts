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
  patched,
  setHandler,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { ChildWorkflowFailure } from '@temporalio/common';
import {
  fulfilmentProgress,
  retryPlanChange,
  type FulfilmentProgress,
  type Timing,
} from '../src/contract/messages.js';
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
import { addonsOfChange, type Terms } from './fulfilment/terms.js';
import { PATCHES } from './patches.js';
import { openPaymentInbox, paidBesides } from './payments.js';
import { holdLock, takeLock, unlessTaken } from './subscription-lock.js';

export interface PlanChangeInput {
  terms: Terms;
  timing: Timing;
  firstAttempt: number;
}

/** What the parent of a plan change makes of it. */
export interface PlanChangeParent {
  /** Takes the function that asks for one retry. */
  onStarted(retry: () => void): void;
  /**
   * Decides when the run of the change was ended from outside: nobody knows then whether money moved.
   *
   * @param ended how it ended, should it tell after all
   */
  onLost(ended: () => FulfilmentResult | PriceChanged | undefined): Promise<FulfilmentResult | PriceChanged>;
}

/**
 * Changes the plan in a run of its own. A change of another offer that may still take effect is left alone, and this one
 * fails; an unpaid fallback makes way. After a reset, the run that is at work on this offer is found again.
 */
export async function changePlan(
  terms: Terms,
  timing: Timing,
  firstAttempt: number,
  parent: PlanChangeParent,
): Promise<FulfilmentResult | PriceChanged> {
  const { subscriptionId, presentationId } = terms.shown;
  if (subscriptionId === undefined) return { kind: 'failed' };
  const id = workflowId.planChange(subscriptionId);
  const startPlanChange = (replaces: Terms['replaces']) =>
    unlessTaken(() =>
      startChild(planChange, {
        workflowId: id,
        args: [{ terms: { ...terms, ...(replaces && { replaces }) }, timing, firstAttempt }],
        // Money may be on its way: the child ends by itself, whatever happens to its parent.
        parentClosePolicy: ParentClosePolicy.ABANDON,
        staticSummary: `change of ${subscriptionId} to ${terms.shown.productId}`,
      }),
    );
  const taken = await takeLock(id, presentationId, startPlanChange);
  if (taken.kind === 'refused') return { kind: 'failed' };
  if (taken.kind === 'taken') {
    const child = taken.run;
    parent.onStarted(() => void child.signal(retryPlanChange).catch(() => undefined));
    try {
      return decodePlanChangeResult(await child.result());
    } catch (failure) {
      if (failure instanceof ChildWorkflowFailure) return parent.onLost(() => undefined);
      throw failure;
    }
  }
  const { holder } = taken;
  const decoded = (result = holder.ended()) => result && decodePlanChangeResult(result as PlanChangeResult);
  parent.onStarted(
    () =>
      void getExternalWorkflowHandle(id)
        .signal(retryPlanChange)
        .catch(() => undefined),
  );
  const told = taken.kind === 'adopted' ? decoded(await holder.result()) : undefined;
  return told ?? parent.onLost(() => decoded());
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
  const sets = addonsOfChange(terms);
  const addons = sets && patched(PATCHES.addons) ? sets : undefined;
  const { productId, quantity } = shown;
  const subscription = openSubscriptionWatch({ productId, quantity, ...(addons && { addons }) });
  let retryWanted = false;
  setHandler(retryPlanChange, () => void (retryWanted = true), {
    description: 'The customer has another payment method and asks for one retry.',
  });

  const reports: Promise<void>[] = [];
  let progress: FulfilmentProgress | undefined;
  const lock = holdLock(shown.presentationId, () => progress && tell(progress));
  function tell(news: FulfilmentProgress): void {
    if (!parent) return;
    reports.push(
      getExternalWorkflowHandle(parent.workflowId)
        .signal(fulfilmentProgress, news)
        .catch(() => undefined),
    );
  }
  const result = await fulfil(planChangeStrategy(terms, inbox, subscription), {
    timing,
    inbox,
    firstAttempt,
    checkoutOnly: shown.mode === 'checkout',
    sendBefore: terms.sendBefore,
    review: reviews.of(shown.presentationId),
    lock,
    retry: { wanted: () => retryWanted, taken: () => void (retryWanted = false) },
    report(status, mayRetry = false) {
      if (shown.status === status) return;
      shown.status = status;
      // An ordinary charge is over within moments, and the result says it all.
      progress =
        status === 'charging' ? undefined : { presentationId: shown.presentationId, status, mayRetry };
      if (progress) tell(progress);
    },
  });
  await Promise.all(reports);
  await condition(allHandlersFinished);
  const ended = endOf(result);
  await lock.close(encodePlanChangeResult(ended));
  return ended;

  function endOf(end: FulfilmentResult | PriceChanged): FulfilmentResult | PriceChanged {
    if (end.kind === 'price_changed') return end;
    // Payments of earlier changes of the subscription come here as well, for as long as this run has its id.
    const alsoPaid = [...paidBesides(inbox, end), ...inbox.strays()];
    if (end.kind !== 'fulfilled') return { ...end, alsoPaid };
    return { ...end, alsoPaid, ...(end.newSubscription && { replaced: shown.subscriptionId }) };
  }
}
