/** Sending one attempt, once. */
import { patched } from '@temporalio/workflow';
import type { SendReply } from '../../src/domain/attempt.js';
import { PATCHES } from '../patches.js';
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
  // The record comes before the request: an attempt that nobody recorded and nobody can record any more was never sent.
  if (reply.kind === 'unknown' && reply.lost && patched(PATCHES.windows) && (await strategy.fence(n)))
    return { kind: 'not_sent', detail: reply.detail };
  return reply;
}
