/** Makes sure that an attempt whose activity died is not sent any more. */
import type { AttemptInput } from '../../src/domain/attempt.js';
import { runOfAttempt } from '../../src/domain/ids.js';
import type { ActivityContext } from '../context.js';

export function fenceActivities({ ledger, now }: ActivityContext) {
  return {
    /**
     * Records an attempt as absent unless it is recorded. Attempts are recorded before they are sent, and once: after
     * this, a worker that was only thought dead cannot record it, and so does not send it.
     *
     * Dodo: nothing. Ledger: inserts the attempt; the insert alone decides a race.
     * Repeated: finds its own record, and answers the same.
     *
     * @returns `neverSent: false` when the attempt was recorded before and may have been sent
     * @throws when the ledger cannot be reached
     */
    async fenceAttempt(input: AttemptInput): Promise<{ neverSent: boolean }> {
      const { attemptId, presentationId, offer, price, customerId } = input;
      const at = now().toISOString();
      const fenced = await ledger.recordAttempt(
        {
          attemptId,
          presentationId,
          kind: offer.action.kind,
          workflowId: runOfAttempt(attemptId),
          status: 'absent',
          amount: price.dueNow,
          currency: price.currency,
          customerId,
          productId: offer.action.productId,
          // Nothing was sent: a payment that only names it, without a proof, is not ours.
          proof: true,
          createdAt: at,
        },
        {},
        [{ at, type: 'attempt_not_sent', detail: { presentationId, attemptId } }],
      );
      // A record that already says `absent` is this activity's from an earlier try, or that of an attempt which gave up
      // before its request.
      return { neverSent: fenced || (await ledger.attempt(attemptId))?.status === 'absent' };
    },
  };
}
