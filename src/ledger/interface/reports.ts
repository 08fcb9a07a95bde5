/** The conversion report. */
import type { Period } from './console.js';

/** One funnel, step and offer. Sums are per currency, in minor units. */
export interface FunnelReportRow {
  funnelId: string;
  step: string;
  offerId: string;
  presented: number;
  viewed: number;
  accepted: number;
  declined: number;
  expired: number;
  /** Accepted and paid, directly or through the fallback. */
  paid: number;
  recovered: number;
  gross: Record<string, number>;
  /** Gross less refunds. */
  net: Record<string, number>;
}

export interface ReportLedger {
  /** @param period in which the presentations were shown; all of them by default */
  funnelReport(period?: Period): Promise<FunnelReportRow[]>;
}
