/** Offers that keep a customer and charge nothing: whether they may be shown, and what they come to. */
import type DodoPayments from 'dodopayments';
import { renderCopy } from '../src/catalog/copy.js';
import type { Offer, SaveAction } from '../src/catalog/model.js';
import { isInTrial } from '../src/dodo/save.js';
import { priced, readProduct } from '../src/dodo/pricing.js';
import type { Presentation, Price } from '../src/model.js';
import type { ActivityContext } from './context.js';
import type { OfferSubject, Prepared } from './offer.js';
import { no } from './ways.js';

/** A pause, or a longer trial, of the subscription as it is now. */
export async function prepareSave(
  context: ActivityContext,
  input: {
    id: string;
    offer: Offer;
    action: SaveAction;
    funnelId: string;
    step: string;
    subject: OfferSubject;
  },
): Promise<Prepared> {
  const { id, offer, action, funnelId, step, subject } = input;
  const { subscription, customerId, purchaseId } = subject;
  const { ledger, dodo } = context;
  if (!subscription) return no('product_unavailable', 'there is no subscription to keep');
  const obstacle = obstacleTo(action, subscription, context.now());
  if (obstacle !== undefined) {
    return no('product_unavailable', `subscription ${subscription.subscription_id} ${obstacle}`);
  }
  if (offer.ifOwned === 'skip') {
    const takenAt = await ledger.acceptedAt(customerId, offer.id);
    if (takenAt !== undefined) return no('already_owned', `the customer took this offer at ${takenAt}`);
  }
  const product = await readProduct(dodo, subscription.product_id);
  if (!product) return no('product_unavailable', `Dodo has no product ${subscription.product_id}`);

  const price = priceOf(action, subscription, context.now());
  const { windowMs } = offer;
  const presentation: Presentation = {
    id,
    status: 'open',
    offerId: offer.id,
    funnelId,
    step,
    type: offer.type,
    customerId,
    purchaseId,
    product: { id: subscription.product_id, name: product.name },
    quantity: subscription.quantity,
    price,
    payment: { mode: 'one_click' },
    copy: renderCopy(offer.copy, price, product.name),
    expiresAt: new Date(context.now().getTime() + windowMs).toISOString(),
  };
  return {
    kind: 'ready',
    presentation,
    presented: {
      presentationId: id,
      step,
      offerId: offer.id,
      customerId,
      productId: subscription.product_id,
      quantity: subscription.quantity,
      subscriptionId: subscription.subscription_id,
      mode: 'one_click',
      currency: price.currency,
      dueNow: 0,
      priceHash: price.hash,
      windowMs,
      ...(action.kind === 'extend_trial' && { nextBillingAt: price.nextBillingAt }),
    },
  };
}

/** What stands against it, as the end of a sentence about the subscription. */
function obstacleTo(
  action: SaveAction,
  subscription: DodoPayments.Subscription,
  now: Date,
): string | undefined {
  if (subscription.status !== 'active') return `is ${subscription.status}`;
  if (subscription.cancel_at_next_billing_date) return 'is about to be cancelled';
  if (subscription.scheduled_change) return 'is about to change';
  return action.kind === 'extend_trial' && !isInTrial(subscription, now) ? 'is not in a trial' : undefined;
}

/** Nothing is due. What is paid per period stays as it is; for a longer trial, its first date moves. */
function priceOf(action: SaveAction, subscription: DodoPayments.Subscription, now: Date): Price {
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
