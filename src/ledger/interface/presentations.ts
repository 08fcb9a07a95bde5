/** Presentations: opened one at a time per customer, changed by patches, found by customer or payment. */
import type { LimitReached, Limits, Showing } from '../../domain/limits.js';
import type { OfferCopy } from '../../domain/offers.js';
import type {
  Choice,
  OfferTerms,
  Presentation,
  PresentationPatch,
  PresentationRecord,
  QuoteRecord,
} from '../../domain/presentation.js';
import type { Acceptance } from '../../domain/receipt.js';
import type { EvaluationRecord } from '../../domain/purchase.js';
import type { ActionKind } from '../../domain/words.js';
import type { TimelineEntry } from '../../domain/timeline.js';
import type { Exposure } from './experiments.js';

/** The decision on one presentation that led to the next step. */
export interface PreviousDecision {
  presentationId: string;
  patch: PresentationPatch;
  timeline: TimelineEntry[];
}

export interface OpenPresentationInput {
  presentation: Presentation;
  /** The offer's copy before amounts are filled in; it is filled in for each viewer. */
  words?: OfferCopy;
  terms?: OfferTerms;
  workflowId: string;
  catalogHash?: string;
  actionKind?: ActionKind;
  subscriptionId?: string;
  limits?: Limits;
  at: string;
  /** How the presentation was chosen. Kept on the purchase. */
  evaluation?: EvaluationRecord;
  /** The experiment this step belongs to; its arm is the presentation's `variant`. */
  experiment?: string;
  /** Written with the presentation or not at all. Throws AssignedOtherwise when the customer is in another arm. */
  exposures?: Exposure[];
  /** Written in the same transaction. */
  previous?: PreviousDecision;
}

/** The answer to opening a presentation. */
export type OpenResult =
  { opened: true } | { opened: false; reason: LimitReached['reason'] | 'offer_already_open'; detail: string };

/** Told of changes to presentations, by this process and every other one on the same database. */
export interface PresentationFollower {
  changed: (id: string) => void;
  /** The connection was lost and is back: any presentation may have changed meanwhile. */
  missed: () => void;
}

export interface Following {
  /**
   * False when the database does not tell of changes, as behind a pooler that lends connections by the transaction: the
   * follower has to look for itself.
   */
  announced: boolean;
  stop: () => Promise<void>;
}

/** The acceptance of a presentation that counted. */
export interface AcceptanceFound {
  presentation: PresentationRecord;
  /** When the customer clicked. */
  at: string;
  /** What was before the customer, and its hash; absent for an acceptance that did not come through the API. */
  hash?: string;
  acceptance?: Acceptance;
  /** Ids of the consents that were given. */
  consents: string[];
}

export interface PresentationLedger {
  /**
   * Puts a presentation before the customer. A customer has at most one presentation that is open or being charged: a
   * unique index enforces this under concurrency, and the loser is refused. Opening the same id again succeeds and
   * changes nothing. `limits` hold under concurrency as well: simultaneous openings take turns, and each is counted.
   *
   * An abandoned presentation does not block the customer: one that is still open an hour after its window ended, because
   * its run was terminated, is closed as expired first.
   */
  openPresentation(input: OpenPresentationInput): Promise<OpenResult>;
  /** Returns the limit that would refuse a showing now; `openPresentation` has the last word. */
  limitReached(showing: Showing, limits: Limits): Promise<LimitReached | undefined>;
  updatePresentation(id: string, patch: PresentationPatch, timeline?: TimelineEntry[]): Promise<void>;
  /** Records the first view. Later ones change nothing. */
  markViewed(id: string, at: string): Promise<void>;
  /**
   * Records when a presentation was first handed to somebody who may show it. Later times change nothing.
   *
   * @param unlessShowsAnother not while a page may still show what the customer was handed before: undecided, or accepted
   * at this time or later
   */
  markHandedOut(id: string, at: string, unlessShowsAnother?: { acceptedSince: string }): Promise<void>;
  /** Records a price before it is shown. Recording it again renews its time and its credit. */
  recordQuote(quote: QuoteRecord): Promise<void>;

  presentation(id: string): Promise<PresentationRecord | undefined>;
  /** Returns those of the presentations that exist, in any order. */
  presentationsNamed(ids: readonly string[]): Promise<PresentationRecord[]>;
  /** Keeps what is before a customer who clicks, under its hash. */
  recordAcceptance(hash: string, acceptance: Acceptance): Promise<void>;
  /** Returns the acceptance of a presentation that is carried out; undefined when it was not accepted. */
  acceptanceOf(presentationId: string): Promise<AcceptanceFound | undefined>;
  /** Follows the changes of all presentations on one connection. */
  followPresentations(follower: PresentationFollower): Promise<Following>;
  /** Returns the customer's open or in-flight presentation, else the latest one accepted since `acceptedSince`. */
  currentPresentation(customerId: string, acceptedSince: string): Promise<PresentationRecord | undefined>;
  /** Returns the customer's latest presentation accepted since then, whatever is open now. */
  lastAccepted(customerId: string, acceptedSince: string): Promise<PresentationRecord | undefined>;
  /** Returns the presentation that this payment paid for. */
  presentationPaidBy(paymentId: string): Promise<PresentationRecord | undefined>;
  /** Returns when the customer last accepted this offer, unless it failed; undefined when they never did. */
  acceptedAt(customerId: string, offerId: string): Promise<string | undefined>;
  /** Returns the prices quoted for a presentation, or for one of its choices, newest first. */
  quotes(presentationId: string, choice?: Choice): Promise<QuoteRecord[]>;
}
