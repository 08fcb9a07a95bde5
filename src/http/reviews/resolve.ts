/** Resolves a review by an operator's word. Of two operators, one wins. */
import type { ReviewRecord, ReviewResolution } from '../../domain/accounting.js';
import type { ResolveRequest } from '../../contract/messages.js';
import type { PaymentEvent } from '../../domain/payment.js';
import type { PresentationRecord } from '../../domain/presentation.js';
import { DAY } from '../../domain/duration.js';
import { runUnderReview } from '../../domain/review.js';
import type { Answer } from '../../temporal/runs.js';
import { agreed } from '../commands.js';
import type { ApiDeps } from '../deps.js';
import { Problem } from '../problem.js';
import { subjectOf, type Subject } from './candidates.js';
import { checkWord, decidesOffer, type Word } from './check-word.js';

type ResolveDeps = Pick<ApiDeps, 'dodo' | 'ledger' | 'log' | 'proofs' | 'runs' | 'now' | 'secondOperator'>;

/** How long the run that carries out a word may take before the request is answered. */
const WAIT_MS = 4_000;

/**
 * Resolves a review: checks the word against Dodo, writes it down, carries it out, and closes the review.
 *
 * @param by the id of the operator's key
 * @throws Problem `confirmation_required` when a second operator has to say the same; `not_in_review` when it is resolved, or another operator is resolving it; `evidence_mismatch` when
 * Dodo says otherwise; what the run says when it refuses; `temporarily_unavailable` when Dodo or the run does not answer
 */
export async function resolveReview(
  deps: ResolveDeps,
  review: ReviewRecord,
  word: Word,
  by: string,
): Promise<void> {
  const { ledger, now } = deps;
  const { reviewId } = review;
  requireOpen(review);
  const subject = await subjectOf(deps, review);
  const payment = await checkWord(deps, subject, word);
  if (word.paid && payment === undefined && lacksEvidence(review, word))
    await requireSecond(deps, review, by);
  const paymentId = payment?.paymentId ?? word.paymentId;
  const resolution: ReviewResolution = {
    paid: word.paid,
    ...(paymentId !== undefined && { paymentId }),
    reason: word.reason,
    by,
  };
  const claimedAt = now().toISOString();
  if (!(await ledger.claimReview(reviewId, resolution, claimedAt))) {
    requireOpen((await ledger.review(reviewId)) ?? review);
    throw new Problem('not_in_review', { detail: 'Another operator is resolving this review.' });
  }
  try {
    // Before its effect: whatever happens next, it is known who said what.
    const detail = { reviewId, kind: review.kind, ...aboutPresentation(subject), ...resolution };
    await ledger.note(noteOn(review), [{ at: claimedAt, type: 'resolve_ordered', detail }]);
    await carryOut(deps, subject, resolution, payment);
  } catch (error) {
    await ledger.releaseReview(reviewId, claimedAt);
    throw error;
  }
  const at = now().toISOString();
  await ledger.resolveReview(reviewId, resolution, at);
  const { paid, reason } = word;
  const detail = { ...aboutPresentation(subject), ...(!subject.presentation && { reviewId }), paid, reason };
  await ledger.note(noteOn(review), [{ at, type: 'resolved', detail }]);
  await tellLatePayment(deps, review);
}

/** A payment that is named has been looked at, and so has the end of a subscription. */
function lacksEvidence({ kind }: ReviewRecord, { paymentId }: Word): boolean {
  return paymentId === undefined && kind !== 'subscription_lives_on';
}

const CONFIRMED_WITHIN = DAY;
const MOST_COMMANDS = 200;

/**
 * Requires, where it is configured, that another operator has said the same within a day. The audit trail knows: it has the command that was refused
 * for want of a second one.
 */
async function requireSecond(
  { ledger, now, secondOperator }: ResolveDeps,
  { reviewId, presentationId }: ReviewRecord,
  by: string,
): Promise<void> {
  if (!secondOperator) return;
  const since = now().getTime() - CONFIRMED_WITHIN;
  for (const subject of [reviewId, presentationId]) {
    if (subject === undefined) continue;
    const trail = await ledger.auditTrail({ subject, limit: MOST_COMMANDS });
    const isConfirmed = trail.some(
      ({ command, failure, actor, at }) =>
        command === 'resolve' &&
        failure === 'confirmation_required' &&
        actor !== by &&
        Date.parse(at) >= since,
    );
    if (isConfirmed) return;
  }
  throw new Problem('confirmation_required', {
    detail: 'Nothing at Dodo shows this. It counts once another operator says the same within a day.',
  });
}

/** The run of a payment whose own run had ended waits for the word. It looks by itself, only later. */
async function tellLatePayment({ runs, log }: ResolveDeps, { kind, paymentId }: ReviewRecord): Promise<void> {
  if (kind !== 'payment_differs' || paymentId === undefined) return;
  await runs.tellReviewResolved(paymentId).catch((error: unknown) => {
    log.warn({ err: error, paymentId }, 'a late-payment run could not be told of a word; it looks by itself');
  });
}

function requireOpen({ status, resolution }: ReviewRecord): void {
  if (status === 'open') return;
  throw new Problem('not_in_review', {
    detail: `The review is resolved already: ${resolution?.paid ? 'paid' : 'not paid'}.`,
    members: { resolution },
  });
}

const aboutPresentation = ({ presentation }: Subject) => presentation && { presentationId: presentation.id };

/** The purchase whose timeline tells of it; a review that knows none has a timeline of its own. */
const noteOn = ({ purchaseId, reviewId }: ReviewRecord) => purchaseId ?? reviewId;

/** Does what the word says. Safe to repeat. */
async function carryOut(
  deps: ResolveDeps,
  { review, presentation }: Subject,
  word: ReviewResolution,
  payment: PaymentEvent | undefined,
): Promise<void> {
  if (presentation && decidesOffer(review, presentation))
    await endReview(deps, review, presentation, word, payment);
  if (review.kind === 'payment_differs' && !word.paid) await giveBack(deps, review, presentation);
}

/** Tells the run that waits for the word, or settles the offer without it when the run is gone. */
async function endReview(
  { ledger, runs, now }: ResolveDeps,
  { reviewId, attemptId }: ReviewRecord,
  presentation: PresentationRecord,
  { paid, reason }: ReviewResolution,
  payment: PaymentEvent | undefined,
): Promise<void> {
  const { id: presentationId, purchaseId } = presentation;
  // It counts as unpaid already.
  if (presentation.status === 'failed' && !paid) return;
  const paymentId = payment?.paymentId;
  const answer = await askRuns(
    { ledger, runs },
    { presentationId, paid, paymentId, reason, ...(payment && { payment }) },
    presentation,
  );
  if (answer.kind === 'gone') {
    const known = attemptId ?? (await ledger.attemptsOf(presentationId)).at(-1)?.attemptId;
    const input = { reviewId, presentationId, purchaseId, paid, reason, ...(payment && { payment }) };
    await runs.settleByWord({ ...input, ...(known !== undefined && { attemptId: known }) }, WAIT_MS);
    return;
  }
  const told = agreed(answer, presentation);
  if (told.paid !== paid)
    throw new Problem('not_in_review', {
      detail: `It was resolved otherwise before: ${told.paid ? 'paid' : 'not paid'}.`,
    });
  if (!payment) return;
  const seenAt = now().toISOString();
  await ledger.recordPayment({ ...payment, presentationId, purchaseId, source: 'operator', seenAt });
  await ledger.recordVerdict(payment.paymentId, 'counts', {
    detail: 'an operator',
    presentationId,
    purchaseId,
  });
}

/** Asks the run that waits for the word. Where the run of a plan change is gone, that of the purchase waits instead. */
async function askRuns(
  { ledger, runs }: Pick<ResolveDeps, 'ledger' | 'runs'>,
  request: ResolveRequest,
  presentation: PresentationRecord,
): Promise<Answer<{ paid: boolean }>> {
  if (presentation.status === 'failed') return { kind: 'gone' };
  const { workflowId, purchaseId } = presentation;
  const run = runUnderReview((await ledger.purchase(purchaseId))?.timeline ?? [], presentation);
  const answer = await runs.resolve(run, request);
  return answer.kind === 'gone' && run !== workflowId ? runs.resolve(workflowId, request) : answer;
}

/** A payment of ours that does not count goes back, by a run that follows it until Dodo confirms it. */
async function giveBack(
  { ledger, runs }: ResolveDeps,
  { paymentId, attemptId, amount, currency, customerId }: ReviewRecord,
  presentation: PresentationRecord | undefined,
): Promise<void> {
  if (!presentation || paymentId === undefined || attemptId === undefined) return;
  if (amount === undefined || currency === undefined) return;
  const { id: presentationId, purchaseId } = presentation;
  const verdict = await ledger.recordVerdict(paymentId, 'goes_back', { presentationId, purchaseId });
  // It counts: nothing that pays for an offer is refunded here.
  if (verdict === 'counts') return;
  await runs.startCompensation({
    kind: 'refund',
    presentationId,
    purchaseId,
    paymentId,
    attemptId,
    amount,
    currency,
    ...(customerId !== undefined && { customerId }),
  });
  // A subscription that it bought must not go on without it. Its run sees to that, unless it is there already.
  await runs.startLatePayment(paymentId, attemptId, { rejected: true });
}
