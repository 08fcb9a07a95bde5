/**
 * The ledger's tables. They have no foreign keys because they are a projection of the runs: a run must be able to write
 * even when a restored backup lacks its earlier rows.
 */
import { sql, type AnyColumn, type SQL } from 'drizzle-orm';
import {
  bigserial,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { Facts } from '../domain/rules/match.js';
import type { Catalog, OfferCopy } from '../domain/offers.js';
import type { Arm } from '../experiments/assign.js';
import {
  ATTEMPT_KINDS,
  ATTEMPT_STATUSES,
  DECISIONS,
  OFFER_TYPES,
  OUTCOMES,
  PRESENTATION_STATUSES,
  PURCHASE_STATUSES,
  REASON_CODES,
  TRIGGER_TYPES,
} from '../domain/words.js';
import type { Choices, Copy, Presentation, Price } from '../domain/presentation.js';
import { instant, money } from './columns.js';
import type { BillingAddress, ConsideredFunnel } from '../domain/purchase.js';
import type { OfferTerms } from '../domain/presentation.js';
import type { TimelineEntry } from '../domain/timeline.js';
import { BLOCKING_STATUSES } from '../domain/presentation.js';

export const purchases = pgTable(
  'purchases',
  {
    purchaseId: text('purchase_id').primaryKey(),
    workflowId: text('workflow_id').notNull(),
    trigger: text('trigger', { enum: TRIGGER_TYPES }).notNull(),
    customerId: text('customer_id'),
    paymentId: text('payment_id'),
    checkoutSessionId: text('checkout_session_id'),
    subscriptionId: text('subscription_id'),
    productIds: text('product_ids').array().notNull(),
    amount: money('amount'),
    currency: text('currency'),
    billing: jsonb('billing').$type<BillingAddress>(),
    purchasedAt: instant('purchased_at'),
    /** A run registered before payment may settle without ever being paid. */
    paid: boolean('paid').notNull(),
    status: text('status', { enum: PURCHASE_STATUSES }).notNull(),
    outcome: text('outcome', { enum: OUTCOMES }),
    reason: text('reason', { enum: REASON_CODES }),
    funnelId: text('funnel_id'),
    catalogHash: text('catalog_hash'),
    considered: jsonb('considered').$type<ConsideredFunnel[]>().notNull().default([]),
    /** The facts that funnels were matched against. */
    facts: jsonb('facts').$type<Facts>(),
    recordedAt: instant('recorded_at')
      .notNull()
      .default(sql`now()`),
    settledAt: instant('settled_at'),
  },
  (table) => [
    index('purchases_of_customer').on(table.customerId),
    index('purchases_of_payment').on(table.paymentId),
  ],
);

export const presentations = pgTable(
  'presentations',
  {
    id: text('id').primaryKey(),
    purchaseId: text('purchase_id').notNull(),
    workflowId: text('workflow_id').notNull(),
    customerId: text('customer_id').notNull(),
    offerId: text('offer_id').notNull(),
    funnelId: text('funnel_id').notNull(),
    step: text('step').notNull(),
    /** The experiment this step belongs to. */
    experiment: text('experiment'),
    variant: text('variant'),
    catalogHash: text('catalog_hash'),
    type: text('type', { enum: OFFER_TYPES }).notNull(),
    productId: text('product_id').notNull(),
    currency: text('currency').notNull(),
    product: jsonb('product').$type<Presentation['product']>().notNull(),
    quantity: integer('quantity').notNull().default(1),
    option: text('option'),
    choices: jsonb('choices').$type<Choices>(),
    /** The terms for pricing other choices. */
    terms: jsonb('terms').$type<OfferTerms>(),
    /** The catalog's copy, filled in for each viewer. */
    words: jsonb('words').$type<OfferCopy>(),
    price: jsonb('price').$type<Price>().notNull(),
    payment: jsonb('payment').$type<Presentation['payment']>().notNull(),
    copy: jsonb('copy').$type<Copy>().notNull(),
    status: text('status', { enum: PRESENTATION_STATUSES }).notNull(),
    decision: text('decision', { enum: DECISIONS }),
    decidedAt: instant('decided_at'),
    presentedAt: instant('presented_at').notNull(),
    viewedAt: instant('viewed_at'),
    expiresAt: instant('expires_at').notNull(),
    checkoutUrl: text('checkout_url'),
    updatePaymentMethodUrl: text('update_payment_method_url'),
    message: text('message'),
    sessionId: text('session_id'),
    paymentId: text('payment_id'),
    paidAmount: money('paid_amount'),
    paidAt: instant('paid_at'),
    recovered: boolean('recovered').notNull().default(false),
    refundedAmount: money('refunded_amount').notNull().default(0),
  },
  (table) => [
    uniqueIndex('one_open_presentation_per_customer').on(table.customerId).where(isBlocking(table.status)),
    index('presentations_of_customer').on(table.customerId, table.presentedAt),
    index('presentations_of_purchase').on(table.purchaseId),
    index('presentations_of_payment').on(table.paymentId),
    index('presentations_of_offer').on(table.offerId, table.status),
  ],
);

export const attempts = pgTable(
  'attempts',
  {
    attemptId: text('attempt_id').primaryKey(),
    presentationId: text('presentation_id').notNull(),
    workflowId: text('workflow_id').notNull(),
    kind: text('kind', { enum: ATTEMPT_KINDS }).notNull(),
    status: text('status', { enum: ATTEMPT_STATUSES }).notNull(),
    amount: money('amount').notNull(),
    currency: text('currency').notNull(),
    sessionId: text('session_id'),
    paymentId: text('payment_id'),
    paidAmount: money('paid_amount'),
    errorCode: text('error_code'),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [index('attempts_of_presentation').on(table.presentationId)],
);

export const timeline = pgTable(
  'timeline',
  {
    /** The order of writing, for entries with the same time. */
    seq: bigserial('seq', { mode: 'number' }).primaryKey(),
    purchaseId: text('purchase_id').notNull(),
    at: instant('at').notNull(),
    type: text('type').notNull(),
    detail: jsonb('detail').$type<NonNullable<TimelineEntry['detail']>>(),
    /** Identifies an entry that is written again. */
    key: text('key').notNull(),
  },
  (table) => [
    uniqueIndex('timeline_entry_once').on(table.purchaseId, table.type, table.key),
    index('timeline_by_type').on(table.type, table.at),
  ],
);

/** Prices shown for a choice within a presentation, by the hash that an acceptance refers to. */
export const quotes = pgTable(
  'quotes',
  {
    presentationId: text('presentation_id').notNull(),
    /** Empty when the offer has no options. */
    option: text('option').notNull(),
    hash: text('hash').notNull(),
    quantity: integer('quantity').notNull(),
    price: jsonb('price').$type<Price>().notNull(),
    quotedAt: instant('quoted_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.presentationId, table.option, table.quantity, table.hash] })],
);

/** The arm of each experiment a customer is in, from the moment it made a difference. */
export const exposures = pgTable(
  'exposures',
  {
    experiment: text('experiment').notNull(),
    customerId: text('customer_id').notNull(),
    variant: text('variant').notNull(),
    /** The arms at that time, so that shares are compared with the weights that produced them. */
    arms: jsonb('arms').$type<Arm[]>().notNull(),
    purchaseId: text('purchase_id').notNull(),
    catalogHash: text('catalog_hash').notNull(),
    exposedAt: instant('exposed_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.experiment, table.customerId] })],
);

/** Every catalog that was in force, to show what still runs on an older one. */
export const catalogs = pgTable('catalogs', {
  hash: text('hash').primaryKey(),
  content: jsonb('content').$type<Catalog>().notNull(),
  firstSeenAt: instant('first_seen_at').notNull(),
});

/** Builds the condition of a partial index from literals, because an index cannot have parameters. */
function isBlocking(status: AnyColumn): SQL {
  return sql`${status} in (${sql.raw(BLOCKING_STATUSES.map((value) => `'${value}'`).join(', '))})`;
}
