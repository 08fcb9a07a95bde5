/** The conversion report: one row per funnel, step and offer. */
import { sql, type SQL } from 'drizzle-orm';
import type { Decision } from '../domain/words.js';
import { within } from './console.js';
import type { Period } from './interface/console.js';
import type { FunnelReportRow } from './interface/reports.js';
import { presentations } from './schema.js';
import type { Database } from './store.js';

/** Implements `Ledger.funnelReport` in one statement. Revenue counts only while a presentation is paid. */
export async function funnelReport(db: Database, period: Period = {}): Promise<FunnelReportRow[]> {
  const { funnelId, step, offerId, paidAmount, refundedAmount } = presentations;
  const currency = sql<string>`coalesce(${presentations.paidCurrency}, ${presentations.currency})`;
  const isPaid = sql`${presentations.status} = 'paid'`;
  const counted = (condition: SQL) => sql<number>`count(*) filter (where ${condition})`;
  const decided = (decision: Decision) => counted(sql`${presentations.decision} = ${decision}`);

  const perCurrency = db
    .select({
      funnelId,
      step,
      offerId,
      currency: currency.as('paid_in'),
      presented: sql<number>`count(*)`.as('presented'),
      viewed: counted(sql`${presentations.viewedAt} is not null`).as('viewed'),
      accepted: decided('accepted').as('accepted'),
      declined: decided('declined').as('declined'),
      expired: decided('expired').as('expired'),
      paid: counted(isPaid).as('paid'),
      recovered: counted(sql`${isPaid} and ${presentations.recovered}`).as('recovered'),
      gross: sql<number>`coalesce(sum(${paidAmount}) filter (where ${isPaid}), 0)`.as('gross'),
      refunded: sql<number>`coalesce(sum(${refundedAmount}) filter (where ${isPaid}), 0)`.as('refunded'),
    })
    .from(presentations)
    .where(within(period))
    .groupBy(funnelId, step, offerId, currency)
    .as('per_currency');

  const total = (column: SQL.Aliased<number>) => sql`sum(${column})`.mapWith(Number);
  const byCurrency = (amount: SQL) =>
    sql<
      Record<string, number>
    >`coalesce(jsonb_object_agg(${perCurrency.currency}, ${amount}) filter (where ${perCurrency.paid} > 0), '{}')`;

  return db
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
      gross: byCurrency(sql`${perCurrency.gross}`),
      net: byCurrency(sql`${perCurrency.gross} - ${perCurrency.refunded}`),
    })
    .from(perCurrency)
    .groupBy(perCurrency.funnelId, perCurrency.step, perCurrency.offerId)
    .orderBy(perCurrency.funnelId, perCurrency.step, perCurrency.offerId);
}
