/** A purchase or trigger, how it was evaluated, and what came of it. */
import type { ClauseResult, Facts } from './rules/match.js';
import type { Outcome, ReasonCode, TriggerType } from './words.js';
import type { OfferMetadata } from './offers.js';
import type { TimelineEntry } from './timeline.js';
import type { PresentationRecord } from './presentation.js';

/** What the merchant's app knows and sends with a trigger, for the catalog's `facts.<name>`. */
export type MerchantFacts = Record<string, string | number | boolean>;

/** The address the first purchase was billed to. Kept until the run settles, then erased. */
export interface BillingAddress {
  country: string;
  street?: string;
  city?: string;
  state?: string;
  zipcode?: string;
  /** The tax id of a business that bought, which decides on its tax. */
  taxId?: string;
}

/** The purchase that started a run. */
export interface PurchaseRecord {
  purchaseId: string;
  workflowId: string;
  trigger: TriggerType;
  customerId?: string;
  paymentId?: string;
  checkoutSessionId?: string;
  subscriptionId?: string;
  productIds: string[];
  amount?: number;
  currency?: string;
  billing?: BillingAddress;
  purchasedAt?: string;
  /** What the merchant gave the order at Dodo, without what this system wrote beside it. */
  metadata?: OfferMetadata;
}

/** The result of one funnel in an evaluation; `reason` is left out for the one that was chosen. */
export interface ConsideredFunnel {
  funnelId: string;
  reason?: ReasonCode;
  /** The reason in words, for operators: `amount 900 is not gte 1000`. */
  detail?: string;
  /** The results of its rule's conditions; left out if the funnel was not checked again. */
  clauses?: ClauseResult[];
}

/** The evaluation of a run, kept on its purchase. */
export interface EvaluationRecord {
  catalogHash: string;
  considered: ConsideredFunnel[];
  /** The facts the funnels were matched against, as far as they were looked up. */
  facts?: Facts;
}

/** A purchase with everything its run has recorded. */
export interface PurchaseView {
  purchase: PurchaseRecord;
  /** `waiting` is for the time of its next offer; see `waiting` on the timeline. */
  status: 'awaiting_payment' | 'evaluating' | 'waiting' | 'offering' | 'settled';
  outcome?: Outcome;
  reason?: ReasonCode;
  funnelId?: string;
  catalogHash?: string;
  considered: ConsideredFunnel[];
  facts?: Facts;
  presentations: PresentationRecord[];
  timeline: TimelineEntry[];
}

const HOUR = 3_600_000;

/**
 * How long after a payment it may start an offer. An older one is a replay, or its moment has passed; once Temporal has
 * forgotten its run, it would also look like a new purchase.
 */
const MAX_PURCHASE_AGE_MS = 72 * HOUR;

/**
 * Checks whether a payment is too old to start an offer. One of unknown age is not.
 *
 * @param paidAt RFC 3339
 */
export function isTooOldToOffer(paidAt: string | undefined, now: Date): boolean {
  return now.getTime() - Date.parse(paidAt ?? '') > MAX_PURCHASE_AGE_MS;
}
