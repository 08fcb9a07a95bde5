/** Offers that keep a customer and charge nothing: whether they may be shown, and what they come to. */
import type DodoPayments from 'dodopayments';
import type { Offer, RetentionAction } from '../../src/domain/offers.js';
import { isInTrial } from '../../src/dodo/retention.js';
import { priced, readProduct } from '../../src/dodo/pricing.js';
import type { Price } from '../../src/domain/presentation.js';
import type { ActivityContext } from '../context.js';
import type { OfferSubject, OfferQuote } from './subject.js';
import { no, type NotEligible } from './subject.js';

/** A pause, or a longer trial, of the subscription as it is now. */
export async function readRetention(
  { ledger, dodo, now }: ActivityContext,
  { offer, action, subject }: { offer: Offer; action: RetentionAction; subject: OfferSubject },
): Promise<OfferQuote | NotEligible> {
  const { subscription, customerId } = subject;
  if (!subscription) return no('product_unavailable', 'there is no subscription to keep');
  const obstacle = obstacleTo(action, subscription, now());
  if (obstacle !== undefined) {
    return no('product_unavailable', `subscription ${subscription.subscription_id} ${obstacle}`);
  }
  if (offer.ifOwned === 'skip') {
    const takenAt = await ledger.acceptedAt(customerId, offer.id);
    if (takenAt !== undefined) return no('already_owned', `the customer took this offer at ${takenAt}`);
  }
  const product = await readProduct(dodo, subscription.product_id);
  if (!product) return no('product_unavailable', `Dodo has no product ${subscription.product_id}`);
  return {
    kind: 'showable',
    product: { id: subscription.product_id, name: product.name },
    quantity: subscription.quantity,
    price: priceOf(action, subscription, now()),
    payment: { mode: 'one_click' },
  };
}

/** What stands against it, as the end of a sentence about the subscription. */
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

/** Nothing is due. What is paid per period stays as it is; for a longer trial, its first date moves. */
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
