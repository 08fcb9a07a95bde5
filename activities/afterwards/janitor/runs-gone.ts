/** Offers and purchases whose run is gone: settled where that is certain, else put before a person. */
import { toPaymentEvent } from '../../../src/dodo/payments.js';
import { classify, ifFound } from '../../../src/dodo/errors.js';
import type { ReviewRecord } from '../../../src/domain/accounting.js';
import type { JanitorInput } from '../../../src/contract/messages.js';
import {
  endingOf,
  outcomeOfEndings,
  outcomeOfRun,
  unpaid,
  type Ending,
} from '../../../src/domain/closing.js';
import { DAY } from '../../../src/domain/duration.js';
import { workflowId } from '../../../src/domain/ids.js';
import { phaseOf } from '../../../src/domain/payment.js';
import { isUnsettled, type PresentationRecord } from '../../../src/domain/presentation.js';
import { reviewsOfEnding } from '../../../src/domain/review.js';
import type { Outcome } from '../../../src/domain/words.js';
import { reviewId, type UnsettledPurchase } from '../../../src/ledger/index.js';
import type { ActivityContext } from '../../context.js';
import { askDodo, type Said } from './evidence.js';
import { isBudgetSpent, type Round } from './round.js';

/** A checkout session lives for 24 h; its payment may be reported a little later. */
const CHECKOUT_WINDOW_MS = 25 * 60 * 60 * 1000;

/**
 * Settles an unsettled presentation whose runs are all gone, or puts its money before a person.
 *
 * @throws when Dodo, the ledger or Temporal cannot be reached
 */
export async function mendPresentation(
  context: ActivityContext,
  round: Round,
  { id, purchaseId, workflowId: run }: PresentationRecord,
  { reconcileWindowMs }: Pick<JanitorInput, 'reconcileWindowMs'>,
): Promise<void> {
  const { ledger, now } = context;
  if (await isAnyRunning(context, [run, ...(await runsOf(context, id))])) return;
  // A run records its end before it ends.
  const presentation = await ledger.presentation(id);
  if (!presentation || !isUnsettled(presentation.status)) return;

  const said = await askDodo(context, round, presentation, reconcileWindowMs).catch(
    async (error: unknown) => {
      if (isBudgetSpent(error) || !(await isLongSince(context, presentation))) throw error;
      return { kind: 'unproven' } as const;
    },
  );
  switch (said.kind) {
    case 'later':
      return;
    case 'paid':
      return startLatePayment(context, round, presentation, said);
    case 'differs':
    case 'unproven':
      return putUnderReview(context, round, presentation, said);
    case 'unpaid': {
      for (const { attemptId, kind, status } of said.failed)
        await ledger.updateAttempt(attemptId, {
          status: kind === 'fallback' || status === 'requires_action' ? 'failed' : 'absent',
        });
      const ending = endingOf(presentation, [], now());
      if (ending.kind !== 'ended') return;
      const settled = presentation.status === 'open' ? ending : unpaid(presentation);
      const outcome = await closeOne(context, presentation, settled);
      return round.repaired('presentation_settled', { purchaseId, presentationId: id, outcome });
    }
  }
}

/** Checks whether Dodo had enough time to become readable: then a person is asked, and the customer is free. */
async function isLongSince(
  { ledger, now }: ActivityContext,
  { id, presentedAt }: PresentationRecord,
): Promise<boolean> {
  const latest = (await ledger.attemptsOf(id)).at(-1)?.createdAt ?? presentedAt;
  return now().getTime() - Date.parse(latest) > DAY;
}

/** Puts the money of an offer before a person, once. Its customer may be offered something else. */
async function putUnderReview(
  context: ActivityContext,
  round: Round,
  presentation: PresentationRecord,
  said: Extract<Said, { kind: 'differs' | 'unproven' }>,
): Promise<void> {
  const { ledger, now } = context;
  const { id: presentationId, purchaseId, customerId } = presentation;
  const attempts = await ledger.attemptsOf(presentationId);
  const before = await ledger.reviews({ status: 'open', presentationId, limit: 50 });
  if (said.kind === 'differs') {
    const { paymentId, amount, currency } = said.payment;
    await ledger.openReview({
      kind: 'payment_differs',
      subject: paymentId,
      purchaseId,
      presentationId,
      attemptId: said.attempt.attemptId,
      paymentId,
      customerId,
      ...(amount !== undefined && { amount }),
      ...(currency !== undefined && { currency }),
      detail: `Its run has ended, and the payment is not what was accepted: ${said.doubt}.`,
      openedAt: now().toISOString(),
    });
  }
  const ending = endingOf(presentation, attempts, now());
  if (ending.kind === 'settled') return;
  await closeOne(context, presentation, ending);
  const after = await ledger.reviews({ status: 'open', presentationId, limit: 50 });
  if (after.length > before.length)
    await round.repaired('review_opened', { purchaseId, presentationId, kind: after[0]?.kind ?? '' });
}

/** A paid attempt is settled by a run of its own. One that has had its run needs a person. */
export async function startLatePayment(
  context: ActivityContext,
  round: Round,
  presentation: PresentationRecord,
  { attempt: { attemptId }, payment: { paymentId } }: Extract<Said, { kind: 'paid' }>,
): Promise<void> {
  const { id: presentationId, purchaseId } = presentation;
  if (await context.runs.startLatePayment(paymentId, attemptId))
    return round.repaired('late_payment_started', { purchaseId, presentationId, paymentId });
  // Still at work, or it came to nothing.
  if ((await context.runs.status(workflowId.latePayment(paymentId))) === 'running') return;
  const after = await context.ledger.presentation(presentationId);
  if (after && isUnsettled(after.status)) await putUnderReview(context, round, after, { kind: 'unproven' });
}

/** Settles one presentation and its run. Returns the outcome of the run. */
export async function closeOne(
  { ledger, now, runs }: ActivityContext,
  presentation: PresentationRecord,
  ending: Exclude<Ending, { kind: 'settled' }>,
): Promise<Outcome> {
  const { id, purchaseId } = presentation;
  const shown = (await ledger.purchase(purchaseId))?.presentations ?? [];
  const outcome = outcomeOfRun(shown, { id, outcome: ending.outcome }, now());
  // Its run can queue nothing more.
  await runs.endNotifier(presentation.workflowId);
  // Before it is settled: what is settled is not looked at again.
  if (ending.kind === 'ended') await runs.tellOfClosing({ presentationId: id, purchaseId });
  const at = now().toISOString();
  await ledger.closeRun({
    purchaseId,
    outcome,
    at,
    presentations: [{ id, patch: ending.patch, reviews: reviewsOfEnding(presentation, ending, now()) }],
    timeline: [{ at, type: 'closed', detail: { outcome, presentationId: id } }],
  });
  return outcome;
}

/** Settles a purchase whose run is gone, after its presentations; delivers a payment that its run never heard of. */
export async function mendPurchase(
  context: ActivityContext,
  round: Round,
  purchase: UnsettledPurchase,
): Promise<void> {
  const { ledger, now } = context;
  const { purchaseId, workflowId: run } = purchase;
  const isUnpaid = purchase.status === 'awaiting_payment';
  const overdue = now().getTime() - Date.parse(purchase.recordedAt) >= CHECKOUT_WINDOW_MS;
  const running = await isAnyRunning(context, [run]);
  // While the customer may still pay, the webhook or the sweep tells.
  if (isUnpaid ? !overdue : running) return;
  if (isUnpaid) {
    const looked = await lookAtCheckout(context, round, purchase);
    if (looked !== 'unpaid') return;
  }
  if (running) return;

  const view = await ledger.purchase(purchaseId);
  if (!view || view.status === 'settled') return;
  // Its presentations come first: what they came to is the outcome.
  if (view.presentations.some(({ status }) => isUnsettled(status))) return;
  const endings = view.presentations.map((presentation) => endingOf(presentation, [], now()));
  const outcome = outcomeOfEndings(endings, !isUnpaid);
  const at = now().toISOString();
  const timeline = [{ at, type: 'closed', detail: { outcome } }];
  await ledger.closeRun({ purchaseId, outcome, at, presentations: [], timeline });
  await round.repaired('purchase_settled', { purchaseId, outcome });
  await context.runs.endNotifier(run);
}

/**
 * Looks once at the checkout session of a registered purchase. When Dodo does not show it for a day, a person is asked,
 * and it is looked at all the same until they say that it was not paid.
 */
async function lookAtCheckout(
  context: ActivityContext,
  round: Round,
  purchase: UnsettledPurchase,
): Promise<'told' | 'unpaid' | 'unreadable'> {
  const { ledger, now } = context;
  const { purchaseId, recordedAt } = purchase;
  try {
    const told = await deliverIfPaid(context, round, purchase);
    const reason = told ? 'Dodo shows that it was paid.' : 'Dodo shows that it was not paid.';
    const resolution = { paid: told, reason, by: 'proof' };
    await ledger.resolveReview(reviewId('run_ended', purchaseId), resolution, now().toISOString());
    return told ? 'told' : 'unpaid';
  } catch (error) {
    const age = now().getTime() - Date.parse(recordedAt);
    if (isBudgetSpent(error) || age < CHECKOUT_WINDOW_MS + DAY) throw error;
    const review = await askAboutCheckout(context, round, purchase, classify(error).message);
    return review.resolution?.paid === false ? 'unpaid' : 'unreadable';
  }
}

/** Opens the review of a registered purchase whose payment Dodo does not tell, once. */
async function askAboutCheckout(
  { ledger, now }: ActivityContext,
  round: Round,
  { purchaseId, customerId, checkoutSessionId }: UnsettledPurchase,
  why: string,
): Promise<ReviewRecord> {
  const id = reviewId('run_ended', purchaseId);
  const known = await ledger.review(id);
  if (known) return known;
  const review = await ledger.openReview({
    kind: 'run_ended',
    subject: purchaseId,
    purchaseId,
    ...(customerId !== undefined && { customerId }),
    detail: `Whether its checkout (${checkoutSessionId}) was paid cannot be read from Dodo: ${why}`,
    openedAt: now().toISOString(),
  });
  await round.repaired('review_opened', { purchaseId, kind: review.kind });
  return review;
}

/** Returns whether the run of a registered purchase was told that its checkout was paid. */
async function deliverIfPaid(
  { dodo, deliverPayment, proofs }: ActivityContext,
  round: Round,
  { purchaseId, checkoutSessionId }: UnsettledPurchase,
): Promise<boolean> {
  if (checkoutSessionId === undefined) return false;
  round.spend(2);
  const session = await ifFound(dodo.checkoutSessions.retrieve(checkoutSessionId));
  if (session?.payment_id == null) return false;
  const payment = await ifFound(dodo.payments.retrieve(session.payment_id));
  if (!payment || phaseOf(payment.status ?? null) !== 'paid') return false;
  if (!(await deliverPayment(toPaymentEvent(payment, proofs), payment))) return false;
  await round.repaired('purchase_delivered', { purchaseId, paymentId: payment.payment_id });
  return true;
}

/** The runs that have sent the attempts of a presentation. */
async function runsOf({ ledger }: ActivityContext, presentationId: string): Promise<string[]> {
  return (await ledger.attemptsOf(presentationId)).map((attempt) => attempt.workflowId);
}

export async function isAnyRunning({ runs }: ActivityContext, ids: readonly string[]): Promise<boolean> {
  for (const run of new Set(ids)) if ((await runs.status(run)) === 'running') return true;
  return false;
}
