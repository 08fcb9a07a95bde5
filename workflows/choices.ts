/** Which of an offer's choices an acceptance is for, and what follows from that. Pure. */
import { ApplicationFailure } from '@temporalio/workflow';
import type { Presented } from '../activities/offering/present.js';
import type { PaidAction, PaidOffer } from '../src/domain/offers.js';
import type { Choice } from '../src/domain/presentation.js';
import { refusal, type AcceptRequest } from '../src/contract/messages.js';

/** What a presentation stands for once a choice is made. */
export type Chosen = Pick<Presented, 'option' | 'productId' | 'quantity' | 'dueNow' | 'priceHash' | 'mode'>;

/** Whether an acceptance names something else than what is shown. */
export function isAnotherChoice(shown: Presented, { option, quantity }: Partial<AcceptRequest>): boolean {
  if (option !== undefined && option !== shown.option) return true;
  return quantity !== undefined && quantity !== shown.quantity;
}

/**
 * What an acceptance chooses; undefined when it is for what is shown, at the price that is shown.
 *
 * @throws ApplicationFailure with a code of `refusal`: clients may talk straight to Temporal
 */
export function choiceIn(shown: Presented, request: Partial<AcceptRequest>): Chosen | undefined {
  const { dueNow, priceHash } = request;
  const { choices } = shown;
  const priced =
    typeof priceHash === 'string' && Number.isSafeInteger(dueNow) && (dueNow ?? -1) >= 0
      ? { dueNow: dueNow ?? 0, priceHash }
      : undefined;
  if (!isAnotherChoice(shown, request)) {
    // The same at a price that was quoted since.
    const requoted = choices && priced && priced.priceHash !== shown.priceHash;
    return requoted ? { ...priced, mode: modeAt(shown, priced.dueNow), ...kept(shown) } : undefined;
  }

  const id = request.option ?? shown.option;
  const option = choices?.options?.find((one) => one.id === id);
  if (id !== undefined && !option) return refuse(refusal.invalid, `This offer has no option ${id}.`);
  // Another option is meant as it was listed; the one that is shown, as it is shown.
  const usual = option && id !== shown.option ? option.quantity : shown.quantity;
  const quantity = request.quantity ?? usual;
  const bounds = option ? option.quantities : choices?.quantity;
  const listed = option?.quantity === quantity;
  if (quantity !== usual && !listed && !isWithin(quantity, bounds)) {
    const may = bounds ? `${bounds.min} to ${bounds.max}` : String(usual);
    return refuse(refusal.invalid, `This offer is for a quantity of ${may}, not ${quantity}.`);
  }
  const price = priced ?? (listed ? option : undefined);
  if (!price)
    return refuse(refusal.invalid, 'This choice has to be quoted first; name dueNow and priceHash.');
  if (priceHash !== undefined && priceHash !== price.priceHash) {
    return refuse(refusal.priceChanged, 'The price has changed since it was shown.');
  }
  return {
    ...(id !== undefined && { option: id }),
    productId: option?.productId ?? shown.productId,
    quantity,
    dueNow: price.dueNow,
    priceHash: price.priceHash,
    mode: modeAt(shown, price.dueNow),
  };
}

/** How an offer is paid at this price. Without a limit it stays as it was shown. */
export function modeAt(shown: Presented, dueNow: number): Presented['mode'] {
  const { oneClickLimit, paymentMethodId, choices, subscriptionId } = shown;
  if (oneClickLimit !== undefined && dueNow > oneClickLimit) return 'checkout';
  if (oneClickLimit === undefined && !choices) return shown.mode;
  // Where nothing is due, a plan is changed without a card.
  const free = dueNow === 0 && subscriptionId !== undefined;
  return paymentMethodId !== undefined || free ? 'one_click' : 'checkout';
}

/** The action to send: that of the chosen option, in the chosen quantity. */
export function chosenAction(offer: PaidOffer, { choices, option, quantity }: Presented): PaidAction {
  const action = offer.options?.find(({ id }) => id === option)?.action ?? offer.action;
  return choices === undefined || action.quantityChoice === undefined ? action : { ...action, quantity };
}

/** Which choice was made, where there was one. */
export function choiceOf({ choices, option, quantity }: Presented): Choice | undefined {
  return choices && { ...(option !== undefined && { option }), quantity };
}

function kept({ option, productId, quantity }: Presented) {
  return { ...(option !== undefined && { option }), productId, quantity };
}

function isWithin(quantity: number, bounds: { min: number; max: number } | undefined): boolean {
  return (
    bounds !== undefined && Number.isInteger(quantity) && quantity >= bounds.min && quantity <= bounds.max
  );
}

function refuse(type: string, message: string): never {
  throw ApplicationFailure.create({ type, message, nonRetryable: true });
}
