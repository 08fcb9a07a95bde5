/** Who is offered something, and about what. */
import type DodoPayments from 'dodopayments';
import type { BillingAddress } from '../../src/domain/purchase.js';
import type { OfferTerms } from '../../src/domain/presentation.js';
import type { Presentation } from '../../src/domain/presentation.js';
import type { ReasonCode } from '../../src/domain/words.js';

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

/** What there is to show of an offer, whatever kind it is. */
export interface OfferQuote extends Pick<
  Presentation,
  'product' | 'quantity' | 'option' | 'choices' | 'price' | 'payment'
> {
  kind: 'showable';
  terms?: OfferTerms;
}

export interface NotEligible {
  kind: 'not_eligible';
  reason: ReasonCode;
  detail: string;
}

export function no(reason: ReasonCode, detail: string): NotEligible {
  return { kind: 'not_eligible', reason, detail };
}

/** A presentation as its run keeps it: ids and amounts, nothing personal. */
export interface PresentationRef {
  presentationId: string;
  step: string;
  offerId: string;
  customerId: string;
  productId: string;
  quantity: number;
  /** The preselected option, and what else may be chosen. */
  option?: string;
  choices?: PresentedChoices;
  subscriptionId?: string;
  /** The saved one, also where the price is above what one click may charge. */
  paymentMethodId?: string;
  mode: 'one_click' | 'checkout';
  /** What one click may charge at most. Minor units. */
  oneClickLimit?: number;
  currency: string;
  /** Minor units. */
  dueNow: number;
  priceHash: string;
  windowMs: number;
  /** When the window ends, where it began before: a run that is repeated opens no new one. */
  endsAt?: string;
  /** Of a longer trial: the first billing date as it was agreed to. */
  nextBillingAt?: string;
}

/** What may be chosen, in ids and amounts. Bounds are included. */
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
