/** The conversion report. */
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

export interface ReportLedger {
  /** @param period in which the presentations were shown; `at` is now */
  cohorts(period: Period & { tz: string; at: string }): Promise<Cohort[]>;
  /** @param period in which the presentations were shown; all of them by default */
  funnelReport(period?: Period): Promise<FunnelReportRow[]>;
}
