/** Checks what an operator says about a review against Dodo, at that moment. */
import { classify, ifFound } from '../../dodo/errors.js';
import { hasEnded } from '../../dodo/subscriptions.js';
import type { ReviewKind, ReviewRecord } from '../../domain/accounting.js';
import { mismatch, weigh, type Candidate } from '../../domain/evidence.js';
import type { PaymentEvent } from '../../domain/payment.js';
import { isFulfilling, type PresentationRecord } from '../../domain/presentation.js';
import { LedgerError } from '../../ledger/index.js';
import type { ApiDeps } from '../deps.js';
import { Problem, temporarilyUnavailable } from '../problem.js';
import { readCandidates, readPayment, type Subject } from './candidates.js';

type CheckDeps = Pick<ApiDeps, 'dodo' | 'ledger' | 'proofs'>;

/** What an operator says. */
export interface Word {
  paid: boolean;
  paymentId?: string;
  reason: string;
}

/** Kinds that decide whether an offer counts as paid. */
const ABOUT_OFFERS: readonly ReviewKind[] = ['unproven_attempt', 'payment_differs', 'run_ended'];

/** Checks whether the word on a review decides if its offer is paid: nobody has decided that yet. */
export function decidesOffer(
  { kind }: Pick<ReviewRecord, 'kind'>,
  { status }: Pick<PresentationRecord, 'status'>,
): boolean {
  if (!ABOUT_OFFERS.includes(kind)) return false;
  // A review of a payment is opened a moment before its offer shows it.
  return (
    status === 'needs_review' || status === 'failed' || (kind === 'payment_differs' && isFulfilling(status))
  );
}

/**
 * Checks a word.
 *
 * @returns the payment that pays for the offer, as Dodo shows it now; undefined where none is named or needed
 * @throws Problem `evidence_mismatch` when Dodo says otherwise, and `temporarily_unavailable` when it cannot be read
 */
export async function checkWord(
  deps: CheckDeps,
  subject: Subject,
  word: Word,
): Promise<PaymentEvent | undefined> {
  try {
    return await check(deps, subject, word);
  } catch (error) {
    if (error instanceof Problem || error instanceof LedgerError) throw error;
    throw temporarilyUnavailable(
      `Nothing was resolved, because Dodo could not be read: ${classify(error).message}`,
      error,
    );
  }
}

async function check(deps: CheckDeps, subject: Subject, word: Word): Promise<PaymentEvent | undefined> {
  const { review, presentation } = subject;
  if (review.kind === 'subscription_lives_on') {
    await requireEnded(deps, subject, word);
    if (word.paymentId !== undefined) await requireSubjects(deps, subject, word.paymentId);
    return undefined;
  }
  if (!presentation || !decidesOffer(review, presentation)) {
    if (review.kind === 'payment_differs' && word.paid && presentation?.paymentId !== review.paymentId)
      throw refuse(`The offer is ${presentation?.status ?? 'not known'}: this payment cannot count for it.`);
    const isCounted = presentation?.status === 'paid' && presentation.paymentId === review.paymentId;
    if (review.kind === 'payment_differs' && !word.paid && isCounted)
      throw refuse(`${review.paymentId} pays for the offer: it is refunded at Dodo, not here.`);
    if (word.paymentId !== undefined) await requireSubjects(deps, subject, word.paymentId);
    return undefined;
  }
  if (word.paid)
    return word.paymentId === undefined
      ? onlyPayment(deps, subject)
      : fittingPayment(deps, subject, word.paymentId);
  if (word.paymentId !== undefined) throw refuse('A payment is named only when the offer was paid.');
  // A payment that differs is known; the word says that it does not count.
  if (review.kind !== 'payment_differs') await requireUnpaid(deps, subject);
  return undefined;
}

/** The payment an operator names has to fit in everything that is known. */
async function fittingPayment(deps: CheckDeps, subject: Subject, paymentId: string): Promise<PaymentEvent> {
  const payment = await readPayment(deps, paymentId, subject);
  if (!payment) throw refuse(`Dodo does not know the payment ${paymentId}.`);
  const candidate = weigh(payment, subject.doubted);
  const why = mismatch(candidate);
  if (why !== undefined) throw refuse(why, candidate);
  const { usedFor: _, goneBack: __, ...event } = payment;
  return event;
}

/** Nobody has to look up what Dodo itself can say: without an id, the one payment that counts is meant. */
async function onlyPayment(deps: CheckDeps, subject: Subject): Promise<PaymentEvent | undefined> {
  const { review, doubted } = subject;
  if (review.kind === 'payment_differs' && review.paymentId !== undefined)
    return fittingPayment(deps, subject, review.paymentId);
  const { attempt } = doubted;
  if (attempt !== undefined && attempt.amount <= 0) return undefined;
  const counting = (await readCandidates(deps, subject)).filter(
    (one) => one.verdict === 'counts' && mismatch(one) === undefined,
  );
  const [only, ...more] = counting;
  if (only === undefined || more.length > 0)
    throw refuse('Name the payment that pays for the offer: Dodo shows no single one that does.');
  return fittingPayment(deps, subject, only.paymentId);
}

/** An offer that Dodo shows as paid is not unpaid: its customer would pay twice. */
async function requireUnpaid(deps: CheckDeps, subject: Subject): Promise<void> {
  const paid = (await readCandidates(deps, subject)).find(
    (one) => one.verdict === 'counts' && mismatch(one) === undefined,
  );
  if (paid) throw refuse(`Dodo shows that ${paid.paymentId} pays for it.`, paid);
}

/** `paid: true` says that the subscription has ended; `paid: false` that it goes on, for the reason given. */
async function requireEnded({ dodo }: CheckDeps, { review }: Subject, { paid }: Word): Promise<void> {
  const { subscriptionId } = review;
  if (!paid || subscriptionId === undefined) return;
  const subscription = await ifFound(dodo.subscriptions.retrieve(subscriptionId));
  if (subscription && !hasEnded(subscription))
    throw refuse(`The subscription ${subscriptionId} is still ${subscription.status}.`);
}

/** A payment that is named beside a word about known money has to be the one the review is about. */
async function requireSubjects(deps: CheckDeps, subject: Subject, paymentId: string): Promise<void> {
  const { review, customerId } = subject;
  if (review.paymentId !== undefined && review.paymentId !== paymentId)
    throw refuse(`The review is about ${review.paymentId}, not about ${paymentId}.`);
  const payment = await readPayment(deps, paymentId, subject);
  if (!payment) throw refuse(`Dodo does not know the payment ${paymentId}.`);
  if (customerId !== undefined && payment.customerId !== customerId)
    throw refuse(`It is of another customer, ${payment.customerId}.`);
  if (review.paymentId === undefined && payment.usedFor !== undefined)
    throw refuse(`It already counts: ${payment.usedFor}.`);
}

function refuse(detail: string, candidate?: Candidate): Problem {
  return new Problem('evidence_mismatch', { detail, ...(candidate && { members: { candidate } }) });
}
