/** The conversion report: what was shown, accepted and earned, and how certain the rates are. */
import type { FunnelReportRow } from '../ledger/index.js';
import { takeRateOf, type Counts, type FunnelReport } from './take-rate.js';

/**
 * Builds the body of `GET /api/reports/funnels`.
 *
 * The take rate is accepted divided by presented. Every presentation counts from the moment it opens, including those
 * that are undecided, lapsed or never viewed, so that an offer without viewers does not look good. While offers are
 * open, the rate is a lower bound. `accepted` counts the customers' decisions; `paid` those that were paid for, directly
 * or through the fallback; `recovered` is the part of `paid` that came through the fallback. The interval is Wilson's,
 * at 95 %.
 */
export function funnelReport(rows: readonly FunnelReportRow[], generatedAt = new Date()): FunnelReport {
  const totals = totalOf(rows);
  return {
    generatedAt: generatedAt.toISOString(),
    rows: rows.map((row) => ({ ...row, ...takeRateOf(row) })),
    totals: { ...totals, ...takeRateOf(totals) },
  };
}

function totalOf(rows: readonly FunnelReportRow[]): Counts {
  const sum = (field: Exclude<keyof Counts, 'gross' | 'net' | 'scheduled'>): number =>
    rows.reduce((total, row) => total + row[field], 0);
  const scheduled = rows.reduce((total, row) => total + (row.scheduled ?? 0), 0);
  return {
    presented: sum('presented'),
    viewed: sum('viewed'),
    accepted: sum('accepted'),
    declined: sum('declined'),
    expired: sum('expired'),
    paid: sum('paid'),
    recovered: sum('recovered'),
    ...(scheduled > 0 && { scheduled }),
    gross: sumByCurrency(rows.map((row) => row.gross)),
    net: sumByCurrency(rows.map((row) => row.net)),
  };
}

/** Sums each currency separately. */
function sumByCurrency(amounts: Record<string, number>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [currency, amount] of amounts.flatMap((each) => Object.entries(each))) {
    sums[currency] = (sums[currency] ?? 0) + amount;
  }
  return sums;
}
