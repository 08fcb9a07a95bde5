/** What the customer chooses within a presentation: which choices there are, and what one of them costs now. */
import { inQuantity } from '../domain/variants.js';
import { displayPrice, renderCopy } from '../catalog/copy.js';
import { wordsFor } from '../catalog/words.js';
import {
  findChoice,
  isAnotherChoice,
  isSameChoice,
  paymentModeAt,
  priceShown,
  productOf,
  type NamedChoice,
} from '../domain/choice.js';
import { isPlan } from '../domain/plan.js';
import { classify, ifFound } from '../dodo/errors.js';
import { billingOf } from '../dodo/payments.js';
import { currentPrice } from '../dodo/pricing.js';
import type { BillingAddress } from '../domain/purchase.js';
import type { PresentationRecord } from '../domain/presentation.js';
import type { Choice, OfferTerms } from '../domain/presentation.js';
import type { Copy, Presentation, Price, PriceDisplay } from '../domain/presentation.js';
import type { AcceptRequest } from '../contract/messages.js';
import type { ApiDeps } from './deps.js';
import { Problem } from './problem.js';

export type ChoiceBody = NamedChoice;

/** One choice with everything there is to show of it. */
export interface QuoteView extends Choice {
  presentationId: string;
  product: Presentation['product'];
  price: Price;
  payment: Presentation['payment'];
  copy?: Copy;
  display: PriceDisplay & { locale: string };
  serverTime: string;
}

/**
 * Returns the choice a body names; what it leaves out is as shown, or for another option as listed.
 *
 * @throws Problem `invalid_body` when the offer has no such choice
 */
export function wantedChoice(record: PresentationRecord, body: ChoiceBody): Choice {
  const check = findChoice(record, body);
  switch (check.kind) {
    case 'found':
      return check.choice;
    case 'no_such_option':
      throw refused(
        'option',
        check.options ? `must be one of ${check.options.join(', ')}` : 'this offer has no options',
      );
    case 'quantity_not_allowed': {
      const { bounds, usual } = check;
      throw refused(
        'quantity',
        bounds ? `must be a whole number from ${bounds.min} to ${bounds.max}` : `must be ${usual}`,
      );
    }
  }
}

/**
 * Previews a choice for this customer on the terms the offer was made on, and keeps the price, so that an acceptance
 * may name it.
 *
 * @throws Problem when Dodo does not give a price
 */
export async function quoteChoice(
  deps: ApiDeps,
  record: PresentationRecord,
  choice: Choice,
  locales: readonly string[],
): Promise<QuoteView> {
  const { terms } = record;
  const price = terms ? await preview(deps, record, terms, choice) : record.price;
  const at = deps.now().toISOString();
  await deps.ledger.recordQuote({ presentationId: record.id, ...choice, price, quotedAt: at });
  const product = productOf(record, choice);
  const method = terms?.method ?? record.payment.method;
  const { words, locale } = wordsFor(record.words ?? record.copy, locales);
  const mode = paymentModeAt(price.dueNow, {
    shown: record.payment.mode,
    hasChoices: record.choices !== undefined,
    oneClickLimit: terms?.oneClickLimit,
    hasSavedMethod: method !== undefined,
    changesSubscription: terms?.ways.some(({ action }) => action.kind === 'change_plan') ?? false,
  });
  return {
    presentationId: record.id,
    ...choice,
    product,
    price,
    payment: { mode, ...(mode === 'one_click' && method && { method }) },
    ...(record.words && { copy: renderCopy(words, price, product.name, locale) }),
    display: { locale, ...displayPrice(price, locale) },
    serverTime: at,
  };
}

/**
 * What a click on accept is for, as the run is told it: the choice, and the price that was shown of it. Without a word
 * on the price, the listed one is meant, and else the one that stands when the click arrives.
 *
 * @param reader what the caller's token stands for, which is what the presentation showed, and the languages they read
 * @throws Problem `price_changed` with a new quote when the named price was never shown of this choice
 */
export async function choiceOfClick(
  deps: ApiDeps,
  record: PresentationRecord,
  body: ChoiceBody & { priceHash?: string },
  { tokenPrice, locales }: { tokenPrice?: string; locales: readonly string[] },
): Promise<Pick<AcceptRequest, 'option' | 'quantity' | 'dueNow'> & { priceHash: string }> {
  const choice = wantedChoice(record, body);
  const asShown = isSameChoice(record, choice);
  const named = body.option !== undefined || body.quantity !== undefined;
  const hash = body.priceHash ?? (asShown ? (tokenPrice ?? record.price.hash) : undefined);
  if (!record.choices || (asShown && hash === record.price.hash))
    return { ...(named && choice), priceHash: hash ?? record.price.hash };

  const known = priceShown(record, await deps.ledger.quotes(record.id, choice), choice, hash);
  if (known) return { ...choice, priceHash: known.hash, dueNow: known.dueNow };
  // The run may be at a price that the ledger does not show yet.
  if (asShown && hash !== undefined) return { ...(named && choice), priceHash: hash };
  if (hash !== undefined) {
    throw new Problem('price_changed', {
      detail: 'This is not the price of what was chosen. Nothing was charged; please decide again.',
      members: { quote: await quoteChoice(deps, record, choice, locales) },
    });
  }
  const listed = record.choices.options?.find(({ id }) => id === choice.option);
  if (listed?.quantity === choice.quantity)
    return { ...choice, priceHash: listed.price.hash, dueNow: listed.price.dueNow };
  if (tokenPrice !== undefined) {
    throw refused('priceHash', 'must name the price of this choice, as /quote answered it');
  }
  const { price } = await quoteChoice(deps, record, choice, locales);
  return { ...choice, priceHash: price.hash, dueNow: price.dueNow };
}

/** Whether the presentation stands for another choice by now than for what it showed first. */
export function hasMoved(record: PresentationRecord): boolean {
  const { preselected } = record.terms ?? {};
  return preselected !== undefined && !isSameChoice(record, preselected);
}

/** Checks whether a body names a choice other than the one a presentation stands for. */
export function namesAnother(record: PresentationRecord, body: ChoiceBody): boolean {
  return record.choices !== undefined && isAnotherChoice(record, body);
}

async function preview(
  deps: ApiDeps,
  record: PresentationRecord,
  terms: OfferTerms,
  choice: Choice,
): Promise<Price> {
  const { dodo } = deps;
  const way = terms.ways.find(({ option }) => option === choice.option);
  if (!way) throw refused('option', 'cannot be priced any more');
  const { discountCode, subscriptionId } = terms;
  const { customerId, price: shown } = record;
  let price: Price | undefined;
  try {
    const { action } = way;
    const plan = action.kind === 'change_plan' ? { ...action, quantity: choice.quantity } : undefined;
    const [subscription, billing] = await Promise.all([
      plan && subscriptionId !== undefined ? ifFound(dodo.subscriptions.retrieve(subscriptionId)) : undefined,
      // A plan change is taxed by the subscription's own address.
      plan ? undefined : addressOf(deps, record),
    ]);
    if (subscription && plan && isPlan(subscription, plan))
      throw refused('quantity', 'is what the subscription has already');
    price = await currentPrice(
      dodo,
      { action: inQuantity(action, choice.quantity), discountCode },
      { customerId, currency: shown.currency, subscription, billing },
    );
  } catch (error) {
    if (error instanceof Problem) throw error;
    const failure = classify(error);
    throw new Problem(failure.kind === 'rejected' ? 'dodo_rejected' : 'dodo_unavailable', {
      detail: failure.message,
      cause: error,
    });
  }
  if (price?.currency !== shown.currency) {
    throw new Problem('dodo_rejected', { detail: 'Dodo Payments gives no price for this choice any more.' });
  }
  return price;
}

/** The address the first purchase was billed to. */
async function addressOf(
  { ledger, dodo }: ApiDeps,
  { purchaseId }: PresentationRecord,
): Promise<BillingAddress | undefined> {
  const kept = await ledger.billingOf(purchaseId);
  const paymentId = kept ? undefined : (await ledger.purchase(purchaseId))?.purchase.paymentId;
  return paymentId === undefined ? kept : billingOf(await dodo.payments.retrieve(paymentId));
}

function refused(field: string, detail: string): Problem {
  return new Problem('invalid_body', {
    detail: 'The body was refused; `errors` lists every mistake.',
    members: { errors: [{ pointer: `#/${field}`, detail }] },
  });
}
