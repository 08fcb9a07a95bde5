/** A presentation as its run keeps it: ids and amounts, no words and nothing personal. */
import type { SnapshotOffer } from '../../src/domain/offers.js';
import { requiredConsentsOf } from '../../src/domain/receipt.js';
import type { Choices, OfferTerms, Presentation } from '../../src/domain/presentation.js';
import type { OfferSubject } from './subject.js';

export interface PresentationRef {
  presentationId: string;
  step: string;
  offerId: string;
  customerId: string;
  productId: string;
  quantity: number;
  /** The preselected option. */
  option?: string;
  /** Everything else the customer may choose. */
  choices?: PresentedChoices;
  subscriptionId?: string;
  /** The saved method, also when the price is above what one click may charge. */
  paymentMethodId?: string;
  mode: 'one_click' | 'checkout';
  /** The most one click may charge. Minor units. */
  oneClickLimit?: number;
  currency: string;
  /** Minor units. */
  dueNow: number;
  priceHash: string;
  windowMs: number;
  /** The end of a window that began in an earlier try: a repeated activity or a reset run opens no new one. */
  endsAt?: string;
  /** For a longer trial: the first billing date that is shown. */
  nextBillingAt?: string;
  /** Ids of the consents without which it cannot be accepted. */
  requiredConsents?: string[];
}

/** What may be chosen, in ids and amounts. Bounds are inclusive. */
export interface PresentedChoices {
  quantity?: { min: number; max: number };
  options?: {
    id: string;
    productId: string;
    quantity: number;
    quantities?: { min: number; max: number };
    dueNow: number;
    priceHash: string;
  }[];
}

/**
 * Returns what the run keeps of a presentation.
 *
 * @param quantity the quantity an acceptance without a choice is for
 * @param windowMs what is left of its window
 */
export function presentationRef(
  presentation: Presentation,
  terms: OfferTerms | undefined,
  { offer, subject }: { offer: SnapshotOffer; subject: OfferSubject },
  quantity: number,
  windowMs: number,
): PresentationRef {
  const { option, choices, price, payment } = presentation;
  const requiredConsents = requiredConsentsOf(presentation.copy);
  const method = terms?.method ?? payment.method;
  return {
    presentationId: presentation.id,
    step: presentation.step,
    offerId: presentation.offerId,
    customerId: presentation.customerId,
    productId: presentation.product.id,
    quantity,
    ...(option !== undefined && { option }),
    ...(choices && { choices: presentedChoices(choices) }),
    ...(subject.subscription && { subscriptionId: subject.subscription.subscription_id }),
    ...(method && { paymentMethodId: method.id }),
    mode: payment.mode,
    ...(terms?.oneClickLimit !== undefined && { oneClickLimit: terms.oneClickLimit }),
    currency: price.currency,
    dueNow: price.dueNow,
    priceHash: price.hash,
    windowMs,
    ...(requiredConsents.length > 0 && { requiredConsents }),
    ...(offer.action.kind === 'extend_trial' && { nextBillingAt: price.nextBillingAt }),
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
