/** Reads payments from Dodo. */
import type DodoPayments from 'dodopayments';
import { ATTEMPT_METADATA_KEY } from '../domain/ids.js';
import { type PaymentEvent } from '../domain/payment.js';
import type { BillingAddress } from '../domain/purchase.js';
import type { Dodo } from './client.js';

/** Fields that single payments and list rows have in common. */
type AnyPayment = Pick<
  DodoPayments.Payment,
  | 'payment_id'
  | 'status'
  | 'metadata'
  | 'customer'
  | 'subscription_id'
  | 'total_amount'
  | 'currency'
  | 'created_at'
> & { error_code?: string | null; checkout_session_id?: string | null };

/** Reduces a payment to what runs need: ids, amount and status. */
export function toPaymentEvent(payment: AnyPayment): PaymentEvent {
  const attemptId = payment.metadata[ATTEMPT_METADATA_KEY];
  return {
    paymentId: payment.payment_id,
    status: payment.status ?? null,
    customerId: payment.customer.customer_id,
    amount: payment.total_amount,
    currency: payment.currency,
    createdAt: payment.created_at,
    ...(typeof attemptId === 'string' && { attemptId }),
    ...(payment.subscription_id && { subscriptionId: payment.subscription_id }),
    ...(payment.checkout_session_id && { sessionId: payment.checkout_session_id }),
    ...(payment.error_code && { errorCode: payment.error_code }),
  };
}

/** Maximum pages read when looking for one payment: 1,000 payments of one customer. */
const MAX_PAGES = 10;
const PAGE_SIZE = 100;

/**
 * Yields the payments that match `filter`, page by page. The first page, number 0, is requested explicitly because the
 * SDK skips it otherwise.
 */
export async function* listPayments(
  dodo: Dodo,
  filter: Omit<DodoPayments.PaymentListParams, 'page_number' | 'page_size'>,
  maxPages = MAX_PAGES,
): AsyncGenerator<DodoPayments.PaymentListResponse> {
  for (let page_number = 0; page_number < maxPages; page_number += 1) {
    const { items } = await dodo.payments.list({ ...filter, page_number, page_size: PAGE_SIZE });
    yield* items;
    if (items.length < PAGE_SIZE) return;
  }
}

/** A row of Dodo's list of payments. */
export type ListedPayment = DodoPayments.PaymentListResponse;

/** Clocks differ and lists lag, so the search for an attempt starts this long before it was accepted. */
const SEARCH_MARGIN_MS = 10 * 60 * 1000;

/**
 * Finds the payment whose metadata holds an attempt's id, preferring one that succeeded. Dodo cannot search metadata, so
 * the customer's payments are read one by one.
 *
 * @param input.since when the attempt was accepted
 * @param others receives the customer's other payments since then; all of them if none is the attempt's
 */
export async function findAttempt(
  dodo: Dodo,
  input: { attemptId: string; customerId: string; since: string },
  others: ListedPayment[] = [],
): Promise<ListedPayment | undefined> {
  let found: ListedPayment | undefined;
  for await (const payment of listPayments(dodo, paymentsSince(input.customerId, input.since))) {
    if (payment.metadata[ATTEMPT_METADATA_KEY] !== input.attemptId) {
      others.push(payment);
      continue;
    }
    // A checkout may hold several tries with different cards; the paid one counts.
    if (payment.status === 'succeeded') return payment;
    found ??= payment;
  }
  return found;
}

/** Returns a customer's payments since a time, RFC 3339. */
export async function listPaymentsSince(
  dodo: Dodo,
  customerId: string,
  since: string,
): Promise<ListedPayment[]> {
  const found: ListedPayment[] = [];
  for await (const payment of listPayments(dodo, paymentsSince(customerId, since))) found.push(payment);
  return found;
}

function paymentsSince(customer_id: string, since: string) {
  return {
    customer_id,
    created_at_gte: new Date(Date.parse(since) - SEARCH_MARGIN_MS).toISOString(),
  };
}

/** Returns the address a payment was billed to. */
export function billingOf(payment: Pick<DodoPayments.Payment, 'billing'>): BillingAddress {
  const { country, street, city, state, zipcode } = payment.billing;
  return {
    country,
    ...(street && { street }),
    ...(city && { city }),
    ...(state && { state }),
    ...(zipcode && { zipcode }),
  };
}
