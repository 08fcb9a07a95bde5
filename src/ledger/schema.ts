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
import type { MerchantFacts } from '../domain/purchase.js';
import type { Catalog, OfferCopy, OfferMetadata } from '../domain/offers.js';
import type { Arm } from '../experiments/assign.js';
import {
  ACTION_KINDS,
  ATTEMPT_KINDS,
  ATTEMPT_STATUSES,
  DECISIONS,
  OFFER_TYPES,
  OUTCOMES,
  PRESENTATION_STATUSES,
  PURCHASE_STATUSES,
  REASON_CODES,
  SHADOW_BLOCKERS,
  SHADOW_STATUSES,
  TRIGGER_TYPES,
} from '../domain/words.js';
import type { Choices, Copy, Presentation, Price } from '../domain/presentation.js';
import type {
  CompensationKind,
  CompensationStatus,
  PaymentSource,
  PaymentVerdict,
  ReviewKind,
  ReviewResolution,
  ReviewStatus,
} from '../domain/accounting.js';
import type { AuditPhase, AuditState } from '../domain/audit.js';
import type { BulkCommand, BulkParameters, BulkRowState, BulkStatus } from '../domain/bulk.js';
import { instant, money } from './columns.js';
import type { Pause } from '../domain/pause.js';
import type { BillingAddress, ConsideredFunnel } from '../domain/purchase.js';
import type { OfferTerms } from '../domain/presentation.js';
import type { Acceptance } from '../domain/receipt.js';
import type { TimelineEntry } from '../domain/timeline.js';
import { BLOCKING_STATUSES, UNSETTLED_STATUSES } from '../domain/presentation.js';
import { TAKING_ENTRIES } from '../domain/reversal.js';

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
    /** Where its customer comes back to from Dodo's pages. */
    returnUrl: text('return_url'),
    metadata: jsonb('metadata').$type<OfferMetadata>(),
    /** Where a registered purchase is paid. */
    checkoutUrl: text('checkout_url'),
    /** What was asked for under its key: the same key with another request is another purchase. */
    requestHash: text('request_hash'),
  },
  (table) => [
    index('purchases_of_customer').on(table.customerId),
    index('purchases_of_payment').on(table.paymentId),
    index('purchases_of_subscription').on(table.subscriptionId),
    index('purchases_by_time').on(table.recordedAt),
  ],
);

/** Payments as their webhooks told of them, from then until their purchases are evaluated: addresses are among it. */
export const announcedPayments = pgTable(
  'announced_payments',
  {
    paymentId: text('payment_id').primaryKey(),
    customerId: text('customer_id').notNull(),
    details: jsonb('details').$type<Record<string, unknown>>().notNull(),
    announcedAt: instant('announced_at').notNull(),
  },
  (table) => [
    index('announced_payments_of_customer').on(table.customerId),
    index('announced_payments_by_age').on(table.announcedAt),
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
    actionKind: text('action_kind', { enum: ACTION_KINDS }),
    subscriptionId: text('subscription_id'),
    type: text('type', { enum: OFFER_TYPES }).notNull(),
    productId: text('product_id').notNull(),
    currency: text('currency').notNull(),
    product: jsonb('product').$type<Presentation['product']>().notNull(),
    /** Null for an offer that was shown by a release that did not record it: its run knows. */
    quantity: integer('quantity').default(1),
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
    /** Of `paid_amount`, where it is not that of the price. */
    paidCurrency: text('paid_currency'),
    refundedAmount: money('refunded_amount').notNull().default(0),
    /** When it was first handed to somebody who may show it. */
    handedOutAt: instant('handed_out_at'),
  },
  (table) => [
    uniqueIndex('one_open_presentation_per_customer')
      .on(table.customerId)
      .where(isOneOf(table.status, BLOCKING_STATUSES)),
    index('presentations_of_customer').on(table.customerId, table.presentedAt),
    index('presentations_of_purchase').on(table.purchaseId),
    index('presentations_of_payment').on(table.paymentId),
    index('presentations_of_offer').on(table.offerId, table.status),
    index('presentations_by_time').on(table.presentedAt),
    index('presentations_of_subscription').on(sql`(terms->>'subscriptionId')`),
    // All that cohorts read of them: these rows are few and far apart.
    index('presentations_refunded')
      .on(
        table.presentedAt,
        table.id,
        table.purchaseId,
        table.offerId,
        table.currency,
        table.paidCurrency,
        table.paidAt,
        table.paidAmount,
        table.refundedAmount,
      )
      .where(sql`${table.refundedAmount} > 0`),
    // Of what is billed again and again, reports read all that ever was sold.
    index('presentations_recurring')
      .on(table.paidAt)
      .where(sql`${table.status} = 'paid' and (${table.price} -> 'recurring') is not null`),
    index('presentations_unsettled').on(table.status).where(isOneOf(table.status, UNSETTLED_STATUSES)),
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
    customerId: text('customer_id'),
    productId: text('product_id'),
    /** Whether it was sent with a proof in its metadata. */
    proof: boolean('proof').notNull().default(false),
    /** With it the customer confirms the payment on the merchant's page. Kept only while that may be needed. */
    clientSecret: text('client_secret'),
    publishableKey: text('publishable_key'),
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
    // Refunds, disputes and notifications are found by their ids.
    index('timeline_by_id').on(sql`(detail->>'id')`),
    index('timeline_of_money_back').on(table.purchaseId).where(isOneOf(table.type, TAKING_ENTRIES)),
  ],
);

/** What the merchant's app said with a trigger. Histories of runs do not hold it. */
export const triggerFacts = pgTable(
  'trigger_facts',
  {
    purchaseId: text('purchase_id').primaryKey(),
    customerId: text('customer_id').notNull(),
    facts: jsonb('facts').$type<MerchantFacts>().notNull(),
    recordedAt: instant('recorded_at').notNull(),
  },
  (table) => [index('trigger_facts_of_customer').on(table.customerId)],
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

/** What was before customers when they clicked, by its hash. Which of them counted, the timeline says. */
export const acceptances = pgTable(
  'acceptances',
  {
    hash: text('hash').primaryKey(),
    presentationId: text('presentation_id').notNull(),
    content: jsonb('content').$type<Acceptance>().notNull(),
    clickedAt: instant('clicked_at').notNull(),
  },
  (table) => [index('acceptances_of_presentation').on(table.presentationId)],
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
  (table) => [
    primaryKey({ columns: [table.experiment, table.customerId] }),
    index('exposures_of_customer').on(table.customerId),
  ],
);

/** What a row of sums stands for: whole hours and days in UTC. */
const spanOfTime = {
  seq: bigserial('seq', { mode: 'number' }).primaryKey(),
  span: text('span').$type<'hour' | 'day'>().notNull(),
  startsAt: instant('starts_at').notNull(),
  /** Triggers add what a change adds or takes away; rows of one key are merged later. What counts is their sum. */
  merged: boolean('merged').notNull().default(false),
};

/** `presentations`, summed by the time they were shown. Written by triggers: always equal to the rows. */
export const presentationSums = pgTable(
  'presentation_sums',
  {
    ...spanOfTime,
    offerId: text('offer_id').notNull(),
    funnelId: text('funnel_id').notNull(),
    step: text('step').notNull(),
    /** Of what was paid, or would be. */
    currency: text('currency').notNull(),
    presented: integer('presented').notNull(),
    viewed: integer('viewed').notNull(),
    accepted: integer('accepted').notNull(),
    declined: integer('declined').notNull(),
    expired: integer('expired').notNull(),
    withdrawn: integer('withdrawn').notNull(),
    paid: integer('paid').notNull(),
    recovered: integer('recovered').notNull(),
    scheduled: integer('scheduled').notNull(),
    /** Paid at some time, whatever became of it. */
    everPaid: integer('ever_paid').notNull(),
    gross: money('gross').notNull(),
    refunded: money('refunded').notNull(),
    /** Paid within days of being shown, whatever went back. */
    gross7: money('gross_7').notNull(),
    gross30: money('gross_30').notNull(),
    gross90: money('gross_90').notNull(),
  },
  (table) => [
    index('presentation_sums_by_time').on(table.span, table.startsAt),
    index('presentation_sums_unmerged')
      .on(table.span, table.startsAt)
      .where(sql`not ${table.merged}`),
  ],
);

/** `purchases` without an offer, summed by the time they were recorded, as above. */
export const purchaseSums = pgTable(
  'purchase_sums',
  {
    ...spanOfTime,
    reason: text('reason', { enum: REASON_CODES }).notNull(),
    currency: text('currency'),
    count: integer('count').notNull(),
    amount: money('amount').notNull(),
  },
  (table) => [
    index('purchase_sums_by_time').on(table.span, table.startsAt),
    index('purchase_sums_unmerged')
      .on(table.span, table.startsAt)
      .where(sql`not ${table.merged}`),
  ],
);

/** Every catalog that was in force, to show what still runs on an older one. */
export const catalogs = pgTable('catalogs', {
  hash: text('hash').primaryKey(),
  content: jsonb('content').$type<Catalog>().notNull(),
  firstSeenAt: instant('first_seen_at').notNull(),
});

/** Every payment of ours that was ever seen, and what became of its money. */
export const payments = pgTable(
  'payments',
  {
    paymentId: text('payment_id').primaryKey(),
    attemptId: text('attempt_id'),
    presentationId: text('presentation_id'),
    purchaseId: text('purchase_id'),
    customerId: text('customer_id'),
    productIds: text('product_ids').array(),
    sessionId: text('session_id'),
    subscriptionIds: text('subscription_ids').array(),
    /** Dodo's `charge_type`. */
    chargeType: text('charge_type'),
    /** Dodo's `IntentStatus`. */
    status: text('status'),
    amount: money('amount'),
    currency: text('currency'),
    /** Whether its metadata proves that this installation sent it. */
    proven: boolean('proven').notNull().default(false),
    refundedAmount: money('refunded_amount').notNull().default(0),
    /** Lost to disputes. */
    lostAmount: money('lost_amount').notNull().default(0),
    verdict: text('verdict').$type<PaymentVerdict>().notNull().default('undecided'),
    /** Why it is not ours, or what differs. */
    verdictDetail: text('verdict_detail'),
    /** Where it was first seen. */
    source: text('source').$type<PaymentSource>().notNull(),
    createdAt: instant('created_at'),
    firstSeenAt: instant('first_seen_at').notNull(),
    lastSeenAt: instant('last_seen_at').notNull(),
  },
  (table) => [
    index('payments_of_attempt').on(table.attemptId),
    index('payments_of_presentation').on(table.presentationId),
    index('payments_of_customer').on(table.customerId),
    index('payments_of_subscriptions').using('gin', table.subscriptionIds),
  ],
);

/** Subscriptions that have ended, as webhooks told: also those that no offer sold. */
export const endedSubscriptions = pgTable('ended_subscriptions', {
  subscriptionId: text('subscription_id').primaryKey(),
  endedAt: instant('ended_at').notNull(),
});

/** Money or access in doubt, until a person or a later proof ends it. */
export const reviews = pgTable(
  'reviews',
  {
    reviewId: text('review_id').primaryKey(),
    kind: text('kind').$type<ReviewKind>().notNull(),
    status: text('status').$type<ReviewStatus>().notNull(),
    purchaseId: text('purchase_id'),
    presentationId: text('presentation_id'),
    attemptId: text('attempt_id'),
    paymentId: text('payment_id'),
    subscriptionId: text('subscription_id'),
    customerId: text('customer_id'),
    amount: money('amount'),
    currency: text('currency'),
    /** In words, for operators. */
    detail: text('detail'),
    openedAt: instant('opened_at').notNull(),
    resolvedAt: instant('resolved_at'),
    resolution: jsonb('resolution').$type<ReviewResolution>(),
  },
  (table) => [
    index('reviews_by_status').on(table.status, table.openedAt, table.reviewId),
    index('reviews_of_presentation').on(table.presentationId),
  ],
);

/** What must be undone at Dodo, followed until Dodo confirms it. */
export const compensations = pgTable(
  'compensations',
  {
    compensationId: text('compensation_id').primaryKey(),
    kind: text('kind').$type<CompensationKind>().notNull(),
    status: text('status').$type<CompensationStatus>().notNull(),
    paymentId: text('payment_id'),
    subscriptionId: text('subscription_id'),
    presentationId: text('presentation_id'),
    purchaseId: text('purchase_id'),
    amount: money('amount'),
    /** What the customer has paid once a part is back. */
    keepAmount: money('keep_amount'),
    currency: text('currency'),
    /** Requests sent to Dodo for it. */
    tries: integer('tries').notNull().default(0),
    /** When the latest request was sent, while it is unknown what came of it. */
    askedAt: instant('asked_at'),
    /** Requests that Dodo refused. */
    refusals: integer('refusals').notNull().default(0),
    /** The refunds that are certainly its own. */
    refundIds: jsonb('refund_ids').$type<string[]>().notNull().default([]),
    /** What has gone back by it. */
    refundedAmount: money('refunded_amount'),
    openedAt: instant('opened_at').notNull(),
    endedAt: instant('ended_at'),
  },
  (table) => [index('compensations_by_status').on(table.status, table.openedAt)],
);

/** The order of notifications about one purchase, over all its runs. */
export const notificationSequences = pgTable(
  'notification_sequences',
  {
    purchaseId: text('purchase_id').notNull(),
    notificationId: text('notification_id').notNull(),
    sequence: integer('sequence').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.purchaseId, table.notificationId] }),
    uniqueIndex('notification_sequence_once').on(table.purchaseId, table.sequence),
  ],
);

/** What each idempotency key and event id was used for first. Both columns hold hashes. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    key: text('key').primaryKey(),
    request: text('request').notNull(),
    boundAt: instant('bound_at').notNull(),
  },
  (table) => [index('idempotency_keys_by_age').on(table.boundAt)],
);

/** Operators' commands. Rows are only ever added: one before the effect of a command, and one after it. */
export const audit = pgTable(
  'audit',
  {
    seq: bigserial('seq', { mode: 'number' }).primaryKey(),
    /** The same in both rows of a command. */
    commandId: text('command_id').notNull(),
    at: instant('at').notNull(),
    phase: text('phase').$type<AuditPhase>().notNull(),
    /** The name of the key, or a part of its hash. */
    actor: text('actor').notNull(),
    command: text('command').notNull(),
    subject: text('subject').notNull(),
    reason: text('reason').notNull(),
    /** What the command is about, before or after it. */
    state: jsonb('state').$type<AuditState>(),
    /** The code of the problem that a command has failed with. */
    failure: text('failure'),
  },
  (table) => [index('audit_of_subject').on(table.subject, table.seq)],
);

/** Commands on many things at once. */
export const bulkRuns = pgTable('bulk_runs', {
  bulkId: text('bulk_id').primaryKey(),
  command: text('command').$type<BulkCommand>().notNull(),
  parameters: jsonb('parameters').$type<BulkParameters>().notNull(),
  selection: text('selection').notNull(),
  status: text('status').$type<BulkStatus>().notNull(),
  perMinute: integer('per_minute').notNull(),
  createdBy: text('created_by').notNull(),
  createdAt: instant('created_at').notNull(),
  startedBy: text('started_by'),
  startedAt: instant('started_at'),
  reason: text('reason'),
  abortedBy: text('aborted_by'),
  endedAt: instant('ended_at'),
});

/** The frozen selection of each, and what became of every row. */
export const bulkRows = pgTable(
  'bulk_rows',
  {
    bulkId: text('bulk_id').notNull(),
    seq: integer('seq').notNull(),
    subject: text('subject').notNull(),
    purchaseId: text('purchase_id'),
    customerId: text('customer_id'),
    offerId: text('offer_id'),
    paymentId: text('payment_id'),
    statusThen: text('status_then'),
    currency: text('currency'),
    price: money('price'),
    paid: money('paid'),
    due: money('due'),
    state: text('state').$type<BulkRowState>().notNull(),
    result: text('result'),
    tries: integer('tries').notNull().default(0),
    notBefore: instant('not_before'),
    endedAt: instant('ended_at'),
  },
  (table) => [
    primaryKey({ columns: [table.bulkId, table.seq] }),
    index('bulk_rows_by_state').on(table.bulkId, table.state, table.seq),
  ],
);

/** Offers and funnels that operators have paused everywhere. */
export const pauses = pgTable(
  'pauses',
  {
    kind: text('kind').$type<Pause['kind']>().notNull(),
    id: text('id').notNull(),
    pausedAt: instant('paused_at').notNull(),
    actor: text('actor').notNull(),
    reason: text('reason').notNull(),
  },
  (table) => [primaryKey({ columns: [table.kind, table.id] })],
);

/** What funnels in shadow would have done with each purchase or trigger. */
export const shadowEvaluations = pgTable(
  'shadow_evaluations',
  {
    purchaseId: text('purchase_id').notNull(),
    funnelId: text('funnel_id').notNull(),
    seenAt: instant('seen_at').notNull(),
    /** Whether only Dodo could tell. */
    candidate: boolean('candidate').notNull(),
    status: text('status', { enum: SHADOW_STATUSES }).notNull(),
    /** Null if it would have been shown. */
    blocked: text('blocked', { enum: SHADOW_BLOCKERS }),
    detail: text('detail'),
    /** The live funnel that showed its offer. */
    insteadOf: text('instead_of'),
    offerId: text('offer_id'),
    actionKind: text('action_kind', { enum: ACTION_KINDS }),
    productId: text('product_id'),
    currency: text('currency'),
    dueNow: money('due_now'),
    tries: integer('tries').notNull().default(0),
    triedAt: instant('tried_at'),
    /** Requests to Dodo, counted for one funnel of those that had their turn together. */
    requests: integer('requests').notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.purchaseId, table.funnelId] }),
    index('shadow_evaluations_waiting')
      .on(table.seenAt)
      .where(sql`${table.status} = 'waiting'`),
    index('shadow_evaluations_by_time').on(table.funnelId, table.seenAt),
    index('shadow_evaluations_by_turn').on(table.triedAt),
  ],
);

/** Dashboard sessions that were signed out before they expired. */
export const endedSessions = pgTable('ended_sessions', {
  sessionId: text('session_id').primaryKey(),
  /** When it would have expired. */
  expiresAt: instant('expires_at').notNull(),
});

/** What this installation made for itself, once, and every process of it shares. */
export const installation = pgTable('installation', {
  name: text('name').primaryKey(),
  value: text('value').notNull(),
});

/** Values in a partial index must be literals: an index cannot have parameters. */
function isOneOf(column: AnyColumn, values: readonly string[]): SQL {
  return sql`${column} in (${sql.raw(values.map((value) => `'${value}'`).join(', '))})`;
}
