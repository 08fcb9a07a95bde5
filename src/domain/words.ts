/**
 * The vocabulary: each list of words is written here once. Schemas, the OpenAPI document, SQL types and checks are made
 * from it. What these files decide, and where: `README.md` beside this one.
 *
 * - **purchase**: what started a run, a Dodo payment or a checkout that was registered before payment.
 * - **trigger**: the event that causes an evaluation, such as `purchase` or `cancel_requested`.
 * - **catalog**: the merchant's file of offers and funnels (`offers.yaml`), versioned by content hash.
 * - **offer**: a catalog entry: what is proposed, how it is paid, its copy.
 * - **funnel**: which customers are shown which steps, and which step follows which decision.
 * - **eligibility**: whether a customer may see an offer now, with a reason code if not.
 * - **presentation**: one offer put before one customer, with its price, window and token. Id `prs_...`.
 * - **decision**: how a presentation was decided: accepted, declined, expired or withdrawn. The first one wins.
 * - **fulfilment**: carrying out an accepted offer, by one or more attempts and perhaps a fallback.
 * - **attempt**: one charge or plan change sent to Dodo, at most once. Its id travels in Dodo's metadata.
 * - **fallback**: the checkout, payment link or payment-method update handed over when an attempt fails.
 * - **review**: money or access in doubt that only a person, or a later proof, can settle.
 * - **payment record**: every payment of ours that was seen, and what became of its money: counted, given back, under
 *   review, or not ours.
 * - **compensation**: something to undo at Dodo (a refund, the end of a replaced subscription), followed until Dodo
 *   confirms it.
 * - **outcome**: how a run ended, such as `converted`, `recovered` or `declined`.
 * - **ledger**: the SQL projection of all this, for eligibility and reports. Temporal is the truth.
 * - **retention**: an offer that keeps a customer and charges nothing: a pause, or a longer trial.
 * - **window**: how long a presentation is open.
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

/** The triggers a merchant's backend sends. Purchases are reported by Dodo. */
export const SENT_TRIGGER_TYPES = TRIGGER_TYPES.filter((type) => type !== 'purchase');
export type SentTriggerType = Exclude<TriggerType, 'purchase'>;

/** The kinds of offers. */
export const OFFER_TYPES = ['upsell', 'downsell', 'cross_sell'] as const;
export type OfferType = (typeof OFFER_TYPES)[number];

/** The decisions on a presentation. The first one wins. */
export const DECISIONS = ['accepted', 'declined', 'expired', 'withdrawn'] as const;
export type Decision = (typeof DECISIONS)[number];

/**
 * The outcomes of a run. `recovered`: paid through the fallback; `abandoned`: the fallback, or the purchase itself, was not
 * paid; `reversed`: refunded, or a dispute was lost, later.
 */
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

/** The reasons why no offer was shown. */
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
  'customer_blocked',
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];

/** Why a funnel in shadow would not have been shown: also `outranked`, where a live funnel that is tried first decided. */
export const SHADOW_BLOCKERS = [...REASON_CODES, 'outranked'] as const;
export type ShadowBlocker = (typeof SHADOW_BLOCKERS)[number];

/**
 * What became of the evaluation of a funnel in shadow. `waiting`: it takes requests to Dodo, and waits for its turn;
 * `evaluated`: it is known; `given_up`: it had no turn in time.
 */
export const SHADOW_STATUSES = ['waiting', 'evaluated', 'given_up'] as const;
export type ShadowStatus = (typeof SHADOW_STATUSES)[number];

/**
 * The statuses of a presentation; `presentation.ts` knows which may follow which.
 *
 * - `open`: the customer may decide
 * - `accepted`: the charge is about to be sent, or Dodo cannot be reached
 * - `charging`: sent, its outcome is awaited
 * - `reconciling`: the reply was lost, and the attempt is looked up at Dodo
 * - `needs_review`: the outcome cannot be proven; an operator decides
 * - `requires_action`: the customer has to confirm the payment, or to pay at the checkout
 * - `fallback`: the attempt failed, and the customer has another way to pay
 * - `scheduled`: a change of plan that Dodo makes at the next billing date
 * - `paid`, `declined`, `expired`, `withdrawn`, `failed`: the end
 */
export const PRESENTATION_STATUSES = [
  'open',
  'accepted',
  'charging',
  'reconciling',
  'needs_review',
  'requires_action',
  'fallback',
  'scheduled',
  'paid',
  'declined',
  'expired',
  'withdrawn',
  'failed',
] as const;
export type PresentationStatus = (typeof PRESENTATION_STATUSES)[number];

/** The statuses of a run in the ledger. */
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
  'offer.refunded',
  'offer.reversed',
] as const;
export type NotificationType = (typeof NOTIFICATION_TYPES)[number];

/** What accepting an offer does at Dodo. */
export const ACTION_KINDS = ['charge', 'payment', 'change_plan', 'pause', 'extend_trial'] as const;
export type ActionKind = (typeof ACTION_KINDS)[number];

/** The kinds of requests an attempt makes at Dodo. */
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
 * The statuses of an attempt; `attempt.ts` knows which may follow which. `recorded`: nothing is sent yet; `submitted`: Dodo
 * named a payment; `rejected`: a definite 4xx; `unknown`: no reply proves either; `absent`: proven never to have reached
 * Dodo.
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

/** The ways in which Dodo bills a plan change. */
export const PRORATION_BILLING_MODES = [
  'prorated_immediately',
  'full_immediately',
  'difference_immediately',
  'prorated_immediately_keep_cycle',
  'do_not_bill',
] as const;
export type ProrationBillingMode = (typeof PRORATION_BILLING_MODES)[number];

/** The facts the system knows about a purchase, its customer and the subscription concerned. */
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
