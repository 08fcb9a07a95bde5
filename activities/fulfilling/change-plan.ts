/** Changing the plan of a subscription. */
import { classify, ifFound } from '../../src/dodo/errors.js';
import { SAME_PAYMENT_METHOD } from '../../src/domain/attempt.js';
import { SUBSCRIPTION_GONE, reasonAgainstChange } from '../../src/dodo/plan-change.js';
import { planChangeBody } from '../../src/dodo/pricing.js';
import type { AttemptInput, SendReply } from '../../src/domain/attempt.js';
import { attemptMetadata } from './charge.js';
import type { ActivityContext } from '../context.js';
import { sendAttempt } from './send.js';

export function changePlanActivities(context: ActivityContext) {
  const { dodo, log } = context;
  return {
    /** Sends one plan change, for the price that was accepted or less. Never throws once it has been recorded. */
    async changePlan(input: AttemptInput): Promise<SendReply> {
      const { subscriptionId } = input;
      const { action, discountCode } = input.offer;
      if (subscriptionId === undefined || action.kind !== 'change_plan')
        return { kind: 'rejected', code: 'NO_SUBSCRIPTION' };
      return sendAttempt(context, 'change_plan', input, {
        async prepare() {
          const subscription = await ifFound(dodo.subscriptions.retrieve(subscriptionId));
          if (!subscription) return { refused: SUBSCRIPTION_GONE };
          if (input.otherThan !== undefined && subscription.payment_method_id === input.otherThan) {
            return { refused: SAME_PAYMENT_METHOD };
          }
          const refused = reasonAgainstChange(subscription, {
            productId: action.productId,
            quantity: input.quantity,
            carried: action.quantity === undefined,
          });
          return refused === undefined ? { subscription } : { refused };
        },
        async post({ subscription }) {
          if (!subscription) throw new Error('unreachable: the subscription was read before');
          // An empty body is an ordinary answer here: the saved method is charged and events tell the outcome.
          const answer: unknown = await dodo.subscriptions.changePlan(subscriptionId, {
            ...planChangeBody(subscription, action, discountCode),
            metadata: attemptMetadata(input),
          });
          const paymentId = (answer as { payment_id?: unknown } | null | undefined)?.payment_id;
          return { paymentId: typeof paymentId === 'string' ? paymentId : undefined };
        },
      });
    },

    /** After a new subscription was bought in its place: the old one must not be billed again. */
    async cancelReplacedSubscription(input: {
      subscriptionId: string;
      presentationId: string;
    }): Promise<void> {
      let type = 'replaced_subscription_cancelled';
      try {
        const subscription = await ifFound(dodo.subscriptions.retrieve(input.subscriptionId));
        if (!subscription || ['cancelled', 'expired', 'failed'].includes(subscription.status)) return;
        await dodo.subscriptions.update(input.subscriptionId, { status: 'cancelled' });
      } catch (error) {
        const failure = classify(error);
        if (failure.kind !== 'rejected') throw error;
        // Trying again will not help: somebody has to end it, or the customer is billed for both.
        log.error({ failure, ...input }, 'a replaced subscription could not be cancelled');
        type = 'replaced_subscription_not_cancelled';
      }
      await context.ledger.updatePresentation(input.presentationId, {}, [
        {
          at: context.now().toISOString(),
          type,
          detail: { presentationId: input.presentationId, subscriptionId: input.subscriptionId },
        },
      ]);
    },
  };
}
