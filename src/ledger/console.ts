/** Implements `ConsoleLedger`. */
import {
  and,
  count,
  desc,
  eq,
  gt,
  gte,
  inArray,
  isNotNull,
  lt,
  or,
  sql,
  type AnyColumn,
  type SQL,
} from 'drizzle-orm';
import type { CompensationRecord } from '../domain/accounting.js';
import { REPAIRED } from '../domain/janitor.js';
import { UNSETTLED_STATUSES } from '../domain/presentation.js';
import { DECISIONS, type ReasonCode } from '../domain/words.js';
import { utc } from './columns.js';
import type {
  Activity,
  Measures,
  ConsoleLedger,
  MoneyInDoubt,
  NotShown,
  OfferDay,
  Period,
  PresentationFilter,
  PurchaseSummary,
} from './interface/console.js';
import { placeOf } from './places.js';
import { attemptRecord, presentationRecord } from './records.js';
import {
  attempts,
  compensations,
  endedSessions,
  pauses,
  presentations,
  presentationSums,
  purchases,
  reviews,
  timeline,
} from './schema.js';
import { mergeSums, missedWithin, shownWithin } from './sums.js';
import type { Database, Store } from './store.js';

export function consoleOn({ db, transaction }: Pick<Store, 'db' | 'transaction'>): ConsoleLedger {
  return {
    placeOf: (id) => placeOf(db, id),
    purchasesOf: (customerId, limit) => purchasesOf(db, customerId, limit),
    compensationsOf: async (purchaseId) => {
      const rows = await db
        .select()
        .from(compensations)
        .where(eq(compensations.purchaseId, purchaseId))
        .orderBy(compensations.openedAt);
      return rows.map(withoutNulls) as unknown as CompensationRecord[];
    },
    attemptsOfPurchase: async (purchaseId) => {
      const rows = await db
        .select({ attempt: attempts })
        .from(attempts)
        .innerJoin(presentations, eq(presentations.id, attempts.presentationId))
        .where(eq(presentations.purchaseId, purchaseId))
        .orderBy(attempts.createdAt, attempts.attemptId);
      return rows.map(({ attempt }) => attemptRecord(attempt));
    },
    presentations: async (filter) => {
      const rows = await db
        .select()
        .from(presentations)
        .where(matching(filter))
        .orderBy(desc(presentations.presentedAt), desc(presentations.id))
        .limit(filter.limit);
      return rows.map(presentationRecord);
    },
    offerDays: (period) => offerDays(db, period),
    notShown: (period) => notShown(db, period),
    mergeSums: () => mergeSums(db),
    moneyInDoubt: () => moneyInDoubt(db),
    measures: (paidSince) => measures(db, paidSince),
    activity: (since) => activity(db, since),
    pause: async (pause) => {
      await db.insert(pauses).values(pause).onConflictDoNothing();
    },
    unpause: async (kind, id) => {
      await db.delete(pauses).where(and(eq(pauses.kind, kind), eq(pauses.id, id)));
    },
    pauses: () => db.select().from(pauses).orderBy(pauses.pausedAt),
    reopenPurchase: (purchaseId) => transaction((tx) => reopenPurchase(tx, purchaseId)),
    endSession: async (sessionId, expiresAt, at) => {
      await db.insert(endedSessions).values({ sessionId, expiresAt }).onConflictDoNothing();
      await db.delete(endedSessions).where(lt(endedSessions.expiresAt, utc(at)));
    },
    isSessionEnded: async (sessionId) => {
      const ended = await db
        .select({ id: endedSessions.sessionId })
        .from(endedSessions)
        .where(eq(endedSessions.sessionId, sessionId));
      return ended.length > 0;
    },
  };
}

const number = (column: SQL) => column.mapWith(Number);

async function purchasesOf(db: Database, customerId: string, limit: number): Promise<PurchaseSummary[]> {
  const rows = await db
    .select()
    .from(purchases)
    .where(eq(purchases.customerId, customerId))
    .orderBy(desc(purchases.recordedAt), desc(purchases.purchaseId))
    .limit(limit);
  return rows.map((row) => {
    const { purchaseId, trigger, recordedAt, productIds, status } = row;
    const { amount, currency, outcome, reason, funnelId } = row;
    const optional = { customerId: row.customerId, amount, currency, outcome, reason, funnelId };
    return {
      purchaseId,
      trigger,
      at: row.purchasedAt ?? recordedAt,
      productIds,
      status,
      ...(withoutNulls(optional) as Partial<PurchaseSummary>),
    };
  });
}

/** The presentations that were shown within a period. */
export function within({ from, to }: Period): SQL | undefined {
  return and(
    from === undefined ? undefined : gte(presentations.presentedAt, utc(from)),
    to === undefined ? undefined : lt(presentations.presentedAt, utc(to)),
  );
}

const isPaid = sql`${presentations.status} = 'paid'`;
const currencyPaid = sql<string>`coalesce(${presentations.paidCurrency}, ${presentations.currency})`;

function matching({ customerId, offerId, funnelId, step, figure, before, ...period }: PresentationFilter) {
  return and(
    within(period),
    customerId === undefined ? undefined : eq(presentations.customerId, customerId),
    offerId === undefined ? undefined : eq(presentations.offerId, offerId),
    funnelId === undefined ? undefined : eq(presentations.funnelId, funnelId),
    step === undefined ? undefined : eq(presentations.step, step),
    figureIs(figure),
    before &&
      or(
        lt(presentations.presentedAt, utc(before.presentedAt)),
        and(eq(presentations.presentedAt, utc(before.presentedAt)), lt(presentations.id, before.id)),
      ),
  );
}

function figureIs(figure: PresentationFilter['figure']): SQL | undefined {
  switch (figure) {
    case undefined:
    case 'presented':
      return undefined;
    case 'viewed':
      return isNotNull(presentations.viewedAt);
    case 'accepted':
    case 'declined':
    case 'expired':
      return eq(presentations.decision, figure);
    case 'paid':
      return eq(presentations.status, 'paid');
    case 'recovered':
      return and(eq(presentations.status, 'paid'), eq(presentations.recovered, true));
    case 'refunded':
      return gt(presentations.refundedAmount, 0);
  }
}

async function offerDays(
  db: Database,
  { tz, funnelId, ...period }: Period & { tz: string; funnelId?: string },
): Promise<OfferDay[]> {
  const shown = await shownWithin(db, period, { local: { unit: 'day', tz } });
  const total = (name: string) => number(sql`sum(${sql.identifier(name)})`);
  return db
    .select({
      day: sql<string>`to_char(at at time zone ${tz}, 'YYYY-MM-DD')`.as('day'),
      offerId: sql<string>`offer_id`,
      currency: sql<string>`currency`,
      presented: total('presented'),
      viewed: total('viewed'),
      accepted: total('accepted'),
      declined: total('declined'),
      expired: total('expired'),
      paid: total('paid'),
      recovered: total('recovered'),
      gross: total('gross'),
      refunded: total('refunded'),
    })
    .from(sql`${shown} as shown`)
    .where(funnelId === undefined ? undefined : sql`funnel_id = ${funnelId}`)
    .groupBy(sql`1, 2, 3`)
    .having(sql`sum(presented) > 0`)
    .orderBy(sql`1, 2, 3`);
}

async function notShown(db: Database, period: Period): Promise<NotShown[]> {
  const rows = await db
    .select({
      reason: sql<ReasonCode>`reason`,
      currency: sql<string | null>`currency`,
      count: number(sql`sum(count)`),
      amount: number(sql`sum(amount)`),
    })
    .from(sql`${await missedWithin(db, period)} as missed`)
    .groupBy(sql`1, 2`)
    .having(sql`sum(count) > 0`);
  const byReason = new Map<string, NotShown>();
  for (const { reason, currency, count: rowsOfReason, amount } of rows) {
    const known = byReason.get(reason) ?? { reason, count: 0, amounts: {} };
    known.count += rowsOfReason;
    if (currency !== null) known.amounts[currency] = (known.amounts[currency] ?? 0) + amount;
    byReason.set(reason, known);
  }
  return [...byReason.values()].sort((one, other) => other.count - one.count);
}

async function moneyInDoubt(db: Database): Promise<MoneyInDoubt[]> {
  return db
    .select({
      currency: reviews.currency,
      amount: number(sql`coalesce(sum(${reviews.amount}), 0)`),
      count: number(sql`count(*)`),
      oldestOpenedAt: sql`min(${reviews.openedAt})`.mapWith(reviews.openedAt),
    })
    .from(reviews)
    .where(eq(reviews.status, 'open'))
    .groupBy(reviews.currency)
    .orderBy(reviews.currency);
}

/** An offer that was paid lately was shown at most this long before: windows of months are few. */
const LONGEST_LOOK_BACK = '30 days';

async function measures(db: Database, paidSince: string): Promise<Measures> {
  const { decidedAt, paidAt, presentedAt } = presentations;
  const took = sql`extract(epoch from ${paidAt} - ${decidedAt})`;
  const quantile = (share: number) =>
    sql<number | null>`percentile_cont(${sql.raw(String(share))}) within group (order by ${took})`;
  const total = (column: AnyColumn) => number(sql`coalesce(sum(${column}), 0)`);
  const { accepted, declined, expired, withdrawn } = presentationSums;
  const [decided] = await db
    .select({
      accepted: total(accepted),
      declined: total(declined),
      expired: total(expired),
      withdrawn: total(withdrawn),
    })
    .from(presentationSums)
    .where(eq(presentationSums.span, 'day'));
  const [times] = await db
    .select({ p50: quantile(0.5), p99: quantile(0.99) })
    .from(presentations)
    .where(
      and(
        gte(paidAt, utc(paidSince)),
        isNotNull(decidedAt),
        sql`${presentedAt} >= ${utc(paidSince)}::timestamptz - interval '${sql.raw(LONGEST_LOOK_BACK)}'`,
      ),
    );
  return {
    decided: DECISIONS.map((decision) => ({ decision, count: decided?.[decision] ?? 0 })),
    clickToPaid: {
      ...(times?.p50 != null && { '0.5': Number(times.p50) }),
      ...(times?.p99 != null && { '0.99': Number(times.p99) }),
    },
  };
}

async function activity(db: Database, since: string): Promise<Activity> {
  const [unsettled, [shown], paid, [repaired], [undoing]] = await Promise.all([
    db
      .select({ status: presentations.status, count: count() })
      .from(presentations)
      .where(inArray(presentations.status, [...UNSETTLED_STATUSES]))
      .groupBy(presentations.status)
      .orderBy(presentations.status),
    db
      .select({
        presented: count(),
        accepted: number(sql`count(*) filter (where ${presentations.decision} = 'accepted')`),
      })
      .from(presentations)
      .where(within({ from: since })),
    db
      .select({
        currency: currencyPaid.as('paid_in'),
        count: count(),
        amount: number(sql`coalesce(sum(${presentations.paidAmount} - ${presentations.refundedAmount}), 0)`),
      })
      .from(presentations)
      .where(and(within({ from: since }), isPaid))
      .groupBy(sql`1`)
      .orderBy(sql`1`),
    db
      .select({ count: count() })
      .from(timeline)
      .where(and(eq(timeline.type, REPAIRED), gte(timeline.at, utc(since)))),
    db.select({ count: count() }).from(compensations).where(eq(compensations.status, 'open')),
  ]);
  return {
    unsettled,
    presented: shown?.presented ?? 0,
    accepted: shown?.accepted ?? 0,
    paid,
    repairs: repaired?.count ?? 0,
    openCompensations: undoing?.count ?? 0,
  };
}

async function reopenPurchase(tx: Database, purchaseId: string): Promise<boolean> {
  const shown = await tx
    .select({ id: presentations.id })
    .from(presentations)
    .where(eq(presentations.purchaseId, purchaseId))
    .limit(1);
  if (shown.length > 0) return false;
  const reopened = await tx
    .update(purchases)
    .set({ status: 'evaluating', outcome: null, reason: null, settledAt: null, considered: [] })
    .where(
      and(
        eq(purchases.purchaseId, purchaseId),
        // Evaluating, and its caller knows that no run does: an earlier order was interrupted.
        or(
          and(eq(purchases.status, 'settled'), eq(purchases.outcome, 'ineligible')),
          eq(purchases.status, 'evaluating'),
        ),
      ),
    )
    .returning({ id: purchases.purchaseId });
  return reopened.length > 0;
}

function withoutNulls(row: object): object {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}
