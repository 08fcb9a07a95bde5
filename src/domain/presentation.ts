/** One offer before one customer: what it shows, which states it goes through, and what the ledger keeps of it. */
import type { Consent, OfferCopy, PaidAction } from './offers.js';
import type { TimelineEntry } from './timeline.js';
import type { ActionKind, BillingInterval, Decision, OfferType, PresentationStatus } from './words.js';

/** A price as it is shown, previewed by Dodo. Minor units of `currency`. */
export interface Price {
  currency: string;
  /** Due at the click, tax included. Zero for a change at the next billing date. */
  dueNow: number;
  tax?: number;
  /** The price per period afterwards, before tax, for subscriptions. */
  recurring?: {
    amount: number;
    interval: BillingInterval;
    count: number;
    /** Where it is another one than that of what is due now. */
    currency?: string;
  };
  /**
   * The new recurring price minus the current one; negative for a downgrade. Left out where the two cannot be compared
   * exactly. In the currency of `recurring`.
   */
  difference?: number;
  /** The period `difference` is for, where the old and the new one differ: the longer of the two. */
  differencePer?: { interval: BillingInterval; count: number };
  /** Credit the customer receives on a downgrade, always positive. */
  credit?: number;
  /** The currency of `credit`, where it is not that of what is due now. */
  creditCurrency?: string;
  effectiveAt?: string;
  nextBillingAt?: string;
  /** The most that a click on this price may charge, where it may move until then: see `price-tolerance.ts`. */
  atMost?: number;
  /** Hash of everything above; an accept that names another hash is refused. */
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

/** An offer's copy with the amounts filled in. */
export interface Copy {
  headline: string;
  body?: string;
  badge?: string;
  accept: string;
  decline: string;
  consents?: Consent[];
}

/** The choices a customer has within one offer. */
export interface Choices {
  /** Inclusive. Left out when the quantity is fixed, and when there are options, which have bounds of their own. */
  quantity?: { min: number; max: number };
  /** Alternatives, each in its own preselected quantity. The first was preselected. */
  options?: {
    id: string;
    label: string;
    product: { id: string; name: string };
    quantity: number;
    /** Inclusive. Left out when the quantity is fixed. */
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
  /** The experiment arm shown in this step. */
  variant?: string;
  type: OfferType;
  customerId: string;
  purchaseId: string;
  /** With options, the chosen option's, as is `price`. */
  product: { id: string; name: string };
  quantity: number;
  /** The chosen option, if there are several. */
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

/** A change to a recorded presentation; fields left out stay as they are. */
export interface PresentationPatch {
  status?: PresentationStatus;
  decision?: Decision;
  decidedAt?: string;
  viewedAt?: string;
  expiresAt?: string;
  price?: Presentation['price'];
  /** The product that was chosen; comes with its price. */
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
  /** Revenue: minor units of `paidCurrency`, else of the presentation's currency. */
  paidAmount?: number;
  /** Comes with `paidAmount` where it was paid in another currency than the price's. */
  paidCurrency?: string;
  paidAt?: string;
  /** Paid through the fallback. */
  recovered?: boolean;
  /** Total refunded or lost to disputes so far. A smaller total than the one recorded changes nothing. */
  refundedAmount?: number;
}

/**
 * Returns the change that comes with `paid`: what was paid, and no other way to pay or word about one any more.
 *
 * @param currency `paid`: that of the amount, where Dodo has told; `price`: that of the presentation
 */
export function whenPaid(
  paid: Pick<PresentationPatch, 'paymentId' | 'paidAmount' | 'paidAt' | 'recovered'>,
  currency: { paid?: string; price: string },
): PresentationPatch {
  return {
    ...paid,
    ...(currency.paid !== undefined && currency.paid !== currency.price && { paidCurrency: currency.paid }),
    checkoutUrl: null,
    updatePaymentMethodUrl: null,
    message: null,
  };
}

/** A presentation with what is not shown to customers. */
export interface PresentationRecord extends Presentation {
  /** `quantity` is not what was shown: an earlier release did not record it. Only the run knows it. */
  quantityUnrecorded?: true;
  workflowId: string;
  /** The catalog version it was made from. */
  catalogHash?: string;
  /** Not recorded by earlier releases, like the subscription. */
  actionKind?: ActionKind;
  /** The subscription that it is about. */
  subscriptionId?: string;
  /** The experiment `variant` belongs to. */
  experiment?: string;
  presentedAt: string;
  decision?: Decision;
  decidedAt?: string;
  viewedAt?: string;
  /** When it was first handed to a backend or the holder of its token. */
  handedOutAt?: string;
  sessionId?: string;
  paymentId?: string;
  paidAmount?: number;
  /** Of `paidAmount`, where it is not the price's. */
  paidCurrency?: string;
  paidAt?: string;
  recovered: boolean;
  words?: OfferCopy;
  /** Set if there is a choice, or a limit on what one click may charge. */
  terms?: OfferTerms;
  /** To be subtracted from `paidAmount`. Minor units. */
  refundedAmount: number;
}

/** The terms other choices are priced on, as of when the offer was made: the catalog may have changed since. */
export interface OfferTerms {
  /** The choice shown first. */
  preselected?: Choice;
  ways: { option?: string; action: PaidAction }[];
  discountCode?: string;
  /** The subscription whose plan changes. */
  subscriptionId?: string;
  /** The most that one click may charge. Minor units of the price's currency. */
  oneClickLimit?: number;
  priceTolerance?: number;
  /** The saved method, even if the price shown is too high for one click. */
  method?: PaymentMethodSummary;
}

/** One of an offer's choices. */
export interface Choice {
  option?: string;
  quantity: number;
}

/** A price quoted for a choice other than the preselected one, or for that one at a later time. */
export interface QuoteRecord extends Choice {
  presentationId: string;
  price: Price;
  quotedAt: string;
}

/** Accepted, and the outcome of its payment or plan change is not known yet. */
export const IN_FLIGHT_STATUSES = [
  'accepted',
  'charging',
  'reconciling',
  'requires_action',
] as const satisfies PresentationStatus[];

/** The statuses in which a presentation keeps its customer from being shown another one. */
export const BLOCKING_STATUSES = ['open', ...IN_FLIGHT_STATUSES] as const satisfies PresentationStatus[];

/** Accepted, and its run has not settled it yet: a payment may still come. */
export const FULFILLING_STATUSES = [
  ...IN_FLIGHT_STATUSES,
  'needs_review',
  'fallback',
] as const satisfies PresentationStatus[];

/** The run of the presentation is still at work on it. */
export const UNSETTLED_STATUSES = ['open', ...FULFILLING_STATUSES] as const satisfies PresentationStatus[];

/** Something may still happen by itself. */
export const UNFINISHED_STATUSES: PresentationStatus[] = [...UNSETTLED_STATUSES, 'scheduled'];

/** Paid, or accepted and possibly paid at any moment: its product is not offered to the customer again. */
export const POSSIBLY_OWNED_STATUSES = [
  'paid',
  'scheduled',
  'needs_review',
  'fallback',
] as const satisfies PresentationStatus[];

const ALL_BUT_OPEN: readonly PresentationStatus[] = [
  ...FULFILLING_STATUSES,
  'scheduled',
  'paid',
  'declined',
  'expired',
  'withdrawn',
  'failed',
];

/** The statuses that may follow each, apart from the exceptions in `mayBecome` and `mayReopen`. */
const NEXT_STATUS: Record<PresentationStatus, readonly PresentationStatus[]> = {
  open: ALL_BUT_OPEN,
  accepted: ALL_BUT_OPEN,
  charging: ALL_BUT_OPEN,
  reconciling: ALL_BUT_OPEN,
  requires_action: ALL_BUT_OPEN,
  needs_review: ['fallback', 'failed', 'scheduled', 'paid'],
  scheduled: ['paid', 'failed'],
  fallback: ['needs_review', 'failed', 'expired', 'withdrawn', 'paid'],
  failed: ['paid'],
  paid: [],
  declined: [],
  expired: [],
  withdrawn: [],
};

/**
 * Checks whether a presentation may move to a status. Staying where it is is always allowed.
 *
 * @param options `newAttempt`: the move comes with an attempt that was not recorded before
 */
export function mayBecome(
  { status, decision }: { status: PresentationStatus; decision?: Decision | null },
  next: PresentationStatus,
  { newAttempt = false }: { newAttempt?: boolean } = {},
): boolean {
  if (next === status) return true;
  // Only a new attempt leads from the fallback back to charging.
  if (newAttempt && status === 'fallback' && isInFlight(next)) return true;
  // Paid after all, although its link had lapsed.
  if (next === 'paid' && decision === 'accepted') return true;
  return NEXT_STATUS[status].includes(next);
}

/** Checks for an acceptance that may still be undone because the price has changed: nothing was sent yet. */
export function mayReopen(status: PresentationStatus): boolean {
  return status === 'accepted' || status === 'charging';
}

/** Checks whether only the run can say how a presentation was decided: the ledger may be behind it. */
export function isUndecided(status: PresentationStatus): boolean {
  return status === 'open' || mayReopen(status);
}

export function isInFlight(status: PresentationStatus): boolean {
  return includes(IN_FLIGHT_STATUSES, status);
}

export function isBlocking(status: PresentationStatus): boolean {
  return includes(BLOCKING_STATUSES, status);
}

export function isFulfilling(status: PresentationStatus): boolean {
  return includes(FULFILLING_STATUSES, status);
}

export function isUnsettled(status: PresentationStatus): boolean {
  return includes(UNSETTLED_STATUSES, status);
}

/** Checks for the statuses that operators search for, because fulfilment did not go straight through. */
export function isExceptional(status: PresentationStatus): boolean {
  return isFulfilling(status) && !mayReopen(status);
}

/** Returns what an extension changes in the ledger, and what it leaves on the timeline. Times are RFC 3339. */
export function extension(
  presentationId: string,
  { expiresAt, reason, at }: { expiresAt: string; reason: string; at: string },
): { patch: PresentationPatch; timeline: TimelineEntry[] } {
  const detail = { presentationId, until: expiresAt, reason };
  return { patch: { expiresAt }, timeline: [{ at, type: 'extended', detail }] };
}

/** Returns the status at a time: an offer past its window is expired even before its run has recorded so. */
export function statusAt(
  { status, expiresAt }: Pick<Presentation, 'status' | 'expiresAt'>,
  now: Date,
): PresentationStatus {
  return status === 'open' && Date.parse(expiresAt) <= now.getTime() ? 'expired' : status;
}

function includes(statuses: readonly PresentationStatus[], status: PresentationStatus): boolean {
  return statuses.includes(status);
}

/** How long a request without a `presentationId` still refers to the last acceptance, as a double click does. */
const DOUBLE_CLICK_MS = 60_000;

/** Returns since when an acceptance may be the first half of a double click. RFC 3339. */
export function doubleClickSince(now: Date): string {
  return new Date(now.getTime() - DOUBLE_CLICK_MS).toISOString();
}
