/** The strategy for plan changes. */
import { setHandler, workflowInfo } from '@temporalio/workflow';
import { subscriptionEvent, type SubscriptionEvent } from '../../src/contract/messages.js';
import { attemptId } from '../../src/domain/ids.js';
import type { Addon } from '../../src/domain/offers.js';
import { hasAddons, type WantedPlan } from '../../src/domain/plan.js';
import type { Proof } from '../../src/domain/payment.js';
import { ledgerActivities, moneyActivities, readActivities, readOutcome, sendOnce } from '../activities.js';
import { proofOf, type PaymentInbox } from '../payments.js';
import type { PaymentStrategy } from './strategy.js';
import { addonsOfChange, askAgain, attemptInput, fence, openFallback, sentAs, type Terms } from './terms.js';

export function planChangeStrategy(
  terms: Terms,
  inbox: PaymentInbox,
  subscription: SubscriptionWatch,
): PaymentStrategy {
  const { shown } = terms;
  const { customerId, presentationId, productId } = shown;
  const subscriptionId = shown.subscriptionId ?? '';
  const id = (n: number) => attemptId(workflowInfo().workflowId, presentationId, n);
  const since = terms.acceptedAt;

  /** Proven by the changed subscription and, if something was due, its payment: `prevent_change` makes Dodo do both or neither. */
  function proven(n: number): Proof | undefined {
    const payment = proofOf(inbox, id(n));
    if (payment?.kind === 'failed') return payment;
    if (!subscription.changed()) return undefined;
    if (shown.dueNow === 0) return { kind: 'paid' };
    return payment;
  }
  return {
    terms,
    costsNothing: shown.dueNow === 0,
    id,
    // The price of a plan change is proration at the click, and the subscription itself has to show the change. Only a
    // checkout, which buys a new subscription, is proven by its payment alone, so only there the amount is checked.
    expect: (n, { dueNow = shown.dueNow, isFallback = false, paymentId, sessionId }) =>
      inbox.expect(id(n), {
        customerId,
        paymentId,
        sessionId,
        ...(sessionId !== undefined && { atLeast: { amount: shown.dueNow, currency: shown.currency } }),
        sent: sentAs(terms, isFallback, dueNow),
      }),
    send: (n, again) => {
      const retry = again && { ...again, otherThan: shown.paymentMethodId };
      return sendOnce(() => moneyActivities.changePlan({ ...attemptInput(terms, id(n)), ...retry }));
    },
    proven,
    fence: (n) => fence(terms, id(n)),
    askAgain: (n) => askAgain(terms, id(n)),
    lookUp: (n, paymentId) =>
      readOutcome(() =>
        readActivities.lookUpPlanChange({
          attemptId: id(n),
          presentationId,
          subscriptionId,
          customerId,
          productId,
          quantity: shown.quantity,
          addons: addonsOfChange(terms),
          dueNow: shown.dueNow,
          paymentId,
          since,
        }),
      ),
    openFallback: (n, failed) => openFallback(terms, id(n), failed),
    lookUpFallback: (n) =>
      readOutcome(() =>
        readActivities.lookUpPayment({ attemptId: id(n), presentationId, customerId, since }),
      ),
    record: (n, status, doubtful) =>
      ledgerActivities.recordState({ attemptId: id(n), presentationId, status, ...doubtful }),
  };
}

/** Checks the add-ons of a plan. Without any word on them, the product and the quantity say it all. */
function fits(addons: Addon[] | undefined, wanted: WantedPlan['addons']): boolean {
  return wanted === undefined || addons === undefined || hasAddons(addons, wanted);
}

export interface SubscriptionWatch {
  /** Returns true once the subscription was seen on the new plan, or with the new plan scheduled. */
  changed(): boolean;
}

/** Takes `subscriptionEvent` signals from now on. */
export function openSubscriptionWatch(wanted: WantedPlan): SubscriptionWatch {
  let changed = false;
  setHandler(
    subscriptionEvent,
    (event: Partial<SubscriptionEvent> | undefined) => {
      if (event === undefined) return;
      const onPlan =
        event.productId === wanted.productId &&
        event.quantity === wanted.quantity &&
        fits(event.addons, wanted.addons);
      const isScheduled =
        event.scheduledProductId === wanted.productId &&
        fits(event.scheduledAddons, wanted.addons) &&
        (wanted.addons === undefined || event.scheduledQuantity === wanted.quantity);
      changed ||= (onPlan && event.status === 'active') || isScheduled;
    },
    { description: 'The subscription changed at Dodo Payments.' },
  );
  return { changed: () => changed };
}
