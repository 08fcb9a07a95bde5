/** The experiment report: one row per experiment, set of weights and arm. */
import { sql, type SQL } from 'drizzle-orm';
import { utc } from './columns.js';
import type { Period } from './interface/console.js';
import type { ExposureCount } from './interface/experiments.js';
import { exposures, presentations, timeline } from './schema.js';
import type { Database } from './store.js';

/**
 * Counts each customer once, in the arm of their first exposure. In an experiment between variants, the variant's offer
 * and those that followed it in the same run count; in a holdout, every offer since the exposure.
 */
const counted = (condition: SQL) => sql`
  with shown as (
    select e.experiment, e.customer_id, p.purchase_id, min(p.presented_at) as since
    from ${exposures} e
    join ${presentations} p
      on p.customer_id = e.customer_id and p.experiment = e.experiment and p.variant = e.variant
    group by e.experiment, e.customer_id, p.purchase_id
  ), counted as (
    select s.experiment, s.customer_id, coalesce(p.paid_currency, p.currency) as currency, p.decision, p.status, p.paid_amount - p.refunded_amount as net, p.id, p.purchase_id, p.refunded_amount
    from shown s
    join ${presentations} p on p.purchase_id = s.purchase_id and p.presented_at >= s.since
    union all
    select e.experiment, e.customer_id, coalesce(p.paid_currency, p.currency) as currency, p.decision, p.status, p.paid_amount - p.refunded_amount, p.id, p.purchase_id, p.refunded_amount
    from ${exposures} e
    join ${presentations} p on p.customer_id = e.customer_id and p.presented_at >= e.exposed_at
    where e.experiment = 'holdout' or e.experiment like '%.holdout'
  ), customers as (
    select experiment, customer_id, bool_or(decision = 'accepted') as accepted, bool_or(status = 'paid') as paid,
      bool_or(decision = 'declined') as declined, bool_or(refunded_amount > 0) as refunded,
      bool_or(exists (
        select 1 from ${timeline} t
        where t.purchase_id = c.purchase_id and t.type = 'dispute_opened' and t.detail->>'presentationId' = c.id
      )) as disputed
    from counted c
    group by experiment, customer_id
  ), spent as (
    select experiment, customer_id, currency, sum(net) as net
    from counted
    where status = 'paid' and net is not null
    group by experiment, customer_id, currency
  ), sums as (
    select e.experiment, e.arms, e.variant, s.currency, sum(s.net) as net, sum(s.net * s.net) as squares
    from spent s
    join ${exposures} e using (experiment, customer_id)
    where ${condition}
    group by e.experiment, e.arms, e.variant, s.currency
  )
  select
    e.experiment,
    e.arms,
    e.variant,
    count(*) as exposed,
    min(e.exposed_at) as first_exposed_at,
    max(e.exposed_at) as last_exposed_at,
    count(*) filter (where c.accepted) as accepted,
    count(*) filter (where c.paid) as paid,
    count(*) filter (where c.declined) as declined,
    count(*) filter (where c.refunded) as refunded,
    count(*) filter (where c.disputed) as disputed,
    count(*) filter (where exists (
      select 1 from ${timeline} t
      where t.purchase_id = e.purchase_id and t.type = 'refund_succeeded' and t.detail->>'presentationId' is null
    )) as first_refunded,
    (
      select coalesce(jsonb_object_agg(s.currency, jsonb_build_object('sum', s.net, 'squares', s.squares)), '{}')
      from sums s
      where s.experiment = e.experiment and s.arms = e.arms and s.variant = e.variant
    ) as net
  from ${exposures} e
  left join customers c using (experiment, customer_id)
  where ${condition}
  group by e.experiment, e.arms, e.variant`;

/** Implements `Ledger.experimentReport`, in one statement so that all counts refer to the same moment. */
export async function experimentReport(db: Database, { from, to }: Period = {}): Promise<ExposureCount[]> {
  const condition = sql`${from === undefined ? sql`true` : sql`e.exposed_at >= ${utc(from)}::timestamptz`}
    and ${to === undefined ? sql`true` : sql`e.exposed_at < ${utc(to)}::timestamptz`}`;
  const number = (column: SQL) => sql`${column}`.mapWith(Number);
  const time = (column: SQL) => sql`${column}`.mapWith(exposures.exposedAt);
  return db
    .select({
      experiment: sql<string>`experiment`,
      arms: sql<ExposureCount['arms']>`arms`,
      variant: sql<string>`variant`,
      exposed: number(sql`exposed`),
      firstExposedAt: time(sql`first_exposed_at`),
      lastExposedAt: time(sql`last_exposed_at`),
      accepted: number(sql`accepted`),
      paid: number(sql`paid`),
      declined: number(sql`declined`),
      refunded: number(sql`refunded`),
      disputed: number(sql`disputed`),
      firstRefunded: number(sql`first_refunded`),
      net: sql<ExposureCount['net']>`net`,
    })
    .from(sql`(${counted(condition)}) as report`)
    .orderBy(sql`experiment, first_exposed_at, variant`);
}
