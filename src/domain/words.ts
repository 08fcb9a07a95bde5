/**
 * The words of this system as types. Shared by every layer; types only, so that
 * workflow code may import it.
 *
 * Money is an integer in minor units of an ISO 4217 currency. Times are RFC 3339 UTC strings.
 */

/** What sets a run off. */
export type TriggerType =
  | 'purchase'
  | 'usage_milestone'
  | 'limit_approaching'
  | 'onboarding_completed'
  | 'upgrade_requested'
  | 'downgrade_requested'
  | 'cancel_requested';

export type OfferType = 'upsell' | 'downsell' | 'cross_sell';

/** How a presentation was decided. The first decision wins. */
export type Decision = 'accepted' | 'declined' | 'expired' | 'withdrawn';

/** How a run ended. `reversed` is set later, by a refund or dispute. */
export type Outcome =
  | 'converted'
  | 'recovered'
  | 'declined'
  | 'expired'
  | 'abandoned'
  | 'ineligible'
  | 'payment_failed'
  | 'withdrawn'
  | 'needs_review'
  | 'reversed';

/** Why no offer was shown. */
export type ReasonCode =
  | 'no_matching_funnel'
  | 'no_payment_method'
  | 'method_expired'
  | 'currency_mismatch'
  | 'already_owned'
  | 'declined_before'
  | 'cooldown'
  | 'capped'
  | 'offer_already_open'
  | 'outside_schedule'
  | 'paused'
  | 'product_unavailable'
  | 'holdout'
  | 'pricing_unavailable'
  | 'purchase_too_old';

export type PresentationStatus =
  | 'open'
  | 'accepted'
  | 'charging'
  | 'reconciling'
  | 'needs_review'
  | 'requires_action'
  | 'fallback'
  | 'paid'
  | 'declined'
  | 'expired'
  | 'withdrawn'
  | 'failed';

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

export type NotificationType =
  | 'offer.presented'
  | 'offer.accepted'
  | 'offer.declined'
  | 'offer.expired'
  | 'offer.fulfilled'
  | 'offer.fallback'
  | 'offer.failed'
  | 'offer.reversed';

/** A webhook to the merchant's backend, as its run left it. */
export interface Notification {
  type: NotificationType;
  /** 1, 2, 3, ... within a run. */
  sequence: number;
  timestamp: string;
  /** The run that tells it: sequences are per run. */
  run: string;
  purchaseId: string;
  presentationId: string;
  /** Where the presentation stood then; the ledger may be a moment behind. */
  status?: PresentationStatus;
  /** What was chosen, until the ledger shows it. */
  choice?: { option?: string; quantity: number; priceHash: string };
  /** What paid for it. Minor units. */
  payment?: { paymentId?: string; amount: number };
}
