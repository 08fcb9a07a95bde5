/** Which of an offer's choices a customer means, what it was shown to cost, and how it is paid. */
import type { Choice, Presentation, PresentationRecord, Price, QuoteRecord } from './presentation.js';

export type PaymentMode = Presentation['payment']['mode'];

/** A choice as a request names it; what it leaves out stays as shown. */
export type NamedChoice = Partial<Choice>;

/** Inclusive bounds of a quantity. */
export interface QuantityBounds {
  min: number;
  max: number;
}

/** One option as an offer lists it. */
export interface ListedOption {
  id: string;
  /** The quantity its listed price is for. */
  quantity: number;
  /** Left out when the quantity is fixed. */
  quantities?: QuantityBounds;
}

/** A presentation as far as choosing goes: what it stands for now, and what may be chosen instead. */
export interface Choosable<Option extends ListedOption = ListedOption> extends Choice {
  choices?: { quantity?: QuantityBounds; options?: Option[] };
  /** The ledger does not know the quantity, so whoever names one is believed here; the run checks it. */
  quantityUnrecorded?: true;
}

export type ChoiceCheck<Option extends ListedOption = ListedOption> =
  /** `isAsListed`: the choice is `option` in its listed quantity, so the listed price applies. */
  | { kind: 'found'; choice: Choice; option?: Option; isAsListed: boolean }
  | { kind: 'no_such_option'; option: string; options?: string[] }
  /** Without `bounds` the quantity is fixed at `usual`. */
  | { kind: 'quantity_not_allowed'; quantity: number; usual: number; bounds?: QuantityBounds };

/**
 * Finds the choice a request names. An option that is named without a quantity is meant in its listed quantity, or, if
 * it is the one shown, in the quantity shown.
 */
export function findChoice<Option extends ListedOption>(
  shown: Choosable<Option>,
  named: NamedChoice,
): ChoiceCheck<Option> {
  const { choices } = shown;
  const id = named.option ?? shown.option;
  const option = choices?.options?.find((candidate) => candidate.id === id);
  if (id !== undefined && !option && id !== shown.option) {
    return { kind: 'no_such_option', option: id, options: choices?.options?.map((one) => one.id) };
  }
  const usual = option && id !== shown.option ? option.quantity : shown.quantity;
  const quantity = named.quantity ?? usual;
  const bounds = option ? option.quantities : choices?.quantity;
  const isAsListed = option?.quantity === quantity;
  const isFixed = quantity !== usual && !isAsListed && !isWithin(quantity, bounds);
  if (isFixed && !shown.quantityUnrecorded) {
    return { kind: 'quantity_not_allowed', quantity, usual, bounds };
  }
  return { kind: 'found', choice: { ...(id !== undefined && { option: id }), quantity }, option, isAsListed };
}

/** Checks whether a request names something other than what is shown. */
export function isAnotherChoice(shown: Choice, { option, quantity }: NamedChoice): boolean {
  if (option !== undefined && option !== shown.option) return true;
  return quantity !== undefined && quantity !== shown.quantity;
}

export function isSameChoice(one: Choice, other: Choice): boolean {
  return one.option === other.option && one.quantity === other.quantity;
}

/** Returns the product of a choice: that of its option if the offer has options. */
export function productOf(
  { product, choices }: Pick<Presentation, 'product' | 'choices'>,
  { option }: Choice,
): Presentation['product'] {
  return choices?.options?.find(({ id }) => id === option)?.product ?? product;
}

/**
 * Returns the price of a choice that has this hash: as the presentation shows it, as the list of options shows it, or
 * as it was quoted. Undefined when the customer was never shown it.
 */
export function priceShown(
  presentation: Pick<PresentationRecord, 'option' | 'quantity' | 'price' | 'choices'>,
  quotes: readonly QuoteRecord[],
  choice: Choice,
  hash: string | undefined,
): Price | undefined {
  const listed = presentation.choices?.options?.find(({ id }) => id === choice.option);
  const known = [
    ...(isSameChoice(presentation, choice) ? [presentation.price] : []),
    ...(listed?.quantity === choice.quantity ? [listed.price] : []),
    ...quotes.filter((quote) => isSameChoice(quote, choice)).map(({ price }) => price),
  ];
  return hash === undefined ? undefined : known.find((price) => price.hash === hash);
}

/** Checks whether a price has to go through the checkout even though a payment method is saved. */
export function isAboveOneClick(price: Pick<Price, 'dueNow'>, limit: number | undefined): boolean {
  return limit !== undefined && price.dueNow > limit;
}

/** What decides how a presentation is paid. */
export interface PaymentMeans {
  /** The mode it was shown with. */
  shown: PaymentMode;
  /** The presentation offers a choice. */
  hasChoices: boolean;
  /** The most that one click may charge. Minor units. */
  oneClickLimit?: number;
  hasSavedMethod: boolean;
  /** Accepting changes the plan of a subscription. */
  changesSubscription: boolean;
}

/**
 * Returns how a presentation is paid at a price, in minor units. Without a choice or a limit, a new price does not
 * change the mode.
 */
export function paymentModeAt(dueNow: number, means: PaymentMeans): PaymentMode {
  if (isAboveOneClick({ dueNow }, means.oneClickLimit)) return 'checkout';
  if (means.oneClickLimit === undefined && !means.hasChoices) return means.shown;
  // A plan change with nothing due needs no payment method.
  const isFree = dueNow === 0 && means.changesSubscription;
  return means.hasSavedMethod || isFree ? 'one_click' : 'checkout';
}

function isWithin(quantity: number, bounds: QuantityBounds | undefined): boolean {
  return (
    bounds !== undefined && Number.isInteger(quantity) && quantity >= bounds.min && quantity <= bounds.max
  );
}
