import { checkoutBodySchema } from '../api/schemas.js';
import { checkoutOf } from '../dodo/checkouts.js';
import { createCheckout } from '../dodo/checkout-creation.js';
import { customerMessage } from '../dodo/declines.js';
import type { PayResult } from '../dodo/hosted-payments.js';
import { payCheckout } from '../dodo/hosted-payments.js';
import { parse, unprocessable } from '../errors.js';
import type { IntentStatus } from '../model.js';
import type { World } from '../world.js';
import { paymentOf } from '../dodo/payments.js';
import type { PayCheckoutInput, PurchaseInput } from './schemas.js';
import { PAYER_DEFAULTS, payCheckoutSchema, purchaseSchema } from './schemas.js';

export interface PurchaseResult {
  customer_id: string;
  payment_id: string;
  session_id: string | null;
  subscription_id: string | null;
  payment_method_id: string | null;
  status: IntentStatus;
  error_code: string | null;
  /** The page for 3-D Secure, when the bank asks for it. */
  payment_link: string | null;
}

/** Creates a session and pays it at once. */
export function buy(world: World, input: PurchaseInput): PurchaseResult {
  const wanted = parse(purchaseSchema, input);
  const { product_id, quantity, product_cart, customer_id, email, name } = wanted;
  const person = { email: email ?? PAYER_DEFAULTS.email, name: name ?? PAYER_DEFAULTS.name };
  const session = createCheckout(
    world,
    parse(checkoutBodySchema, {
      product_cart: product_cart ?? [{ product_id, quantity }],
      customer: customer_id === undefined ? person : { customer_id },
      billing_address: wanted.billing ?? PAYER_DEFAULTS.billing,
      metadata: wanted.metadata,
      discount_codes: wanted.discount_codes,
      return_url: wanted.return_url,
      tax_id: wanted.tax_id,
      force_3ds: wanted.force_3ds,
      subscription_data: wanted.subscription_data,
    }),
  );
  if (!('session_id' in session.body)) throw unprocessable(session.body.code, session.body.message);
  return paySession(world, session.body.session_id, { card: wanted.card });
}

/** Pays a session as its page does; details the session already has are filled in. */
export function paySession(world: World, sessionId: string, input: PayCheckoutInput): PurchaseResult {
  const session = checkoutOf(world, sessionId);
  const { email, name, billing, card } = parse(payCheckoutSchema, input);
  return payResult(
    world,
    payCheckout(world, sessionId, {
      email: email ?? session.email ?? PAYER_DEFAULTS.email,
      name: name ?? session.name ?? PAYER_DEFAULTS.name,
      billing: billing ?? session.billing ?? PAYER_DEFAULTS.billing,
      card,
    }),
  );
}

/**
 * Returns the result of a payment.
 *
 * @throws ApiError 422 when the card details are invalid
 */
export function payResult(world: World, result: PayResult): PurchaseResult {
  if (!result.ok) throw unprocessable(result.error_code, customerMessage(result.error_code));
  const payment = paymentOf(world, result.payment.payment_id);
  const { customer_id, payment_id, checkout_session_id, payment_method_id, status, error_code } = payment;
  return {
    customer_id,
    payment_id,
    session_id: checkout_session_id,
    subscription_id: payment.subscription_ids[0] ?? null,
    payment_method_id,
    status,
    error_code,
    payment_link: payment.payment_link,
  };
}
