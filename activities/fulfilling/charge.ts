/** Charging the saved payment method for an offer of its own. */
import { addonsForDodo, addressForDodo } from '../../src/dodo/pricing.js';
import { billingOf } from '../../src/dodo/payments.js';
import { ATTEMPT_METADATA_KEY } from '../../src/domain/ids.js';
import type DodoPayments from 'dodopayments';
import type { BillingAddress } from '../../src/domain/purchase.js';
import type { AttemptInput, SendReply } from '../../src/domain/attempt.js';
import type { ActivityContext } from '../context.js';
import { sendAttempt, type Submitted } from './send.js';

export function chargeActivities(context: ActivityContext) {
  const { dodo } = context;

  async function oneClickCheckout(input: AttemptInput, billing: BillingAddress): Promise<Submitted> {
    const session: unknown = await dodo.checkoutSessions.create({
      ...cart(input),
      customer: { customer_id: input.customerId },
      billing_address: addressForDodo(billing),
      // A confirmed session needs either the whole address or the word that country and code are all there is.
      minimal_address: !(billing.street && billing.city && billing.state),
      payment_method_id: input.paymentMethodId,
      confirm: true,
      feature_flags: { redirect_immediately: true },
      return_url: returnUrl(context, input.presentationId),
      metadata: attemptMetadata(input),
    });
    const { session_id, payment_id } = (session ?? {}) as Partial<DodoPayments.CheckoutSessionResponse>;
    if (typeof session_id !== 'string') throw new Error('Dodo answered without a session id.');
    return { sessionId: session_id, paymentId: payment_id };
  }

  async function oneTimePayment(input: AttemptInput, billing: BillingAddress): Promise<Submitted> {
    // Deprecated at Dodo in favour of checkout sessions, and still what merchants with `action.kind: payment` ask for.
    const payment: unknown = await dodo.payments.create({
      ...cart(input),
      customer: { customer_id: input.customerId },
      billing: addressForDodo(billing),
      payment_method_id: input.paymentMethodId,
      return_url: returnUrl(context, input.presentationId),
      metadata: attemptMetadata(input),
    });
    const { payment_id } = (payment ?? {}) as Partial<DodoPayments.PaymentCreateResponse>;
    if (typeof payment_id !== 'string') throw new Error('Dodo answered without a payment id.');
    return { paymentId: payment_id };
  }

  return {
    /** Sends one attempt to charge the saved method. Never throws once it has been recorded. */
    charge(input: AttemptInput): Promise<SendReply> {
      const { kind } = input.offer.action;
      return sendAttempt(context, kind, input, {
        prepare: async () => ({ billing: await billingAddress(context, input) }),
        post({ billing }) {
          if (!billing) throw new Error('unreachable: an attempt without an address is not priced');
          return kind === 'payment' ? oneTimePayment(input, billing) : oneClickCheckout(input, billing);
        },
      });
    },
  };
}

/** What is bought, in the currency that was shown. */
export function cart(
  { offer: { action, discountCode }, quantity, price }: AttemptInput,
  addons = addonsForDodo(action.kind === 'charge' ? (action.addons ?? []) : []),
) {
  return {
    product_cart: [{ product_id: action.productId, quantity, ...(addons.length > 0 && { addons }) }],
    billing_currency: price.currency as DodoPayments.Currency,
    ...(discountCode !== undefined && { discount_codes: [discountCode] }),
  };
}

export function attemptMetadata({ attemptId, presentationId, purchaseId }: AttemptInput) {
  return {
    [ATTEMPT_METADATA_KEY]: attemptId,
    upsell_presentation_id: presentationId,
    upsell_purchase_id: purchaseId,
  };
}

/** Where the customer comes back to from any page of Dodo's. */
export function returnUrl({ appUrl }: ActivityContext, presentationId: string): string {
  return new URL(`/thank-you?presentation=${encodeURIComponent(presentationId)}`, appUrl).href;
}

/** The address the first purchase was billed to: from the ledger, else from the payment itself. */
export async function billingAddress(
  { ledger, dodo }: ActivityContext,
  input: Pick<AttemptInput, 'purchaseId' | 'paymentId'>,
): Promise<BillingAddress | undefined> {
  const kept = await ledger.billingOf(input.purchaseId);
  if (kept || input.paymentId === undefined) return kept;
  return billingOf(await dodo.payments.retrieve(input.paymentId));
}
