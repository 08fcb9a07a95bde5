/** The choice an acceptance makes, and what follows from it. Pure. */
import type { PresentationRef } from '../../activities/offering/presentation-ref.js';
import { refusal, type AcceptRequest } from '../../src/contract/messages.js';
import { findChoice, isAnotherChoice, paymentModeAt, type ChoiceCheck } from '../../src/domain/choice.js';
import type { PaidAction, PaidOffer } from '../../src/domain/offers.js';
import type { Choice } from '../../src/domain/presentation.js';
import type { Refused } from './active.js';

/** The terms a presentation stands for once a choice is made. */
export type ChosenTerms = Pick<
  PresentationRef,
  'option' | 'productId' | 'quantity' | 'dueNow' | 'priceHash' | 'mode'
>;

export type AcceptedChoice =
  /** What is shown, at the price that is shown. */
  { kind: 'as_shown' } | { kind: 'chosen'; terms: ChosenTerms } | { kind: 'refused'; refused: Refused };

/**
 * Returns the choice an acceptance makes. It is checked here although the API checks it too: clients may talk straight
 * to Temporal.
 */
export function choiceIn(shown: PresentationRef, request: Partial<AcceptRequest>): AcceptedChoice {
  const quoted = quotedPrice(request);
  if (!isAnotherChoice(shown, request)) {
    // The same choice at a price that was quoted since.
    const requoted = shown.choices && quoted && quoted.priceHash !== shown.priceHash;
    return requoted ? chosen(shown, shown, shown.productId, quoted) : { kind: 'as_shown' };
  }
  const check = findChoice(shown, request);
  if (check.kind !== 'found') return refused(refusal.invalid, messageFor(check));
  const { choice, option } = check;
  const price = quoted ?? (check.isAsListed ? option : undefined);
  if (!price) {
    return refused(refusal.invalid, 'This choice has to be quoted first; name its dueNow and priceHash.');
  }
  if (request.priceHash !== undefined && request.priceHash !== price.priceHash) {
    return refused(refusal.priceChanged, 'The price has changed since it was shown.');
  }
  return chosen(shown, choice, option?.productId ?? shown.productId, price);
}

/** Returns how a presentation is paid at a price, in minor units. */
export function modeAt(shown: PresentationRef, dueNow: number): PresentationRef['mode'] {
  return paymentModeAt(dueNow, {
    shown: shown.mode,
    hasChoices: shown.choices !== undefined,
    oneClickLimit: shown.oneClickLimit,
    hasSavedMethod: shown.paymentMethodId !== undefined,
    changesSubscription: shown.subscriptionId !== undefined,
  });
}

/** Returns the action to send: the chosen option's, in the chosen quantity. */
export function chosenAction(offer: PaidOffer, { choices, option, quantity }: PresentationRef): PaidAction {
  const action = offer.options?.find(({ id }) => id === option)?.action ?? offer.action;
  return choices === undefined || action.quantityChoice === undefined ? action : { ...action, quantity };
}

/** Returns the choice that was made; undefined if there was nothing to choose. */
export function choiceOf({ choices, option, quantity }: PresentationRef): Choice | undefined {
  return choices && { ...(option !== undefined && { option }), quantity };
}

interface QuotedPrice {
  /** Minor units. */
  dueNow: number;
  priceHash: string;
}

function quotedPrice({ dueNow, priceHash }: Partial<AcceptRequest>): QuotedPrice | undefined {
  return typeof priceHash === 'string' && dueNow !== undefined && Number.isSafeInteger(dueNow) && dueNow >= 0
    ? { dueNow, priceHash }
    : undefined;
}

function chosen(
  shown: PresentationRef,
  { option, quantity }: Choice,
  productId: string,
  { dueNow, priceHash }: QuotedPrice,
): AcceptedChoice {
  return {
    kind: 'chosen',
    terms: {
      ...(option !== undefined && { option }),
      productId,
      quantity,
      dueNow,
      priceHash,
      mode: modeAt(shown, dueNow),
    },
  };
}

function messageFor(check: Exclude<ChoiceCheck, { kind: 'found' }>): string {
  if (check.kind === 'no_such_option') return `This offer has no option ${check.option}.`;
  const { bounds, usual, quantity } = check;
  const allowed = bounds ? `${bounds.min} to ${bounds.max}` : String(usual);
  return `This offer is for a quantity of ${allowed}, not ${quantity}.`;
}

function refused(code: string, message: string): AcceptedChoice {
  return { kind: 'refused', refused: { code, message } };
}
