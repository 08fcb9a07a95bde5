/** Refunds the later of two payments for one offer. */
import type DodoPayments from 'dodopayments';
import type { AttemptRecord } from '../../src/domain/attempt.js';
import { ATTEMPT_METADATA_KEY } from '../../src/domain/ids.js';
import type { ActivityContext } from '../context.js';

/** Refunds a payment and records whether Dodo took the refund. May be repeated. */
export async function refundSecond(
  context: ActivityContext,
  payment: DodoPayments.Payment,
  { attemptId, presentationId }: AttemptRecord,
): Promise<void> {
  const { ledger, log, now } = context;
  const { payment_id: paymentId, total_amount: amount } = payment;
  const refunded = (await giveBack(context, payment, attemptId)) === 'given_back';
  const ids = { paymentId, attemptId, presentationId };
  if (refunded) log.warn(ids, 'an offer was paid twice; the later payment was refunded');
  else log.error(ids, 'an offer was paid twice, and the refund of the later payment failed');
  await ledger.updateAttempt(attemptId, { status: refunded ? 'refunded' : 'paid', paymentId }, undefined, [
    {
      at: now().toISOString(),
      type: refunded ? 'second_payment_refunded' : 'second_payment_refund_failed',
      detail: { presentationId, paymentId, amount },
    },
  ]);
}

/** Asks for a refund at most once, however often it is called: one that has not failed stands. */
async function giveBack(
  { dodo }: ActivityContext,
  { payment_id, refunds, refund_status }: DodoPayments.Payment,
  attemptId: string,
): Promise<'given_back' | 'failed'> {
  if (refund_status != null || refunds.some(({ status }) => status !== 'failed')) return 'given_back';
  if (refunds.length > 0) return 'failed';
  const { status } = await dodo.refunds.create({
    payment_id,
    reason: 'This offer was paid twice.',
    metadata: { [ATTEMPT_METADATA_KEY]: attemptId },
  });
  return status === 'failed' ? 'failed' : 'given_back';
}
