/** The terms a customer accepted where there was a choice, and what the ledger is to show from then on. */
import { renderCopy } from '../../src/catalog/copy.js';
import { isAboveOneClick, isSameChoice, priceShown, productOf } from '../../src/domain/choice.js';
import { paymentBy } from '../../src/domain/payment-mode.js';
import type {
  Presentation,
  PresentationPatch,
  PresentationRecord,
  Price,
} from '../../src/domain/presentation.js';
import type { AttemptInput } from '../../src/domain/attempt.js';
import type { ActivityContext } from '../context.js';
import { wordsOf } from '../offering/words.js';

export interface AcceptedTerms {
  /** Undefined when the customer was never shown the price that the acceptance names. */
  price?: Price;
  /** Moves the presentation to what was chosen. Empty when it already shows that. */
  patch: PresentationPatch;
}

/**
 * Reads from the ledger which price an acceptance is for. Writes nothing.
 *
 * @param mode how it is paid
 */
export async function acceptedTerms(
  context: ActivityContext,
  { presentationId, choice, price: accepted, offer }: AttemptInput,
  mode: Presentation['payment']['mode'],
): Promise<AcceptedTerms> {
  const { ledger } = context;
  const shown = choice && (await ledger.presentation(presentationId));
  if (!shown) return { patch: {} };
  const price = priceShown(shown, await ledger.quotes(presentationId, choice), choice, accepted.hash);
  if (isSameChoice(shown, choice) && shown.price.hash === accepted.hash) return { price, patch: {} };
  const product = productOf(shown, choice);
  const words = price && (await wordsOf(context, shown, offer.copy));
  return {
    price,
    patch: {
      product,
      quantity: choice.quantity,
      ...(choice.option !== undefined && { option: choice.option }),
      payment: paymentBy(mode, shown.terms?.method),
      ...(price && { price }),
      ...(words && { copy: renderCopy(words, price, product.name) }),
    },
  };
}

/** Returns what a presentation shows when it is opened again at another price. */
export function reopenedAt(
  shown: PresentationRecord | undefined,
  { choice, oneClickLimit }: AttemptInput,
  now: Price,
): PresentationPatch {
  const above = isAboveOneClick(now, oneClickLimit);
  if (!choice) return above ? { payment: paymentBy('checkout') } : {};
  return {
    quantity: choice.quantity,
    ...(choice.option !== undefined && { option: choice.option }),
    ...(shown && {
      product: productOf(shown, choice),
      payment: paymentBy(above ? 'checkout' : 'one_click', shown.terms?.method),
    }),
  };
}
