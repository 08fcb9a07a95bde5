/**
 * What the ledger records and answers. It is a projection: Temporal is the truth, and every write here is
 * idempotent, because the activities that make them may run more than once.
 */
import type { Facts } from '../domain/rules/match.js';
import type { Catalog, OfferCopy } from '../domain/offers.js';
import type { Accounting } from './accounting.js';
import type { Arm } from '../experiments/assign.js';
import type { Outcome, ReasonCode, TriggerType } from '../domain/words.js';
import type { Notification } from '../domain/notification.js';
import type { Presentation } from '../domain/presentation.js';
import type { LimitReached, Limits, Showing } from '../domain/limits.js';
import { type TimelineEntry } from '../domain/timeline.js';
import { type AttemptRecord } from '../domain/attempt.js';
import { type Choice, type QuoteRecord, type OfferTerms } from '../domain/presentation.js';
import { type PresentationPatch, type PresentationRecord } from '../domain/presentation.js';
import {
  type BillingAddress,
  type PurchaseRecord,
  type ConsideredFunnel,
  type EvaluationRecord,
  type PurchaseView,
} from '../domain/purchase.js';

/** What became of opening a presentation. */
export type OpenResult =
  { opened: true } | { opened: false; reason: LimitReached['reason'] | 'offer_already_open'; detail: string };

/** A notification that could not be delivered. */
export interface DeadLetter {
  /** The `webhook-id` it was sent under. */
  id: string;
  notification: Notification;
  /** Why the last try failed, in words. */
  failure?: string;
  /** The run that an operator had send it again, when it died in that one. */
  redelivery?: string;
  at: string;
}

/** A dead notification that an operator had sent again, and that has arrived. */
export interface Redelivered {
  id: string;
  notification: Notification;
  /** The operator's. */
  reason: string;
  /** The run that delivered it. */
  run: string;
  at: string;
}

export interface DeadNotification {
  id: string;
  /** Its place among those that died at the same moment. */
  seq: number;
  notification: Notification;
  failure?: string;
  diedAt: string;
  redeliveredAt?: string;
}

export interface DeadNotificationsPage {
  /** With those that have been redelivered. */
  all: boolean;
  limit: number;
  /** The last one of the page before. */
  before?: { at: string; seq: number };
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

/** Presentations under way, by what they are made from. */
export interface RunningRow {
  /** Null for those that began before versions were recorded. */
  catalogHash: string | null;
  funnelId: string;
  step: string;
  offerId: string;
  open: number;
}

/** Runs that go on without a presentation under way: between two steps, or about to end. */
export interface WaitingRow {
  catalogHash: string | null;
  funnelId: string;
  runs: number;
}

/** What the funnels were matched against for one purchase or trigger, and what came of it. */
export interface EvaluationRow {
  purchaseId: string;
  trigger: TriggerType;
  /** When the purchase was first seen. */
  at: string;
  customerId?: string;
  facts: Facts;
  /** The funnel that was shown. */
  funnelId?: string;
  /** Why none was. */
  reason?: ReasonCode;
  considered: ConsideredFunnel[];
  catalogHash?: string;
}

export interface Ledger extends Accounting {
  /** A purchase registered before payment, or first seen by its payment. Fills gaps, never overwrites. */
  recordPurchase(purchase: PurchaseRecord, status: 'awaiting_payment' | 'evaluating'): Promise<void>;
  /** The address to charge with; undefined once the run has settled. */
  billingOf(purchaseId: string): Promise<BillingAddress | undefined>;

  /**
   * Puts a presentation before the customer. One customer has at most one presentation that is open or being charged:
   * a unique index holds this under concurrency, and the loser is refused. The same id again is opened and changes nothing.
   * `limits` are kept under concurrency as well: whoever comes at the same moment waits, and is counted.
   * An open presentation of the customer whose window ended over an hour ago (its run was terminated) is closed as expired first.
   * `evaluation` says how it was chosen and is kept on the purchase. `previous` is the decision that led here, written in the same transaction.
   */
  openPresentation(input: {
    presentation: Presentation;
    /** The offer's words, to be filled in for whoever looks. */
    words?: OfferCopy;
    terms?: OfferTerms;
    workflowId: string;
    catalogHash?: string;
    limits?: Limits;
    at: string;
    evaluation?: EvaluationRecord;
    /** The experiment the step is; its arm is the presentation's `variant`. */
    experiment?: string;
    /** Written with the presentation, or not at all. Throws AssignedOtherwise when one of them is not true. */
    exposures?: Exposure[];
    previous?: { presentationId: string; patch: PresentationPatch; timeline: TimelineEntry[] };
  }): Promise<OpenResult>;
  /** The limit that would refuse a showing now; `openPresentation` has the last word. */
  limitReached(showing: Showing, limits: Limits): Promise<LimitReached | undefined>;

  /**
   * The run waits before it shows a step. A wait that has begun goes on: the time it was first to end at is answered.
   * `evaluation` and `previous` as for `openPresentation`.
   */
  beginWait(input: {
    purchaseId: string;
    funnelId: string;
    step: string;
    until: string;
    at: string;
    evaluation?: EvaluationRecord;
    previous?: { presentationId: string; patch: PresentationPatch; timeline: TimelineEntry[] };
  }): Promise<{ until: string }>;

  /** When the customer last accepted this offer, unless nothing came of it; undefined when they never did. */
  acceptedAt(customerId: string, offerId: string): Promise<string | undefined>;
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
  /** Keeps a price that is about to be shown. The same one again changes nothing. */
  recordQuote(quote: QuoteRecord): Promise<void>;
  /** The prices quoted for a presentation, newest first; for one of its choices where that is given. */
  quotes(presentationId: string, choice?: Choice): Promise<QuoteRecord[]>;
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

  /** Keeps a notification that could not be delivered, with all it takes to send it again. */
  deadLetterNotification(burial: DeadLetter): Promise<void>;
  recordRedelivery(redelivered: Redelivered): Promise<void>;
  /** Newest death first. */
  deadNotifications(page: DeadNotificationsPage): Promise<DeadNotification[]>;
  deadNotification(id: string): Promise<DeadNotification | undefined>;
  /** How many have not been redelivered. */
  countDeadNotifications(): Promise<number>;
  /** Keeps a catalog that has come into force. The same one again changes nothing. */
  recordCatalog(catalog: Catalog, at: string): Promise<void>;
  /** A catalog that was in force, by its hash; undefined when it was never recorded. */
  catalogOf(hash: string): Promise<Catalog | undefined>;
  runningByCatalog(): Promise<{ running: RunningRow[]; waiting: WaitingRow[] }>;
  /** Evaluations whose facts were recorded, oldest first; `after` is the last one of the page before. */
  evaluations(page: {
    since?: string;
    after?: { at: string; purchaseId: string };
    limit: number;
  }): Promise<EvaluationRow[]>;

  /** Throws when the database cannot be reached. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
