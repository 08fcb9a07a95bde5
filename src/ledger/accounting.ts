/** The part of the ledger that accounts for money after it has moved. */
import type {
  CompensationOpening,
  CompensationRecord,
  CompensationReply,
  CompensationStatus,
  PaymentRecord,
  PaymentVerdict,
  ReviewKind,
  ReviewRecord,
  ReviewResolution,
} from '../domain/accounting.js';
import {
  countCompensationTry,
  noteCompensationReply,
  endCompensation,
  findCompensation,
  listCompensations,
  openCompensation,
} from './compensations.js';
import { proofKey, receiptKey } from './installation.js';
import {
  findPayment,
  isPaymentUsed,
  listPaymentRecords,
  recordPayment,
  recordVerdict,
  type PaymentFilter,
  type PaymentSighting,
} from './payments.js';
import {
  claimReview,
  countOpenReviews,
  findReview,
  listReviews,
  openReview,
  releaseReview,
  resolveReview,
  resolveReviewsOf,
  type NewReview,
  type OpenReviews,
  type ReviewPage,
} from './reviews.js';
import { recordReversal, type ReversalRecord, type ReversalTotal } from './reversals.js';
import { sequenceOf, type SequenceOptions } from './sequences.js';
import type { LedgerLog, Store } from './store.js';

export interface Accounting {
  /** Records a payment as a source tells of it. Records only ever learn; repeating it changes nothing. */
  recordPayment(sighting: PaymentSighting): Promise<PaymentRecord>;
  /** Records what became of a payment's money, and answers what stands: `counts` and `goes_back` are final. */
  recordVerdict(
    paymentId: string,
    verdict: PaymentVerdict,
    about?: { detail?: string; presentationId?: string; purchaseId?: string },
  ): Promise<PaymentVerdict | undefined>;
  payment(paymentId: string): Promise<PaymentRecord | undefined>;
  payments(filter: PaymentFilter): Promise<PaymentRecord[]>;
  /** Whether a payment counts for an offer or is being given back. */
  isPaymentUsed(paymentId: string): Promise<boolean>;

  /**
   * Records a refund or dispute and what it took back, in one transaction: the payment, the revenue of its offer, the
   * outcome of a settled run, and by which reversal access ended. Repeated: writes the same again.
   */
  recordReversal(reversal: ReversalRecord): Promise<ReversalTotal>;

  /** Opens a review, once per doubt. */
  openReview(review: NewReview): Promise<ReviewRecord>;
  /** Claims an open review for a resolution about to be carried out; false when another one has it. */
  claimReview(reviewId: string, resolution: ReviewResolution, at: string): Promise<boolean>;
  /** Takes back the claim made at a time, because its resolution could not be carried out. */
  releaseReview(reviewId: string, at: string): Promise<void>;
  /** False when it was resolved before: the first word stands. */
  resolveReview(reviewId: string, resolution: ReviewResolution, at: string): Promise<boolean>;
  /** Ends the open reviews of these kinds about a presentation, because Dodo has said what is so. */
  resolveReviewsOf(
    presentationId: string,
    resolution: ReviewResolution,
    at: string,
    kinds: readonly ReviewKind[],
  ): Promise<number>;
  review(reviewId: string): Promise<ReviewRecord | undefined>;
  reviews(page: ReviewPage): Promise<ReviewRecord[]>;
  countOpenReviews(): Promise<OpenReviews[]>;

  /** Opens a compensation; the same thing is undone once. */
  openCompensation(compensation: CompensationOpening): Promise<CompensationRecord>;
  /**
   * Counts a request about to be sent; answers how many there have been. Undefined, and nothing may be sent, if another
   * one was counted since there were `before`.
   */
  countCompensationTry(compensationId: string, askedAt: string, before: number): Promise<number | undefined>;
  /** Takes note of what came of the request that was counted as `tries`. Until then it may have been taken. */
  noteCompensationReply(compensationId: string, tries: number, reply: CompensationReply): Promise<void>;
  endCompensation(
    compensationId: string,
    status: Exclude<CompensationStatus, 'open'>,
    at: string,
    refundedAmount?: number,
  ): Promise<void>;
  compensation(compensationId: string): Promise<CompensationRecord | undefined>;
  compensations(filter: { status: CompensationStatus; openedBefore?: string }): Promise<CompensationRecord[]>;

  /** The number of a notification within its purchase, over all runs; the same notification keeps its number. */
  sequenceOf(
    purchaseId: string,
    notificationId: string,
    least?: number,
    options?: SequenceOptions,
  ): Promise<number>;
  /** The key that proofs in metadata are made with: 32 bytes, the same in every process. */
  proofKey(): Promise<Buffer>;
  /** The private key that receipts are signed with, the same in every process. PEM. */
  receiptKey(): Promise<string>;
}

export function accountingOn(
  { db, transaction }: Pick<Store, 'db' | 'transaction'>,
  log: LedgerLog,
): Accounting {
  return {
    recordPayment: (sighting) => transaction((tx) => recordPayment(tx, sighting)),
    recordVerdict: (paymentId, verdict, about = {}) =>
      transaction((tx) => recordVerdict(tx, paymentId, verdict, about)),
    recordReversal: (reversal) => transaction((tx) => recordReversal(tx, reversal, log)),
    payment: (paymentId) => findPayment(db, paymentId),
    payments: (filter) => listPaymentRecords(db, filter),
    isPaymentUsed: (paymentId) => isPaymentUsed(db, paymentId),
    openReview: (review) => openReview(db, review),
    claimReview: (id, resolution, at) => claimReview(db, id, resolution, at),
    releaseReview: (id, at) => releaseReview(db, id, at),
    resolveReview: (id, resolution, at) => resolveReview(db, id, resolution, at),
    resolveReviewsOf: (id, resolution, at, kinds) => resolveReviewsOf(db, id, resolution, at, kinds),
    review: (id) => findReview(db, id),
    reviews: (page) => listReviews(db, page),
    countOpenReviews: () => countOpenReviews(db),
    openCompensation: (compensation) => openCompensation(db, compensation),
    countCompensationTry: (id, askedAt, before) => countCompensationTry(db, id, askedAt, before),
    noteCompensationReply: (id, tries, reply) => noteCompensationReply(db, id, tries, reply),
    endCompensation: (id, status, at, amount) => endCompensation(db, id, status, at, amount),
    compensation: (id) => findCompensation(db, id),
    compensations: (filter) => listCompensations(db, filter),
    sequenceOf: (...of) => transaction((tx) => sequenceOf(tx, ...of)),
    proofKey: () => proofKey(db),
    receiptKey: () => receiptKey(db),
  };
}
