/** What offers brought within days of being shown, by the month in which they were shown. */
import { and, eq, gt, inArray, isNotNull, sql, type SQL } from 'drizzle-orm';
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
  const backWithin = (days: number) =>
    sql<number>`coalesce(
      sum((${timeline.detail}->>'amount')::bigint) filter (where ${timeline.at} < ${until(days)}), 0
    )`;
  // Few offers are refunded: theirs are summed once, beside the others.
  const back = db.$with('back').as(
    db
      .select({
        id: presentations.id,
        back7: backWithin(7).as('back7'),
        back30: backWithin(30).as('back30'),
        back90: backWithin(90).as('back90'),
      })
      .from(presentations)
      .innerJoin(
        timeline,
        and(
          eq(timeline.purchaseId, presentations.purchaseId),
          inArray(timeline.type, [...TAKING_ENTRIES]),
          sql`${timeline.detail}->>'presentationId' = ${presentations.id}`,
        ),
      )
      .where(and(within(period), gt(refundedAmount, 0)))
      .groupBy(presentations.id),
  );
  const net = (days: number, taken: SQL.Aliased<number>) =>
    number(sql`coalesce(sum(${paidAmount} - least(${paidAmount}, coalesce(${taken}, ${refundedAmount})))
      filter (where ${paidAt} < ${until(days)}), 0)`);
  const immature = (days: number) =>
    number(sql`count(*) filter (where ${until(days)} > ${utc(at)}::timestamptz)`);
  const rows = await db
    .with(back)
    .select({
      month: month.as('month'),
      offerId,
      currency: sql<string>`coalesce(${paidCurrency}, ${currency})`.as('paid_in'),
      presented: number(sql`count(*)`),
      paid: number(sql`count(*) filter (where ${isNotNull(paidAt)})`),
      net7: net(7, back.back7),
      net30: net(30, back.back30),
      net90: net(90, back.back90),
      immature7: immature(7),
      immature30: immature(30),
      immature90: immature(90),
    })
    .from(presentations)
    .leftJoin(back, eq(back.id, presentations.id))
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
