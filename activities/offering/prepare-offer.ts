/** Whether a customer may see an offer now, and at what price. */
import { createHash } from 'node:crypto';
import { unavailable } from '../../src/domain/availability.js';
import type { Offer, Policy } from '../../src/domain/offers.js';
import { renderCopy } from '../../src/catalog/copy.js';
import { variantsOf } from '../../src/domain/variants.js';
import { choosePaymentMethod } from '../../src/dodo/payment-methods.js';
import type { PresentationRecord } from '../../src/domain/presentation.js';
import type { OfferTerms } from '../../src/domain/presentation.js';
import type { Choices, Presentation } from '../../src/domain/presentation.js';
import type { ActivityContext } from '../context.js';
import { limitsOf, switchesOf } from './limits.js';
import { NO_PLAN_NAMED } from './requested-plan.js';
import { readRetention } from './retention-offer.js';
import { choicesAmong, payable, readWay, termsAmong, type WayInput } from './ways.js';
import { no, type NotEligible } from './subject.js';
import { type OfferSubject, type OfferQuote } from './subject.js';
import { type PresentationRef } from './subject.js';
import { type PresentedChoices } from './subject.js';

export type PreparedOffer =
  { kind: 'ready'; presentation: Presentation; terms?: OfferTerms; presented: PresentationRef } | NotEligible;

/** Deterministic, so that a repeated activity and a reset run find the presentation they made before. */
export function presentationId(workflowId: string, step: string): string {
  return `prs_${createHash('sha256').update(`${workflowId}:${step}`).digest('hex').slice(0, 24)}`;
}

export async function prepareOffer(
  context: ActivityContext,
  input: { offer: Offer; policy?: Policy; funnelId: string; step: string; subject: OfferSubject },
): Promise<PreparedOffer> {
  const { offer, policy, funnelId, step, subject } = input;
  const { ledger } = context;
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

  const found =
    action.kind === 'pause' || action.kind === 'extend_trial'
      ? await readRetention(context, { offer, action, subject })
      : await readSale(context, { offer: { ...offer, action }, policy, subject });
  if (found.kind === 'not_eligible') return found;
  const { kind: _, terms, ...shown } = found;
  const presentation: Presentation = {
    id,
    status: 'open',
    offerId: offer.id,
    funnelId,
    step,
    type: offer.type,
    customerId,
    purchaseId: subject.purchaseId,
    ...shown,
    copy: renderCopy(offer.copy, shown.price, shown.product.name),
    expiresAt: new Date(context.now().getTime() + offer.windowMs).toISOString(),
  };
  return {
    kind: 'ready',
    presentation,
    ...(terms && { terms }),
    presented: presentedOf(presentation, terms, { offer, subject }, shown.quantity, offer.windowMs),
  };
}

/** What is sold, in every way that this customer may take it. */
async function readSale(context: ActivityContext, input: WayInput): Promise<OfferQuote | NotEligible> {
  const { offer, subject } = input;
  const { action } = offer;
  const { subscription } = subject;
  if (action.kind === 'change_plan') {
    if (action.productId === NO_PLAN_NAMED)
      return no('product_unavailable', 'the trigger names no productId');
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
  }

  const [method, ...read] = await Promise.all([
    choosePaymentMethod(context.dodo, subject.customerId, context.now(), subscription?.payment_method_id),
    ...variantsOf(offer).map((way) => readWay(context, way, input)),
  ]);
  const ways = read.map((way) => (way.kind === 'open' ? payable(way, method, input) : way));
  const open = ways.filter((way) => way.kind === 'open');
  const [shown] = open;
  // An option that is owned or cannot be sold is left out; without any left, the first one's reason is the offer's.
  if (!shown)
    return ways.find((way) => way.kind === 'not_eligible') ?? no('product_unavailable', 'no option');

  const { product, quantity, option, price, payment } = shown;
  const choices = choicesAmong(offer, open);
  const terms = termsAmong(open, method, input);
  return {
    kind: 'showable',
    product,
    quantity,
    ...(option !== undefined && { option }),
    ...(choices && { choices }),
    price,
    payment,
    ...(terms && { terms }),
  };
}

/** A repeated activity carries on with what it made; a reset run does not show again what was decided. */
function resume(
  before: PresentationRecord,
  { offer, funnelId, subject }: { offer: Offer; funnelId: string; subject: OfferSubject },
  now: Date,
): PreparedOffer {
  if (before.funnelId !== funnelId || before.offerId !== offer.id) {
    return no('offer_already_open', `this run has shown ${before.offerId} of ${before.funnelId} before`);
  }
  if (before.status === 'paid') return no('already_owned', `presentation ${before.id} was paid before`);
  if (before.decision !== undefined && before.decision !== 'accepted') {
    return no('declined_before', `presentation ${before.id} was ${before.decision} before`);
  }
  const { action } = offer;
  const way =
    before.option === undefined ? action : offer.options?.find(({ id }) => id === before.option)?.action;
  if (!way || ('productId' in way && way.productId !== before.product.id)) {
    return no('product_unavailable', `${offer.id} sells something else by now than it showed`);
  }
  const catalogQuantity = 'quantity' in action ? action.quantity : undefined;
  const quantity = before.choices
    ? before.quantity
    : (catalogQuantity ?? subject.subscription?.quantity ?? 1);
  const windowMs = Math.max(Date.parse(before.expiresAt) - now.getTime(), 0);
  const presented = presentedOf(before, before.terms, { offer, subject }, quantity, windowMs);
  return { kind: 'ready', presentation: before, presented: { ...presented, endsAt: before.expiresAt } };
}

function presentedOf(
  shown: Presentation,
  terms: OfferTerms | undefined,
  { offer, subject }: { offer: Offer; subject: OfferSubject },
  quantity: number,
  windowMs: number,
): PresentationRef {
  const method = terms?.method ?? shown.payment.method;
  return {
    presentationId: shown.id,
    step: shown.step,
    offerId: shown.offerId,
    customerId: shown.customerId,
    productId: shown.product.id,
    quantity,
    ...(shown.option !== undefined && { option: shown.option }),
    ...(shown.choices && { choices: presentedChoices(shown.choices) }),
    ...(subject.subscription && { subscriptionId: subject.subscription.subscription_id }),
    ...(method && { paymentMethodId: method.id }),
    mode: shown.payment.mode,
    ...(terms?.oneClickLimit !== undefined && { oneClickLimit: terms.oneClickLimit }),
    currency: shown.price.currency,
    dueNow: shown.price.dueNow,
    priceHash: shown.price.hash,
    windowMs,
    ...(offer.action.kind === 'extend_trial' && { nextBillingAt: shown.price.nextBillingAt }),
  };
}

function presentedChoices({ quantity, options }: Choices): PresentedChoices {
  return {
    ...(quantity && { quantity }),
    ...(options && {
      options: options.map(({ id, product, quantity, quantities, price }) => ({
        id,
        productId: product.id,
        quantity,
        ...(quantities && { quantities }),
        dueNow: price.dueNow,
        priceHash: price.hash,
      })),
    }),
  };
}
