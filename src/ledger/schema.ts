/**
 * The ledger's tables. They are a projection of what the runs did, so they hold no foreign keys: a run that
 * outlives a restored backup must still be able to write.
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
import type {
  Decision,
  OfferType,
  Outcome,
  PresentationStatus,
  ReasonCode,
  TriggerType,
} from '../domain/words.js';
import type { Choices, Copy, Presentation, Price } from '../domain/presentation.js';
import { instant, money } from './columns.js';
import type { BillingAddress, ConsideredFunnel, PurchaseView } from '../domain/purchase.js';
import type { OfferTerms } from '../domain/presentation.js';
import type { TimelineEntry } from '../domain/timeline.js';
import type { AttemptKind, AttemptStatus } from '../domain/words.js';
import { BLOCKING_STATUSES } from '../domain/presentation.js';

export const purchases = pgTable(
  'purchases',
  {
    purchaseId: text('purchase_id').primaryKey(),
    workflowId: text('workflow_id').notNull(),
    trigger: text('trigger').$type<TriggerType>().notNull(),
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
    status: text('status').$type<PurchaseView['status']>().notNull(),
    outcome: text('outcome').$type<Outcome>(),
    reason: text('reason').$type<ReasonCode>(),
    funnelId: text('funnel_id'),
    catalogHash: text('catalog_hash'),
    considered: jsonb('considered').$type<ConsideredFunnel[]>().notNull().default([]),
    /** What the funnels were matched against. */
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
    /** The experiment this step is, and its arm. */
    experiment: text('experiment'),
    variant: text('variant'),
    catalogHash: text('catalog_hash'),
    type: text('type').$type<OfferType>().notNull(),
    productId: text('product_id').notNull(),
    currency: text('currency').notNull(),
    product: jsonb('product').$type<Presentation['product']>().notNull(),
    quantity: integer('quantity').notNull().default(1),
    option: text('option'),
    choices: jsonb('choices').$type<Choices>(),
    /** What other choices are priced by. */
    terms: jsonb('terms').$type<OfferTerms>(),
    /** The catalog's words, to be filled in for whoever looks. */
    words: jsonb('words').$type<OfferCopy>(),
    price: jsonb('price').$type<Price>().notNull(),
    payment: jsonb('payment').$type<Presentation['payment']>().notNull(),
    copy: jsonb('copy').$type<Copy>().notNull(),
    status: text('status').$type<PresentationStatus>().notNull(),
    decision: text('decision').$type<Decision>(),
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
    kind: text('kind').$type<AttemptKind>().notNull(),
    status: text('status').$type<AttemptStatus>().notNull(),
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
    /** Order of writing, for entries of the same moment. */
    seq: bigserial('seq', { mode: 'number' }).primaryKey(),
    purchaseId: text('purchase_id').notNull(),
    at: instant('at').notNull(),
    type: text('type').notNull(),
    detail: jsonb('detail').$type<NonNullable<TimelineEntry['detail']>>(),
    /** What makes an entry the same one when it is written again. */
    key: text('key').notNull(),
  },
  (table) => [
    uniqueIndex('timeline_entry_once').on(table.purchaseId, table.type, table.key),
    index('timeline_by_type').on(table.type, table.at),
  ],
);

/** Prices shown for a choice within a presentation, by the hash an acceptance names. */
export const quotes = pgTable(
  'quotes',
  {
    presentationId: text('presentation_id').notNull(),
    /** Empty where there are no options. */
    option: text('option').notNull(),
    hash: text('hash').notNull(),
    quantity: integer('quantity').notNull(),
    price: jsonb('price').$type<Price>().notNull(),
    quotedAt: instant('quoted_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.presentationId, table.option, table.quantity, table.hash] })],
);

/** Which arm of which experiment a customer is in, from the moment it made a difference. */
export const exposures = pgTable(
  'exposures',
  {
    experiment: text('experiment').notNull(),
    customerId: text('customer_id').notNull(),
    variant: text('variant').notNull(),
    /** The arms as they were then, so that shares are compared with the weights that made them. */
    arms: jsonb('arms').$type<Arm[]>().notNull(),
    purchaseId: text('purchase_id').notNull(),
    catalogHash: text('catalog_hash').notNull(),
    exposedAt: instant('exposed_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.experiment, table.customerId] })],
);

/** Every catalog that was in force, so that what runs on an older one can be told. */
export const catalogs = pgTable('catalogs', {
  hash: text('hash').primaryKey(),
  content: jsonb('content').$type<Catalog>().notNull(),
  firstSeenAt: instant('first_seen_at').notNull(),
});

/** Values in a partial index must be literals: an index cannot have parameters. */
function isBlocking(status: AnyColumn): SQL {
  return sql`${status} in (${sql.raw(BLOCKING_STATUSES.map((value) => `'${value}'`).join(', '))})`;
}
