/**
 * The vocabulary. Each list is written here once; schemas, the OpenAPI document, SQL and checks are made from it.
 *
 * Money is an integer in minor units of an ISO 4217 currency. Times are RFC 3339 UTC strings.
 */

/** The events that start a run. */
export const TRIGGER_TYPES = [
  'purchase',
  'usage_milestone',
  'limit_approaching',
  'onboarding_completed',
  'upgrade_requested',
  'downgrade_requested',
  'cancel_requested',
] as const;
export type TriggerType = (typeof TRIGGER_TYPES)[number];

/** The triggers a merchant's backend sends; a purchase is told by Dodo. */
export const SENT_TRIGGER_TYPES = TRIGGER_TYPES.filter((type) => type !== 'purchase');
export type SentTriggerType = Exclude<TriggerType, 'purchase'>;

export const OFFER_TYPES = ['upsell', 'downsell', 'cross_sell'] as const;
export type OfferType = (typeof OFFER_TYPES)[number];

/** How a presentation was decided. The first decision wins. */
export const DECISIONS = ['accepted', 'declined', 'expired', 'withdrawn'] as const;
export type Decision = (typeof DECISIONS)[number];

/** How a run ended. A refund or a lost dispute makes it `reversed` later. */
export const OUTCOMES = [
  'converted',
  'recovered',
  'declined',
  'expired',
  'abandoned',
  'ineligible',
  'payment_failed',
  'withdrawn',
  'needs_review',
  'reversed',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Why no offer was shown. */
export const REASON_CODES = [
  'no_matching_funnel',
  'no_payment_method',
  'method_expired',
  'currency_mismatch',
  'already_owned',
  'declined_before',
  'cooldown',
  'capped',
  'offer_already_open',
  'outside_schedule',
  'paused',
  'product_unavailable',
  'holdout',
  'pricing_unavailable',
  'purchase_too_old',
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];

/** The states of a presentation; `presentation.ts` says which may follow which. */
export const PRESENTATION_STATUSES = [
  'open',
  'accepted',
  'charging',
  'reconciling',
  'needs_review',
  'requires_action',
  'fallback',
  'paid',
  'declined',
  'expired',
  'withdrawn',
  'failed',
] as const;
export type PresentationStatus = (typeof PRESENTATION_STATUSES)[number];

/** The states of a run in the ledger. */
export const PURCHASE_STATUSES = [
  'awaiting_payment',
  'evaluating',
  'waiting',
  'offering',
  'settled',
] as const;
export type PurchaseStatus = (typeof PURCHASE_STATUSES)[number];

/** The webhooks sent to the merchant's backend. */
export const NOTIFICATION_TYPES = [
  'offer.presented',
  'offer.accepted',
  'offer.declined',
  'offer.expired',
  'offer.fulfilled',
  'offer.fallback',
  'offer.failed',
  'offer.reversed',
] as const;
export type NotificationType = (typeof NOTIFICATION_TYPES)[number];

/** What an attempt asks of Dodo. */
export const ATTEMPT_KINDS = [
  'charge',
  'payment',
  'change_plan',
  'fallback',
  'pause',
  'extend_trial',
] as const;
export type AttemptKind = (typeof ATTEMPT_KINDS)[number];

/**
 * The states of an attempt: `recorded` before anything is sent; `submitted` when Dodo named a payment; `rejected` on a
 * definite 4xx; `unknown` when no reply proves either; `absent` when proven never to have reached Dodo.
 */
export const ATTEMPT_STATUSES = [
  'recorded',
  'submitted',
  'processing',
  'requires_action',
  'rejected',
  'unknown',
  'needs_review',
  'absent',
  'failed',
  'paid',
  'refunded',
] as const;
export type AttemptStatus = (typeof ATTEMPT_STATUSES)[number];

/** How Dodo bills a plan change. */
export const PRORATION_BILLING_MODES = [
  'prorated_immediately',
  'full_immediately',
  'difference_immediately',
  'do_not_bill',
] as const;
export type ProrationBillingMode = (typeof PRORATION_BILLING_MODES)[number];

/** Facts the system knows of a purchase, its customer and the subscription concerned. */
export const FACT_NAMES = [
  'product_id',
  'amount',
  'currency',
  'country',
  'quantity',
  'payment_method_type',
  'tenure_days',
  'purchase_count',
  'plan',
  'subscription_status',
  'subscription_age_days',
] as const;
export type FactName = (typeof FACT_NAMES)[number];

/** The units a subscription's billing period is counted in. */
export const BILLING_INTERVALS = ['Day', 'Week', 'Month', 'Year'] as const;
export type BillingInterval = (typeof BILLING_INTERVALS)[number];
