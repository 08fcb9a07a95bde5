/** Everything about one customer: the export of it, and its erasure. */
import { randomBytes } from 'node:crypto';
import { and, eq, inArray, ne, or, sql, type SQL } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import { KEPT_DETAILS, type Erasure, type ErasureHindrances } from '../domain/customer-data.js';
import { UNFINISHED_STATUSES } from '../domain/presentation.js';
import { TAKING_ENTRIES } from '../domain/reversal.js';
import type { CustomerData, ErasureResult } from './interface/customers.js';
import { lockCustomer } from './limits.js';
import {
  acceptances,
  announcedPayments,
  attempts,
  audit,
  compensations,
  endedSubscriptions,
  exposures,
  notificationSequences,
  payments,
  presentations,
  purchases,
  quotes,
  reviews,
  shadowEvaluations,
  timeline,
  triggerFacts,
} from './schema.js';
import type { Database } from './store.js';

/** The ids that everything about a customer hangs on. */
interface Subjects {
  customerId: string;
  purchaseIds: string[];
  presentationIds: string[];
  paymentIds: string[];
  reviewIds: string[];
}

async function subjectsOf(db: Database, customerId: string): Promise<Subjects> {
  const purchaseIds = await idsOf(
    db.select({ id: purchases.purchaseId }).from(purchases).where(eq(purchases.customerId, customerId)),
  );
  const presentationIds = await idsOf(
    db
      .select({ id: presentations.id })
      .from(presentations)
      .where(or(eq(presentations.customerId, customerId), inArray(presentations.purchaseId, purchaseIds))),
  );
  const paymentIds = await idsOf(
    db
      .select({ id: payments.paymentId })
      .from(payments)
      .where(
        or(
          eq(payments.customerId, customerId),
          inArray(payments.purchaseId, purchaseIds),
          inArray(payments.presentationId, presentationIds),
        ),
      ),
  );
  const reviewIds = await idsOf(
    db
      .select({ id: reviews.reviewId })
      .from(reviews)
      .where(
        or(
          eq(reviews.customerId, customerId),
          inArray(reviews.purchaseId, purchaseIds),
          inArray(reviews.presentationId, presentationIds),
        ),
      ),
  );
  return { customerId, purchaseIds, presentationIds, paymentIds, reviewIds };
}

async function idsOf(rows: PromiseLike<{ id: string }[]>): Promise<string[]> {
  return (await rows).map(({ id }) => id);
}

/** Returns which rows of each table are about a customer. */
function rowsAbout({ customerId, purchaseIds, presentationIds, paymentIds, reviewIds }: Subjects) {
  return {
    announced_payments: eq(announcedPayments.customerId, customerId),
    purchases: inArray(purchases.purchaseId, purchaseIds),
    presentations: inArray(presentations.id, presentationIds),
    attempts: or(eq(attempts.customerId, customerId), inArray(attempts.presentationId, presentationIds)),
    payments: inArray(payments.paymentId, paymentIds),
    reviews: inArray(reviews.reviewId, reviewIds),
    compensations: or(
      inArray(compensations.purchaseId, purchaseIds),
      inArray(compensations.presentationId, presentationIds),
      inArray(compensations.paymentId, paymentIds),
    ),
    ended_subscriptions: sql`${endedSubscriptions.subscriptionId} in (
      select ${presentations.subscriptionId} from ${presentations} where ${inArray(presentations.id, presentationIds)}
      union all
      select ${purchases.subscriptionId} from ${purchases} where ${inArray(purchases.purchaseId, purchaseIds)}
      union all
      select unnest(${payments.subscriptionIds}) from ${payments} where ${inArray(payments.paymentId, paymentIds)})`,
    timeline: inArray(timeline.purchaseId, purchaseIds),
    trigger_facts: eq(triggerFacts.customerId, customerId),
    quotes: inArray(quotes.presentationId, presentationIds),
    acceptances: inArray(acceptances.presentationId, presentationIds),
    exposures: eq(exposures.customerId, customerId),
    notification_sequences: inArray(notificationSequences.purchaseId, purchaseIds),
    shadow_evaluations: inArray(shadowEvaluations.purchaseId, purchaseIds),
    audit: inArray(audit.subject, [customerId, ...purchaseIds, ...presentationIds, ...reviewIds]),
  } satisfies Record<string, SQL | undefined>;
}

const TABLES = {
  announced_payments: announcedPayments,
  purchases,
  presentations,
  attempts,
  payments,
  reviews,
  compensations,
  ended_subscriptions: endedSubscriptions,
  timeline,
  trigger_facts: triggerFacts,
  quotes,
  acceptances,
  exposures,
  notification_sequences: notificationSequences,
  shadow_evaluations: shadowEvaluations,
  audit,
} satisfies Record<string, PgTable>;

/** Left out of what a customer is given: names of operators, what only the database needs, and what confirms a payment. */
const NOT_ABOUT_THE_CUSTOMER = new Set([
  'actor',
  'seq',
  'key',
  'requestHash',
  'clientSecret',
  'publishableKey',
]);

/** Implements `Ledger.customerData`. */
export async function customerData(db: Database, customerId: string): Promise<CustomerData | undefined> {
  const conditions = rowsAbout(await subjectsOf(db, customerId));
  const data: CustomerData = {};
  for (const [name, table] of Object.entries(TABLES)) {
    const rows = await db
      .select()
      .from(table)
      .where(conditions[name as keyof typeof conditions]);
    data[name] = rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).filter(([field, value]) => value !== null && !NOT_ABOUT_THE_CUSTOMER.has(field)),
      ),
    );
  }
  const { audit: commands, ...rest } = data;
  // What operators ordered for a customer who was erased says nothing but that.
  return Object.values(rest).every((rows) => rows.length === 0)
    ? undefined
    : { ...rest, commands: commands ?? [] };
}

/** Implements `Ledger.runsOfCustomer`. */
export async function runsOfCustomer(db: Database, customerId: string): Promise<string[]> {
  const { presentationIds, purchaseIds } = await subjectsOf(db, customerId);
  const carried = await db
    .select({ run: purchases.workflowId })
    .from(purchases)
    .where(inArray(purchases.purchaseId, purchaseIds))
    .union(
      db
        .select({ run: attempts.workflowId })
        .from(attempts)
        .where(inArray(attempts.presentationId, presentationIds)),
    );
  return carried.map(({ run }) => run);
}

/** The transaction behind `Ledger.eraseCustomer`. */
export async function eraseCustomer(tx: Database, customerId: string): Promise<ErasureResult> {
  // Nothing is shown to the customer meanwhile.
  await lockCustomer(tx, customerId);
  const subjects = await subjectsOf(tx, customerId);
  const hindrances = await hindrancesOf(tx, subjects);
  if (Object.values(hindrances).some((ids: string[]) => ids.length > 0))
    return { kind: 'hindered', hindrances };
  return { kind: 'erased', erasure: await erase(tx, subjects) };
}

async function hindrancesOf(tx: Database, subjects: Subjects): Promise<ErasureHindrances> {
  const about = rowsAbout(subjects);
  return {
    purchases: await idsOf(
      tx
        .select({ id: purchases.purchaseId })
        .from(purchases)
        .where(and(about.purchases, ne(purchases.status, 'settled'))),
    ),
    presentations: await idsOf(
      tx
        .select({ id: presentations.id })
        .from(presentations)
        .where(and(about.presentations, inArray(presentations.status, UNFINISHED_STATUSES))),
    ),
    reviews: await idsOf(
      tx
        .select({ id: reviews.reviewId })
        .from(reviews)
        .where(and(about.reviews, eq(reviews.status, 'open'))),
    ),
    compensations: await idsOf(
      tx
        .select({ id: compensations.compensationId })
        .from(compensations)
        .where(and(about.compensations, eq(compensations.status, 'open'))),
    ),
    payments: await idsOf(
      tx
        .select({ id: payments.paymentId })
        .from(payments)
        .where(
          and(
            about.payments,
            or(
              eq(payments.verdict, 'review'),
              and(eq(payments.verdict, 'undecided'), eq(payments.proven, true)),
            ),
          ),
        ),
    ),
  };
}

/** Entries about money that went back: later refunds and disputes are added up with them. */
const MONEY_ENTRIES: string[] = [...TAKING_ENTRIES, 'offer_reversed'];

async function erase(tx: Database, subjects: Subjects): Promise<Erasure> {
  const { purchaseIds, presentationIds } = subjects;
  const about = rowsAbout(subjects);
  const customerId = `erased_${randomBytes(12).toString('hex')}`;
  const deleted: Erasure['deleted'] = {};
  const remove = async (name: keyof typeof TABLES, condition: SQL | undefined) => {
    const gone = await tx
      .delete(TABLES[name] as PgTable)
      .where(condition ?? sql`false`)
      .returning({ one: sql`1` });
    deleted[name] = gone.length;
  };

  await remove('trigger_facts', about.trigger_facts);
  await remove('announced_payments', about.announced_payments);
  await remove('quotes', about.quotes);
  await remove('acceptances', about.acceptances);
  await remove('exposures', about.exposures);
  await remove('shadow_evaluations', about.shadow_evaluations);

  // Whatever money was asked for stays: an attempt is never sent twice, and its payment is in the books.
  const charged = await tx
    .select({ id: presentations.id, purchaseId: presentations.purchaseId })
    .from(presentations)
    .where(
      and(
        about.presentations,
        sql`(${presentations.paymentId} is not null or ${presentations.paidAmount} is not null
          or exists (select 1 from ${attempts} where ${attempts.presentationId} = ${presentations.id})
          or exists (select 1 from ${payments} where ${payments.presentationId} = ${presentations.id})
          or exists (select 1 from ${reviews} where ${reviews.presentationId} = ${presentations.id})
          or exists (select 1 from ${compensations} where ${compensations.presentationId} = ${presentations.id}))`,
      ),
    );
  const kept = charged.map(({ id }) => id);
  await remove(
    'presentations',
    inArray(
      presentations.id,
      presentationIds.filter((id) => !kept.includes(id)),
    ),
  );
  const keptPurchases = await tx
    .select({ id: purchases.purchaseId })
    .from(purchases)
    .where(
      and(
        about.purchases,
        sql`(${purchases.paymentId} is not null or ${purchases.paid} and ${purchases.trigger} = 'purchase'
          or exists (select 1 from ${presentations} where ${presentations.purchaseId} = ${purchases.purchaseId})
          or exists (select 1 from ${payments} where ${payments.purchaseId} = ${purchases.purchaseId})
          or exists (select 1 from ${reviews} where ${reviews.purchaseId} = ${purchases.purchaseId})
          or exists (select 1 from ${compensations} where ${compensations.purchaseId} = ${purchases.purchaseId}))`,
      ),
    );
  const keptIds = keptPurchases.map(({ id }) => id);
  const gone = purchaseIds.filter((id) => !keptIds.includes(id));
  await remove('purchases', inArray(purchases.purchaseId, gone));
  await remove('notification_sequences', inArray(notificationSequences.purchaseId, gone));
  await remove(
    'timeline',
    and(
      about.timeline,
      or(inArray(timeline.purchaseId, gone), sql`${timeline.type} like 'notification\\_%'`, isStory()),
    ),
  );

  const count = async (rows: PromiseLike<unknown[]>) => (await rows).length;
  const one = { one: sql`1` };
  return {
    deleted,
    pseudonymised: {
      purchases: await count(
        tx
          .update(purchases)
          .set({
            customerId,
            billing: null,
            facts: null,
            metadata: null,
            considered: [],
            returnUrl: null,
            checkoutUrl: null,
          })
          .where(about.purchases)
          .returning(one),
      ),
      presentations: await count(
        tx
          .update(presentations)
          .set({
            customerId,
            copy: { headline: '', accept: '', decline: '' },
            words: null,
            choices: null,
            terms: null,
            message: null,
            checkoutUrl: null,
            updatePaymentMethodUrl: null,
            payment: sql`jsonb_build_object('mode', ${presentations.payment}->>'mode')`,
          })
          .where(about.presentations)
          .returning(one),
      ),
      attempts: await count(
        tx
          .update(attempts)
          .set({ customerId, clientSecret: null, publishableKey: null })
          .where(about.attempts)
          .returning(one),
      ),
      payments: await count(tx.update(payments).set({ customerId }).where(about.payments).returning(one)),
      reviews: await count(
        tx
          .update(reviews)
          .set({
            customerId,
            detail: null,
            resolution: sql`case when ${reviews.resolution} is null then null
              else jsonb_set(${reviews.resolution}, '{reason}', '""') end`,
          })
          .where(about.reviews)
          .returning(one),
      ),
      timeline: await count(
        tx
          .update(timeline)
          .set({
            // Its key stays: the same entry again is not added again.
            detail: sql`(select jsonb_object_agg(field.key, field.value) from jsonb_each(${timeline.detail}) field
              where field.key in (${sql.join(
                KEPT_DETAILS.map((name) => sql`${name}`),
                sql`, `,
              )}))`,
          })
          .where(and(about.timeline, sql`${timeline.detail} is not null`))
          .returning(one),
      ),
    },
  };
}

/** Entries that tell a customer's story and nothing of money. */
export function isStory(): SQL | undefined {
  return and(
    sql`${timeline.type} not in (${sql.join(
      MONEY_ENTRIES.map((type) => sql`${type}`),
      sql`, `,
    )})`,
    sql`(${timeline.detail} is null or not (${timeline.detail} ?| array['amount', 'paymentId', 'attemptId']))`,
  );
}
