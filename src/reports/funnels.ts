/** The conversion report: what was shown, what was taken, what it brought, and how sure the rates are. */
import type { FunnelReportRow } from '../ledger/index.js';
import { takeRateOf, type Counts, type FunnelReport } from './take-rate.js';

/**
 * The body of `GET /api/reports/funnels`.
 *
 * The take rate is accepted by presented. Every presentation counts from the moment it opens: those still undecided,
 * lapsed or never looked at included, so that an offer nobody sees does not look good. While offers are open the rate
 * is a lower bound. `accepted` counts the customers' decisions; `paid` those that were paid for, at once or through the
 * fallback; `recovered` is the part of `paid` that came through the fallback. The interval is Wilson's, at 95 %.
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
  const sum = (field: Exclude<keyof Counts, 'gross' | 'net'>): number =>
    rows.reduce((total, row) => total + row[field], 0);
  return {
    presented: sum('presented'),
    viewed: sum('viewed'),
    accepted: sum('accepted'),
    declined: sum('declined'),
    expired: sum('expired'),
    paid: sum('paid'),
    recovered: sum('recovered'),
    gross: sumByCurrency(rows.map((row) => row.gross)),
    net: sumByCurrency(rows.map((row) => row.net)),
  };
}

/** Currencies are never added to one another. */
function sumByCurrency(amounts: Record<string, number>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [currency, amount] of amounts.flatMap((each) => Object.entries(each))) {
    sums[currency] = (sums[currency] ?? 0) + amount;
  }
  return sums;
}
