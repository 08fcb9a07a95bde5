/** Products a customer already has. */
import type { Dodo } from '../../src/dodo/client.js';
import {
  listPayments,
  listPaymentsSince,
  lostOf,
  refundedOf,
  type ListedPayment,
} from '../../src/dodo/payments.js';
import { hasEnded } from '../../src/dodo/subscriptions.js';
import { isLost } from '../../src/domain/reversal.js';
import { PRODUCT_METADATA_KEY } from '../../src/dodo/proof.js';
import { ALREADY_OWNED, PURCHASE_REFUNDED, type AttemptInput } from '../../src/domain/attempt.js';
import { ATTEMPT_METADATA_KEY } from '../../src/domain/ids.js';
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
  { ledger }: ActivityContext,
  payments: readonly ListedPayment[],
  productId: string,
): Promise<boolean> {
  const unclear = payments.filter((payment) => !isOfAnotherOffer(payment, productId));
  const purchases = await Promise.all(unclear.map(({ payment_id }) => ledger.purchasePaidBy(payment_id)));
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
  if (!isRecurring) return false;
  const { items } = await dodo.subscriptions.list({ ...filter, page_number: 0, page_size: 100 });
  return items.some((subscription) => !hasEnded(subscription));
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
    if (refundedOf(payment) + lostOf(payment) >= payment.total_amount) return true;
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
 * Asks Dodo for nothing more unless the customer has paid for something else in between.
 *
 * @param since the customer's payments since the run began, without those of the attempt at hand
 * @returns a code, or undefined
 */
export async function whyNotSold(
  context: ActivityContext,
  { customerId, paymentId, offer: { action }, ifOwned }: AttemptInput,
  since: readonly ListedPayment[],
): Promise<string | undefined> {
  const own = since.find((payment) => payment.payment_id === paymentId);
  if (own?.refund_status === 'full') return PURCHASE_REFUNDED;
  // A plan change is compared with the plan that the subscription is on now.
  if (action.kind === 'change_plan' || ifOwned !== 'skip') return undefined;
  const besides = since.filter(
    (payment) =>
      payment !== own && phaseOf(payment.status ?? null) === 'paid' && payment.refund_status !== 'full',
  );
  if (besides.length <= MAX_PAYMENTS && (await areForElse(context, besides, action.productId)))
    return undefined;
  return (await boughtAtDodo(context, customerId, action.productId)) ? ALREADY_OWNED : undefined;
}

/** Tells payments of other offers by what we wrote on them. */
function isOfAnotherOffer({ metadata }: ListedPayment, productId: string): boolean {
  const sold = metadata[PRODUCT_METADATA_KEY];
  return metadata[ATTEMPT_METADATA_KEY] !== undefined && sold !== undefined && sold !== productId;
}

/** The same where the customer's payments have not been read for another reason. */
export async function whyNotSoldNow(
  context: ActivityContext,
  input: AttemptInput,
): Promise<string | undefined> {
  return whyNotSold(
    context,
    input,
    await listPaymentsSince(context.dodo, input.customerId, input.runStartedAt),
  );
}
