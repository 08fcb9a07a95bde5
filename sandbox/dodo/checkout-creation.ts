import type DodoPayments from 'dodopayments';
import { unprocessable } from '../errors.js';
import type { CheckoutRow, CustomerRow, MethodRow } from '../model.js';
import type { PricedCart } from '../money/cart.js';
import { businessPolicy } from '../policy.js';
import { newId } from '../state/ids.js';
import type { World } from '../world.js';
import { timestamp } from '../world.js';
import { attemptPayment } from './charge.js';
import type { CheckoutBody } from '../api/schemas.js';
import { customerOf } from './customers.js';
import { merchantMessage } from './declines.js';
import { methodOf } from './payment-methods.js';
import { orderPayment } from './orders.js';
import { DEFAULT_COUNTRY, priceSession, customerFor } from './checkouts.js';

const MINUTE = 60 * 1000;

const SESSION_LIFE = 24 * 60 * MINUTE;

const CONFIRMED_SESSION_LIFE = 15 * MINUTE;

const ADDRESS_FIELDS = ['street', 'city', 'state', 'zipcode'] as const;

const MINIMAL_ADDRESS_FIELDS = ['zipcode'] as const;

/** Makes a session from a request's body: checked and priced, but not yet in the books. */
function draft(world: World, body: CheckoutBody): CheckoutRow {
  if (body.discount_code != null && body.discount_codes != null) {
    throw unprocessable('INVALID_REQUEST_BODY', 'discount_code cannot be used together with discount_codes');
  }
  const customer = existingCustomer(world, body);
  const now = world.now();
  const onDemand = body.subscription_data?.on_demand ?? null;
  const session: CheckoutRow = {
    session_id: newId('cks'),
    created_at: timestamp(world),
    expires_at: new Date(
      now.getTime() + (body.confirm === true ? CONFIRMED_SESSION_LIFE : SESSION_LIFE),
    ).toISOString(),
    cart: body.product_cart,
    currency: 'USD',
    customer_id: customer?.customer_id ?? null,
    email: customer?.email ?? (body.customer && 'email' in body.customer ? body.customer.email : null),
    name: customer?.name ?? (body.customer && 'email' in body.customer ? (body.customer.name ?? null) : null),
    billing: body.billing_address ?? null,
    metadata: body.metadata ?? {},
    discount_codes: body.discount_codes ?? (body.discount_code != null ? [body.discount_code] : []),
    return_url: body.return_url ?? null,
    cancel_url: body.cancel_url ?? null,
    tax_id: body.tax_id ?? null,
    force_3ds: body.force_3ds === true,
    always_create_new_customer: body.feature_flags?.always_create_new_customer === true,
    trial_period_days: body.subscription_data?.trial_period_days ?? null,
    on_demand: onDemand && {
      mandate_only: onDemand.mandate_only,
      product_price: onDemand.product_price ?? null,
    },
    payment_id: null,
  };
  const priced = priceSession(world, session);
  if (customer) assertMaySubscribe(world, customer, priced);
  return { ...session, currency: priced.currency };
}

/** Creates a session. With `confirm` its payment is created too, and charged at once to a saved method if one is given. */
export function createCheckout(
  world: World,
  body: CheckoutBody,
): { status: number; body: DodoPayments.CheckoutSessionResponse | { code: string; message: string } } {
  if (body.payment_method_id != null && body.confirm !== true) {
    throw unprocessable(
      'INVALID_REQUEST_PARAMETERS',
      'payment_method_id is only allowed when confirm is true',
    );
  }
  const session = draft(world, body);
  world.tables.checkouts.put(session);
  if (body.confirm !== true) {
    return { status: 200, body: sessionResponse(world, session, null) };
  }
  assertAddress(body);
  const method =
    body.payment_method_id == null ? null : confirmedMethod(world, session, body.payment_method_id);
  const customer = customerFor(world, session, { email: session.email, name: session.name });
  const payment = orderPayment(world, {
    customer,
    priced: priceSession(world, session),
    billing: session.billing ?? { country: DEFAULT_COUNTRY },
    metadata: session.metadata,
    session,
    retriable: method === null,
  });
  const confirmed: CheckoutRow = {
    ...session,
    customer_id: customer.customer_id,
    payment_id: payment.payment_id,
  };
  world.tables.checkouts.put(confirmed);
  if (method) {
    const charged = attemptPayment(world, payment.payment_id, { card: method.card, method, present: false });
    if (charged.status === 'failed' && businessPolicy(world).declinedConfirm === 'rejected') {
      const code = charged.error_code ?? 'GENERIC_DECLINE';
      return { status: 422, body: { code, message: merchantMessage(code) } };
    }
  }
  return { status: 200, body: sessionResponse(world, confirmed, method) };
}

function sessionResponse(
  world: World,
  session: CheckoutRow,
  method: MethodRow | null,
): DodoPayments.CheckoutSessionResponse {
  const confirmed = session.payment_id !== null;
  return {
    session_id: session.session_id,
    checkout_url: method ? null : checkoutUrl(world, session.session_id),
    payment_id: session.payment_id,
    client_secret: confirmed ? `${session.payment_id}_secret` : null,
    publishable_key: confirmed ? 'pk_snd_sandbox' : null,
  };
}

export function checkoutUrl(world: World, sessionId: string): string {
  return `${world.url}/checkout/${sessionId}`;
}

function existingCustomer(world: World, body: CheckoutBody): CustomerRow | null {
  if (!body.customer || !('customer_id' in body.customer)) {
    if (body.payment_method_id != null) {
      throw unprocessable(
        'INVALID_REQUEST_PARAMETERS',
        'customer.customer_id of an existing customer is required when payment_method_id is provided',
      );
    }
    return null;
  }
  return customerOf(world, body.customer.customer_id);
}

function assertAddress(body: CheckoutBody): void {
  const address = body.billing_address;
  const needed = body.minimal_address === true ? MINIMAL_ADDRESS_FIELDS : ADDRESS_FIELDS;
  const missing = needed.filter((field) => (address?.[field] ?? '') === '');
  if (!address || missing.length > 0) {
    throw unprocessable(
      'INVALID_REQUEST_PARAMETERS',
      `billing_address is incomplete: ${['country', ...needed].join(', ')} are required when confirm is true`,
    );
  }
  if (!body.customer) {
    throw unprocessable('INVALID_REQUEST_PARAMETERS', 'customer is required when confirm is true');
  }
}

function confirmedMethod(world: World, session: CheckoutRow, methodId: string): MethodRow {
  const owned = world.tables.methods.get(methodId)?.customer_id === session.customer_id;
  if (session.customer_id === null || !owned) {
    throw unprocessable(
      'INVALID_REQUEST_PARAMETERS',
      `Payment method ${methodId} does not belong to customer ${session.customer_id ?? '(none)'}`,
    );
  }
  const method = methodOf(world, session.customer_id, methodId);
  if (method.currencies && !method.currencies.includes(session.currency)) {
    throw unprocessable('NO_ELIGIBLE_PAYMENT_METHODS', 'No eligible payment methods found');
  }
  return method;
}

/** @throws ApiError 422 when the business allows one subscription per customer and there already is one */
function assertMaySubscribe(world: World, customer: CustomerRow, priced: PricedCart): void {
  if (businessPolicy(world).allowMultipleSubscriptions || !priced.lines.some((line) => line.subscription))
    return;
  const existing = world.tables.subscriptions
    .all()
    .some(
      (subscription) =>
        subscription.customer_id === customer.customer_id &&
        ['active', 'on_hold', 'past_due', 'paused'].includes(subscription.status),
    );
  if (existing) {
    throw unprocessable(
      'CUSTOMER_HAS_EXISTING_SUBSCRIPTION',
      `Customer ${customer.customer_id} has an existing subscription. To allow multiple subscriptions per customer, change business settings`,
    );
  }
}

/** Prices a cart for `POST /checkouts/preview` without keeping anything. */
export function previewCheckout(world: World, body: CheckoutBody): PricedCart {
  return priceSession(world, draft(world, body));
}
