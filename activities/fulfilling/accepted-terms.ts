/** What the customer accepted where there was a choice: at which price, and what the ledger has to show from now on. */
import { renderCopy } from '../../src/catalog/copy.js';
import { isAboveOneClick, isSameChoice, priceShown, productOf } from '../../src/domain/choice.js';
import type { PresentationPatch, PresentationRecord } from '../../src/domain/presentation.js';
import type { Presentation, Price } from '../../src/domain/presentation.js';
import type { AttemptInput } from '../../src/domain/attempt.js';
import type { ActivityContext } from '../context.js';

export interface AcceptedTerms {
  /** Undefined when the customer was never shown the price that the acceptance names. */
  price?: Price;
  /** Moves the presentation to what was chosen. Empty when that is what it shows. */
  patch: PresentationPatch;
}

/** @param mode how it is paid */
export async function acceptedTerms(
  { ledger }: ActivityContext,
  { presentationId, choice, price: accepted, offer }: AttemptInput,
  mode: Presentation['payment']['mode'],
): Promise<AcceptedTerms> {
  const shown = choice && (await ledger.presentation(presentationId));
  if (!shown) return { patch: {} };
  const price = priceShown(shown, await ledger.quotes(presentationId, choice), choice, accepted.hash);
  if (isSameChoice(shown, choice) && shown.price.hash === accepted.hash) return { price, patch: {} };
  const product = productOf(shown, choice);
  return {
    price,
    patch: {
      product,
      quantity: choice.quantity,
      ...(choice.option !== undefined && { option: choice.option }),
      payment: paymentOf(shown, mode),
      ...(price && { price, copy: renderCopy(offer.copy, price, product.name) }),
    },
  };
}

/** What a presentation shows when it is open again at another price. */
export function reopenedAt(
  shown: PresentationRecord | undefined,
  { choice, oneClickLimit }: AttemptInput,
  now: Price,
): PresentationPatch {
  const above = isAboveOneClick(now, oneClickLimit);
  if (!choice) return above ? { payment: { mode: 'checkout' } } : {};
  return {
    quantity: choice.quantity,
    ...(choice.option !== undefined && { option: choice.option }),
    ...(shown && {
      product: productOf(shown, choice),
      payment: paymentOf(shown, above ? 'checkout' : 'one_click'),
    }),
  };
}

function paymentOf(
  { terms }: PresentationRecord,
  mode: Presentation['payment']['mode'],
): Presentation['payment'] {
  return { mode, ...(mode === 'one_click' && terms?.method && { method: terms.method }) };
}
