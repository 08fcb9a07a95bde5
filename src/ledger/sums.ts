/**
 * Sums of presentations and of purchases without an offer, which triggers keep equal to the rows. Reports add up whole
 * days, whole hours where a day is cut by the period or by a time zone, and the rows themselves where an hour is.
 */
import { isNotNull, sql, type SQL } from 'drizzle-orm';
import { DAY, HOUR } from '../domain/duration.js';
import { utc } from './columns.js';
import type { Period } from './interface/console.js';
import { presentations, presentationSums, purchases, purchaseSums } from './schema.js';
import type { Database } from './store.js';

/** What a report needs to keep apart: days or months of a time zone, and what was before and after some times. */
interface Division {
  local?: { unit: 'day' | 'month'; tz: string };
  times?: readonly string[];
}

/** The days and hours, in UTC, within which a report makes a difference. RFC 3339. */
interface Cuts {
  days: string[];
  hours: string[];
}

interface Summed {
  sums: typeof presentationSums | typeof purchaseSums;
  keys: readonly string[];
  /** The first of them counts the rows. */
  measures: readonly [string, ...string[]];
  table: typeof presentations | typeof purchases;
  at: SQL;
  /** What a single row adds to each column. */
  ofRow: SQL;
  condition?: SQL;
}

const { presentedAt, viewedAt, decision, status, recovered, paidAt, paidAmount, refundedAmount } =
  presentations;
const one = (condition: SQL) => sql`(${condition})::int`;
const decided = (as: string) => one(sql`${decision} is not distinct from ${as}`);
const isPaid = sql`${status} = 'paid'`;
const grossWithin = (days: number) =>
  sql`case when ${paidAt} < ${presentedAt} + ${sql.raw(`interval '${days} days'`)} then coalesce(${paidAmount}, 0) else 0 end`;

const PRESENTATIONS: Summed = {
  sums: presentationSums,
  keys: ['offer_id', 'funnel_id', 'step', 'currency'],
  measures: [
    'presented',
    ...[
      'viewed',
      'accepted',
      'declined',
      'expired',
      'withdrawn',
      'paid',
      'recovered',
      'scheduled',
      'ever_paid',
    ],
    ...['gross', 'refunded', 'gross_7', 'gross_30', 'gross_90'],
  ],
  table: presentations,
  at: sql`${presentedAt}`,
  ofRow: sql`${presentations.offerId}, ${presentations.funnelId}, ${presentations.step},
    coalesce(${presentations.paidCurrency}, ${presentations.currency}), 1, ${one(sql`${viewedAt} is not null`)},
    ${decided('accepted')}, ${decided('declined')}, ${decided('expired')}, ${decided('withdrawn')}, ${one(isPaid)},
    ${one(sql`${isPaid} and ${recovered}`)}, ${one(sql`${status} = 'scheduled'`)}, ${one(sql`${paidAt} is not null`)},
    case when ${isPaid} then coalesce(${paidAmount}, 0) else 0 end, case when ${isPaid} then ${refundedAmount} else 0 end,
    ${grossWithin(7)}, ${grossWithin(30)}, ${grossWithin(90)}`,
};

const PURCHASES: Summed = {
  sums: purchaseSums,
  keys: ['reason', 'currency'],
  measures: ['count', 'amount'],
  table: purchases,
  at: sql`${purchases.recordedAt}`,
  ofRow: sql`${purchases.reason}, ${purchases.currency}, 1, coalesce(${purchases.amount}, 0)`,
  condition: isNotNull(purchases.reason),
};

/**
 * Returns a subquery of presentations in a period, by the time they were shown (`at`): sums of whole days and hours at
 * their start, and single rows. Each stands on one side of every border that `division` names.
 */
export const shownWithin = (db: Database, period: Period, division?: Division): Promise<SQL> =>
  within(db, PRESENTATIONS, period, division);

/** Returns a subquery of purchases without an offer in a period, as above. */
export const missedWithin = (db: Database, period: Period): Promise<SQL> => within(db, PURCHASES, period);

async function within(db: Database, summed: Summed, period: Period, division: Division = {}): Promise<SQL> {
  const { sums, keys, measures, table, at, ofRow, condition = sql`true` } = summed;
  const columns = sql.raw([...keys, ...measures].join(', '));
  const { days, hours } = await cutsOf(db, summed, period, division);
  const inPeriod = (time: SQL) =>
    sql`${period.from === undefined ? sql`true` : sql`${time} >= ${utc(period.from)}::timestamptz`}
      and ${period.to === undefined ? sql`true` : sql`${time} < ${utc(period.to)}::timestamptz`}`;
  const start = sql`${sums.startsAt}`;
  const [cutDays, cutHours] = [instants(days), instants(hours)];
  const parts = [
    sql`select ${start} as at, ${columns} from ${sums}
      where ${sums.span} = 'day' and ${inPeriod(start)} and ${start} <> all (${cutDays})`,
  ];
  if (days.length > 0)
    parts.push(sql`select ${start}, ${columns} from unnest(${cutDays}) as cut (day)
      join ${sums} on ${sums.span} = 'hour' and ${start} >= cut.day and ${start} < cut.day + interval '1 day'
      where ${inPeriod(start)} and ${start} <> all (${cutHours})`);
  if (hours.length > 0)
    parts.push(sql`select ${at}, ${ofRow} from unnest(${cutHours}) as cut (hour)
      join ${table} on ${at} >= cut.hour and ${at} < cut.hour + interval '1 hour'
      where ${inPeriod(at)} and ${condition}`);
  return sql`(${sql.join(parts, sql` union all `)})`;
}

const instants = (times: readonly string[]) => sql`${`{${times.join(',')}}`}::timestamptz[]`;

/** Returns which days and hours are to be divided. */
async function cutsOf(
  db: Database,
  { sums }: Summed,
  { from, to }: Period,
  { local, times = [] }: Division,
): Promise<Cuts> {
  const days = new Set<string>();
  const hours = new Set<string>();
  for (const time of [from, to, ...times]) {
    if (time === undefined) continue;
    const ms = Date.parse(time);
    if (ms % DAY !== 0) days.add(new Date(ms - (ms % DAY)).toISOString());
    if (ms % HOUR !== 0) hours.add(new Date(ms - (ms % HOUR)).toISOString());
  }
  if (local) {
    const unitOf = (time: SQL) => sql`date_trunc(${local.unit}, ${time} at time zone ${local.tz})`;
    const isCut = (start: SQL, length: SQL) =>
      sql`${unitOf(start)} <> ${unitOf(sql`(${start} + ${length} - interval '1 millisecond')`)}`;
    const known = (which: SQL) => sql`(select ${which} from ${sums} where ${sums.span} = 'day')`;
    const begin = sql`greatest(${from === undefined ? null : utc(from)}::timestamptz,
      coalesce(${known(sql`min(${sums.startsAt})`)}, now() - interval '1 day'))`;
    // Something may be shown before the report is made.
    const end = sql`least(${to === undefined ? null : utc(to)}::timestamptz,
      coalesce(${known(sql`max(${sums.startsAt})`)}, now()) + interval '3 days')`;
    const [day, hour] = [sql`interval '1 day'`, sql`interval '1 hour'`];
    const found = await db
      .select({ start: sql`start`.mapWith(sums.startsAt), isDay: sql<boolean>`is_day` })
      .from(
        sql`(with days as materialized (
          select start from generate_series(date_trunc('day', ${begin}, 'UTC'), ${end}, ${day}) as start
          where ${isCut(sql`start`, day)}
        )
        select start, true as is_day from days
        union all
        select hour, false from days, generate_series(start, start + interval '23 hours', ${hour}) as hour
        where ${isCut(sql`hour`, hour)}) as cut`,
      );
    for (const { start, isDay } of found) (isDay ? days : hours).add(start);
  }
  return { days: [...days], hours: [...hours] };
}

/** Rows of this many hours or days are merged by one transaction. */
const MOST_MERGED = 200;

/**
 * Merges what changes have added to the sums into one row per key. Nothing is different afterwards but the time that
 * reports take.
 *
 * @returns how many rows were merged; zero when nothing is left to do
 */
export async function mergeSums(db: Database): Promise<number> {
  let merged = 0;
  for (const summed of [PRESENTATIONS, PURCHASES]) merged += await merge(db, summed);
  return merged;
}

/** One statement: what it takes away, it puts back. Another one at the same time finds these rows gone and leaves them. */
async function merge(db: Database, { sums, keys, measures }: Summed): Promise<number> {
  const [keyList, measureList] = [sql.raw(keys.join(', ')), sql.raw(measures.join(', '))];
  const added = sql.raw(measures.map((name) => `sum(${name})`).join(', '));
  const result = await db.execute(
    sql`with chosen as (
        select distinct span, starts_at from ${sums} where not merged limit ${MOST_MERGED}
      ), gone as (
        delete from ${sums} using chosen
        where ${sums.span} = chosen.span and ${sums.startsAt} = chosen.starts_at
        returning ${sums}.*
      ), put as (
        insert into ${sums} (span, starts_at, merged, ${keyList}, ${measureList})
        select span, starts_at, true, ${keyList}, ${added} from gone
        group by span, starts_at, ${keyList}
        having sum(${sql.raw(measures[0])}) <> 0
        returning 1
      )
      select (select count(*) from gone)::int as gone, (select count(*) from put)::int as put`,
  );
  const [counted] = (result as { rows: { gone: number }[] }).rows;
  return counted?.gone ?? 0;
}
