/** Quotes for offers that sell something. */
import { choosePaymentMethod } from '../../src/dodo/payment-methods.js';
import { variantsOf } from '../../src/domain/variants.js';
import type { ActivityContext } from '../context.js';
import { choicesAmong, priceVariant, termsAmong, withPayment, type SaleInput } from './priced-variants.js';
import { notEligible, type NotEligible, type OfferQuote } from './quote.js';
import { NO_PLAN_NAMED } from './requested-plan.js';

/** Quotes an offer in every variant that this customer may take; the first of them is preselected. */
export async function quoteSale(
  context: ActivityContext,
  input: SaleInput,
): Promise<OfferQuote | NotEligible> {
  const { offer, subject } = input;
  const obstacle = obstacleTo(input);
  if (obstacle !== undefined) return notEligible('product_unavailable', obstacle);

  const [method, ...priced] = await Promise.all([
    choosePaymentMethod(
      context.dodo,
      subject.customerId,
      context.now(),
      subject.subscription?.payment_method_id,
    ),
    ...variantsOf(offer).map((variant) => priceVariant(context, variant, input)),
  ]);
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

/** Returns why a plan change is out of the question, whatever it would cost. */
function obstacleTo({ offer: { action }, subject: { subscription } }: SaleInput): string | undefined {
  if (action.kind !== 'change_plan') return undefined;
  if (action.productId === NO_PLAN_NAMED) return 'the trigger names no productId';
  if (!subscription) return 'there is no subscription whose plan could change';
  const { subscription_id: id, status } = subscription;
  if (status !== 'active') return `subscription ${id} is ${status}`;
  return subscription.cancel_at_next_billing_date ? `subscription ${id} is about to be cancelled` : undefined;
}
