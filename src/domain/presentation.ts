/** One offer before one customer: what it shows, what it may become, and what the ledger keeps of it. */

import type { OfferType, PresentationStatus } from './words.js';
import type { OfferCopy } from './offers.js';
import type { Decision } from './words.js';
import type { PaidAction } from './offers.js';

/** What the customer is shown, as previewed by Dodo. Minor units of `currency`. */
export interface Price {
  currency: string;
  /** Due at the click, tax included. Zero for a change at the next billing date. */
  dueNow: number;
  tax?: number;
  /** The price per period afterwards, before tax, for subscriptions. */
  recurring?: { amount: number; interval: 'Day' | 'Week' | 'Month' | 'Year'; count: number };
  /** New recurring price less the current one. Negative for a downgrade. */
  difference?: number;
  /** Credit the customer receives on a downgrade, always positive. */
  credit?: number;
  effectiveAt?: string;
  nextBillingAt?: string;
  /** Hash over everything above: an accept that names another hash is refused. */
  hash: string;
}

/** A price as a person reads it, in one language. */
export interface PriceDisplay {
  /** `$30.00` */
  dueNow: string;
  tax?: string;
  /** `$79.00 / month` */
  recurring?: string;
  difference?: string;
  credit?: string;
  /** `December 1, 2026` */
  effectiveAt?: string;
  nextBillingAt?: string;
}

/** A saved payment method, as far as a customer may see it. */
export interface PaymentMethodSummary {
  id: string;
  type: string;
  network?: string;
  last4?: string;
  /** `MM/YY` */
  expiry?: string;
}

/** The words of an offer with the amounts filled in. */
export interface Copy {
  headline: string;
  body?: string;
  badge?: string;
  accept: string;
  decline: string;
}

/** What the customer may choose within one offer. */
export interface Choices {
  /** Both included. Left out when the quantity is fixed, and where there are options, which have bounds of their own. */
  quantity?: { min: number; max: number };
  /** Alternatives, each at its own preselected quantity; the first was preselected. */
  options?: {
    id: string;
    label: string;
    product: { id: string; name: string };
    quantity: number;
    /** Both included. Left out when its quantity is fixed. */
    quantities?: { min: number; max: number };
    price: Price;
  }[];
}

/** One offer before one customer, as the ledger keeps it and the API shows it. */
export interface Presentation {
  id: string;
  status: PresentationStatus;
  offerId: string;
  funnelId: string;
  step: string;
  /** The arm of the experiment this step is. */
  variant?: string;
  type: OfferType;
  customerId: string;
  purchaseId: string;
  /** With options: that of the chosen one, as its price. */
  product: { id: string; name: string };
  quantity: number;
  /** The chosen option, where there are several. */
  option?: string;
  choices?: Choices;
  price: Price;
  payment: { mode: 'one_click' | 'checkout'; method?: PaymentMethodSummary };
  copy: Copy;
  expiresAt: string;
  checkoutUrl?: string;
  updatePaymentMethodUrl?: string;
  message?: string;
}

/** A change to one presentation's document; fields left out stay as they are. */
export interface PresentationPatch {
  status?: PresentationStatus;
  decision?: Decision;
  decidedAt?: string;
  viewedAt?: string;
  expiresAt?: string;
  price?: Presentation['price'];
  /** What the customer chose, with its price. */
  product?: Presentation['product'];
  quantity?: number;
  option?: string;
  payment?: Presentation['payment'];
  copy?: Presentation['copy'];
  /** null removes it. */
  checkoutUrl?: string | null;
  updatePaymentMethodUrl?: string | null;
  message?: string | null;
  sessionId?: string;
  paymentId?: string;
  /** Revenue: minor units of the presentation's currency. */
  paidAmount?: number;
  paidAt?: string;
  /** Paid through the fallback. */
  recovered?: boolean;
  /** All that has been refunded or lost to a dispute so far. A smaller sum than the one known changes nothing. */
  refundedAmount?: number;
}

/** One presentation with what is not shown to customers. */
export interface PresentationRecord extends Presentation {
  workflowId: string;
  /** The version of the catalog it came from. */
  catalogHash?: string;
  /** What `variant` is an arm of. */
  experiment?: string;
  presentedAt: string;
  decision?: Decision;
  decidedAt?: string;
  viewedAt?: string;
  sessionId?: string;
  paymentId?: string;
  paidAmount?: number;
  paidAt?: string;
  recovered: boolean;
  words?: OfferCopy;
  /** Kept where there is a choice or a limit to one click. */
  terms?: OfferTerms;
  /** Net of this. Minor units. */
  refundedAmount: number;
}

export const IN_FLIGHT: readonly PresentationStatus[] = [
  'accepted',
  'charging',
  'reconciling',
  'requires_action',
];

/** Accepted, and its run has not settled it yet: a payment may still come. */
export const FULFILLING_STATUSES: readonly PresentationStatus[] = [...IN_FLIGHT, 'needs_review', 'fallback'];

export function isFulfilling(status: PresentationStatus): boolean {
  return FULFILLING_STATUSES.includes(status);
}

/** Checks whether the run of the presentation is still at work on it. */
export function isUnsettled(status: PresentationStatus): boolean {
  return status === 'open' || isFulfilling(status);
}

const ALL_BUT_OPEN: readonly PresentationStatus[] = [
  ...FULFILLING_STATUSES,
  'paid',
  'declined',
  'expired',
  'withdrawn',
  'failed',
];

export const NEXT_STATUS: Record<PresentationStatus, readonly PresentationStatus[]> = {
  open: ALL_BUT_OPEN,
  accepted: ALL_BUT_OPEN,
  charging: ALL_BUT_OPEN,
  reconciling: ALL_BUT_OPEN,
  requires_action: ALL_BUT_OPEN,
  needs_review: ['fallback', 'failed', 'paid'],
  fallback: ['failed', 'expired', 'withdrawn', 'paid'],
  failed: ['paid'],
  paid: [],
  declined: [],
  expired: [],
  withdrawn: [],
};

/** States in which a presentation keeps its customer from getting another one. */
export const BLOCKING_STATUSES = [
  'open',
  'accepted',
  'charging',
  'reconciling',
  'requires_action',
] as const satisfies PresentationStatus[];

/** What another choice is priced by, as it was when the offer was made: the catalog may have changed since. */
export interface OfferTerms {
  /** What was shown first. */
  preselected?: Choice;
  ways: { option?: string; action: PaidAction }[];
  discountCode?: string;
  /** The one whose plan changes. */
  subscriptionId?: string;
  /** What one click may charge at most. Minor units of the price's currency. */
  oneClickLimit?: number;
  /** The saved method, also where the price that is shown is too high for one click. */
  method?: PaymentMethodSummary;
}

/** Which of an offer's choices. */
export interface Choice {
  option?: string;
  quantity: number;
}

/** A price that was shown for a choice other than the preselected one, or for that one at a later time. */
export interface QuoteRecord extends Choice {
  presentationId: string;
  price: Price;
  quotedAt: string;
}
