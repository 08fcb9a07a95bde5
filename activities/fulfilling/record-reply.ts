/** Records Dodo's answer to an attempt. */
import type { AttemptInput, ConfirmationHandles } from '../../src/domain/attempt.js';
import type { ActivityContext } from '../context.js';
import { MESSAGES } from './messages.js';

/** Dodo's answer to the one request that moves money. */
export type Answer =
  | { kind: 'submitted'; paymentId?: string; sessionId?: string; confirmation?: ConfirmationHandles }
  | { kind: 'rejected'; code: string }
  | { kind: 'unknown'; detail: string }
  | { kind: 'not_sent'; detail: string; retryAfterMs?: number };

/** Records an answer. Never throws: the workflow has the reply in its history, and the next write catches up. */
export async function recordReply(
  { ledger, log, now }: ActivityContext,
  { attemptId, presentationId: id, customerId }: AttemptInput,
  answer: Answer,
): Promise<void> {
  const timeline = [
    {
      at: now().toISOString(),
      type: `attempt_${answer.kind}`,
      detail: { presentationId: id, attemptId },
    },
  ];
  try {
    switch (answer.kind) {
      case 'submitted': {
        const ids = { paymentId: answer.paymentId, sessionId: answer.sessionId };
        const change = { status: 'submitted' as const, ...ids, ...answer.confirmation };
        await ledger.updateAttempt(attemptId, change, { id, patch: ids }, timeline);
        if (answer.paymentId === undefined) return;
        await ledger.recordPayment({
          paymentId: answer.paymentId,
          status: null,
          attemptId,
          proven: true,
          customerId,
          sessionId: answer.sessionId,
          presentationId: id,
          source: 'reply',
          seenAt: now().toISOString(),
        });
        return;
      }
      case 'unknown': {
        const patch = { status: 'reconciling' as const, message: MESSAGES.reconciling };
        return await ledger.updateAttempt(attemptId, { status: 'unknown' }, { id, patch }, timeline);
      }
      case 'rejected': {
        const change = { status: 'rejected' as const, errorCode: answer.code };
        return await ledger.updateAttempt(attemptId, change, undefined, timeline);
      }
      case 'not_sent':
        return await ledger.updateAttempt(attemptId, { status: 'absent' }, undefined, timeline);
    }
  } catch (error) {
    log.error({ err: error, attemptId }, 'the ledger could not record the reply to an attempt');
  }
}
