/** Sending one attempt, once. */
import type { SendReply } from '../../src/domain/attempt.js';
import type { PaymentStrategy } from './strategy.js';

/** Sends attempt `n`. What its payment must match is set before, because the webhook may be faster than the reply. */
export async function sendAttempt(
  strategy: PaymentStrategy,
  n: number,
  again?: { sendBefore: number },
): Promise<SendReply> {
  strategy.expect(n, {});
  const reply = await strategy.send(n, again);
  if (reply.kind === 'submitted') strategy.expect(n, { dueNow: reply.dueNow, paymentId: reply.paymentId });
  if (reply.kind === 'unknown') strategy.expect(n, { dueNow: reply.dueNow });
  return reply;
}
