/** The ways to take an offer, each with what it costs this customer now. */
import type { PaidAction, PaidOffer, Policy } from '../../src/domain/offers.js';
import {
  inQuantity,
  oneClickLimitIn,
  preselectedQuantity,
  type OfferVariant,
} from '../../src/domain/variants.js';
import { isAboveOneClick } from '../../src/domain/choice.js';
import { classify, isKeyRejected } from '../../src/dodo/errors.js';
import type { MethodChoice } from '../../src/dodo/payment-methods.js';
import { listPayments } from '../../src/dodo/payments.js';
import { currentPrice, readProduct } from '../../src/dodo/pricing.js';
import type { OfferTerms } from '../../src/domain/presentation.js';
import type { Choices, PaymentMethodSummary, Presentation, Price } from '../../src/domain/presentation.js';
import type { ActivityContext } from '../context.js';
import type { OfferSubject } from './subject.js';
import { type NotEligible, no } from './subject.js';

/** One way that this customer may take. */
export interface OpenWay extends OfferVariant {
  kind: 'open';
  product: Presentation['product'];
  quantity: number;
  price: Price;
}

/** What the ways of one offer have in common. */
export interface WayInput {
  offer: PaidOffer;
  policy?: Policy;
  subject: OfferSubject;
}

/** Whether this way is open to the customer, and at what price. */
export async function readWay(
  context: ActivityContext,
  way: OfferVariant,
  { offer, subject }: WayInput,
): Promise<OpenWay | NotEligible> {
  const { action } = way;
  const { subscription } = subject;
  const quantity = preselectedQuantity(action, subscription);
  if (
    action.kind === 'change_plan' &&
    subscription?.product_id === action.productId &&
    subscription.quantity === quantity
  ) {
    return no('already_owned', `the subscription is on ${action.productId} already`);
  }
  const [product, owned, priced] = await Promise.all([
    readProduct(context.dodo, action.productId),
    action.kind !== 'change_plan' &&
      offer.ifOwned === 'skip' &&
      owns(context, subject.customerId, action.productId),
    price(context, { action: inQuantity(action, quantity), discountCode: offer.discountCode }, subject),
  ]);
  if (!product) return no('product_unavailable', `Dodo has no product ${action.productId}`);
  if (owned) return no('already_owned', `the customer has ${action.productId} already`);
  if (priced.kind === 'not_eligible') return priced;
  const { price: now } = priced;
  return {
    kind: 'open',
    ...way,
    product: { id: action.productId, name: product.name },
    quantity,
    price: now,
  };
}

/** How this way is paid, if it can be. */
export function payable<W extends OpenWay>(
  way: W,
  method: MethodChoice,
  { offer, policy }: WayInput,
): (W & { payment: Presentation['payment'] }) | NotEligible {
  const limit = oneClickLimitIn(way.price.currency, offer, policy);
  const payment = paymentFor(method, offer, way.price, limit);
  return payment.kind === 'not_eligible' ? payment : { ...way, payment: payment.payment };
}

/** What may be chosen between the open ways of an offer. Undefined when there is nothing to choose. */
export function choicesAmong(offer: PaidOffer, ways: readonly OpenWay[]): Choices | undefined {
  if (!offer.options) {
    const bounds = offer.action.quantityChoice;
    return bounds && { quantity: { min: bounds.min, max: bounds.max } };
  }
  return {
    options: ways.map(({ option = '', label = '', action, product, quantity, price }) => {
      const bounds = action.quantityChoice;
      const quantities = bounds && { min: bounds.min, max: bounds.max };
      return { id: option, label, product, quantity, ...(quantities && { quantities }), price };
    }),
  };
}

/** Kept where another choice may have to be priced, or to go through the checkout. */
export function termsAmong(
  ways: readonly OpenWay[],
  method: MethodChoice,
  { offer, policy, subject }: WayInput,
): OfferTerms | undefined {
  const [shown] = ways;
  const limit = shown && oneClickLimitIn(shown.price.currency, offer, policy);
  if (!choicesAmong(offer, ways) && limit === undefined) return undefined;
  return {
    ...(shown &&
      choicesAmong(offer, ways) && {
        preselected: {
          ...(shown.option !== undefined && { option: shown.option }),
          quantity: shown.quantity,
        },
      }),
    ways: ways.map(({ option, action }) => ({ ...(option !== undefined && { option }), action })),
    ...(offer.discountCode !== undefined && { discountCode: offer.discountCode }),
    ...(subject.subscription && { subscriptionId: subject.subscription.subscription_id }),
    ...(limit !== undefined && { oneClickLimit: limit }),
    ...(method.kind === 'usable' && { method: method.method }),
  };
}

/** Bought through us, or at Dodo at any time and not refunded in full, or subscribed to now. */
async function owns(
  { ledger, dodo }: ActivityContext,
  customerId: string,
  productId: string,
): Promise<boolean> {
  if (await ledger.hasBought(customerId, productId)) return true;
  const filter = { customer_id: customerId, product_id: productId };
  for await (const payment of listPayments(dodo, { ...filter, status: 'succeeded' })) {
    if (payment.refund_status !== 'full') return true;
  }
  const { items } = await dodo.subscriptions.list({
    ...filter,
    status: 'active',
    page_number: 0,
    page_size: 1,
  });
  return items.length > 0;
}

async function price(
  { dodo }: ActivityContext,
  offer: { action: PaidAction; discountCode?: string },
  subject: OfferSubject,
): Promise<{ kind: 'priced'; price: Price } | NotEligible> {
  const { currency, customerId, subscription } = subject;
  try {
    const price = await currentPrice(dodo, offer, {
      customerId,
      currency,
      subscription,
      billing: subject.billing,
    });
    if (!price) return no('pricing_unavailable', 'no billing address of the customer is known');
    if (currency !== undefined && price.currency !== currency) {
      return no('currency_mismatch', `the purchase was in ${currency}, the offer is in ${price.currency}`);
    }
    return { kind: 'priced', price };
  } catch (error) {
    const failure = classify(error);
    // A definite no will not change by trying again; everything else is Temporal's to repeat.
    if (failure.kind !== 'rejected' || isKeyRejected(failure)) throw error;
    return no('pricing_unavailable', failure.message);
  }
}

function paymentFor(
  choice: MethodChoice,
  offer: PaidOffer,
  price: Price,
  limit: number | undefined,
): { kind: 'chosen'; payment: Presentation['payment'] } | NotEligible {
  if (choice.kind === 'usable')
    return isAboveOneClick(price, limit) ? chosen('checkout') : chosen('one_click', choice.method);
  // Nothing is due, so nothing has to be charged: a downgrade needs no card.
  if (price.dueNow === 0 && offer.action.kind === 'change_plan') return chosen('one_click');
  if (offer.ifNoPaymentMethod === 'checkout') return chosen('checkout');
  return no(
    choice.reason,
    choice.reason === 'method_expired'
      ? 'every saved payment method has expired'
      : 'no payment method is saved for charges',
  );
}

function chosen(mode: 'one_click' | 'checkout', method?: PaymentMethodSummary) {
  return { kind: 'chosen' as const, payment: { mode, ...(method && { method }) } };
}
