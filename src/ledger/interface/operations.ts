/** What operators' commands and the janitor need: what is unfinished, and how runs that are gone are closed. */
import type { AttemptRecord } from '../../domain/attempt.js';
import type { PresentationPatch, PresentationRecord } from '../../domain/presentation.js';
import type { PurchaseRecord } from '../../domain/purchase.js';
import type { TimelineEntry } from '../../domain/timeline.js';
import type { Outcome, PurchaseStatus } from '../../domain/words.js';
import type { NewReview } from '../reviews.js';

/** One page of what is unfinished. */
export interface UnfinishedPage {
  /** Only what began before this time. RFC 3339. */
  before: string;
  /** The last id of the page before. */
  after?: string;
  limit: number;
}

export interface UnsettledPurchase extends PurchaseRecord {
  status: Exclude<PurchaseStatus, 'settled'>;
  recordedAt: string;
}

/** A pause of a subscription that ends by itself, and has not ended. */
export interface TimedPause {
  presentationId: string;
  purchaseId: string;
  subscriptionId: string;
  /** As Dodo reports it. */
  pausedAt: string;
  until: string;
}

/** How a run that is gone is closed. */
export interface ClosedRun {
  purchaseId: string;
  outcome: Outcome;
  at: string;
  presentations: { id: string; patch: PresentationPatch; reviews: NewReview[] }[];
  timeline: TimelineEntry[];
}

export interface OperationsLedger {
  /** Returns the attempts for a presentation, oldest first. */
  attemptsOf(presentationId: string): Promise<AttemptRecord[]>;
  /** Lists presentations that are open or being fulfilled, by id. */
  unsettledPresentations(page: UnfinishedPage): Promise<PresentationRecord[]>;
  /** Lists presentations whose change of plan waits for the next billing date, by id. */
  scheduledPresentations(page: UnfinishedPage): Promise<PresentationRecord[]>;
  /** Lists pauses that end by themselves and have not ended, by presentation. */
  timedPauses(page: UnfinishedPage): Promise<TimedPause[]>;
  /** Lists purchases and triggers that have not settled, by id. */
  unsettledPurchases(page: UnfinishedPage): Promise<UnsettledPurchase[]>;
  /** Adds to the timeline of a purchase. The same entry again changes nothing. */
  note(purchaseId: string, entries: TimelineEntry[]): Promise<void>;
  /**
   * Settles a run that is gone, its presentations included, in one transaction. A presentation that has moved on keeps
   * its state; its reviews are opened only if the offer is not paid.
   */
  closeRun(closed: ClosedRun): Promise<void>;
  /** Counts what the janitor has repaired, by what it was. */
  countRepairs(): Promise<{ what: string; count: number }[]>;
}
