/** Quotes for offers that sell something. */
import { rankPaymentMethods, type MethodChoice, type SavedMethod } from '../../src/dodo/payment-methods.js';
import type { Price } from '../../src/domain/presentation.js';
import { variantsOf } from '../../src/domain/variants.js';
import type { ActivityContext } from '../context.js';
import { choicesAmong, priceVariant, termsAmong, withPayment, type SaleInput } from './priced-variants.js';
import { notEligible, type NotEligible, type OfferQuote } from './quote.js';
import { methodsOf } from './readings.js';
import { NO_PLAN_NAMED } from './requested-plan.js';

/** Quotes an offer in every variant that this customer may take; the first of them is preselected. */
export async function quoteSale(
  context: ActivityContext,
  input: SaleInput,
): Promise<OfferQuote | NotEligible> {
  const { offer, subject } = input;
  const obstacle = obstacleTo(input);
  if (obstacle !== undefined) return notEligible('product_unavailable', obstacle);

  const [saved, ...priced] = await Promise.all([
    methodsOf(context, subject),
    ...variantsOf(offer).map((variant) => priceVariant(context, variant, input)),
  ]);
  const method = methodFor(saved, priced.find((one) => one.kind === 'priced')?.price, input, context.now());
  const variants = priced.map((one) => (one.kind === 'priced' ? withPayment(one, method, input) : one));
  const available = variants.filter((one) => one.kind === 'priced');
  const [preselected] = available;
  // An option that is owned or cannot be sold is left out. When none remains, the first one's reason is the offer's.
  if (!preselected) {
    return (
      variants.find((one) => one.kind === 'not_eligible') ?? notEligible('product_unavailable', 'no option')
    );
  }

  const { product, quantity, option, price, payment } = preselected;
  const choices = choicesAmong(offer, available);
  const terms = termsAmong(available, method, input);
  return {
    kind: 'quoted',
    product,
    quantity,
    ...(option !== undefined && { option }),
    ...(choices && { choices }),
    price,
    payment,
    ...(terms && { terms }),
  };
}

/** Chooses the saved method for an offer. A plan change is charged to the subscription's own, if it has one. */
function methodFor(
  saved: readonly SavedMethod[],
  price: Price | undefined,
  { offer: { action }, subject: { subscription } }: SaleInput,
  now: Date,
): MethodChoice {
  if (action.kind === 'change_plan' && subscription?.has_payment_method === false)
    return { kind: 'none', reason: 'no_payment_method' };
  const charge = price && { currency: price.currency, recurring: price.recurring !== undefined };
  return rankPaymentMethods(saved, now, subscription?.payment_method_id, charge);
}

/** Returns why a plan change is out of the question, whatever it would cost. */
function obstacleTo({ offer: { action }, subject: { subscription } }: SaleInput): string | undefined {
  if (action.kind !== 'change_plan') return undefined;
  if (action.productId === NO_PLAN_NAMED) return 'the trigger names no productId';
  if (!subscription) return 'there is no subscription whose plan could change';
  const { subscription_id: id, status } = subscription;
  if (status !== 'active') return `subscription ${id} is ${status}`;
  return subscription.cancel_at_next_billing_date ? `subscription ${id} is about to be cancelled` : undefined;
}
