/** Recurring revenue that offers won and lost. Every figure is the sum of movements, which are made from the rows each time. */
import { sql, type SQL } from 'drizzle-orm';
import { TAKING_ENTRIES } from '../domain/reversal.js';
import type { BillingInterval } from '../domain/words.js';
import { utc } from './columns.js';
import type { Period } from './interface/console.js';
import type {
  BridgeFigure,
  MovementFilter,
  MovementKind,
  RecurringMovement,
  RecurringReport,
} from './interface/reports.js';
import { endedSubscriptions, payments, presentations, timeline } from './schema.js';
import type { Database } from './store.js';

export async function recordSubscriptionEnd(
  db: Database,
  subscriptionId: string,
  endedAt: string,
): Promise<void> {
  await db.insert(endedSubscriptions).values({ subscriptionId, endedAt }).onConflictDoNothing();
}

const { price, actionKind, paidAt, paidAmount, refundedAmount } = presentations;
const takingEntries = sql.raw(TAKING_ENTRIES.map((type) => `'${type}'`).join(', '));
/** Earlier releases did not record the kind; only changes of plan have a time at which they take effect. */
const isChange = sql`coalesce(${actionKind} = 'change_plan', ${price} ? 'effectiveAt')`;

/** A price per month where that is a whole number, else per its own period. */
const months = sql`case interval when 'Month' then count when 'Year' then 12 * count end`;
const isMonthly = sql`coalesce(amount % (${months}) = 0, false)`;

/** Every offer that sold something recurring: what it brought, on which subscription, and when that left again. */
const SOLD = sql`
  with recursive sold as materialized (
    select ${presentations.id} as id, ${presentations.purchaseId} as purchase_id, ${presentations.customerId} as customer_id,
      ${presentations.offerId} as offer_id, ${paidAt} as paid_at, ${isChange} as is_change,
      coalesce(${price}->'recurring'->>'currency', ${price}->>'currency') as currency,
      coalesce(${price}->'differencePer', ${price}->'recurring') as per,
      (case when ${isChange} then ${price}->'difference' else ${price}->'recurring'->'amount' end)::bigint as brought,
      case when ${isChange} then coalesce(${presentations.subscriptionId}, ${presentations.terms}->>'subscriptionId') end as changed,
      ${payments.subscriptionIds}[1] as paid_for,
      case when ${refundedAmount} > 0 and ${refundedAmount} >= coalesce(${paidAmount}, 0) then coalesce((
        select max(${timeline.at}) from ${timeline}
        where ${timeline.purchaseId} = ${presentations.purchaseId} and ${timeline.type} in (${takingEntries})
          and ${timeline.detail}->>'presentationId' = ${presentations.id}), ${paidAt}) end as reversed_at
    from ${presentations} left join ${payments} on ${payments.paymentId} = ${presentations.paymentId}
    where ${presentations.status} = 'paid' and (${price} -> 'recurring') is not null and ${paidAt} is not null
      and coalesce(${actionKind}, '') not in ('pause', 'extend_trial')
  ), replaced as (
    -- The checkout of a change of plan that failed sells another subscription in place of the old one.
    select distinct on (changed) changed as old, paid_for as new from sold
    where is_change and changed <> paid_for order by changed, paid_at desc
  ), chain as (
    select old, new from replaced
    union select chain.old, replaced.new from chain join replaced on replaced.old = chain.new
  ), billed as (
    select sold.*, coalesce(chain.new, paid_for, changed) as subscription_id, ${endedSubscriptions.endedAt} as ended_at
    from sold
    left join chain on chain.old = coalesce(paid_for, changed) and chain.new not in (select old from replaced)
    left join ${endedSubscriptions} on ${endedSubscriptions.subscriptionId} = coalesce(chain.new, paid_for, changed)
  )`;

const MOVEMENTS = sql`(${SOLD}, priced as (
    select *, per->>'interval' as interval, (per->>'count')::int as count, brought as amount from billed
  ), monthly as (
    select id, purchase_id, customer_id, offer_id, subscription_id, paid_at, is_change, reversed_at, ended_at, currency,
      case when ${isMonthly} then amount / (${months}) else amount end as amount,
      case when ${isMonthly} then 'Month' else interval end as interval,
      case when ${isMonthly} then 1 else count end as count
    from priced where amount <> 0
  )
  select monthly.*, paid_at as at, case when not is_change then 'won' when amount > 0 then 'expansion' else 'contraction' end as kind
  from monthly
  union all
  select id, purchase_id, customer_id, offer_id, subscription_id, paid_at, is_change, reversed_at, ended_at, currency,
    -amount, interval, count, greatest(paid_at, least(reversed_at, ended_at)),
    case when reversed_at <= coalesce(ended_at, reversed_at) then 'reversed' else 'churned' end
  from monthly where reversed_at is not null or ended_at is not null) as movement`;

const beforeStart = ({ from }: Period) =>
  from === undefined ? sql`false` : sql`at < ${utc(from)}::timestamptz`;
const beforeEnd = ({ to }: Period) => (to === undefined ? sql`true` : sql`at < ${utc(to)}::timestamptz`);

/** Returns which movements are behind a figure. */
function isBehind(figure: BridgeFigure, period: Period): SQL {
  if (figure === 'opening') return beforeStart(period);
  if (figure === 'closing') return beforeEnd(period);
  return sql`kind = ${figure} and not (${beforeStart(period)}) and ${beforeEnd(period)}`;
}

export async function recurringReport(db: Database, period: Period): Promise<RecurringReport> {
  const sum = (figure: BridgeFigure, sign: 1 | -1 = 1) =>
    sql`coalesce(sum(amount) filter (where ${isBehind(figure, period)}), 0) * ${sql.raw(String(sign))}`.mapWith(
      // Zero has no sign.
      (value) => Number(value) || 0,
    );
  const bridges = await db
    .select({
      currency: sql<string>`currency`,
      interval: sql<BillingInterval>`interval`,
      count: sql<number>`count`.mapWith(Number),
      opening: sum('opening'),
      won: sum('won'),
      expansion: sum('expansion'),
      contraction: sum('contraction', -1),
      churned: sum('churned', -1),
      reversed: sum('reversed', -1),
      closing: sum('closing'),
    })
    .from(MOVEMENTS)
    .where(beforeEnd(period))
    .groupBy(sql`currency, interval, count`)
    .orderBy(sql`currency, interval = 'Month' desc, interval, count`);
  const [without] = await db
    .select({ count: sql`count(*)`.mapWith(Number) })
    .from(sql`(${SOLD} select paid_at as at from billed where is_change and brought is null) as uncompared`)
    .where(sql`not (${beforeStart(period)}) and ${beforeEnd(period)}`);
  return { bridges, uncompared: without?.count ?? 0 };
}

export async function recurringMovements(
  db: Database,
  { figure, bridge, limit, before, ...period }: MovementFilter,
): Promise<RecurringMovement[]> {
  const after =
    before &&
    sql`and (at, id, kind) < (${utc(before.at)}::timestamptz, ${before.presentationId}, ${before.kind})`;
  const rows = await db
    .select({
      at: sql`at`.mapWith(presentations.paidAt),
      kind: sql<MovementKind>`kind`,
      presentationId: sql<string>`id`,
      purchaseId: sql<string>`purchase_id`,
      customerId: sql<string>`customer_id`,
      offerId: sql<string>`offer_id`,
      subscriptionId: sql<string | null>`subscription_id`,
      currency: sql<string>`currency`,
      interval: sql<BillingInterval>`interval`,
      count: sql<number>`count`.mapWith(Number),
      amount: sql`amount`.mapWith(Number),
    })
    .from(MOVEMENTS)
    .where(
      sql`${isBehind(figure, period)} and currency = ${bridge.currency} and interval = ${bridge.interval}
        and count = ${bridge.count} ${after ?? sql``}`,
    )
    .orderBy(sql`at desc, id desc, kind desc`)
    .limit(limit);
  return rows.map(({ subscriptionId, ...row }) => ({
    ...row,
    ...(subscriptionId !== null && { subscriptionId }),
  }));
}
