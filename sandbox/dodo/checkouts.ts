import type DodoPayments from 'dodopayments';
import { conflict, notFound, unprocessable } from '../errors.js';
import type { CheckoutRow, CustomerRow, PaymentRow } from '../model.js';
import type { PricedCart } from '../money/cart.js';
import { priceCart } from '../money/cart.js';
import type { World } from '../world.js';
import { createCustomer, customerByEmail, customerOf } from './customers.js';
import { isUnpaid } from './payments.js';
export const DEFAULT_COUNTRY = 'US';

/** Prices a session's cart for a country, by default the session's own. */
export function priceSession(world: World, session: CheckoutRow, country?: string): PricedCart {
  return priceCart(world, session.cart, {
    country: country ?? session.billing?.country ?? DEFAULT_COUNTRY,
    discountCodes: session.discount_codes,
    customerId: session.customer_id,
    trialDays: session.trial_period_days,
    onDemand: session.on_demand,
  });
}

/** Returns the session's customer, else the one with this email address, else a new one. */
export function customerFor(
  world: World,
  session: CheckoutRow,
  person: { email: string | null; name: string | null },
): CustomerRow {
  if (session.customer_id !== null) return customerOf(world, session.customer_id);
  if (person.email === null) {
    throw unprocessable('INVALID_REQUEST_PARAMETERS', 'customer.email is required to pay');
  }
  const known = session.always_create_new_customer ? undefined : customerByEmail(world, person.email);
  return known ?? createCustomer(world, { email: person.email, name: person.name ?? person.email });
}

export function checkoutOf(world: World, id: string): CheckoutRow {
  const session = world.tables.checkouts.get(id);
  if (!session) throw notFound('Checkout session', id);
  return session;
}

/**
 * Returns a session that can still be paid.
 *
 * @throws ApiError 409 or 422 with the reason when it cannot
 */
export function payableCheckout(world: World, id: string): CheckoutRow {
  const session = checkoutOf(world, id);
  const payment = session.payment_id === null ? undefined : world.tables.payments.get(session.payment_id);
  if (payment && !isUnpaid(payment)) {
    throw conflict('CHECKOUT_SESSION_CONSUMED', 'Checkout session has already been consumed');
  }
  if (new Date(session.expires_at) <= world.now()) {
    throw unprocessable('INVALID_REQUEST_PARAMETERS', 'Checkout session has expired');
  }
  return session;
}

/** Returns a session with its payment as it is. */
export function checkoutStatusView(world: World, session: CheckoutRow): DodoPayments.CheckoutSessionStatus {
  return statusView(world, session, paymentOfSession(world, session));
}

/** Returns a session with its payment as a read finds it. */
export function readCheckoutView(world: World, session: CheckoutRow): DodoPayments.CheckoutSessionStatus {
  const payment = paymentOfSession(world, session);
  return statusView(world, session, payment && world.reads.find('payment', payment));
}

function paymentOfSession(world: World, { payment_id }: CheckoutRow): PaymentRow | undefined {
  return payment_id === null ? undefined : world.tables.payments.get(payment_id);
}

function statusView(
  world: World,
  session: CheckoutRow,
  payment: PaymentRow | undefined,
): DodoPayments.CheckoutSessionStatus {
  const customer = payment && world.tables.customers.get(payment.customer_id);
  return {
    id: session.session_id,
    created_at: session.created_at,
    customer_email: customer?.email ?? session.email,
    customer_name: customer?.name ?? session.name,
    payment_id: payment?.payment_id ?? null,
    payment_status: payment?.status ?? null,
  };
}
