/** What the customer accepted, and the activity inputs made from it. */
import type { FallbackInput, FallbackOpened } from '../../activities/fulfilling/fallback.js';
import type { AttemptInput } from '../../src/domain/attempt.js';
import type { Expected } from '../../src/domain/payment.js';
import type { Addon, OfferAction, PaidOffer, RetentionAction } from '../../src/domain/offers.js';
import type { PriceChanged } from '../../src/domain/fulfilment.js';
import { checkoutActivities, ifReadable, ledgerActivities } from '../activities.js';
import type { ActivePresentation } from '../presentations/active.js';
import { chosenAction, choiceOf } from '../presentations/choices.js';

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
  /** The hash of what the customer was shown. */
  evidence?: string;
  /** Nothing is sent later than this. Milliseconds since the epoch. */
  sendBefore: number;
  /** Takes the place of an earlier change whose payment had failed. */
  replaces?: { link: boolean };
}

/** The same for a retention offer. Retention runs are started with it. */
export type RetentionTerms = Omit<Terms, 'offer' | 'paymentId' | 'runStartedAt' | 'replaces'> & {
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
    ifOwned: offer.ifOwned,
    offer: {
      action: chosenAction(offer, shown),
      discountCode: offer.discountCode,
      ...(offer.metadata && { metadata: offer.metadata }),
      copy: offer.copy,
    },
    price: { currency: shown.currency, dueNow: shown.dueNow, hash: shown.priceHash },
    acceptedAt: terms.acceptedAt,
    consents: terms.consents,
    ...(terms.evidence !== undefined && { evidence: terms.evidence }),
    sendBefore: terms.sendBefore,
    runStartedAt: terms.runStartedAt,
    ...(terms.replaces && { replaces: terms.replaces }),
  };
}

/** Returns the add-ons that a plan change sets; undefined if it leaves them as they are. */
export function addonsOfChange({ offer, shown }: Terms): Addon[] | undefined {
  const action = chosenAction(offer, shown);
  return action.kind === 'change_plan' ? action.addons : undefined;
}

/** Returns what the payment of an attempt is judged by. */
export function sentAs(terms: Terms, isFallback: boolean, dueNow: number): NonNullable<Expected['sent']> {
  const { kind, productId } = chosenAction(terms.offer, terms.shown);
  return { kind: isFallback ? 'fallback' : kind, productId, amount: dueNow, currency: terms.shown.currency };
}

/** Opens the fallback; none when Dodo does not answer for as long as it is worth trying. */
export async function openFallback(
  terms: Terms,
  id: string,
  failed: FallbackInput['failed'],
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

/** Records an attempt as never sent, unless it is recorded already. True when it was never sent. */
export async function fence(terms: Terms, id: string): Promise<boolean> {
  const { neverSent } = await ledgerActivities.fenceAttempt(attemptInput(terms, id));
  return neverSent;
}

/** Opens the offer again after an acceptance that could not be sent. */
export function askAgain(terms: Terms, id: string): Promise<PriceChanged['price']> {
  return ledgerActivities.askAgain(attemptInput(terms, id));
}
