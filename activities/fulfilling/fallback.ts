/** Hands over another way to pay when an attempt has failed, or when the checkout was the way to pay from the start. */
import { DECLINE_CODES, declineMessage } from '../../src/dodo/decline.js';
import { planChangeRefusal, type Refusal } from '../../src/dodo/plan-change.js';
import { runOfAttempt } from '../../src/domain/ids.js';
import {
  ALREADY_OWNED,
  PURCHASE_REFUNDED,
  STILL_CONFIRMABLE,
  mayAttemptBecome,
} from '../../src/domain/attempt.js';
import type { ActivityContext } from '../context.js';
import { whyNotSoldNow } from '../offering/ownership.js';
import { acceptedEntry } from './accepted-entry.js';
import { acceptedTerms } from './accepted-terms.js';
import { readChangeable } from './changeable.js';
import { fallbackOptions, type FallbackInput, type FallbackOpened } from './fallback-options.js';
import { MESSAGES } from './messages.js';
import { attemptClaim } from './requests.js';

export type { FallbackInput, FallbackOpened } from './fallback-options.js';

export function fallbackActivities(context: ActivityContext) {
  const { dodo, ledger, now } = context;
  const options = fallbackOptions(context);

  /** Returns the link an earlier try handed over: it may have been shown, so its payment is the one that counts. */
  async function openedBefore({
    attemptId,
    presentationId,
    offer,
  }: FallbackInput): Promise<FallbackOpened | undefined> {
    const attempt = await ledger.attempt(attemptId);
    if (attempt?.sessionId !== undefined) {
      const shown = await ledger.presentation(presentationId);
      const retry = offer.action.kind === 'change_plan' && shown?.updatePaymentMethodUrl !== undefined;
      return { kind: 'checkout', sessionId: attempt.sessionId, retry };
    }
    return attempt?.paymentId === undefined
      ? undefined
      : { kind: 'payment_link', paymentId: attempt.paymentId };
  }

  /** Returns what is left to the customer. If nothing was sent, a plan change has not been checked against Dodo yet. */
  async function refusalOf(input: FallbackInput): Promise<Refusal> {
    const { asked, failed, offer, subscriptionId, quantity } = input;
    if (!asked && !failed.unreachable) return refusalAfter(input);
    const gone = await whyNotSoldNow(context, input);
    if (gone !== undefined) return refusalAfter({ ...input, failed: { errorCode: gone } });
    const { action } = offer;
    if (action.kind === 'change_plan' && subscriptionId !== undefined) {
      const { refused } = await readChangeable(dodo, { subscriptionId, action, quantity });
      const refusal = refused === undefined ? undefined : planChangeRefusal(refused);
      if (refusal) return refusal;
    }
    return { after: 'checkout', message: asked ? MESSAGES.checkout : MESSAGES.unreachable };
  }

  /**
   * Records that the attempts before this one have failed, which only their run knew: whoever has to settle the offer
   * without it must not take them for money in doubt. A payment that the bank has still to confirm may yet succeed.
   */
  async function recordFailure({ attemptId, presentationId, asked, failed }: FallbackInput): Promise<void> {
    const { errorCode, unreachable = false } = failed;
    if (asked || unreachable || (errorCode !== undefined && STILL_CONFIRMABLE.includes(errorCode))) return;
    for (const earlier of await ledger.attemptsOf(presentationId)) {
      if (earlier.attemptId === attemptId || !mayAttemptBecome(earlier.status, 'failed')) continue;
      await ledger.updateAttempt(earlier.attemptId, { status: 'failed', errorCode });
    }
  }

  return {
    /**
     * Opens the best fallback there is for a failed attempt: a payment link, the standard checkout, or an update of the
     * payment method.
     *
     * Dodo: reads the subscription and creates links; nothing is charged until the customer pays there.
     * Ledger: records that the attempts before have failed, and the fallback as an attempt of its own, and puts links and message on the presentation; without any
     * fallback the presentation is `failed`.
     * Repeated: returns the link that is recorded. A plan-change link opened before it could be recorded is found again
     * by its metadata; a checkout session may be created twice, and only the recorded one is shown.
     *
     * @throws when Dodo or the ledger cannot be reached; Temporal tries again
     */
    async openFallback(input: FallbackInput): Promise<FallbackOpened> {
      const { attemptId, presentationId, price, asked } = input;
      const at = now().toISOString();
      const before = await openedBefore(input);
      if (before) return before;
      const refusal = unlessFree(input, await refusalOf(input));
      const { patch: chosen } = await acceptedTerms(context, input, asked ? 'checkout' : 'one_click');
      await ledger.recordAttempt(
        {
          ...attemptClaim(input),
          proof: true,
          presentationId,
          kind: 'fallback',
          workflowId: runOfAttempt(attemptId),
          status: 'recorded',
          amount: price.dueNow,
          currency: price.currency,
          createdAt: at,
        },
        { decision: 'accepted', decidedAt: input.acceptedAt, ...chosen },
        [acceptedEntry(input)],
      );
      await recordFailure(input);
      const { opened, url, updateUrl, message } = await options.open(input, refusal);
      if (opened.kind === 'none') {
        const patch = { status: 'failed' as const, message };
        await ledger.updateAttempt(attemptId, { status: 'rejected' }, { id: presentationId, patch });
        return opened;
      }
      await ledger.updateAttempt(
        attemptId,
        {
          status: 'submitted',
          sessionId: opened.kind === 'checkout' ? opened.sessionId : undefined,
          paymentId: opened.kind === 'payment_link' ? opened.paymentId : undefined,
        },
        {
          id: presentationId,
          patch: {
            status: asked ? 'requires_action' : 'fallback',
            checkoutUrl: url ?? null,
            updatePaymentMethodUrl: updateUrl ?? null,
            message,
          },
        },
        [
          {
            at,
            type: asked ? 'checkout_opened' : 'fallback_opened',
            detail: { presentationId, attemptId },
          },
        ],
      );
      return opened;
    },
  };
}

/** Returns what is left to the customer after an attempt that Dodo or a bank refused. */
function refusalAfter({ failed: { errorCode: code }, offer }: FallbackInput): Refusal {
  if (code === ALREADY_OWNED) return { after: 'none', message: MESSAGES.alreadyOwned };
  if (code === PURCHASE_REFUNDED) return { after: 'none', message: MESSAGES.purchaseRefunded };
  const planChange = offer.action.kind === 'change_plan';
  const refusal = code !== undefined && planChange ? planChangeRefusal(code) : undefined;
  if (refusal) return refusal;
  // A bank's decline has its own message; why Dodo refused a request does not concern the customer.
  const declined = code !== undefined && DECLINE_CODES.includes(code);
  return { after: 'checkout', message: declined ? declineMessage(code) : MESSAGES.oneClickFailed };
}

/**
 * Leaves no way to buy what the customer was to get for nothing: a free change that failed must not become a sale. Only
 * an update of the payment method stays, after which the change itself is tried again.
 */
function unlessFree({ offer: { action }, price: { dueNow } }: FallbackInput, refusal: Refusal): Refusal {
  const free = action.kind === 'change_plan' && dueNow === 0;
  return free && refusal.after === 'checkout' ? { after: 'none', message: MESSAGES.notChanged } : refusal;
}
