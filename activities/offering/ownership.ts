/** Products a customer already has. */
import type { Dodo } from '../../src/dodo/client.js';
import {
  isGivenBack,
  listPayments,
  listPaymentsSince,
  provesAttempt,
  type ListedPayment,
} from '../../src/dodo/payments.js';
import { ifFound } from '../../src/dodo/errors.js';
import { hasEnded } from '../../src/dodo/subscriptions.js';
import { isLost } from '../../src/domain/reversal.js';
import { PRODUCT_METADATA_KEY } from '../../src/dodo/proof.js';
import { ALREADY_OWNED, PURCHASE_REFUNDED, type AttemptInput } from '../../src/domain/attempt.js';
import { phaseOf } from '../../src/domain/payment.js';
import type { ActivityContext } from '../context.js';
import { paidBy } from './readings.js';
import type { OfferSubject } from './subject.js';

/** With more payments than this, Dodo is asked for those of the product: they may not even be on one page. */
const MAX_PAYMENTS = 20;

/**
 * Returns whether a customer has a product: bought through us, bought at Dodo at any time and not given back, or
 * subscribed to now.
 */
export async function ownsProduct(
  context: ActivityContext,
  subject: OfferSubject,
  product: { id: string; isRecurring: boolean },
): Promise<boolean> {
  const { customerId } = subject;
  if (await context.ledger.hasBought(customerId, product.id)) return true;
  if (!product.isRecurring && (await hasOnlyBoughtElse(context, subject, product.id))) return false;
  return boughtAtDodo(context, customerId, product.id, product.isRecurring);
}

/**
 * Checks whether everything that the customer of a purchase has paid for is known to be something else. One request
 * answers that for all offers of a run.
 */
async function hasOnlyBoughtElse(
  context: ActivityContext,
  subject: OfferSubject,
  productId: string,
): Promise<boolean> {
  const { purchase } = subject.readings;
  if (!purchase || purchase.productIds.includes(productId)) return false;
  const paid = await paidBy(context, subject);
  if (paid.length > MAX_PAYMENTS) return false;
  const others = paid.filter(({ payment_id }) => payment_id !== purchase.paymentId);
  return areForElse(context, others, productId);
}

/** Checks that payments are known to be for something else: an offer of ours, or a purchase in the ledger. */
async function areForElse(
  context: ActivityContext,
  payments: readonly ListedPayment[],
  productId: string,
): Promise<boolean> {
  const unclear = payments.filter((payment) => !isOfAnotherOffer(context, payment, productId));
  const purchases = await Promise.all(
    unclear.map(({ payment_id }) => context.ledger.purchasePaidBy(payment_id)),
  );
  return purchases.every((known) => {
    const productIds = known?.purchase.productIds ?? [];
    return productIds.length > 0 && !productIds.includes(productId);
  });
}

/** @param isRecurring false for a product that nobody can be subscribed to */
async function boughtAtDodo(
  { dodo }: ActivityContext,
  customerId: string,
  productId: string,
  isRecurring = true,
): Promise<boolean> {
  const filter = { customer_id: customerId, product_id: productId };
  for await (const payment of listPayments(dodo, { ...filter, status: 'succeeded' })) {
    if (!(await wentBack(dodo, payment, productId))) return true;
  }
  return isRecurring && (await isSubscribed(dodo, customerId, productId));
}

/**
 * Checks whether the money for a product went back: all that was paid, by refunds and lost disputes together, or the one
 * item of the cart. Asks Dodo only where something went back.
 */
async function wentBack(
  dodo: Dodo,
  { payment_id, refund_status, dispute_status }: ListedPayment,
  productId: string,
): Promise<boolean> {
  if (refund_status === 'full') return true;
  if (dispute_status != null && isLost(dispute_status)) {
    const payment = await dodo.payments.retrieve(payment_id);
    if (isGivenBack(payment)) return true;
  }
  if (refund_status !== 'partial') return false;
  const { items } = await dodo.payments.retrieveLineItems(payment_id);
  const bought = items.filter((item) => item.items_id === productId);
  return bought.length > 0 && bought.every((item) => item.refundable_amount <= 0);
}

/**
 * Returns why an offer that was open must not be sold any more at the click: its purchase was refunded, or the customer
 * has bought the product elsewhere since the run began. What they had before was checked when it was offered.
 *
 * Asks Dodo for nothing more unless the customer has paid for something else in between, or may have come by a
 * subscription without paying, as by a change of plan. A purchase that is older than its run is read by itself.
 *
 * @param since the customer's payments since the run began, without those of the attempt at hand
 * @param isRecurring whether the product can be subscribed to
 * @returns a code, or undefined
 */
export async function whyNotSold(
  context: ActivityContext,
  { customerId, paymentId, offer: { action }, ifOwned }: AttemptInput,
  since: readonly ListedPayment[],
  isRecurring: boolean,
): Promise<string | undefined> {
  const { dodo } = context;
  const own = since.find((payment) => payment.payment_id === paymentId);
  if (paymentId !== undefined && (await hasGoneBack(context, paymentId, own))) return PURCHASE_REFUNDED;
  // A plan change is compared with the plan that the subscription is on now.
  if (action.kind === 'change_plan' || ifOwned !== 'skip') return undefined;
  const besides = since.filter(
    (payment) =>
      payment !== own && phaseOf(payment.status ?? null) === 'paid' && payment.refund_status !== 'full',
  );
  const onlyElse = besides.length <= MAX_PAYMENTS && (await areForElse(context, besides, action.productId));
  const isOwned = onlyElse
    ? isRecurring && (await isSubscribed(dodo, customerId, action.productId))
    : await boughtAtDodo(context, customerId, action.productId);
  return isOwned ? ALREADY_OWNED : undefined;
}

/** Checks for a subscription that goes on, or would if it were paid for. One that nobody has paid yet is `pending`. */
async function isSubscribed(dodo: Dodo, customer_id: string, product_id: string): Promise<boolean> {
  const { items } = await dodo.subscriptions.list({
    customer_id,
    product_id,
    page_number: 0,
    page_size: 100,
  });
  return items.some((subscription) => !hasEnded(subscription) && subscription.status !== 'pending');
}

/**
 * Checks whether everything that was paid for a purchase went back. Asks Dodo only where its row in the list says that
 * something did, or where the purchase is older than the list.
 */
async function hasGoneBack(
  { dodo }: ActivityContext,
  paymentId: string,
  row: ListedPayment | undefined,
): Promise<boolean> {
  if (row?.refund_status === 'full') return true;
  const isUntouched = row && row.refund_status == null && !(row.dispute_status && isLost(row.dispute_status));
  if (isUntouched) return false;
  const payment = await ifFound(dodo.payments.retrieve(paymentId));
  return payment !== undefined && payment.total_amount > 0 && isGivenBack(payment);
}

/** Tells payments of other offers by what we wrote on them, and nobody else. */
function isOfAnotherOffer(
  { proofs }: Pick<ActivityContext, 'proofs'>,
  { metadata, customer }: ListedPayment,
  productId: string,
): boolean {
  const sold = metadata[PRODUCT_METADATA_KEY];
  if (sold === undefined || sold === productId) return false;
  return provesAttempt(proofs, { metadata, customerId: customer.customer_id });
}

/** The same where the customer's payments have not been read for another reason. */
export async function whyNotSoldNow(
  context: ActivityContext,
  input: AttemptInput,
): Promise<string | undefined> {
  const since = await listPaymentsSince(context.dodo, input.customerId, input.runStartedAt);
  const shown = await context.ledger.presentation(input.presentationId);
  return whyNotSold(context, input, since, shown?.price.recurring !== undefined);
}
