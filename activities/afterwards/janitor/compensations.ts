/** Compensations that nobody follows any more. */
import { ifFound } from '../../../src/dodo/errors.js';
import { toPaymentEvent } from '../../../src/dodo/payments.js';
import type { CompensationRecord } from '../../../src/domain/accounting.js';
import { REVIEW_OF_COMPENSATION, type CompensationInput } from '../../../src/domain/compensation.js';
import { workflowId } from '../../../src/domain/ids.js';
import type { ActivityContext } from '../../context.js';
import { isBudgetSpent, type Round } from './round.js';
import { isAnyRunning } from './runs-gone.js';

/** Starts the run of an open compensation again if it is gone. What cannot be started is put before a person. */
export async function mendCompensation(
  context: ActivityContext,
  round: Round,
  record: CompensationRecord,
): Promise<void> {
  const { ledger, runs, now } = context;
  const { compensationId: id } = record;
  if (await isAnyRunning(context, [workflowId.compensation(id)])) return;
  // Its run records its end before it ends.
  if ((await ledger.compensation(id))?.status !== 'open') return;
  const purchaseId = record.purchaseId ?? id;
  const input = await inputOf(context, round, record);
  if (!input) {
    await ledger.openReview({
      kind: REVIEW_OF_COMPENSATION[record.kind],
      subject: id,
      ...without(record),
      detail: 'Its run is gone, and the ledger does not tell what it was for.',
      openedAt: now().toISOString(),
    });
    await ledger.endCompensation(id, 'review', now().toISOString());
    return round.repaired('review_opened', { purchaseId, compensationId: id });
  }
  if (await runs.startCompensation(input))
    await round.repaired('compensation_started', { purchaseId, compensationId: id });
}

function without({
  paymentId,
  subscriptionId,
  presentationId,
  purchaseId,
  amount,
  currency,
}: CompensationRecord) {
  return { paymentId, subscriptionId, presentationId, purchaseId, amount, currency };
}

/** Returns the input its run had; undefined when it cannot be told. */
async function inputOf(
  context: ActivityContext,
  round: Round,
  record: CompensationRecord,
): Promise<CompensationInput | undefined> {
  const { presentationId, purchaseId, subscriptionId, paymentId, amount, currency } = record;
  if (presentationId === undefined || purchaseId === undefined) return undefined;
  const about = { presentationId, purchaseId };
  if (record.kind === 'end_subscription')
    return subscriptionId === undefined ? undefined : { kind: record.kind, ...about, subscriptionId };
  if (paymentId === undefined || amount === undefined || currency === undefined) return undefined;
  const attemptId = await attemptOf(context, round, paymentId);
  if (attemptId === undefined) return undefined;
  const refund = { ...about, paymentId, attemptId, amount, currency };
  if (record.kind === 'refund') return { kind: record.kind, ...refund };
  const { keepAmount: keep } = record;
  return keep === undefined ? undefined : { kind: record.kind, ...refund, keep };
}

async function attemptOf(
  { dodo, ledger, proofs }: ActivityContext,
  round: Round,
  paymentId: string,
): Promise<string | undefined> {
  const known = (await ledger.payment(paymentId))?.attemptId;
  if (known !== undefined) return known;
  round.spend();
  // It has been open for a day without anybody following it: unreadable is reason enough to ask a person.
  const payment = await ifFound(dodo.payments.retrieve(paymentId)).catch((error: unknown) => {
    if (isBudgetSpent(error)) throw error;
    return undefined;
  });
  return payment && toPaymentEvent(payment, proofs).attemptId;
}
