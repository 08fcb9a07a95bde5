/**
 * What the ledger records and answers. It is a projection: Temporal is the truth, and every write here is
 * idempotent, because the activities that make them may run more than once.
 */
import type { Facts } from '../catalog/match.js';
import type { OfferCopy } from '../catalog/model.js';
import type { Arm } from '../experiments/assign.js';
import type {
  Decision,
  Outcome,
  Presentation,
  PresentationStatus,
  ReasonCode,
  TriggerType,
} from '../model.js';

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
}

/** How a run was evaluated, kept on its purchase. */
export interface EvaluationRecord {
  catalogHash: string;
  considered: ConsideredFunnel[];
  /** What the funnels were matched against, as far as it was looked up. */
  facts?: Facts;
}

export type AttemptKind = 'charge' | 'payment' | 'change_plan' | 'fallback';

/**
 * `recorded` before anything is sent; `submitted` when Dodo named a payment; `rejected` on a definite 4xx;
 * `unknown` when no answer proves either; `absent` when proven never to have reached Dodo.
 */
export type AttemptStatus =
  | 'recorded'
  | 'submitted'
  | 'processing'
  | 'requires_action'
  | 'rejected'
  | 'unknown'
  | 'needs_review'
  | 'absent'
  | 'failed'
  | 'paid'
  | 'refunded';

export interface AttemptRecord {
  attemptId: string;
  presentationId: string;
  workflowId: string;
  kind: AttemptKind;
  status: AttemptStatus;
  /** What the customer accepted to pay. Minor units. */
  amount: number;
  currency: string;
  sessionId?: string;
  paymentId?: string;
  /** What was in fact paid, once paid. */
  paidAmount?: number;
  errorCode?: string;
  createdAt: string;
}

export interface TimelineEntry {
  at: string;
  type: string;
  /** Ids, amounts, codes. Never card data or addresses. */
  detail?: Record<string, string | number | boolean>;
}

/** A change to one presentation's document; fields left out stay as they are. */
export interface PresentationPatch {
  status?: PresentationStatus;
  decision?: Decision;
  decidedAt?: string;
  viewedAt?: string;
  expiresAt?: string;
  price?: Presentation['price'];
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
  /** Net of this. Minor units. */
  refundedAmount: number;
}

export interface PurchaseView {
  purchase: PurchaseRecord;
  status: 'awaiting_payment' | 'evaluating' | 'offering' | 'settled';
  outcome?: Outcome;
  reason?: ReasonCode;
  funnelId?: string;
  catalogHash?: string;
  considered: ConsideredFunnel[];
  facts?: Facts;
  presentations: PresentationRecord[];
  timeline: TimelineEntry[];
}

/** A customer is in an arm of an experiment from the moment it makes a difference. */
export interface Exposure {
  experiment: string;
  customerId: string;
  variant: string;
  /** All arms as they were then, the one to compare with first. */
  arms: Arm[];
  purchaseId: string;
  catalogHash: string;
  exposedAt: string;
}

/** How the customers of one arm fared who were assigned under the same weights. */
export interface ExposureCount {
  experiment: string;
  arms: Arm[];
  variant: string;
  /** Customers. */
  exposed: number;
  firstExposedAt: string;
  lastExposedAt: string;
  /** Customers who accepted an offer that counts for the experiment. */
  accepted: number;
  /** Customers who paid for one, refunded or not. */
  paid: number;
  /** Over the customers who paid, by currency: sum and sum of squares of what each paid less refunds. Minor units. */
  net: Record<string, { sum: number; squares: number }>;
}

/** One row of the conversion report. Sums are per currency, in minor units. */
export interface FunnelReportRow {
  funnelId: string;
  step: string;
  offerId: string;
  presented: number;
  viewed: number;
  accepted: number;
  declined: number;
  expired: number;
  /** Accepted and paid, at once or through the fallback. */
  paid: number;
  recovered: number;
  gross: Record<string, number>;
  /** Gross less refunds. */
  net: Record<string, number>;
}

export interface Ledger {
  /** A purchase registered before payment, or first seen by its payment. Fills gaps, never overwrites. */
  recordPurchase(purchase: PurchaseRecord, status: 'awaiting_payment' | 'evaluating'): Promise<void>;
  /** The address to charge with; undefined once the run has settled. */
  billingOf(purchaseId: string): Promise<BillingAddress | undefined>;

  /**
   * Puts a presentation before the customer. One customer has at most one presentation that is open or being charged:
   * a unique index holds this under concurrency, and the loser gets `false`. The same id again is `true` and changes nothing.
   * An open presentation of the customer whose window ended over an hour ago (its run was terminated) is closed as expired first.
   * `evaluation` says how it was chosen and is kept on the purchase. `previous` is the decision that led here, written in the same transaction.
   */
  openPresentation(input: {
    presentation: Presentation;
    /** The offer's words, to be filled in for whoever looks. */
    words?: OfferCopy;
    workflowId: string;
    catalogHash?: string;
    at: string;
    evaluation?: EvaluationRecord;
    /** The experiment the step is; its arm is the presentation's `variant`. */
    experiment?: string;
    /** Written with the presentation, or not at all. Throws AssignedOtherwise when one of them is not true. */
    exposures?: Exposure[];
    previous?: { presentationId: string; patch: PresentationPatch; timeline: TimelineEntry[] };
  }): Promise<boolean>;

  /** Earlier presentations of the same offer to the same customer that were decided, newest first. */
  decisionsOn(
    customerId: string,
    offerId: string,
  ): Promise<{ decision: Decision; decidedAt: string; purchaseId: string }[]>;
  /** Whether an earlier offer of ours sold this product to this customer and was not refunded in full. */
  hasBought(customerId: string, productId: string): Promise<boolean>;

  /** Records an attempt before it is sent. `false` when it was recorded before: then nothing may be sent. */
  recordAttempt(
    attempt: AttemptRecord,
    patch: PresentationPatch,
    timeline: TimelineEntry[],
  ): Promise<boolean>;
  attempt(attemptId: string): Promise<AttemptRecord | undefined>;
  updateAttempt(
    attemptId: string,
    change: Partial<Pick<AttemptRecord, 'status' | 'sessionId' | 'paymentId' | 'paidAmount' | 'errorCode'>>,
    presentation?: { id: string; patch: PresentationPatch },
    timeline?: TimelineEntry[],
  ): Promise<void>;

  updatePresentation(id: string, patch: PresentationPatch, timeline?: TimelineEntry[]): Promise<void>;
  /** The first view counts. */
  markViewed(id: string, at: string): Promise<void>;
  /** Ends the run: outcome, reason, last state of its presentation; erases the billing address. One transaction. */
  settle(input: {
    purchaseId: string;
    outcome: Outcome;
    reason?: ReasonCode;
    at: string;
    evaluation?: EvaluationRecord;
    /** Throws AssignedOtherwise when one of them is not true. */
    exposures?: Exposure[];
    presentation?: { id: string; patch: PresentationPatch };
    timeline: TimelineEntry[];
  }): Promise<void>;

  presentation(id: string): Promise<PresentationRecord | undefined>;
  /** The customer's presentation that is open or in flight; else the latest one accepted since `acceptedSince`. */
  currentPresentation(customerId: string, acceptedSince: string): Promise<PresentationRecord | undefined>;
  /** The last presentation of the customer, whatever its state. */
  latestPresentation(customerId: string): Promise<PresentationRecord | undefined>;
  /** The last purchase of the customer, for the reason why no offer is open. */
  latestPurchase(customerId: string): Promise<PurchaseView | undefined>;
  purchase(purchaseId: string): Promise<PurchaseView | undefined>;
  /** The presentation that this payment paid for. */
  presentationPaidBy(paymentId: string): Promise<PresentationRecord | undefined>;
  /** The purchase that this payment was. */
  purchasePaidBy(paymentId: string): Promise<PurchaseView | undefined>;
  funnelReport(): Promise<FunnelReportRow[]>;
  /** The customer's arms by experiment. */
  exposuresOf(customerId: string): Promise<Record<string, string>>;
  /** A count for each experiment, set of weights and arm. */
  experimentReport(): Promise<ExposureCount[]>;

  /** Throws when the database cannot be reached. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
