/** Paying an offer with a charge of its own: one-click checkout session, or `payments.create`. */
import { workflowInfo } from '@temporalio/workflow';
import type { FallbackOpened } from '../activities/fulfilling/fallback.js';
import type { PaidOffer } from '../src/domain/offers.js';
import {
  checkoutActivities,
  ifReadable,
  moneyActivities,
  ledgerActivities,
  readActivities,
  sendOnce,
} from './activities.js';
import { chosenAction, choiceOf } from './choices.js';
import { attemptId } from '../src/domain/ids.js';
import type { PaymentStrategy } from './fulfilment.js';
import type { ActivePresentation } from './presentations.js';
import { proofOf, type PaymentInbox } from './payments.js';

/** What the customer accepted. */
export interface Terms {
  shown: ActivePresentation;
  offer: PaidOffer;
  purchaseId: string;
  /** The payment that set the run off: its billing address is the one to charge with. */
  paymentId?: string;
  acceptedAt: string;
  /** When the purchase run began. */
  runStartedAt: string;
  consents?: string[];
  /** Nothing is sent later than this. Milliseconds since the epoch. */
  sendBefore: number;
}

export function chargeStrategy(terms: Terms, inbox: PaymentInbox): PaymentStrategy {
  const id = (n: number) => attemptId(workflowInfo().workflowId, terms.shown.step, n);
  const since = terms.acceptedAt;
  const { customerId, presentationId } = terms.shown;
  return {
    id,
    expect: (n, { dueNow = terms.shown.dueNow, ...known }) =>
      inbox.expect(id(n), {
        ...known,
        customerId,
        atLeast: { amount: dueNow, currency: terms.shown.currency },
      }),
    send: (n) => sendOnce(() => moneyActivities.charge(attemptInput(terms, id(n)))),
    proven: (n) => proofOf(inbox, id(n)),
    lookUp: (n, paymentId) =>
      ifReadable(() =>
        readActivities.lookUpPayment({ attemptId: id(n), presentationId, paymentId, customerId, since }),
      ),
    openFallback: (n, failed) => openFallback(terms, id(n), failed),
    lookUpFallback: (n) =>
      ifReadable(() => readActivities.lookUpPayment({ attemptId: id(n), presentationId, customerId, since })),
    record: (n, status) => ledgerActivities.recordState({ attemptId: id(n), presentationId, status }),
  };
}

/** The activity input of an attempt: ids and amounts, no address, no card. */
export function attemptInput(terms: Terms, id: string) {
  const { shown, offer } = terms;
  return {
    attemptId: id,
    presentationId: shown.presentationId,
    purchaseId: terms.purchaseId,
    paymentId: terms.paymentId,
    customerId: shown.customerId,
    subscriptionId: shown.subscriptionId,
    paymentMethodId: shown.paymentMethodId,
    quantity: shown.quantity,
    choice: choiceOf(shown),
    oneClickLimit: shown.oneClickLimit,
    offer: { action: chosenAction(offer, shown), discountCode: offer.discountCode, copy: offer.copy },
    price: { currency: shown.currency, dueNow: shown.dueNow, hash: shown.priceHash },
    acceptedAt: terms.acceptedAt,
    consents: terms.consents,
    sendBefore: terms.sendBefore,
    runStartedAt: terms.runStartedAt,
  };
}

export async function openFallback(
  terms: Terms,
  id: string,
  failed: { errorCode?: string; unreachable?: boolean },
): Promise<FallbackOpened> {
  const opened = await ifReadable(() =>
    checkoutActivities.openFallback({
      ...attemptInput(terms, id),
      failed,
      asked: terms.shown.mode === 'checkout',
    }),
  );
  return opened ?? { kind: 'none' };
}
