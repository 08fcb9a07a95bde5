/** What operators look up, and what they switch off. */
import type { AttemptRecord } from '../../domain/attempt.js';
import type { CompensationRecord } from '../../domain/accounting.js';
import type { Pause } from '../../domain/pause.js';
import type { PresentationRecord } from '../../domain/presentation.js';
import type { Decision, Outcome, PurchaseStatus, ReasonCode, TriggerType } from '../../domain/words.js';

/** A stretch of time: `from` is inclusive, `to` exclusive. RFC 3339. */
export interface Period {
  from?: string;
  to?: string;
}

/** A purchase or trigger in a list. */
export interface PurchaseSummary {
  purchaseId: string;
  trigger: TriggerType;
  at: string;
  customerId?: string;
  productIds: string[];
  amount?: number;
  currency?: string;
  status: PurchaseStatus;
  outcome?: Outcome;
  reason?: ReasonCode;
  funnelId?: string;
}

/** Where the story of an id is told. */
export type Place =
  | { kind: 'customer'; customerId: string }
  | { kind: 'purchase'; purchaseId: string; presentationId?: string }
  | { kind: 'review'; reviewId: string };

/** The figures of the conversion report that stand for rows. */
export const FIGURES = [
  'presented',
  'viewed',
  'accepted',
  'declined',
  'expired',
  'paid',
  'recovered',
  'refunded',
] as const;
export type Figure = (typeof FIGURES)[number];

export interface PresentationFilter extends Period {
  customerId?: string;
  offerId?: string;
  funnelId?: string;
  step?: string;
  figure?: Figure;
  limit: number;
  /** The last one of the page before. */
  before?: { presentedAt: string; id: string };
}

/** What came of presentations. */
export interface OfferCounts {
  presented: number;
  viewed: number;
  accepted: number;
  declined: number;
  expired: number;
  /** Accepted and paid, directly or through the fallback. */
  paid: number;
  recovered: number;
}

/** What one offer did on one day, in one currency. */
export interface OfferDay extends OfferCounts {
  /** `YYYY-MM-DD` in the time zone asked for. */
  day: string;
  offerId: string;
  currency: string;
  /** Minor units. */
  gross: number;
  refunded: number;
}

/** Purchases and triggers for which no offer was shown, and what they were worth. */
export interface NotShown {
  reason: ReasonCode;
  count: number;
  /** What the first purchases were worth. Minor units by currency. */
  amounts: Record<string, number>;
}

/** Money in open reviews, in one currency; `currency` is null where no amount is known. */
export interface MoneyInDoubt {
  currency: string | null;
  amount: number;
  count: number;
  oldestOpenedAt: string;
}

/** Counts of everything under way, and of what has happened since a time. */
export interface Activity {
  /** Presentations under way, by status. */
  unsettled: { status: string; count: number }[];
  presented: number;
  accepted: number;
  paid: { currency: string; count: number; amount: number }[];
  repairs: number;
  openCompensations: number;
}

/** What metrics are made of. */
export interface Measures {
  decided: { decision: Decision; count: number }[];
  /** Seconds from the decision to proven money, by quantile. Empty if nothing was paid. */
  clickToPaid: Record<string, number>;
}

export interface ConsoleLedger {
  /** Finds the place of an id of any kind: customer, payment, subscription, presentation, refund, attempt, purchase, review. */
  placeOf(id: string): Promise<Place | undefined>;
  /** Lists a customer's purchases and triggers, newest first. */
  purchasesOf(customerId: string, limit: number): Promise<PurchaseSummary[]>;
  /** Lists everything undone, or to be undone, for a purchase. */
  compensationsOf(purchaseId: string): Promise<CompensationRecord[]>;
  /** Lists the attempts made for a purchase's presentations, oldest first. */
  attemptsOfPurchase(purchaseId: string): Promise<AttemptRecord[]>;
  /** Lists presentations, newest first. */
  presentations(filter: PresentationFilter): Promise<PresentationRecord[]>;
  /** Returns what each offer did on each day. */
  offerDays(period: Period & { tz: string; funnelId?: string }): Promise<OfferDay[]>;
  /** Counts purchases and triggers without an offer, by reason. */
  notShown(period: Period): Promise<NotShown[]>;
  /**
   * Merges what was added to the sums that reports are made of, as much as one call may; they are exact with or without it.
   * Returns how many rows it merged: zero when nothing is left to do.
   */
  mergeSums(): Promise<number>;
  moneyInDoubt(): Promise<MoneyInDoubt[]>;
  /** @param paidSince for `clickToPaid`; a recent time */
  measures(paidSince: string): Promise<Measures>;
  activity(since: string): Promise<Activity>;

  /** Pauses an offer or funnel everywhere. Repeated: the first pause stands. */
  pause(pause: Pause): Promise<void>;
  unpause(kind: Pause['kind'], id: string): Promise<void>;
  pauses(): Promise<Pause[]>;

  /**
   * Opens a purchase again that ended without an offer and has no run, so that it can be evaluated once more. False if it
   * did not end so, or an offer was ever made for it.
   */
  reopenPurchase(purchaseId: string): Promise<boolean>;

  /** Ends a dashboard session before it expires, and forgets those that have expired. */
  endSession(sessionId: string, expiresAt: string, at: string): Promise<void>;
  isSessionEnded(sessionId: string): Promise<boolean>;
}
