/** Charges the saved payment method for an offer with a payment of its own. */
import type DodoPayments from 'dodopayments';
import { addressForDodo, billedTo } from '../../src/dodo/pricing.js';
import type { BillingAddress } from '../../src/domain/purchase.js';
import type { AttemptInput, ConfirmationHandles, SendReply } from '../../src/domain/attempt.js';
import type { ActivityContext } from '../context.js';
import { attemptMetadata, billingAddress, cart, returnUrl } from './requests.js';
import { sendAttempt, type Submitted } from './send.js';

interface Destination {
  billing: BillingAddress;
  return_url: string;
}

export function chargeActivities(context: ActivityContext) {
  const { dodo } = context;

  async function oneClickCheckout(
    input: AttemptInput,
    { billing, return_url }: Destination,
  ): Promise<Submitted> {
    const session: unknown = await dodo.checkoutSessions.create({
      ...cart(input),
      customer: { customer_id: input.customerId },
      ...billedTo(billing),
      // A confirmed session needs the whole address, unless it says that country and postal code are all there is.
      minimal_address: !(billing.street && billing.city && billing.state),
      payment_method_id: input.paymentMethodId,
      confirm: true,
      feature_flags: { redirect_immediately: true },
      return_url,
      metadata: attemptMetadata(context, input),
    });
    const answer = (session ?? {}) as Partial<DodoPayments.CheckoutSessionResponse>;
    const { session_id, payment_id } = answer;
    if (typeof session_id !== 'string') throw new Error('Dodo answered without a session id.');
    return { sessionId: session_id, paymentId: payment_id, confirmation: confirmationIn(answer) };
  }

  /** `payments.create` is deprecated at Dodo, but it is what merchants with `action.kind: payment` ask for. */
  async function oneTimePayment(
    input: AttemptInput,
    { billing, return_url }: Destination,
  ): Promise<Submitted> {
    const payment: unknown = await dodo.payments.create({
      ...cart(input),
      customer: { customer_id: input.customerId },
      billing: addressForDodo(billing),
      ...(billing.taxId !== undefined && { tax_id: billing.taxId }),
      payment_method_id: input.paymentMethodId,
      return_url,
      metadata: attemptMetadata(context, input),
    });
    const answer = (payment ?? {}) as Partial<DodoPayments.PaymentCreateResponse>;
    const { payment_id } = answer;
    if (typeof payment_id !== 'string') throw new Error('Dodo answered without a payment id.');
    return { paymentId: payment_id, confirmation: confirmationIn(answer) };
  }

  return {
    /**
     * Sends one attempt to charge the saved method: a confirmed checkout session, or a one-time payment.
     *
     * Dodo: looks for the attempt, previews the price, then sends one request that moves money.
     * Ledger: records the attempt before that request, and the reply after it. A worse price opens the presentation again.
     * Repeated: an attempt that is recorded or found at Dodo is never sent again; the reply is `unknown` or `submitted`.
     *
     * Never throws: failures before the request are `not_sent` or `rejected`, lost answers `unknown`.
     */
    charge(input: AttemptInput): Promise<SendReply> {
      const { kind } = input.offer.action;
      return sendAttempt(context, kind, input, {
        async prepare() {
          const [billing, return_url] = await Promise.all([
            billingAddress(context, input),
            returnUrl(context, input),
          ]);
          return { billing, return_url };
        },
        post({ billing, return_url }) {
          if (!billing || return_url === undefined)
            throw new Error('unreachable: an attempt without an address is not priced');
          const destination = { billing, return_url };
          return kind === 'payment'
            ? oneTimePayment(input, destination)
            : oneClickCheckout(input, destination);
        },
      });
    },
  };
}

/** Returns what an answer gives for Dodo's SDK. It reaches the ledger alone: replies are kept in the run's history. */
function confirmationIn(answer: {
  client_secret?: string | null;
  publishable_key?: string | null;
}): ConfirmationHandles | undefined {
  const { client_secret: clientSecret, publishable_key: publishableKey } = answer;
  if (typeof clientSecret !== 'string' || clientSecret === '') return undefined;
  return { clientSecret, ...(typeof publishableKey === 'string' && { publishableKey }) };
}
