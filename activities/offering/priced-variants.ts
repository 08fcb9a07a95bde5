/** The variants of an offer that this customer may take, each with its price now. */
import type { PaidAction, PaidOffer, Policy } from '../../src/domain/offers.js';
import {
  inQuantity,
  oneClickLimitIn,
  preselectedQuantity,
  type OfferVariant,
} from '../../src/domain/variants.js';
import { isPlan } from '../../src/domain/plan.js';
import { isAboveOneClick } from '../../src/domain/choice.js';
import { classify, isKeyRejected } from '../../src/dodo/errors.js';
import type { MethodChoice } from '../../src/dodo/payment-methods.js';
import { currentPrice, readProduct } from '../../src/dodo/pricing.js';
import { paymentBy } from '../../src/domain/payment-mode.js';
import type { Choices, OfferTerms, Presentation, Price } from '../../src/domain/presentation.js';
import type { ActivityContext } from '../context.js';
import { ownsProduct } from './ownership.js';
import { notEligible, type NotEligible } from './quote.js';
import type { OfferSubject } from './subject.js';

/** A variant that this customer may take. */
export interface PricedVariant extends OfferVariant {
  kind: 'priced';
  product: Presentation['product'];
  quantity: number;
  price: Price;
}

/** What the variants of one offer have in common. */
export interface SaleInput {
  offer: PaidOffer;
  policy?: Policy;
  subject: OfferSubject;
  /** The customer's language, if it is known. A code of Dodo's. */
  locale?: string | null | undefined;
}

/**
 * Prices one variant for the customer, at its preselected quantity.
 *
 * @throws when Dodo cannot be reached or refuses our key; a refusal of the request makes the variant not eligible
 */
export async function priceVariant(
  context: ActivityContext,
  variant: OfferVariant,
  { offer, subject, locale }: SaleInput,
): Promise<PricedVariant | NotEligible> {
  const { action } = variant;
  const { subscription } = subject;
  const quantity = preselectedQuantity(action, subscription);
  if (action.kind === 'change_plan' && subscription && isPlan(subscription, { ...action, quantity })) {
    return notEligible('already_owned', `the subscription is already on ${action.productId}`);
  }
  const pricing = previewPrice(
    context,
    { action: inQuantity(action, quantity), discountCode: offer.discountCode },
    subject,
  );
  // A preview tells the name, and a customer's language may ask for another.
  const reading = pricing.then(() => readProduct(context.dodo, action.productId, locale));
  const [product, owned, priced] = await Promise.all([
    reading,
    action.kind !== 'change_plan' &&
      offer.ifOwned === 'skip' &&
      reading.then((read) => read && ownsProduct(context, subject, { id: action.productId, ...read })),
    pricing,
  ]);
  if (!product) return notEligible('product_unavailable', `Dodo has no product ${action.productId}`);
  if (owned) return notEligible('already_owned', `the customer already has ${action.productId}`);
  if ('kind' in priced) return priced;
  return {
    kind: 'priced',
    ...variant,
    product: { id: action.productId, name: product.name },
    quantity,
    price: priced,
  };
}

/** Adds how a variant is paid, unless the customer has no way to pay it. */
export function withPayment<V extends PricedVariant>(
  variant: V,
  method: MethodChoice,
  { offer, policy }: SaleInput,
): (V & { payment: Presentation['payment'] }) | NotEligible {
  const limit = oneClickLimitIn(variant.price.currency, offer, policy);
  const payment = paymentFor(method, offer, variant.price, limit);
  return 'kind' in payment ? payment : { ...variant, payment };
}

/** Returns what the customer may choose between; undefined when there is no choice. */
export function choicesAmong(offer: PaidOffer, variants: readonly PricedVariant[]): Choices | undefined {
  if (!offer.options) {
    const bounds = offer.action.quantityChoice;
    return bounds && { quantity: { min: bounds.min, max: bounds.max } };
  }
  return {
    options: variants.map(({ option = '', label = '', action, product, quantity, price }) => {
      const bounds = action.quantityChoice;
      const quantities = bounds && { min: bounds.min, max: bounds.max };
      return { id: option, label, product, quantity, ...(quantities && { quantities }), price };
    }),
  };
}

/** Returns the terms to keep when another choice may have to be priced or sent through the checkout. */
export function termsAmong(
  variants: readonly PricedVariant[],
  method: MethodChoice,
  { offer, policy, subject }: SaleInput,
): OfferTerms | undefined {
  const [preselected] = variants;
  const limit = preselected && oneClickLimitIn(preselected.price.currency, offer, policy);
  const hasChoice = choicesAmong(offer, variants) !== undefined;
  const { priceTolerance } = policy ?? {};
  if (!hasChoice && limit === undefined && priceTolerance === undefined) return undefined;
  return {
    ...(preselected &&
      hasChoice && {
        preselected: {
          ...(preselected.option !== undefined && { option: preselected.option }),
          quantity: preselected.quantity,
        },
      }),
    ways: variants.map(({ option, action }) => ({ ...(option !== undefined && { option }), action })),
    ...(offer.discountCode !== undefined && { discountCode: offer.discountCode }),
    ...(subject.subscription && { subscriptionId: subject.subscription.subscription_id }),
    ...(limit !== undefined && { oneClickLimit: limit }),
    ...(priceTolerance !== undefined && { priceTolerance }),
    ...(method.kind === 'usable' && { method: method.method }),
  };
}

async function previewPrice(
  { dodo }: ActivityContext,
  offer: { action: PaidAction; discountCode?: string },
  { currency, customerId, subscription, billing }: OfferSubject,
): Promise<Price | NotEligible> {
  try {
    const price = await currentPrice(dodo, offer, { customerId, currency, subscription, billing });
    if (!price) return notEligible('pricing_unavailable', 'no billing address is known for the customer');
    if (currency !== undefined && price.currency !== currency) {
      return notEligible(
        'currency_mismatch',
        `the purchase was in ${currency}, the offer is in ${price.currency}`,
      );
    }
    return price;
  } catch (error) {
    const failure = classify(error);
    // Temporal repeats everything else.
    if (failure.kind !== 'rejected' || isKeyRejected(failure)) throw error;
    return notEligible('pricing_unavailable', failure.message);
  }
}

function paymentFor(
  choice: MethodChoice,
  offer: PaidOffer,
  price: Price,
  limit: number | undefined,
): Presentation['payment'] | NotEligible {
  if (choice.kind === 'usable') {
    return paymentBy(isAboveOneClick(price, limit) ? 'checkout' : 'one_click', choice.method);
  }
  // Nothing is due, so nothing has to be charged: a downgrade needs no card.
  if (price.dueNow === 0 && offer.action.kind === 'change_plan') return paymentBy('one_click');
  if (offer.ifNoPaymentMethod === 'checkout') return paymentBy('checkout');
  return notEligible(
    choice.reason,
    choice.reason === 'method_expired'
      ? 'every saved payment method has expired'
      : 'no payment method is saved for charges',
  );
}
