/** When an attempt has failed: the standard checkout, a way to change the card, and a clear message. */
import { classify, ifFound } from '../../src/dodo/errors.js';
import { DECLINE_CODES, declineMessage } from '../../src/dodo/decline.js';
import { isAboveOneClick } from '../../src/domain/choice.js';
import { acceptedTerms } from './accepted-terms.js';
import { type AttemptInput } from '../../src/domain/attempt.js';
import { runOfAttempt } from '../../src/domain/ids.js';
import { attemptMetadata, billingAddress, cart, returnUrl } from './charge.js';
import {
  SUBSCRIPTION_GONE,
  planChangeRefusal,
  reasonAgainstChange,
  type Refusal,
} from '../../src/dodo/plan-change.js';
import { findAttempt } from '../../src/dodo/payments.js';
import { addonsForDodo, addressForDodo, planChangeBody } from '../../src/dodo/pricing.js';
import type { ActivityContext } from '../context.js';

/** How the customer can still pay. */
export type FallbackOpened =
  /** The standard checkout: it buys anew. */
  | { kind: 'checkout'; sessionId: string; retry: boolean }
  /** A page of Dodo's that settles the plan change itself. */
  | { kind: 'payment_link'; paymentId: string }
  /** Only another payment method helps; the change may be asked for once more after that. */
  | { kind: 'update_method' }
  | { kind: 'none' };

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

  /** What the subscription has beside its plan, and would lose if the plan were simply bought anew. */
  async function carriedOver({ offer: { action }, subscriptionId }: FallbackInput) {
    if (action.kind !== 'change_plan') return undefined;
    if (action.addons) return addonsForDodo(action.addons);
    const subscription =
      subscriptionId === undefined ? undefined : await ifFound(dodo.subscriptions.retrieve(subscriptionId));
    return (subscription?.addons ?? []).map(({ addon_id, quantity }) => ({ addon_id, quantity }));
  }

  /** Unconfirmed: it charges nobody until the customer pays there, so it may be created twice. */
  async function checkoutUrl(input: FallbackInput) {
    const billing = await billingAddress(context, input);
    const session = await dodo.checkoutSessions.create({
      ...cart(input, await carriedOver(input)),
      customer: { customer_id: input.customerId },
      ...(billing && { billing_address: addressForDodo(billing) }),
      return_url: returnUrl(context, input.presentationId),
      metadata: attemptMetadata(input),
    });
    return { sessionId: session.session_id, url: session.checkout_url ?? undefined };
  }

  /** Undefined unless the business may settle plan changes through a link. */
  async function planChangeLink(
    input: FallbackInput,
  ): Promise<{ paymentId: string; url: string } | { refused: string } | undefined> {
    const { action, discountCode } = input.offer;
    if (
      action.kind !== 'change_plan' ||
      action.effectiveAt !== 'immediately' ||
      input.subscriptionId === undefined
    ) {
      return undefined;
    }
    try {
      const subscription = await dodo.subscriptions.retrieve(input.subscriptionId);
      const answer = await dodo.subscriptions.changePlan(input.subscriptionId, {
        ...planChangeBody(subscription, action, discountCode),
        collect_via_payment_link: true,
        metadata: attemptMetadata(input),
      });
      const { payment_id, payment_link } = (answer ?? {}) as Partial<typeof answer>;
      return payment_id && payment_link ? { paymentId: payment_id, url: payment_link } : undefined;
    } catch (error) {
      const failure = classify(error);
      if (failure.kind !== 'rejected') throw error;
      return (await linkOpenedBefore(input)) ?? { refused: failure.code };
    }
  }

  /** Opened by this activity when it could not say so any more: Dodo refuses a second one because of it. */
  async function linkOpenedBefore({
    attemptId,
    customerId,
    runStartedAt,
  }: FallbackInput): Promise<{ paymentId: string; url: string } | undefined> {
    const found = await findAttempt(dodo, { attemptId, customerId, since: runStartedAt });
    const payment = found && (await dodo.payments.retrieve(found.payment_id));
    return payment?.payment_link ? { paymentId: payment.payment_id, url: payment.payment_link } : undefined;
  }

  /** Where nothing was sent before, nobody has looked yet whether the plan may be changed at all. */
  async function reasonAgainst({ offer: { action }, ...input }: FallbackInput): Promise<Refusal | undefined> {
    if (action.kind !== 'change_plan' || input.subscriptionId === undefined) return undefined;
    const subscription = await ifFound(dodo.subscriptions.retrieve(input.subscriptionId));
    const code = subscription
      ? reasonAgainstChange(subscription, {
          productId: action.productId,
          quantity: input.quantity,
          carried: action.quantity === undefined,
        })
      : SUBSCRIPTION_GONE;
    return code === undefined ? undefined : planChangeRefusal(code);
  }

  async function checkoutUnlessRefused(
    input: FallbackInput,
  ): Promise<{ sessionId: string; url: string } | undefined> {
    try {
      const { sessionId, url } = await checkoutUrl(input);
      return url === undefined ? undefined : { sessionId, url };
    } catch (error) {
      const failure = classify(error);
      if (failure.kind !== 'rejected') throw error;
      log.warn({ failure, attemptId: input.attemptId }, 'Dodo refused the fallback checkout');
      return undefined;
    }
  }

  /** The ways that are left, best first. */
  async function ways(
    input: FallbackInput,
    { after, message }: Refusal,
  ): Promise<{ opened: FallbackOpened; url?: string; updateUrl?: string; message: string }> {
    if (after === 'none') return { opened: { kind: 'none' }, message };
    if (after === 'update_method') {
      const updateUrl = await updatePaymentMethodUrl(input);
      return updateUrl === undefined
        ? { opened: { kind: 'none' }, message: NO_WAY_MESSAGE }
        : { opened: { kind: 'update_method' }, updateUrl, message };
    }
    const planChange = input.offer.action.kind === 'change_plan';
    // Too dear for one click, the change itself can still be paid on a page of Dodo's; without a card it cannot.
    const byLink = planChange && (!input.asked || isAboveOneClick(input.price, input.oneClickLimit));
    const link = byLink ? await planChangeLink(input) : undefined;
    if (link && 'url' in link)
      return { opened: { kind: 'payment_link', paymentId: link.paymentId }, url: link.url, message };
    // After a declined change Dodo refuses another one because of it. Here nothing was asked before, so it means what it says.
    const refusal = input.asked && link ? planChangeRefusal(link.refused) : undefined;
    if (refusal && refusal.after !== 'checkout') return ways(input, refusal);
    const [checkout, updateUrl] = await Promise.all([
      checkoutUnlessRefused(input),
      input.asked ? undefined : updatePaymentMethodUrl(input),
    ]);
    const retry = planChange && updateUrl !== undefined;
    if (checkout) {
      return {
        opened: { kind: 'checkout', sessionId: checkout.sessionId, retry },
        updateUrl,
        url: checkout.url,
        message,
      };
    }
    return retry
      ? { opened: { kind: 'update_method' }, updateUrl, message }
      : { opened: { kind: 'none' }, message: NO_WAY_MESSAGE };
  }

  /** A link that may have been shown already is the one whose payment counts. */
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

  return {
    /** Opens the fallback of a failed attempt. May be repeated: nothing is charged by it. */
    async openFallback(input: FallbackInput): Promise<FallbackOpened> {
      const { attemptId, presentationId, price } = input;
      const at = context.now().toISOString();
      const before = await openedBefore(input);
      if (before) return before;
      const sent = !input.asked && !input.failed.unreachable;
      const left = sent
        ? failureOf(input)
        : ((await reasonAgainst(input)) ?? {
            after: 'checkout' as const,
            message: input.asked ? CHECKOUT_MESSAGE : UNREACHABLE_MESSAGE,
          });
      const { patch: chosen } = await acceptedTerms(context, input, input.asked ? 'checkout' : 'one_click');
      await ledger.recordAttempt(
        {
          attemptId,
          presentationId,
          kind: 'fallback',
          workflowId: runOfAttempt(attemptId),
          status: 'recorded',
          amount: price.dueNow,
          currency: price.currency,
          createdAt: at,
        },
        { decision: 'accepted', decidedAt: input.acceptedAt, ...chosen },
        [{ at: input.acceptedAt, type: 'accepted', detail: { presentationId } }],
      );
      const way = await ways(input, left);
      if (way.opened.kind === 'none') {
        const patch = { status: 'failed' as const, message: way.message };
        await ledger.updateAttempt(attemptId, { status: 'rejected' }, { id: presentationId, patch });
        return way.opened;
      }
      await ledger.updateAttempt(
        attemptId,
        {
          status: 'submitted',
          sessionId: way.opened.kind === 'checkout' ? way.opened.sessionId : undefined,
          paymentId: way.opened.kind === 'payment_link' ? way.opened.paymentId : undefined,
        },
        {
          id: presentationId,
          patch: {
            status: input.asked ? 'requires_action' : 'fallback',
            checkoutUrl: way.url ?? null,
            updatePaymentMethodUrl: way.updateUrl ?? null,
            message: way.message,
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
      return way.opened;
    },
  };
}

/** What is left to the customer after a failure, and in which words. */
function failureOf({ failed: { errorCode: code }, offer }: FallbackInput): Refusal {
  const planChange = offer.action.kind === 'change_plan';
  const refusal = code !== undefined && planChange ? planChangeRefusal(code) : undefined;
  if (refusal) return refusal;
  // A bank's no has words of its own; a request that Dodo refused is no business of the customer's.
  const declined = code !== undefined && DECLINE_CODES.includes(code);
  return { after: 'checkout', message: declined ? declineMessage(code) : ONE_CLICK_FAILED_MESSAGE };
}
