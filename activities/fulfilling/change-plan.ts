/** Changes the plan of a subscription. */
import { SAME_PAYMENT_METHOD, type AttemptInput, type SendReply } from '../../src/domain/attempt.js';
import { DECLINED_CHANGE_PENDING, PENDING_CHANGE } from '../../src/dodo/plan-change.js';
import { planChangeBody } from '../../src/dodo/pricing.js';
import type { ActivityContext } from '../context.js';
import { readChangeable } from './changeable.js';
import { attemptMetadata, replacingLink } from './requests.js';
import { sendAttempt } from './send.js';

export function changePlanActivities(context: ActivityContext) {
  const { dodo } = context;
  return {
    /**
     * Sends one plan change, for the price that was accepted or less.
     *
     * Dodo: reads the subscription, looks for the attempt, previews the change, then sends one request that may charge.
     * Ledger: records the attempt before that request, and the reply after it. A worse price opens the presentation again.
     * Repeated: an attempt that is recorded or found at Dodo is never sent again; the reply is `unknown` or `submitted`.
     *
     * Never throws: failures before the request are `not_sent` or `rejected`, lost answers `unknown`.
     */
    async changePlan(input: AttemptInput): Promise<SendReply> {
      const { subscriptionId } = input;
      const { action, discountCode } = input.offer;
      if (subscriptionId === undefined || action.kind !== 'change_plan')
        return { kind: 'rejected', code: 'NO_SUBSCRIPTION' };
      const reply = await sendAttempt(context, 'change_plan', input, {
        async prepare() {
          const read = await readChangeable(dodo, { subscriptionId, action, quantity: input.quantity });
          const { subscription } = read;
          if (input.otherThan !== undefined && subscription?.payment_method_id === input.otherThan) {
            return { refused: SAME_PAYMENT_METHOD };
          }
          return read.refused === undefined ? { subscription } : { refused: read.refused };
        },
        async post({ subscription }) {
          if (!subscription) throw new Error('unreachable: the subscription was read before');
          // An empty body is an ordinary answer: the saved method is charged, and events tell the outcome.
          const answer: unknown = await dodo.subscriptions.changePlan(subscriptionId, {
            ...planChangeBody(subscription, action, discountCode),
            ...replacingLink(input),
            metadata: attemptMetadata(context, input),
          });
          const paymentId = (answer as { payment_id?: unknown } | null | undefined)?.payment_id;
          return { paymentId: typeof paymentId === 'string' ? paymentId : undefined };
        },
      });
      // What is in the way is the change that the customer gave up for this one: its declined charge.
      return input.replaces && reply.kind === 'rejected' && reply.code === PENDING_CHANGE
        ? { ...reply, code: DECLINED_CHANGE_PENDING }
        : reply;
    },
  };
}
