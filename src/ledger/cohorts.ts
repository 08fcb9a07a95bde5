/** What offers brought within days of being shown, by the month in which they were shown. */
import { isNotNull, sql, type SQL } from 'drizzle-orm';
import { TAKING_ENTRIES } from '../domain/reversal.js';
import { utc } from './columns.js';
import { within } from './console.js';
import type { Cohort } from './interface/reports.js';
import type { Period } from './interface/console.js';
import { presentations, timeline } from './schema.js';
import type { Database } from './store.js';

/**
 * Sums, per month, offer and currency, what was paid within some days of being shown, less what refunds and lost disputes took
 * back within the same days. What was taken back at a time that nobody recorded counts in full.
 */
export async function cohorts(
  db: Database,
  { tz, at, ...period }: Period & { tz: string; at: string },
): Promise<Cohort[]> {
  const { presentedAt, paidAt, paidAmount, refundedAmount, paidCurrency, currency, offerId } = presentations;
  const number = (value: SQL) => value.mapWith(Number);
  const month = sql<string>`to_char(${presentedAt} at time zone ${tz}, 'YYYY-MM')`;
  const until = (days: number) => sql`${presentedAt} + ${sql.raw(`interval '${days} days'`)}`;
  const taken = (days: number) => sql`(
    select coalesce(
      sum((t.detail->>'amount')::bigint) filter (where t.at < ${until(days)}),
      case when count(*) = 0 then ${refundedAmount} else 0 end
    )
    from ${timeline} t
    where t.purchase_id = ${presentations.purchaseId} and t.detail->>'presentationId' = ${presentations.id}
      and t.type in (${sql.join(
        TAKING_ENTRIES.map((type) => sql`${type}`),
        sql`, `,
      )})
  )`;
  const net = (days: number) =>
    number(sql`coalesce(sum(
      case when ${paidAt} < ${until(days)} then
        ${paidAmount} - (case when ${refundedAmount} = 0 then 0 else least(${paidAmount}, ${taken(days)}) end)
      end
    ), 0)`);
  const immature = (days: number) =>
    number(sql`count(*) filter (where ${until(days)} > ${utc(at)}::timestamptz)`);
  const rows = await db
    .select({
      month: month.as('month'),
      offerId,
      currency: sql<string>`coalesce(${paidCurrency}, ${currency})`.as('paid_in'),
      presented: number(sql`count(*)`),
      paid: number(sql`count(*) filter (where ${isNotNull(paidAt)})`),
      net7: net(7),
      net30: net(30),
      net90: net(90),
      immature7: immature(7),
      immature30: immature(30),
      immature90: immature(90),
    })
    .from(presentations)
    .where(within(period))
    .groupBy(sql`1`, offerId, sql`3`)
    .orderBy(sql`1 desc`, offerId, sql`3`);
  return rows.map(({ net7, net30, net90, immature7, immature30, immature90, ...row }) => ({
    ...row,
    net: [
      { days: 7, amount: net7, immature: immature7 },
      { days: 30, amount: net30, immature: immature30 },
      { days: 90, amount: net90, immature: immature90 },
    ],
  }));
}
