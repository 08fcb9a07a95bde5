/**
 * `plan-change/<subscriptionId>`: the one plan change of a subscription at a time. Its id is the lock, and the
 * route for the subscription's webhooks, which carry no attempt id.
 */
import {
  CancellationScope,
  ParentClosePolicy,
  condition,
  startChild,
  allHandlersFinished,
  getExternalWorkflowHandle,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { ChildWorkflowFailure, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ifReadable, moneyActivities, ledgerActivities, readActivities, sendOnce } from './activities.js';
import { attemptInput, openFallback, type Terms } from './charge.js';
import { fulfil, openReviews, type Fulfilled, type PaymentStrategy } from './fulfilment.js';
import {
  fulfilmentProgress,
  retryPlanChange,
  subscriptionEvent,
  type SubscriptionEvent,
  type Timing,
} from '../src/contract/messages.js';
import { attemptId, workflowId } from '../src/domain/ids.js';
import { openPaymentInbox, proofOf, type PaymentInbox } from './payments.js';
import { type Proof } from '../src/domain/payment.js';

export interface PlanChangeInput {
  terms: Terms;
  timing: Timing;
  firstAttempt: number;
}

/**
 * Changes the plan in a child run. A change that is under way already is left alone.
 *
 * @param onStarted is given the way to ask for one more try
 * @param onLost decides when somebody has ended the child: nobody knows then what became of the money
 */
export async function changePlan(
  terms: Terms,
  timing: Timing,
  firstAttempt: number,
  onStarted: (retry: () => void) => void,
  onLost: () => Promise<Fulfilled>,
): Promise<Fulfilled> {
  const { subscriptionId } = terms.shown;
  if (subscriptionId === undefined) return { kind: 'failed' };
  try {
    const child = await startChild(planChange, {
      workflowId: workflowId.planChange(subscriptionId),
      args: [{ terms, timing, firstAttempt }],
      // Money may be on its way: the child ends by itself, whatever becomes of its parent.
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `change of ${subscriptionId} to ${terms.shown.productId}`,
    });
    onStarted(() => void child.signal(retryPlanChange).catch(() => undefined));
    return await child.result();
  } catch (failure) {
    if (failure instanceof WorkflowExecutionAlreadyStartedError) return { kind: 'failed' };
    if (failure instanceof ChildWorkflowFailure) return onLost();
    throw failure;
  }
}

/** Cancelling it changes nothing: what the customer has accepted is carried out. */
export async function planChange(input: PlanChangeInput): Promise<Fulfilled> {
  return CancellationScope.nonCancellable(() => runPlanChange(input));
}

async function runPlanChange({ terms, timing, firstAttempt }: PlanChangeInput): Promise<Fulfilled> {
  const { parent } = workflowInfo();
  const { shown } = terms;
  const inbox = openPaymentInbox();
  const reviews = openReviews(() => shown.status === 'needs_review');
  const subscription = openSubscriptionWatch(shown);
  const checkoutOnly = shown.mode === 'checkout';
  let retryWanted = false;
  setHandler(retryPlanChange, () => void (retryWanted = true), {
    description: 'The customer has another payment method and asks to try once more.',
  });

  const told: Promise<void>[] = [];
  const fulfilled = await fulfil(planChangeStrategy(terms, inbox, subscription), {
    timing,
    inbox,
    firstAttempt,
    checkoutOnly,
    sendBefore: terms.sendBefore,
    review: reviews.of(shown.presentationId),
    retry: { wanted: () => retryWanted, taken: () => void (retryWanted = false) },
    report(status, mayRetry = false) {
      if (shown.status === status) return;
      shown.status = status;
      // The straight way is over within moments and the result says it all.
      if (!parent || status === 'charging') return;
      const progress = { presentationId: shown.presentationId, status, mayRetry };
      told.push(
        getExternalWorkflowHandle(parent.workflowId)
          .signal(fulfilmentProgress, progress)
          .catch(() => undefined),
      );
    },
  });
  await Promise.all(told);
  await condition(allHandlersFinished);
  switch (fulfilled.kind) {
    case 'price_changed':
      return fulfilled;
    case 'paid': {
      const alsoPaid = inbox.paid().filter(({ attemptId }) => attemptId !== fulfilled.attemptId);
      return { ...fulfilled, alsoPaid, ...(fulfilled.anew && { replaced: shown.subscriptionId }) };
    }
    default:
      return { ...fulfilled, alsoPaid: inbox.paid() };
  }
}

function planChangeStrategy(
  terms: Terms,
  inbox: PaymentInbox,
  subscription: SubscriptionWatch,
): PaymentStrategy {
  const { shown } = terms;
  const { customerId, presentationId, productId } = shown;
  const subscriptionId = shown.subscriptionId ?? '';
  const id = (n: number) => attemptId(workflowInfo().workflowId, presentationId, n);
  const since = terms.acceptedAt;

  /** Changed and, where something was due, paid: with `prevent_change` Dodo does the one only with the other. */
  function proven(n: number): Proof | undefined {
    const payment = proofOf(inbox, id(n));
    if (payment?.kind === 'failed') return payment;
    if (!subscription.changed()) return undefined;
    if (shown.dueNow === 0) return { kind: 'paid' };
    return payment;
  }
  return {
    id,
    // What a changed plan costs at the click is proration, and the subscription itself has to say that it changed.
    // Only a checkout, which buys anew, stands on its payment alone.
    expect: (n, { paymentId, sessionId }) =>
      inbox.expect(id(n), {
        customerId,
        paymentId,
        sessionId,
        ...(sessionId !== undefined && { atLeast: { amount: shown.dueNow, currency: shown.currency } }),
      }),
    send: (n, again) => {
      const further = again && { ...again, otherThan: shown.paymentMethodId };
      return sendOnce(() => moneyActivities.changePlan({ ...attemptInput(terms, id(n)), ...further }));
    },
    proven,
    lookUp: (n, paymentId) =>
      ifReadable(() =>
        readActivities.lookUpPlanChange({
          attemptId: id(n),
          presentationId,
          subscriptionId,
          customerId,
          productId,
          quantity: shown.quantity,
          dueNow: shown.dueNow,
          paymentId,
          since,
        }),
      ),
    openFallback: (n, failed) => openFallback(terms, id(n), failed),
    lookUpFallback: (n) =>
      ifReadable(() => readActivities.lookUpPayment({ attemptId: id(n), presentationId, customerId, since })),
    record: (n, status) => ledgerActivities.recordState({ attemptId: id(n), presentationId, status }),
  };
}

interface SubscriptionWatch {
  /** Whether the subscription was seen on the new plan, or with it scheduled. */
  changed(): boolean;
}

function openSubscriptionWatch(wanted: { productId: string; quantity: number }): SubscriptionWatch {
  let changed = false;
  setHandler(
    subscriptionEvent,
    (event: Partial<SubscriptionEvent> | undefined) => {
      const onPlan = event?.productId === wanted.productId && event.quantity === wanted.quantity;
      changed ||= (onPlan && event.status === 'active') || event?.scheduledProductId === wanted.productId;
    },
    { description: 'The subscription changed at Dodo Payments.' },
  );
  return { changed: () => changed };
}
