/** The payments at Dodo that may be the one a review is about, as they are now. */
import { classify, ifFound } from '../../dodo/errors.js';
import { listPayments, lostOf, refundedOf, toPaymentEvent } from '../../dodo/payments.js';
import type { ReviewRecord } from '../../domain/accounting.js';
import {
  judgedAttempt,
  weigh,
  type Candidate,
  type Doubted,
  type FoundPayment,
} from '../../domain/evidence.js';
import type { PaymentEvent } from '../../domain/payment.js';
import type { PresentationRecord } from '../../domain/presentation.js';
import { LedgerError } from '../../ledger/index.js';
import type { ApiDeps } from '../deps.js';

type CandidateDeps = Pick<ApiDeps, 'dodo' | 'ledger' | 'proofs'>;

/** A review with everything the ledger knows of its subject. */
export interface Subject {
  review: ReviewRecord;
  presentation?: PresentationRecord;
  doubted: Doubted;
  /** The customer whose payments are candidates. */
  customerId?: string;
}

/** Payments are looked for from this long before the attempt: clocks differ. */
const SEARCH_MARGIN_MS = 30 * 60 * 1000;
/** A customer has a handful of payments; more than this are not a list anybody reads. */
const MAX_CANDIDATES = 25;
const MAX_PAGES = 3;

/** Gathers what the ledger knows about a review's subject. */
export async function subjectOf(
  { ledger }: Pick<CandidateDeps, 'ledger'>,
  review: ReviewRecord,
): Promise<Subject> {
  const { attemptId, presentationId } = review;
  const recorded = attemptId === undefined ? undefined : await ledger.attempt(attemptId);
  const id = presentationId ?? recorded?.presentationId;
  const presentation = id === undefined ? undefined : await ledger.presentation(id);
  // A review about a presentation as a whole is about its latest attempt.
  const attempt = recorded ?? (id === undefined ? undefined : (await ledger.attemptsOf(id)).at(-1));
  const customerId = presentation?.customerId ?? review.customerId ?? attempt?.customerId;
  const isPaid = presentation?.status === 'paid' && presentation.paymentId !== undefined;
  return {
    review,
    ...(presentation && { presentation }),
    ...(customerId !== undefined && { customerId }),
    doubted: {
      review: { ...review, ...(customerId !== undefined && { customerId }) },
      ...(attempt && { attempt: judgedAttempt(attempt, { customerId: customerId ?? '' }) }),
      ...(isPaid && presentation.paymentId && { counted: { paymentId: presentation.paymentId } }),
    },
  };
}

/**
 * Reads the candidates: the customer's payments since shortly before the attempt, and those the ledger names.
 *
 * @throws when Dodo cannot be read
 */
export async function readCandidates(deps: CandidateDeps, subject: Subject): Promise<Candidate[]> {
  const { review, presentation, doubted, customerId } = subject;
  const { attempt } = doubted;
  const ids = new Set([review.paymentId, attempt?.paymentId, presentation?.paymentId]);
  if (review.attemptId !== undefined)
    for (const { paymentId } of await deps.ledger.payments({ attemptId: review.attemptId }))
      ids.add(paymentId);
  if (customerId !== undefined) {
    const began = Date.parse(attempt?.createdAt ?? review.openedAt);
    const created_at_gte = new Date(began - SEARCH_MARGIN_MS).toISOString();
    const recent = listPayments(deps.dodo, { customer_id: customerId, created_at_gte }, MAX_PAGES);
    for await (const { payment_id } of recent) ids.add(payment_id);
  }
  const named = [...ids].filter((id) => id !== undefined).slice(0, MAX_CANDIDATES);
  const candidates: Candidate[] = [];
  // One after another: a person waits, and the limit of requests is shared with charges.
  for (const id of named) {
    const payment = await readPayment(deps, id, subject);
    if (payment) candidates.push(weigh(payment, doubted));
  }
  return candidates;
}

/** Reads one payment; undefined when Dodo does not know it. Throws when Dodo cannot be read. */
export async function readPayment(
  deps: CandidateDeps,
  paymentId: string,
  subject: Subject,
): Promise<(PaymentEvent & FoundPayment) | undefined> {
  const payment = await ifFound(deps.dodo.payments.retrieve(paymentId));
  if (!payment) return undefined;
  const usedFor = await usedForOther(deps, paymentId, subject);
  return {
    ...toPaymentEvent(payment, deps.proofs),
    goneBack: refundedOf(payment) + lostOf(payment),
    ...(usedFor !== undefined && { usedFor }),
  };
}

/** Says what a payment counts for already, other than for the review's own doubt. */
async function usedForOther(
  { ledger }: Pick<CandidateDeps, 'ledger'>,
  paymentId: string,
  { presentation }: Subject,
): Promise<string | undefined> {
  const offer = await ledger.presentationPaidBy(paymentId);
  if (offer) return `it pays for ${offer.id}`;
  const purchase = await ledger.purchasePaidBy(paymentId);
  if (purchase) return `it pays for the purchase ${purchase.purchase.purchaseId}`;
  if (!(await ledger.isPaymentUsed(paymentId))) return undefined;
  const record = await ledger.payment(paymentId);
  if (record?.verdict === 'goes_back') return 'it is being given back';
  const isOwn = record?.presentationId !== undefined && record.presentationId === presentation?.id;
  return isOwn ? undefined : 'it counts for another offer';
}

/** Returns the candidates, or why they cannot be read now: the rest of the review is worth showing all the same. */
export async function candidatesOrReason(
  deps: CandidateDeps,
  subject: Subject,
): Promise<{ candidates: Candidate[] } | { candidates: null; candidatesReason: string }> {
  try {
    return { candidates: await readCandidates(deps, subject) };
  } catch (error) {
    if (error instanceof LedgerError) throw error;
    const { message } = classify(error);
    return { candidates: null, candidatesReason: `Dodo could not be read: ${message}` };
  }
}
