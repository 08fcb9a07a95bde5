/** What Dodo says about the attempts of an offer whose run is gone. */
import { ifFound } from '../../../src/dodo/errors.js';
import { listPayments, refundedOf, toPaymentEvent } from '../../../src/dodo/payments.js';
import type { AttemptRecord } from '../../../src/domain/attempt.js';
import { judgedAttempt } from '../../../src/domain/evidence.js';
import { isInDoubt } from '../../../src/domain/closing.js';
import { subscriptionOfPlanChange } from '../../../src/domain/ids.js';
import type { PresentationRecord } from '../../../src/domain/presentation.js';
import { judgePayment, type Doubt, type SeenPayment } from '../../../src/domain/verdict.js';
import type { ActivityContext } from '../../context.js';
import type { Round } from './round.js';

export type Said =
  /** It was paid, as it was accepted. */
  | { kind: 'paid'; attempt: AttemptRecord; payment: SeenPayment }
  /** A payment of ours that is not what was accepted. */
  | { kind: 'differs'; attempt: AttemptRecord; payment: SeenPayment; doubt: Doubt }
  /** Nothing was charged, and nothing can be any more. */
  | { kind: 'unpaid'; failed: AttemptRecord[] }
  /** It is too early to tell. */
  | { kind: 'later' }
  /** It may still go either way, or Dodo does not tell. */
  | { kind: 'unproven' };

type Found = SeenPayment & { refundedAmount: number };

/** Clocks differ and lists lag. */
const SEARCH_MARGIN_MS = 10 * 60 * 1000;
const MAX_PAGES = 3;

/**
 * Asks Dodo about the attempts of an offer, and records the payments that are seen. An attempt that a search does not find
 * counts as absent only after the reconcile window.
 *
 * @throws when Dodo cannot be read
 */
export async function askDodo(
  context: ActivityContext,
  round: Round,
  presentation: PresentationRecord,
  reconcileWindowMs: number,
): Promise<Said> {
  const attempts = (await context.ledger.attemptsOf(presentation.id)).filter(
    (attempt) => isInDoubt(attempt) || attempt.kind === 'fallback',
  );
  const [first] = attempts;
  if (first === undefined) return { kind: 'unpaid', failed: [] };
  const found = await paymentsOf(context, round, presentation, attempts, first.createdAt);

  let unproven = false;
  let later = false;
  const failed: AttemptRecord[] = [];
  let differing: Extract<Said, { kind: 'differs' }> | undefined;
  for (const attempt of attempts) {
    const own = found.filter(
      ({ attemptId, paymentId }) => attemptId === attempt.attemptId || paymentId === attempt.paymentId,
    );
    let isOpen = false;
    let hasFailed = false;
    for (const seen of own) {
      const payment = { ...seen, attemptId: seen.attemptId ?? attempt.attemptId };
      const verdict = judgePayment(payment, judgedAttempt(attempt, presentation));
      await record(context, payment, verdict, presentation);
      if (verdict.kind === 'counts') return { kind: 'paid', attempt, payment };
      if (verdict.kind === 'review')
        differing ??= { kind: 'differs', attempt, payment, doubt: verdict.doubt };
      if (verdict.kind === 'undecided') {
        if (verdict.phase === 'failed') hasFailed = true;
        else isOpen = true;
      }
    }
    // Nobody was seen to pay at a checkout: if somebody does, a late payment tells.
    if (attempt.kind === 'fallback' && !isInDoubt(attempt) && !isOpen) continue;
    if (isOpen) unproven = true;
    else if (hasFailed) failed.push(attempt);
    else if (!(await isAbsent(context, round, attempt, presentation))) unproven = true;
    else if (ageOf(context, attempt) < reconcileWindowMs) later = true;
    else failed.push(attempt);
  }
  if (differing) return differing;
  if (unproven) return { kind: 'unproven' };
  return later ? { kind: 'later' } : { kind: 'unpaid', failed };
}

function ageOf({ now }: ActivityContext, { createdAt }: AttemptRecord): number {
  return now().getTime() - Date.parse(createdAt);
}

/** Reads the payments that bear one of these attempts, or that Dodo's reply named. */
async function paymentsOf(
  { dodo, proofs }: ActivityContext,
  round: Round,
  { customerId }: PresentationRecord,
  attempts: readonly AttemptRecord[],
  began: string,
): Promise<Found[]> {
  const ids = new Set(attempts.flatMap(({ paymentId }) => paymentId ?? []));
  const named = new Set(attempts.map(({ attemptId }) => attemptId));
  const created_at_gte = new Date(Date.parse(began) - SEARCH_MARGIN_MS).toISOString();
  round.spend(MAX_PAGES);
  for await (const row of listPayments(dodo, { customer_id: customerId, created_at_gte }, MAX_PAGES)) {
    const { attemptId } = toPaymentEvent(row, proofs);
    if (attemptId !== undefined && named.has(attemptId)) ids.add(row.payment_id);
  }
  const found: Found[] = [];
  for (const id of ids) {
    round.spend();
    const payment = await ifFound(dodo.payments.retrieve(id));
    if (payment) found.push({ ...toPaymentEvent(payment, proofs), refundedAmount: refundedOf(payment) });
  }
  return found;
}

/** Checks that an attempt without a payment had no effect. What charges nothing leaves no payment to be found. */
async function isAbsent(
  { dodo }: ActivityContext,
  round: Round,
  attempt: AttemptRecord,
  { product, price }: PresentationRecord,
): Promise<boolean> {
  // Dodo has named a payment, and does not know it now.
  if (attempt.paymentId !== undefined) return false;
  switch (attempt.kind) {
    case 'pause':
    case 'extend_trial':
    case 'change_plan': {
      const subscriptionId = subscriptionOfPlanChange(attempt.workflowId);
      if (subscriptionId === undefined) return false;
      round.spend();
      const subscription = await ifFound(dodo.subscriptions.retrieve(subscriptionId));
      if (subscription === undefined) return false;
      if (attempt.kind === 'pause') return subscription.status !== 'paused';
      if (attempt.kind === 'extend_trial')
        return (
          price.nextBillingAt !== undefined && !sameTime(subscription.next_billing_date, price.nextBillingAt)
        );
      const wanted = attempt.productId ?? product.id;
      return subscription.product_id !== wanted && subscription.scheduled_change?.product_id !== wanted;
    }
    default:
      return true;
  }
}

function sameTime(one: string, other: string): boolean {
  return Date.parse(one) === Date.parse(other);
}

async function record(
  { ledger, now }: ActivityContext,
  payment: SeenPayment,
  verdict: ReturnType<typeof judgePayment>,
  { id: presentationId, purchaseId }: PresentationRecord,
): Promise<void> {
  const about = { presentationId, purchaseId };
  const isOurs = verdict.kind !== 'not_ours';
  await ledger.recordPayment({
    ...payment,
    ...(isOurs && about),
    source: 'janitor',
    seenAt: now().toISOString(),
  });
  // Whether it counts, the run that settles it decides: another payment may be first.
  if (verdict.kind === 'review')
    await ledger.recordVerdict(payment.paymentId, 'review', { ...about, detail: verdict.doubt });
  if (verdict.kind === 'not_ours')
    await ledger.recordVerdict(payment.paymentId, 'not_ours', { detail: verdict.why });
}
