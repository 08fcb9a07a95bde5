/** The reports. */
import type { RecurringDifference } from '../../domain/billing-period.js';
import type { OfferCounts, Period } from './console.js';

/** One funnel, step and offer. Sums are per currency, in minor units. */
export interface FunnelReportRow extends OfferCounts {
  funnelId: string;
  step: string;
  offerId: string;
  /** Plan changes that wait for the next billing date, if there are any. Not `paid` until they have happened. */
  scheduled?: number;
  gross: Record<string, number>;
  /** Gross less refunds. */
  net: Record<string, number>;
}

/** What the presentations of one month brought, per offer and currency. */
export interface Cohort {
  /** `YYYY-MM` in the time zone asked for. */
  month: string;
  offerId: string;
  currency: string;
  presented: number;
  paid: number;
  /** Net of refunds and lost disputes, within so many days of each showing. Minor units. */
  net: {
    days: 7 | 30 | 90;
    amount: number;
    /** Presentations that were shown less than these days ago: the amount may still change. */
    immature: number;
  }[];
}

/**
 * How recurring revenue moves: an offer sells a subscription (`won`), or changes the price of one (`expansion`,
 * `contraction`); what it brought leaves with the end of the subscription (`churned`), or when all that was paid for it went
 * back (`reversed`), whichever is first.
 */
export const MOVEMENT_KINDS = ['won', 'expansion', 'contraction', 'churned', 'reversed'] as const;
export type MovementKind = (typeof MOVEMENT_KINDS)[number];

/** The figures of a bridge: what there was before the period, what moved in it, and what there is at its end. */
export const BRIDGE_FIGURES = ['opening', ...MOVEMENT_KINDS, 'closing'] as const;
export type BridgeFigure = (typeof BRIDGE_FIGURES)[number];

/** What is summed together: a currency, and a billing period. */
export type BridgeKey = Pick<RecurringDifference, 'interval' | 'count'> & { currency: string };

/**
 * Recurring revenue by offers, before tax, in minor units per month, or per billing period where a month of it is no whole
 * number of them. Opening + won + expansion - contraction - churned - reversed = closing.
 */
export type RecurringBridge = BridgeKey & Record<BridgeFigure, number>;

export interface RecurringReport {
  bridges: RecurringBridge[];
  /** Changes of plan in the period whose prices cannot be compared exactly. They are in no bridge. */
  uncompared: number;
}

/** One movement of recurring revenue. */
export interface RecurringMovement extends BridgeKey {
  at: string;
  kind: MovementKind;
  presentationId: string;
  purchaseId: string;
  customerId: string;
  offerId: string;
  /** The one that is billed now. */
  subscriptionId?: string;
  /** What it adds to the revenue; negative if it takes away. */
  amount: number;
}

export interface MovementFilter extends Period {
  figure: BridgeFigure;
  bridge: BridgeKey;
  limit: number;
  /** The last one of the page before. */
  before?: Pick<RecurringMovement, 'at' | 'kind' | 'presentationId'>;
}

export interface ReportLedger {
  /** Remembers when a subscription has ended. The first time stands. */
  recordSubscriptionEnd(subscriptionId: string, endedAt: string): Promise<void>;
  /** Sums how recurring revenue moved in a period. */
  recurringReport(period: Period): Promise<RecurringReport>;
  /** Lists the movements behind a figure, newest first. */
  recurringMovements(filter: MovementFilter): Promise<RecurringMovement[]>;
  /** @param period in which the presentations were shown; `at` is now */
  cohorts(period: Period & { tz: string; at: string }): Promise<Cohort[]>;
  /** @param period in which the presentations were shown; all of them by default */
  funnelReport(period?: Period): Promise<FunnelReportRow[]>;
}
