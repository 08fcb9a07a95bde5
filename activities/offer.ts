/** Whether a customer may see an offer now, and at what price. */
import { createHash } from 'node:crypto';
import type DodoPayments from 'dodopayments';
import { unavailable } from '../src/catalog/availability.js';
import type { Offer } from '../src/catalog/model.js';
import { renderCopy } from '../src/catalog/copy.js';
import { classify } from '../src/dodo/errors.js';
import { choosePaymentMethod, type MethodChoice } from '../src/dodo/payment-methods.js';
import { listPayments } from '../src/dodo/payments.js';
import { previewCharge, previewPlanChange, readProduct } from '../src/dodo/pricing.js';
import type { BillingAddress, PresentationRecord } from '../src/ledger/model.js';
import type { PaymentMethodSummary, Presentation, Price, ReasonCode } from '../src/model.js';
import type { ActivityContext } from './context.js';
import { limitsOf, switchesOf } from './limits.js';

/** A presentation as its run keeps it: ids and amounts, nothing personal. */
export interface Presented {
  presentationId: string;
  step: string;
  offerId: string;
  customerId: string;
  productId: string;
  quantity: number;
  subscriptionId?: string;
  paymentMethodId?: string;
  mode: 'one_click' | 'checkout';
  currency: string;
  /** Minor units. */
  dueNow: number;
  priceHash: string;
  windowMs: number;
}

/** Whom an offer is for. */
export interface OfferSubject {
  workflowId: string;
  purchaseId: string;
  customerId: string;
  /** Of the first purchase: the offer follows it. */
  currency?: string;
  billing?: BillingAddress;
  /** The subscription concerned, where a plan is to be changed. */
  subscription?: DodoPayments.Subscription;
}

export type Prepared =
  | { kind: 'ready'; presentation: Presentation; presented: Presented }
  | { kind: 'not_eligible'; reason: ReasonCode; detail: string };

/** Deterministic, so that a repeated activity and a reset run find the presentation they made before. */
export function presentationId(workflowId: string, step: string): string {
  return `prs_${createHash('sha256').update(`${workflowId}:${step}`).digest('hex').slice(0, 24)}`;
}

export async function prepareOffer(
  context: ActivityContext,
  input: { offer: Offer; funnelId: string; step: string; subject: OfferSubject },
): Promise<Prepared> {
  const { offer, funnelId, step, subject } = input;
  const { ledger, dodo } = context;
  const { action } = offer;
  const id = presentationId(subject.workflowId, step);

  const before = await ledger.presentation(id);
  if (before) return resume(before, input, context.now());

  const catalog = context.catalog();
  const off = unavailable(`offer ${offer.id}`, switchesOf(catalog, offer), context.now());
  if (off) return no(off.reason, off.detail);
  const { customerId, workflowId } = subject;
  const showing = { customerId, offerId: offer.id, workflowId, at: context.now().toISOString() };
  // Asked again when it is opened; here it saves the prices.
  const reached = await ledger.limitReached(showing, limitsOf(catalog, offer));
  if (reached) return no(reached.reason, reached.detail);

  const { subscription } = subject;
  if (action.kind === 'change_plan') {
    if (!subscription) return no('product_unavailable', 'there is no subscription whose plan could change');
    if (subscription.status !== 'active') {
      return no(
        'product_unavailable',
        `subscription ${subscription.subscription_id} is ${subscription.status}`,
      );
    }
    if (subscription.cancel_at_next_billing_date) {
      return no(
        'product_unavailable',
        `subscription ${subscription.subscription_id} is about to be cancelled`,
      );
    }
    const quantity = action.quantity ?? subscription.quantity;
    if (subscription.product_id === action.productId && subscription.quantity === quantity) {
      return no('already_owned', `the subscription is on ${action.productId} already`);
    }
  }

  const [product, owned, choice, priced] = await Promise.all([
    readProduct(dodo, action.productId),
    action.kind !== 'change_plan' &&
      offer.ifOwned === 'skip' &&
      owns(context, subject.customerId, action.productId),
    choosePaymentMethod(dodo, subject.customerId, context.now(), subscription?.payment_method_id),
    price(context, offer, subject),
  ]);
  if (!product) return no('product_unavailable', `Dodo has no product ${action.productId}`);
  if (owned) return no('already_owned', `the customer has ${action.productId} already`);
  if (priced.kind === 'not_eligible') return priced;
  const payment = paymentFor(choice, offer, priced.price);
  if (payment.kind === 'not_eligible') return payment;

  const quantity = action.quantity ?? subscription?.quantity ?? 1;
  const presentation: Presentation = {
    id,
    status: 'open',
    offerId: offer.id,
    funnelId,
    step,
    type: offer.type,
    customerId: subject.customerId,
    purchaseId: subject.purchaseId,
    product: { id: action.productId, name: product.name },
    quantity,
    price: priced.price,
    payment: payment.payment,
    copy: renderCopy(offer.copy, priced.price, product.name),
    expiresAt: new Date(context.now().getTime() + offer.windowMs).toISOString(),
  };
  return {
    kind: 'ready',
    presentation,
    presented: presentedOf(presentation, subject, quantity, offer.windowMs),
  };
}

/** A repeated activity carries on with what it made; a reset run does not show again what was decided. */
function resume(
  before: PresentationRecord,
  { offer, funnelId, subject }: { offer: Offer; funnelId: string; subject: OfferSubject },
  now: Date,
): Prepared {
  if (before.funnelId !== funnelId || before.offerId !== offer.id) {
    return no('offer_already_open', `this run has shown ${before.offerId} of ${before.funnelId} before`);
  }
  if (before.status === 'paid') return no('already_owned', `presentation ${before.id} was paid before`);
  if (before.decision !== undefined && before.decision !== 'accepted') {
    return no('declined_before', `presentation ${before.id} was ${before.decision} before`);
  }
  const quantity = offer.action.quantity ?? subject.subscription?.quantity ?? 1;
  const windowMs = Math.max(Date.parse(before.expiresAt) - now.getTime(), 0);
  return { kind: 'ready', presentation: before, presented: presentedOf(before, subject, quantity, windowMs) };
}

function presentedOf(
  shown: Presentation,
  subject: OfferSubject,
  quantity: number,
  windowMs: number,
): Presented {
  return {
    presentationId: shown.id,
    step: shown.step,
    offerId: shown.offerId,
    customerId: shown.customerId,
    productId: shown.product.id,
    quantity,
    ...(subject.subscription && { subscriptionId: subject.subscription.subscription_id }),
    ...(shown.payment.method && { paymentMethodId: shown.payment.method.id }),
    mode: shown.payment.mode,
    currency: shown.price.currency,
    dueNow: shown.price.dueNow,
    priceHash: shown.price.hash,
    windowMs,
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
  offer: Offer,
  subject: OfferSubject,
): Promise<{ kind: 'priced'; price: Price } | Extract<Prepared, { kind: 'not_eligible' }>> {
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
    if (failure.kind !== 'rejected' || failure.status === 401 || failure.status === 403) throw error;
    return no('pricing_unavailable', failure.message);
  }
}

/** What the offer costs this customer now, as Dodo previews it. Undefined when there is no address to tax it by. */
export async function currentPrice(
  dodo: ActivityContext['dodo'],
  offer: Pick<Offer, 'action' | 'discountCode'>,
  subject: Pick<OfferSubject, 'customerId' | 'currency' | 'subscription' | 'billing'>,
): Promise<Price | undefined> {
  const { action, discountCode } = offer;
  if (action.kind === 'change_plan') {
    return subject.subscription && previewPlanChange(dodo, subject.subscription, action, discountCode);
  }
  const { billing, customerId, currency } = subject;
  if (!billing) return undefined;
  const product = await readProduct(dodo, action.productId);
  return previewCharge(dodo, { action, customerId, billing, currency, discountCode, every: product?.every });
}

function paymentFor(
  choice: MethodChoice,
  offer: Offer,
  price: Price,
): { kind: 'chosen'; payment: Presentation['payment'] } | Extract<Prepared, { kind: 'not_eligible' }> {
  if (choice.kind === 'usable') return chosen('one_click', choice.method);
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

function no(reason: ReasonCode, detail: string): Extract<Prepared, { kind: 'not_eligible' }> {
  return { kind: 'not_eligible', reason, detail };
}
