/** The conversion report: one row per funnel, step and offer. */
import { sql, type SQL } from 'drizzle-orm';
import type { Period } from './interface/console.js';
import type { FunnelReportRow } from './interface/reports.js';
import type { Database } from './store.js';
import { shownWithin } from './sums.js';

/** Implements `Ledger.funnelReport`. Revenue counts only while a presentation is paid. */
export async function funnelReport(db: Database, period: Period = {}): Promise<FunnelReportRow[]> {
  const shown = await shownWithin(db, period);
  const sum = (name: string) => sql<number>`sum(${sql.identifier(name)})`.as(name);
  const perCurrency = db
    .select({
      funnelId: sql<string>`funnel_id`.as('funnel_id'),
      step: sql<string>`step`.as('step'),
      offerId: sql<string>`offer_id`.as('offer_id'),
      currency: sql<string>`currency`.as('paid_in'),
      presented: sum('presented'),
      viewed: sum('viewed'),
      accepted: sum('accepted'),
      declined: sum('declined'),
      expired: sum('expired'),
      paid: sum('paid'),
      recovered: sum('recovered'),
      scheduled: sum('scheduled'),
      gross: sum('gross'),
      refunded: sum('refunded'),
    })
    .from(sql`${shown} as shown`)
    .groupBy(sql`1, 2, 3, 4`)
    .having(sql`sum(presented) > 0`)
    .as('per_currency');

  const total = (column: SQL.Aliased<number>) => sql`sum(${column})`.mapWith(Number);
  const byCurrency = (amount: SQL) =>
    sql<
      Record<string, number>
    >`coalesce(jsonb_object_agg(${perCurrency.currency}, ${amount}) filter (where ${perCurrency.paid} > 0), '{}')`;

  const rows = await db
    .select({
      funnelId: perCurrency.funnelId,
      step: perCurrency.step,
      offerId: perCurrency.offerId,
      presented: total(perCurrency.presented),
      viewed: total(perCurrency.viewed),
      accepted: total(perCurrency.accepted),
      declined: total(perCurrency.declined),
      expired: total(perCurrency.expired),
      paid: total(perCurrency.paid),
      recovered: total(perCurrency.recovered),
      scheduled: total(perCurrency.scheduled),
      gross: byCurrency(sql`${perCurrency.gross}`),
      net: byCurrency(sql`${perCurrency.gross} - ${perCurrency.refunded}`),
    })
    .from(perCurrency)
    .groupBy(perCurrency.funnelId, perCurrency.step, perCurrency.offerId)
    .orderBy(perCurrency.funnelId, perCurrency.step, perCurrency.offerId);
  return rows.map(({ scheduled, ...row }) => ({ ...row, ...(scheduled > 0 && { scheduled }) }));
}
