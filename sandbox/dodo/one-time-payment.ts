import type DodoPayments from 'dodopayments';
import type { PaymentBody } from '../api/schemas.js';
import { unprocessable } from '../errors.js';
import type { CustomerRow, MethodRow } from '../model.js';
import { priceCart } from '../money/cart.js';
import type { World } from '../world.js';
import { attemptPayment } from './charge.js';
import { createCustomer, customerByEmail, customerOf, limitedCustomerView } from './customers.js';
import { orderPayment } from './orders.js';
import { withLink } from './payment-links.js';

/** Creates a payment for `POST /payments`: one-time products only, charged to a saved method or paid on a page. */
export function createOneTimePayment(world: World, body: PaymentBody): DodoPayments.PaymentCreateResponse {
  const customer = payer(world, body);
  const priced = priceCart(world, body.product_cart, {
    country: body.billing.country,
    discountCodes: body.discount_codes ?? (body.discount_code != null ? [body.discount_code] : []),
    customerId: customer.customer_id,
    trialDays: null,
    onDemand: null,
  });
  if (priced.lines.some((line) => line.subscription)) {
    throw unprocessable('INVALID_REQUEST_PARAMETERS', 'product_cart may hold one-time products only');
  }
  if (body.billing_currency != null && body.billing_currency !== priced.currency) {
    throw unprocessable(
      'UNSUPPORTED_BILLING_CURRENCY',
      `The cart cannot be paid in ${body.billing_currency}`,
    );
  }
  const method = body.payment_method_id == null ? null : ownMethod(world, customer, body.payment_method_id);
  if (method?.currencies && !method.currencies.includes(priced.currency)) {
    throw unprocessable('NO_ELIGIBLE_PAYMENT_METHODS', 'No eligible payment methods found');
  }
  const created = orderPayment(
    world,
    {
      customer,
      priced,
      billing: body.billing,
      metadata: body.metadata ?? {},
      session: null,
      retriable: method === null,
    },
    { return_url: body.return_url ?? null, force_3ds: body.force_3ds === true },
  );
  const payment = method
    ? attemptPayment(world, created.payment_id, { card: method.card, method, present: false })
    : withLink(world, created);
  return {
    payment_id: payment.payment_id,
    total_amount: payment.total_amount,
    client_secret: `${payment.payment_id}_secret`,
    customer: limitedCustomerView(world, customer.customer_id),
    metadata: payment.metadata,
    payment_link: body.payment_link === true ? payment.payment_link : null,
    expires_on: body.payment_link === true ? payment.link_expires_at : null,
    product_cart: body.product_cart.map(({ product_id, quantity, amount }) => ({
      product_id,
      quantity,
      amount: amount ?? null,
    })),
    discount_id: payment.discounts[0]?.discount_id ?? null,
    discount_ids: payment.discounts.length > 0 ? payment.discounts.map((one) => one.discount_id) : null,
  } satisfies DodoPayments.PaymentCreateResponse;
}

function payer(world: World, { customer, payment_method_id }: PaymentBody): CustomerRow {
  if ('customer_id' in customer) return customerOf(world, customer.customer_id);
  if (payment_method_id != null) {
    throw unprocessable(
      'INVALID_REQUEST_PARAMETERS',
      'customer.customer_id of an existing customer is required when payment_method_id is provided',
    );
  }
  const known = customerByEmail(world, customer.email);
  return known ?? createCustomer(world, { email: customer.email, name: customer.name ?? customer.email });
}

function ownMethod(world: World, customer: CustomerRow, methodId: string): MethodRow {
  const method = world.tables.methods.get(methodId);
  if (method?.customer_id !== customer.customer_id) {
    throw unprocessable(
      'INVALID_REQUEST_PARAMETERS',
      `Payment method ${methodId} does not belong to customer ${customer.customer_id}`,
    );
  }
  return method;
}
