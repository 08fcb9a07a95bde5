/** Reads payments from Dodo. */
import type DodoPayments from 'dodopayments';
import { ATTEMPT_METADATA_KEY } from '../domain/ids.js';
import { type PaymentEvent } from '../domain/payment.js';
import { isLost, minorUnits } from '../domain/reversal.js';
import type { BillingAddress } from '../domain/purchase.js';
import type { Dodo } from './client.js';
import { PRODUCT_METADATA_KEY, PROOF_METADATA_KEY, type Proofs } from './proof.js';

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
> & {
  error_code?: string | null;
  checkout_session_id?: string | null;
  product_cart?: { product_id: string }[] | null;
  subscription_ids?: string[] | null;
  /** Newer than the SDK's types. */
  charge_type?: unknown;
};

/** Checks whether the metadata of a payment proves that this installation sent it, as the attempt that it names. */
export function provesAttempt(
  proofs: Pick<Proofs, 'provesAttempt'>,
  { metadata, customerId }: { metadata: Record<string, unknown>; customerId: string | undefined },
): boolean {
  const { [ATTEMPT_METADATA_KEY]: attemptId, [PRODUCT_METADATA_KEY]: productId } = metadata;
  if (typeof attemptId !== 'string' || typeof productId !== 'string' || customerId === undefined)
    return false;
  return proofs.provesAttempt({ attemptId, customerId, productId }, metadata[PROOF_METADATA_KEY]);
}

/**
 * Reduces a payment to what runs need: ids, amount and status. `proven` is set when its metadata names an attempt.
 */
export function toPaymentEvent(payment: AnyPayment, proofs: Pick<Proofs, 'provesAttempt'>): PaymentEvent {
  const { customer, charge_type: chargeType } = payment;
  const metadata = metadataOf(payment);
  const attemptId = metadata[ATTEMPT_METADATA_KEY];
  const productIds = (payment.product_cart ?? []).map(({ product_id }) => product_id);
  const subscriptionIds = subscriptionsOf(payment);
  return {
    paymentId: payment.payment_id,
    status: payment.status ?? null,
    customerId: customer.customer_id,
    amount: payment.total_amount,
    currency: payment.currency,
    createdAt: payment.created_at,
    ...(typeof attemptId === 'string' && {
      attemptId,
      proven: provesAttempt(proofs, { metadata, customerId: customer.customer_id }),
    }),
    ...(typeof chargeType === 'string' && { chargeType }),
    ...(productIds.length > 0 && { productIds }),
    ...(subscriptionIds.length > 0 && { subscriptionIds }),
    ...(payment.subscription_id && { subscriptionId: payment.subscription_id }),
    ...(payment.checkout_session_id && { sessionId: payment.checkout_session_id }),
    ...(payment.error_code && { errorCode: payment.error_code }),
  };
}

/** Returns the subscriptions of a payment. Older payments name at most one, in a field of its own. */
export function subscriptionsOf({
  subscription_id,
  subscription_ids,
}: Pick<AnyPayment, 'subscription_id' | 'subscription_ids'>): string[] {
  const named = subscription_ids ?? [];
  return [...new Set(subscription_id ? [...named, subscription_id] : named)];
}

/** What was paid, and in which currency. */
type Paid = Pick<DodoPayments.Payment, 'total_amount' | 'currency'>;
type Refund = Pick<DodoPayments.RefundListItem, 'amount' | 'currency' | 'is_partial'>;

/**
 * Returns what a refund gave back, in the payment's currency: everything where Dodo names no amount in that currency, and
 * nothing that is known where it says that it is a part.
 */
export function amountOfRefund(
  { amount, currency, is_partial }: Refund,
  { total_amount, currency: paidIn }: Paid,
): number {
  if (amount != null && (currency == null || currency === paidIn)) return amount;
  return is_partial === true ? 0 : total_amount;
}

/** Returns what was refunded of a payment. Minor units of its currency. */
export function refundedOf({
  refunds,
  refund_status,
  ...paid
}: Paid &
  Pick<DodoPayments.Payment, 'refund_status'> & {
    refunds: readonly (Refund & { status: string })[];
  }): number {
  const sum = refunds
    .filter(({ status }) => status === 'succeeded')
    .reduce((total, refund) => total + amountOfRefund(refund, paid), 0);
  return refund_status === 'full' ? Math.max(sum, paid.total_amount) : sum;
}

/** Returns the event that tells of a refund of a payment, with what was refunded: without a word on it, it is all. */
export function refundEvent(
  paymentId: string,
  { refund_id: id, amount, currency, is_partial }: Refund & { refund_id: string },
) {
  return {
    kind: 'refund' as const,
    id,
    paymentId,
    type: 'refund.succeeded',
    ...(amount != null && currency != null && { amount, currency }),
    ...(is_partial === true && { partial: true as const }),
  };
}

/** Returns what lost disputes took back of a payment. Minor units; one in another currency counts as all of it. */
export function lostOf({ disputes, total_amount, currency }: DodoPayments.Payment): number {
  return disputes
    .filter(({ dispute_status }) => isLost(dispute_status))
    .reduce((total, dispute) => {
      const amount = dispute.currency === currency ? minorUnits(dispute.amount) : undefined;
      return total + (amount ?? total_amount);
    }, 0);
}

/** Checks whether nothing is left of what was paid, by refunds and lost disputes together. */
export function isGivenBack(payment: DodoPayments.Payment): boolean {
  return refundedOf(payment) + lostOf(payment) >= payment.total_amount;
}

/** Maximum pages read when looking for one payment: 1,000 payments of one customer. */
const MAX_PAGES = 10;
const PAGE_SIZE = 100;

/**
 * Yields the payments that match `filter`, page by page; rows that identify none are left out. The first page, number 0, is requested explicitly because the
 * SDK skips it otherwise.
 */
export async function* listPayments(
  dodo: Dodo,
  filter: Omit<DodoPayments.PaymentListParams, 'page_number' | 'page_size'>,
  maxPages = MAX_PAGES,
): AsyncGenerator<DodoPayments.PaymentListResponse> {
  for (let page_number = 0; page_number < maxPages; page_number += 1) {
    const { items } = await dodo.payments.list({ ...filter, page_number, page_size: PAGE_SIZE });
    yield* items.flatMap((row) => readable(row, filter.customer_id));
    if (items.length < PAGE_SIZE) return;
  }
}

/**
 * Mends a row that leaves its metadata out, or the customer whose payments were asked for: it must not be taken for
 * absent. Drops one that identifies no payment or no customer.
 */
function readable(
  row: DodoPayments.PaymentListResponse,
  customerId: string | undefined,
): DodoPayments.PaymentListResponse[] {
  const given = row as Partial<DodoPayments.PaymentListResponse> | null;
  const named = given?.customer?.customer_id ?? customerId;
  if (typeof given?.payment_id !== 'string' || typeof named !== 'string') return [];
  const metadata = metadataOf(row);
  if (metadata === row.metadata && given.customer?.customer_id === named) return [row];
  return [{ ...row, metadata, customer: { ...row.customer, customer_id: named } }];
}

/** Returns the metadata of something that Dodo answered; empty where it has none. */
export function metadataOf({ metadata }: { metadata: unknown }): DodoPayments.Metadata {
  const isObject = typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata);
  return isObject ? (metadata as DodoPayments.Metadata) : {};
}

/** A row of Dodo's list of payments. */
export type ListedPayment = DodoPayments.PaymentListResponse;

/** Clocks differ and lists lag, so the search for an attempt starts this long before it was accepted. */
const SEARCH_MARGIN_MS = 10 * 60 * 1000;

export interface FoundAttempt {
  payment: DodoPayments.PaymentListResponse;
  /** False when its metadata only names the attempt, which anybody could have written. */
  proven: boolean;
}

/**
 * Finds the payment whose metadata holds an attempt's id: one with a valid proof before one that only names the attempt,
 * then one that succeeded, then the earliest, because renewals bear the metadata of the first payment. Dodo cannot search
 * metadata, so the customer's payments are read one by one.
 *
 * @param input.since when the attempt was accepted
 * @param others receives the customer's other payments since then; all of them if none is the attempt's
 */
export async function findAttempt(
  dodo: Dodo,
  input: { attemptId: string; customerId: string; since: string; proofs: Pick<Proofs, 'provesAttempt'> },
  others: ListedPayment[] = [],
): Promise<FoundAttempt | undefined> {
  const { attemptId, customerId, proofs } = input;
  let found: FoundAttempt | undefined;
  for await (const payment of listPayments(dodo, paymentsSince(customerId, input.since))) {
    const { metadata } = payment;
    if (metadata[ATTEMPT_METADATA_KEY] !== attemptId) {
      others.push(payment);
      continue;
    }
    if (isRenewal(payment)) continue;
    const next = { payment, proven: provesAttempt(proofs, { metadata, customerId }) };
    if (found === undefined || isBetter(next, found)) found = next;
  }
  return found;
}

/** A checkout may hold several tries with different cards; the paid one counts. */
function isBetter(next: FoundAttempt, found: FoundAttempt): boolean {
  if (next.proven !== found.proven) return next.proven;
  const [isPaid, wasPaid] = [next, found].map(({ payment }) => payment.status === 'succeeded');
  if (isPaid !== wasPaid) return isPaid === true;
  return Date.parse(next.payment.created_at) < Date.parse(found.payment.created_at);
}

/** Checks for a renewal, where Dodo says so. */
export function isRenewal(payment: object): boolean {
  return 'charge_type' in payment && payment.charge_type === 'renewal';
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

/**
 * Returns the address a payment was billed to, with the tax id of the business that bought.
 *
 * @param payment a payment or subscription. Only subscriptions are typed with a tax id by the SDK
 * @param subscription of the payment, which may tell the tax id
 */
export function billingOf(
  payment: Pick<DodoPayments.Payment, 'billing'> & { tax_id?: unknown },
  subscription?: Pick<DodoPayments.Subscription, 'tax_id'>,
): BillingAddress {
  const taxId = payment.tax_id ?? subscription?.tax_id;
  const { country, street, city, state, zipcode } = payment.billing;
  return {
    country,
    ...(street && { street }),
    ...(city && { city }),
    ...(state && { state }),
    ...(zipcode && { zipcode }),
    ...(typeof taxId === 'string' && taxId !== '' && { taxId }),
  };
}
