/** Ends a subscription that a new one has replaced. */
import { classify, ifFound, isKeyRejected } from '../../src/dodo/errors.js';
import { hasEnded } from '../../src/dodo/subscriptions.js';
import type { ActivityContext } from '../context.js';

export function cancelReplacedActivities({ dodo, ledger, log, now }: ActivityContext) {
  return {
    /**
     * Cancels the old subscription after a new one was bought in its place, so that it is not billed again.
     *
     * Dodo: reads the subscription and cancels it. Ledger: adds to the timeline whether that worked.
     * Repeated: a subscription that has already ended is left alone, and nothing is written.
     *
     * @throws when Dodo or the ledger cannot be reached, or Dodo refuses our key. When Dodo refuses the request itself,
     * it is logged as an error and noted on the timeline: a person has to cancel, or the customer is billed for both.
     */
    async cancelReplacedSubscription(input: {
      subscriptionId: string;
      presentationId: string;
    }): Promise<void> {
      const { subscriptionId, presentationId } = input;
      let type = 'replaced_subscription_cancelled';
      try {
        const subscription = await ifFound(dodo.subscriptions.retrieve(subscriptionId));
        if (!subscription || hasEnded(subscription)) return;
        await dodo.subscriptions.update(subscriptionId, { status: 'cancelled' });
      } catch (error) {
        const failure = classify(error);
        if (failure.kind !== 'rejected' || isKeyRejected(failure)) throw error;
        log.error({ failure, ...input }, 'a replaced subscription could not be cancelled');
        type = 'replaced_subscription_not_cancelled';
      }
      await ledger.updatePresentation(presentationId, {}, [
        { at: now().toISOString(), type, detail: { presentationId, subscriptionId } },
      ]);
    },
  };
}
