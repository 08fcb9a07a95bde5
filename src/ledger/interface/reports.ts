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

export interface ReportLedger {
  /** @param period in which the presentations were shown; all of them by default */
  funnelReport(period?: Period): Promise<FunnelReportRow[]>;
}
