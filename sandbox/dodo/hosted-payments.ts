import type { BillingAddress, CheckoutRow, PaymentRow } from '../model.js';
import type { World } from '../world.js';
import type { CardEntry } from './cards.js';
import { readCard } from './cards.js';
import { attemptPayment } from './charge.js';
import { customerFor, payableCheckout, priceSession } from './checkouts.js';
import { orderLines, orderPayment } from './orders.js';
import { payableLink } from './payment-links.js';
import { paymentOf, updatePayment } from './payments.js';
import { updateSubscription } from './subscriptions.js';

/** The details a customer enters on the checkout page. */
export interface CheckoutEntry {
  email: string | null;
  name: string | null;
  billing: BillingAddress;
  card: CardEntry;
}

export type PayResult = { ok: true; payment: PaymentRow } | { ok: false; error_code: string };

/** Pays a checkout session as its page does. Invalid card details, unlike a decline, create no payment. */
export function payCheckout(world: World, sessionId: string, entry: CheckoutEntry): PayResult {
  const session = payableCheckout(world, sessionId);
  const reading = readCard(entry.card);
  if (!reading.ok) return reading;
  const payment = sessionPayment(world, session, entry);
  const paid = attemptPayment(world, payment.payment_id, { card: reading.card, method: null, present: true });
  return { ok: true, payment: paid };
}

/** Returns the one payment of a session: created when the customer first pays, tried again after a decline. */
function sessionPayment(world: World, session: CheckoutRow, entry: CheckoutEntry): PaymentRow {
  if (session.payment_id !== null) return repriced(world, session, session.payment_id, entry.billing);
  const customer = customerFor(world, session, entry);
  const known: CheckoutRow = { ...session, customer_id: customer.customer_id, billing: entry.billing };
  const payment = orderPayment(world, {
    customer,
    priced: priceSession(world, known),
    billing: entry.billing,
    metadata: session.metadata,
    session: known,
    retriable: true,
  });
  world.tables.checkouts.put({ ...known, payment_id: payment.payment_id });
  return payment;
}

/** Prices the payment for the country given this time. */
function repriced(
  world: World,
  session: CheckoutRow,
  paymentId: string,
  billing: BillingAddress,
): PaymentRow {
  const priced = priceSession(world, session, billing.country);
  for (const id of paymentOf(world, paymentId).subscription_ids) updateSubscription(world, id, { billing });
  return updatePayment(world, paymentId, {
    billing,
    lines: orderLines(priced),
    total_amount: priced.total,
    tax: priced.tax,
  });
}

/** Pays a payment link as its page does. */
export function payLink(world: World, paymentId: string, entry: CardEntry): PayResult {
  const payment = payableLink(world, paymentId);
  const reading = readCard(entry);
  if (!reading.ok) return reading;
  const paid = attemptPayment(world, payment.payment_id, { card: reading.card, method: null, present: true });
  return { ok: true, payment: paid };
}
