/** Quotes for offers that keep a subscription and charge nothing. */
import type DodoPayments from 'dodopayments';
import type { RetentionAction, SnapshotOffer } from '../../src/domain/offers.js';
import { isInTrial } from '../../src/dodo/retention.js';
import { priced, readProduct } from '../../src/dodo/pricing.js';
import { paymentBy } from '../../src/domain/payment-mode.js';
import type { Price } from '../../src/domain/presentation.js';
import type { ActivityContext } from '../context.js';
import { notEligible, type NotEligible, type OfferQuote } from './quote.js';
import type { OfferSubject } from './subject.js';

/** Quotes a pause or a longer trial for the subscription as it is now. Reads its product from Dodo. */
export async function quoteRetention(
  { ledger, dodo, now }: ActivityContext,
  { offer, action, subject }: { offer: SnapshotOffer; action: RetentionAction; subject: OfferSubject },
): Promise<OfferQuote | NotEligible> {
  const { subscription, customerId } = subject;
  if (!subscription) return notEligible('product_unavailable', 'there is no subscription to keep');
  const obstacle = obstacleTo(action, subscription, now());
  if (obstacle !== undefined) {
    return notEligible('product_unavailable', `subscription ${subscription.subscription_id} ${obstacle}`);
  }
  if (offer.ifOwned === 'skip') {
    const takenAt = await ledger.acceptedAt(customerId, offer.id);
    if (takenAt !== undefined)
      return notEligible('already_owned', `the customer took this offer at ${takenAt}`);
  }
  const product = await readProduct(dodo, subscription.product_id);
  if (!product) return notEligible('product_unavailable', `Dodo has no product ${subscription.product_id}`);
  return {
    kind: 'quoted',
    product: { id: subscription.product_id, name: product.name },
    quantity: subscription.quantity,
    price: priceOf(action, subscription, now()),
    payment: paymentBy('one_click'),
  };
}

/** Returns why the action is not possible, as the end of a sentence about the subscription. */
function obstacleTo(
  action: RetentionAction,
  subscription: DodoPayments.Subscription,
  now: Date,
): string | undefined {
  if (subscription.status !== 'active') return `is ${subscription.status}`;
  if (subscription.cancel_at_next_billing_date) return 'is about to be cancelled';
  if (subscription.scheduled_change) return 'is about to change';
  return action.kind === 'extend_trial' && !isInTrial(subscription, now) ? 'is not in a trial' : undefined;
}

/** Nothing is due and the price per period stays as it is. A longer trial moves the first billing date. */
function priceOf(action: RetentionAction, subscription: DodoPayments.Subscription, now: Date): Price {
  return priced({
    currency: subscription.currency,
    dueNow: 0,
    recurring: {
      amount: subscription.recurring_pre_tax_amount,
      interval: subscription.payment_frequency_interval,
      count: subscription.payment_frequency_count,
    },
    effectiveAt: now.toISOString(),
    ...(action.kind === 'extend_trial' && {
      nextBillingAt: new Date(Date.parse(subscription.next_billing_date) + action.byMs).toISOString(),
    }),
  });
}
