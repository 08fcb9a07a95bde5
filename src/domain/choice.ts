/** What a customer may choose within a presentation, and what it costs as far as it was shown. Pure. */
import type { PresentationRecord } from './presentation.js';
import type { Presentation, Price } from './presentation.js';
import { type Choice, type QuoteRecord } from './presentation.js';

type Product = Presentation['product'];

/** One choice with everything that is shown of it. */
export interface PricedChoice extends Choice {
  product: Product;
  price: Price;
}

/** The product of a choice: that of its option, where there are options. */
export function productOf(
  { product, choices }: Pick<Presentation, 'product' | 'choices'>,
  { option }: Choice,
) {
  return choices?.options?.find(({ id }) => id === option)?.product ?? product;
}

export function isSameChoice(one: Choice, other: Choice): boolean {
  return one.option === other.option && one.quantity === other.quantity;
}

/**
 * The price of a choice that has this hash: as the presentation shows it, as its list of options does, or as it was
 * quoted. Undefined when the customer was never shown it.
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

/** Whether a price goes through the checkout although a method is saved. */
export function isAboveOneClick(price: Pick<Price, 'dueNow'>, limit: number | undefined): boolean {
  return limit !== undefined && price.dueNow > limit;
}
