/** What set a run off, and what came of it. */
import type { ClauseResult, Facts } from './rules/match.js';
import type { Outcome, ReasonCode, TriggerType } from './words.js';
import { type TimelineEntry } from './timeline.js';
import { type PresentationRecord } from './presentation.js';

/** The address the first purchase was billed to. Kept until the run settles, then erased. */
export interface BillingAddress {
  country: string;
  street?: string;
  city?: string;
  state?: string;
  zipcode?: string;
}

/** Facts about the purchase that set a run off. */
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
}

/** How one funnel fared in an evaluation; `reason` is absent for the one that was chosen. */
export interface ConsideredFunnel {
  funnelId: string;
  reason?: ReasonCode;
  /** In words, for operators: `amount 900 is not gte 1000`. */
  detail?: string;
  /** How the conditions of its rule fared; left out when the funnel was not looked at again. */
  clauses?: ClauseResult[];
}

/** How a run was evaluated, kept on its purchase. */
export interface EvaluationRecord {
  catalogHash: string;
  considered: ConsideredFunnel[];
  /** What the funnels were matched against, as far as it was looked up. */
  facts?: Facts;
}

export interface PurchaseView {
  purchase: PurchaseRecord;
  /** `waiting`: for the time when its next offer is made; see `waiting` on the timeline. */
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
