/** Opens the ways to pay that are left to a customer, best first. Nothing here charges. */
import { classify, ifFound, isKeyRejected } from '../../src/dodo/errors.js';
import { findAttempt } from '../../src/dodo/payments.js';
import { planChangeRefusal, type Refusal } from '../../src/dodo/plan-change.js';
import { addonsForDodo, billedTo, planChangeBody } from '../../src/dodo/pricing.js';
import type { AttemptInput } from '../../src/domain/attempt.js';
import { isAboveOneClick } from '../../src/domain/choice.js';
import type { ActivityContext } from '../context.js';
import { MESSAGES } from './messages.js';
import { attemptMetadata, billingAddress, cart, replacingLink, returnUrl } from './requests.js';

/** How the customer can still pay. */
export type FallbackOpened =
  /** The standard checkout, which buys anew. `retry`: a plan change may also be tried once more. */
  | { kind: 'checkout'; sessionId: string; retry: boolean }
  /** A page of Dodo's that settles the plan change itself. */
  | { kind: 'payment_link'; paymentId: string }
  /** Only another payment method helps; after that the change may be tried once more. */
  | { kind: 'update_method' }
  | { kind: 'none' };

export interface FallbackInput extends AttemptInput {
  failed: { errorCode?: string; unreachable?: boolean };
  /** The checkout was the way to pay from the start: nothing has failed. */
  asked: boolean;
}

export interface FallbackLinks {
  opened: FallbackOpened;
  /** Where to pay. */
  url?: string;
  /** Where to change the payment method. */
  updateUrl?: string;
  /** For the customer. */
  message: string;
}

interface PaymentLink {
  paymentId: string;
  url: string;
}

export function fallbackOptions(context: ActivityContext) {
  const { dodo, log, proofs } = context;

  /** Opens the best option that a refusal leaves. */
  async function open(input: FallbackInput, { after, message }: Refusal): Promise<FallbackLinks> {
    if (after === 'none') return { opened: { kind: 'none' }, message };
    if (after === 'update_method') return updateMethod(input, message);
    const planChange = input.offer.action.kind === 'change_plan';
    // A change too expensive for one click can still be paid on a page of Dodo's; without a card it cannot.
    const byLink = planChange && (!input.asked || isAboveOneClick(input.price, input.oneClickLimit));
    const link = byLink ? await planChangeLink(input) : undefined;
    if (link && 'url' in link)
      return { opened: { kind: 'payment_link', paymentId: link.paymentId }, url: link.url, message };
    // After a declined change Dodo refuses another one because of it. Here nothing was sent before, so a refusal counts.
    const refusal = input.asked && link ? planChangeRefusal(link.refused) : undefined;
    if (refusal && refusal.after !== 'checkout') return open(input, refusal);
    const [checkout, updateUrl] = await Promise.all([
      checkoutUnlessRefused(input),
      input.asked ? undefined : updateMethodUrlIfAny(input),
    ]);
    const retry = planChange && updateUrl !== undefined;
    if (checkout) {
      const { sessionId, url } = checkout;
      return { opened: { kind: 'checkout', sessionId, retry }, url, updateUrl, message };
    }
    return retry
      ? { opened: { kind: 'update_method' }, updateUrl, message }
      : { opened: { kind: 'none' }, message: MESSAGES.noFallback };
  }

  async function updateMethod(input: FallbackInput, message: string): Promise<FallbackLinks> {
    const updateUrl = await updateMethodUrl(input);
    return updateUrl === undefined
      ? { opened: { kind: 'none' }, message: MESSAGES.noFallback }
      : { opened: { kind: 'update_method' }, updateUrl, message };
  }

  /** Undefined when there is no such link now: the checkout link is what matters. */
  async function updateMethodUrlIfAny(input: FallbackInput): Promise<string | undefined> {
    try {
      return await updateMethodUrl(input);
    } catch (error) {
      log.warn(
        { failure: classify(error), attemptId: input.attemptId },
        'no link to update the payment method',
      );
      return undefined;
    }
  }

  /** Undefined when Dodo refuses. */
  async function updateMethodUrl(input: FallbackInput): Promise<string | undefined> {
    const return_url = await returnUrl(context, input);
    try {
      if (input.offer.action.kind === 'change_plan' && input.subscriptionId !== undefined) {
        const updating = await dodo.subscriptions.updatePaymentMethod(input.subscriptionId, {
          payment_method: { type: 'new', return_url },
        });
        return updating.payment_link ?? undefined;
      }
      return (await dodo.customers.customerPortal.create(input.customerId, { return_url })).link;
    } catch (error) {
      const failure = refusalIn(error);
      log.warn({ failure, attemptId: input.attemptId }, 'Dodo refused a link to update the payment method');
      return undefined;
    }
  }

  /** Undefined unless the business may settle plan changes through a link. */
  async function planChangeLink(
    input: FallbackInput,
  ): Promise<PaymentLink | { refused: string } | undefined> {
    const { subscriptionId } = input;
    const { action, discountCode } = input.offer;
    if (
      action.kind !== 'change_plan' ||
      action.effectiveAt !== 'immediately' ||
      subscriptionId === undefined
    ) {
      return undefined;
    }
    try {
      const subscription = await dodo.subscriptions.retrieve(subscriptionId);
      const answer = await dodo.subscriptions.changePlan(subscriptionId, {
        ...planChangeBody(subscription, action, discountCode),
        collect_via_payment_link: true,
        // Newer than the SDK's types.
        ...{ return_url: await returnUrl(context, input) },
        ...replacingLink(input),
        metadata: attemptMetadata(context, input),
      });
      const { payment_id, payment_link } = (answer ?? {}) as Partial<typeof answer>;
      return payment_id && payment_link ? { paymentId: payment_id, url: payment_link } : undefined;
    } catch (error) {
      const { code } = refusalIn(error);
      return (await linkOpenedBefore(input)) ?? { refused: code };
    }
  }

  /** Finds a link that an earlier try opened and could not record: because of it Dodo refuses a second one. */
  async function linkOpenedBefore({
    attemptId,
    customerId,
    runStartedAt,
  }: FallbackInput): Promise<PaymentLink | undefined> {
    const found = await findAttempt(dodo, { attemptId, customerId, since: runStartedAt, proofs });
    const payment = found?.proven ? await dodo.payments.retrieve(found.payment.payment_id) : undefined;
    return payment?.payment_link ? { paymentId: payment.payment_id, url: payment.payment_link } : undefined;
  }

  /** The session is not confirmed: nothing is charged until the customer pays there, so it may be created twice. */
  async function checkoutUnlessRefused(
    input: FallbackInput,
  ): Promise<{ sessionId: string; url: string } | undefined> {
    try {
      const [billing, back] = await Promise.all([billingAddress(context, input), returnUrl(context, input)]);
      const session = await dodo.checkoutSessions.create({
        ...cart(input, await carriedAddons(input)),
        customer: { customer_id: input.customerId },
        ...(billing && billedTo(billing)),
        show_saved_payment_methods: true,
        return_url: back,
        cancel_url: back,
        metadata: attemptMetadata(context, input),
      });
      const { session_id: sessionId, checkout_url: url } = session;
      return url ? { sessionId, url } : undefined;
    } catch (error) {
      const failure = refusalIn(error);
      log.warn({ failure, attemptId: input.attemptId }, 'Dodo refused the fallback checkout');
      return undefined;
    }
  }

  /** Returns the add-ons a subscription would lose if its new plan were simply bought anew. */
  async function carriedAddons({ offer: { action }, subscriptionId }: FallbackInput) {
    if (action.kind !== 'change_plan') return undefined;
    if (action.addons) return addonsForDodo(action.addons);
    const subscription =
      subscriptionId === undefined ? undefined : await ifFound(dodo.subscriptions.retrieve(subscriptionId));
    return (subscription?.addons ?? []).map(({ addon_id, quantity }) => ({ addon_id, quantity }));
  }

  return { open };
}

/**
 * Returns Dodo's refusal of a link. Rethrows everything else, a rejected key included: that says nothing about the
 * offer, and the link is asked for again.
 */
function refusalIn(error: unknown) {
  const failure = classify(error);
  if (failure.kind !== 'rejected' || isKeyRejected(failure)) throw error;
  return failure;
}
