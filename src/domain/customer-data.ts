/** What is kept about a customer, what is left of it after an erasure, and for how long anything is kept. */
import type { CompensationRecord, PaymentRecord, ReviewRecord } from './accounting.js';

/** Why a customer cannot be erased now: what is under way, and what is in doubt. Ids. */
export interface ErasureHindrances {
  purchases: string[];
  presentations: string[];
  reviews: ReviewRecord['reviewId'][];
  compensations: CompensationRecord['compensationId'][];
  payments: PaymentRecord['paymentId'][];
}

/** Rows by table. */
export type RowCounts = Record<string, number>;

export interface Erasure {
  /** Rows that bookkeeping keeps, under a name that nobody can lead back to the customer. */
  pseudonymised: RowCounts;
  deleted: RowCounts;
}

/** The fields of a timeline entry that are kept: ids at Dodo, amounts and states, and no text. */
export const KEPT_DETAILS = [
  'id',
  'paymentId',
  'presentationId',
  'attemptId',
  'subscriptionId',
  'amount',
  'refundedAmount',
  'currency',
  'kind',
  'status',
  'outcome',
  'step',
  'until',
  'what',
] as const;

/** What can be kept for a limited time, each with a time of its own. */
export const LIMITED_DATA = [
  /** Addresses, and the facts that funnels were matched with, of settled purchases. */
  'facts',
  /** Prices shown for choices of offers that are settled. */
  'quotes',
  /** What customers accepted, word for word: the evidence behind receipts. */
  'acceptances',
  /** The stories of settled purchases, apart from entries about money. */
  'timeline',
  /** The arms of experiments that customers were in. */
  'exposures',
  /** What idempotency keys and event ids were used for first; only hashes. */
  'idempotency_keys',
  /** Settled purchases with everything about them. */
  'purchases',
] as const;
export type LimitedData = (typeof LIMITED_DATA)[number];

/** Milliseconds. What is left out is kept for ever. */
export type DataRetention = Readonly<Partial<Record<LimitedData, number>>>;
