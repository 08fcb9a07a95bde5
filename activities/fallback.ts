/** When an attempt has failed: the standard checkout, a way to change the card, and a clear message. */
import { classify } from '../src/dodo/errors.js';
import { DECLINE_CODES, declineMessage } from '../src/dodo/decline.js';
import type { AttemptInput } from './attempt.js';
import { attemptMetadata, billingAddress, cart, returnUrl } from './charge.js';
import { addressForDodo } from '../src/dodo/pricing.js';
import type { ActivityContext } from './context.js';

export interface FallbackInput extends AttemptInput {
  failed: { errorCode?: string; unreachable?: boolean };
  /** Checkout was the way to pay from the start: nothing has failed. */
  asked: boolean;
}

const UNREACHABLE_MESSAGE =
  'The payment provider could not be reached in time, so nothing was charged. You can still take the offer at the checkout.';
const ONE_CLICK_FAILED_MESSAGE =
  'This could not be charged with one click, so you were not charged. You can take the offer at the checkout.';
const CHECKOUT_MESSAGE = 'Please complete your order at the checkout.';
const NO_WAY_MESSAGE = 'This offer could not be completed. You were not charged.';

export function fallbackActivities(context: ActivityContext) {
  const { dodo, ledger, log } = context;

  /** Undefined when there is none; the checkout link is what matters. */
  async function updatePaymentMethodUrl(input: FallbackInput): Promise<string | undefined> {
    try {
      const return_url = returnUrl(context, input.presentationId);
      if (input.offer.action.kind === 'change_plan' && input.subscriptionId !== undefined) {
        const updating = await dodo.subscriptions.updatePaymentMethod(input.subscriptionId, {
          payment_method: { type: 'new', return_url },
        });
        return updating.payment_link ?? undefined;
      }
      return (await dodo.customers.customerPortal.create(input.customerId, { return_url })).link;
    } catch (error) {
      log.warn(
        { failure: classify(error), attemptId: input.attemptId },
        'no link to update the payment method',
      );
      return undefined;
    }
  }

  /** Unconfirmed: it charges nobody until the customer pays there, so it may be created twice. */
  async function checkoutUrl(input: FallbackInput) {
    const billing = await billingAddress(context, input);
    const session = await dodo.checkoutSessions.create({
      ...cart(input),
      customer: { customer_id: input.customerId },
      ...(billing && { billing_address: addressForDodo(billing) }),
      return_url: returnUrl(context, input.presentationId),
      metadata: attemptMetadata(input),
    });
    return { sessionId: session.session_id, url: session.checkout_url ?? undefined };
  }

  return {
    /** Opens the fallback of a failed attempt. `none` when Dodo refuses every way. */
    async openFallback(input: FallbackInput): Promise<{ kind: 'opened' | 'none' }> {
      const { attemptId, presentationId, price } = input;
      const at = context.now().toISOString();
      const message = input.asked
        ? CHECKOUT_MESSAGE
        : input.failed.unreachable
          ? UNREACHABLE_MESSAGE
          : failureMessage(input.failed.errorCode);
      const recordedBefore = await ledger.attempt(attemptId);
      if (recordedBefore?.sessionId !== undefined) return { kind: 'opened' };
      await ledger.recordAttempt(
        {
          attemptId,
          presentationId,
          kind: 'fallback',
          workflowId: attemptId.slice(0, attemptId.lastIndexOf(':', attemptId.lastIndexOf(':') - 1)),
          status: 'recorded',
          amount: price.dueNow,
          currency: price.currency,
          createdAt: at,
        },
        { decision: 'accepted', decidedAt: input.acceptedAt },
        [{ at: input.acceptedAt, type: 'accepted', detail: { presentationId } }],
      );
      const [checkout, updateUrl] = await Promise.all([
        checkoutUrl(input).catch((error: unknown) => {
          const failure = classify(error);
          if (failure.kind !== 'rejected') throw error;
          log.warn({ failure, attemptId }, 'Dodo refused the fallback checkout');
          return undefined;
        }),
        input.asked ? undefined : updatePaymentMethodUrl(input),
      ]);
      if (!checkout?.url) {
        const patch = { status: 'failed' as const, message: NO_WAY_MESSAGE };
        await ledger.updateAttempt(attemptId, { status: 'rejected' }, { id: presentationId, patch });
        return { kind: 'none' };
      }
      await ledger.updateAttempt(
        attemptId,
        { status: 'submitted', sessionId: checkout.sessionId },
        {
          id: presentationId,
          patch: {
            status: input.asked ? 'requires_action' : 'fallback',
            checkoutUrl: checkout.url,
            updatePaymentMethodUrl: updateUrl ?? null,
            message,
          },
        },
        [
          {
            at,
            type: input.asked ? 'checkout_opened' : 'fallback_opened',
            detail: { presentationId, attemptId },
          },
        ],
      );
      return { kind: 'opened' };
    },
  };
}

/** A bank's no has words of its own; a request that Dodo refused is no business of the customer's. */
function failureMessage(code: string | undefined): string {
  return code !== undefined && DECLINE_CODES.includes(code) ? declineMessage(code) : ONE_CLICK_FAILED_MESSAGE;
}
