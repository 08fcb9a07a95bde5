/** What the customer accepted, and the activity inputs made from it. */
import type { FallbackOpened } from '../../activities/fulfilling/fallback.js';
import type { AttemptInput } from '../../src/domain/attempt.js';
import type { Expected } from '../../src/domain/payment.js';
import type { OfferAction, PaidOffer, RetentionAction } from '../../src/domain/offers.js';
import { checkoutActivities, ifReadable } from '../activities.js';
import type { ActivePresentation } from '../presentations/active.js';
import { chosenAction, choiceOf } from '../presentations/choices.js';
import type { Failed } from './strategy.js';

/** What was accepted. Plan-change runs are started with it: its shape is in recorded histories. */
export interface Terms {
  shown: ActivePresentation;
  offer: PaidOffer;
  purchaseId: string;
  /** The payment that started the run; its billing address is used for the charge. */
  paymentId?: string;
  acceptedAt: string;
  /** When the purchase run began. */
  runStartedAt: string;
  consents?: string[];
  /** Nothing is sent later than this. Milliseconds since the epoch. */
  sendBefore: number;
}

/** The same for a retention offer. Retention runs are started with it. */
export type RetentionTerms = Omit<Terms, 'offer' | 'paymentId' | 'runStartedAt'> & {
  action: RetentionAction;
};

/** Checks for an action that keeps a customer and sells nothing. */
export function isRetention(action: OfferAction): action is RetentionAction {
  return action.kind === 'pause' || action.kind === 'extend_trial';
}

/** Returns the activity input of an attempt: ids and amounts, no address, no card. */
export function attemptInput(terms: Terms, id: string): AttemptInput {
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

/** Returns what the payment of an attempt is judged by. */
export function sentAs(terms: Terms, isFallback: boolean, dueNow: number): NonNullable<Expected['sent']> {
  const { kind, productId } = chosenAction(terms.offer, terms.shown);
  return { kind: isFallback ? 'fallback' : kind, productId, amount: dueNow, currency: terms.shown.currency };
}

/** Opens the fallback; none when Dodo does not answer for as long as it is worth trying. */
export async function openFallback(terms: Terms, id: string, failed: Failed): Promise<FallbackOpened> {
  const opened = await ifReadable(() =>
    checkoutActivities.openFallback({
      ...attemptInput(terms, id),
      failed,
      asked: terms.shown.mode === 'checkout',
    }),
  );
  return opened ?? { kind: 'none' };
}
