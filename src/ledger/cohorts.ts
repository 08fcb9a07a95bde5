/** What offers brought within days of being shown, by the month in which they were shown. */
import { and, eq, gt, inArray, sql, type SQL } from 'drizzle-orm';
import { DAY } from '../domain/duration.js';
import { TAKING_ENTRIES } from '../domain/reversal.js';
import { within } from './console.js';
import type { Cohort } from './interface/reports.js';
import type { Period } from './interface/console.js';
import { presentations, timeline } from './schema.js';
import type { Database } from './store.js';
import { shownWithin } from './sums.js';

const DAYS = [7, 30, 90] as const;

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
  /** The first time of which less than these days have passed. */
  const youngest = (days: number) => new Date(Date.parse(at) - days * DAY + 1).toISOString();
  const shown = await shownWithin(db, period, {
    local: { unit: 'month', tz },
    times: DAYS.map(youngest),
  });
  const until = (days: number) => sql`${presentedAt} + ${sql.raw(`interval '${days} days'`)}`;
  // Few offers are refunded: what was taken back of them, and when, is read from their timelines.
  const takenWithin = (days: number) =>
    sql`case when ${paidAt} < ${until(days)} then least(coalesce(${paidAmount}, 0), coalesce(
      sum((${timeline.detail}->>'amount')::bigint) filter (where ${timeline.at} < ${until(days)}),
      case when count(${timeline.seq}) > 0 then 0 else ${refundedAmount} end)) else 0 end`;
  const taken = db
    .select({
      at: sql`${presentedAt}`.as('at'),
      offerId: sql`${offerId}`.as('offer_id'),
      currency: sql`coalesce(${paidCurrency}, ${currency})`.as('currency'),
      taken7: takenWithin(7).as('taken_7'),
      taken30: takenWithin(30).as('taken_30'),
      taken90: takenWithin(90).as('taken_90'),
    })
    .from(presentations)
    .leftJoin(
      timeline,
      and(
        eq(timeline.purchaseId, presentations.purchaseId),
        inArray(timeline.type, [...TAKING_ENTRIES]),
        sql`${timeline.detail}->>'presentationId' = ${presentations.id}`,
      ),
    )
    .where(and(within(period), gt(refundedAmount, 0)))
    .groupBy(presentations.id);
  const net = (days: number) => number(sql`sum(${sql.raw(`gross_${days}`)} - ${sql.raw(`taken_${days}`)})`);
  const immature = (days: number) =>
    number(sql`coalesce(sum(presented) filter (where at >= ${youngest(days)}::timestamptz), 0)`);
  const rows = await db
    .select({
      month: sql<string>`to_char(at at time zone ${tz}, 'YYYY-MM')`.as('month'),
      offerId: sql<string>`offer_id`,
      currency: sql<string>`currency`,
      presented: number(sql`sum(presented)`),
      paid: number(sql`sum(ever_paid)`),
      net7: net(7),
      net30: net(30),
      net90: net(90),
      immature7: immature(7),
      immature30: immature(30),
      immature90: immature(90),
    })
    .from(
      sql`(select at, offer_id, currency, presented, ever_paid, gross_7, gross_30, gross_90,
          0 as taken_7, 0 as taken_30, 0 as taken_90 from ${shown} as shown
        union all
        select at, offer_id, currency, 0, 0, 0, 0, 0, taken_7, taken_30, taken_90 from ${taken} as taken) as cohort`,
    )
    .groupBy(sql`1, 2, 3`)
    .having(sql`sum(presented) > 0`)
    .orderBy(sql`1 desc, 2, 3`);
  return rows.map(({ net7, net30, net90, immature7, immature30, immature90, ...row }) => ({
    ...row,
    net: [
      { days: 7, amount: net7, immature: immature7 },
      { days: 30, amount: net30, immature: immature30 },
      { days: 90, amount: net90, immature: immature90 },
    ],
  }));
}
