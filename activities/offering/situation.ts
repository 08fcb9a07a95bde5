/** What is known of the customer who bought something or caused a trigger, read from Dodo. */
import type DodoPayments from 'dodopayments';
import type { TriggerEvent } from '../../src/contract/messages.js';
import {
  billingOf,
  listPayments,
  metadataOf,
  provesAttempt,
  subscriptionsOf,
} from '../../src/dodo/payments.js';
import { purchaseAnnounced, wasJustMade, type PurchasePayment } from '../../src/dodo/announced.js';
import { ifFound } from '../../src/dodo/errors.js';
import { ATTEMPT_METADATA_KEY } from '../../src/domain/ids.js';
import { phaseOf } from '../../src/domain/payment.js';
import { isTooOldToOffer, type BillingAddress } from '../../src/domain/purchase.js';
import type { Facts } from '../../src/domain/rules/match.js';
import type { ReasonCode } from '../../src/domain/words.js';
import type { ActivityContext } from '../context.js';
import { methodTypes, subscriptionFacts } from './facts.js';
import { waitForReading } from './lag.js';
import { paidBy } from './readings.js';
import type { OfferSubject, Readings } from './subject.js';

export interface Situation {
  subject: OfferSubject;
  productIds: string[];
  facts: Facts;
  /** For purchases. */
  payment?: PurchasePayment;
}

type Run = Pick<OfferSubject, 'workflowId' | 'purchaseId'>;

/**
 * Finds out about a purchase and its subscription. A webhook that has just come tells of the payment, and Dodo only has to
 * bear it out; else what Dodo says now decides, once it no longer contradicts what was signed.
 *
 * @returns a reason for payments that start no offer: of another kind, unpaid, refunded, ours, or too old
 * @throws ApplicationFailure named by the lag (retryable) while a reading contradicts the event
 */
export async function situationOfPurchase(
  context: ActivityContext,
  { workflowId, purchaseId }: Run,
  paymentId: string | undefined,
): Promise<Situation | { reason: ReasonCode }> {
  const { now } = context;
  if (paymentId === undefined) return { reason: 'no_matching_funnel' };
  const readings: Readings = {};
  const payment =
    (await announcedPayment(context, paymentId, readings)) ?? (await readPaid(context, paymentId));
  if (!payment) return { reason: 'pricing_unavailable' };
  if (isTooOldToOffer(payment.created_at, now())) return { reason: 'purchase_too_old' };
  const subscriptions: DodoPayments.Subscription[] = [];
  for (const id of subscriptionsOf(payment)) {
    const started = await readStarted(context, id);
    if (!started) return { reason: 'pricing_unavailable' };
    subscriptions.push(started);
  }
  const subscription = onlyOne(subscriptions);
  const startsOffer =
    payment.status === 'succeeded' &&
    payment.total_amount >= 0 &&
    !payment.is_update_payment_method &&
    payment.refund_status !== 'full' &&
    !(await isOurs(context, payment)) &&
    !(
      subscription &&
      !isFirstCharge(payment) &&
      (await wasPaidBefore(context, subscription.subscription_id, payment))
    );
  if (!startsOffer) return { reason: 'no_matching_funnel' };

  const cart = payment.product_cart ?? [];
  const inCart = cart.map((item) => item.product_id);
  // A cart lists what is paid once; subscriptions may stand beside it.
  const plans = subscriptions.map(({ product_id }) => product_id);
  const productIds = await productsBought(context, purchaseId, [...new Set([...inCart, ...plans])]);
  const besides = subscriptions.filter(({ product_id }) => !inCart.includes(product_id));
  const quantity = [...cart, ...besides].reduce((sum, item) => sum + item.quantity, 0);
  const billing = billingOf(payment, subscription);
  const { currency } = payment;
  return {
    payment,
    productIds,
    subject: {
      workflowId,
      purchaseId,
      customerId: payment.customer.customer_id,
      currency,
      billing,
      subscription,
      ...(subscriptions.length > 1 && { subscriptions }),
      readings: { ...readings, purchase: { paymentId, productIds } },
    },
    facts: {
      product_id: productIds.length > 0 ? productIds : undefined,
      amount: payment.total_amount,
      currency,
      country: billing.country,
      quantity: quantity > 0 ? quantity : undefined,
      payment_method_type: methodTypes(payment),
      ...subscriptionFacts(subscription, now()),
      ...(subscriptions.length > 1 && { plan: plans }),
    },
  };
}

/**
 * Returns the payment as its webhook told of it moments ago, if Dodo bears it out: its subscription is read next, and what
 * was bought once is among what the customer has paid for, which their ownership is told by as well.
 */
async function announcedPayment(
  context: ActivityContext,
  paymentId: string,
  readings: Readings,
): Promise<PurchasePayment | undefined> {
  const announced = purchaseAnnounced(await context.ledger.announcedPayment(paymentId), context.now());
  if (!announced) return undefined;
  if (subscriptionsOf(announced).length === 0) {
    const paid = await paidBy(context, { customerId: announced.customer.customer_id, readings });
    const row = paid.find(({ payment_id }) => payment_id === paymentId);
    if (!row || row.refund_status != null) return undefined;
  }
  readings.justPaid = wasJustMade(announced, context.now());
  return announced;
}

/** Tells whether we sent a payment. Anybody can name one of our attempts in a checkout link. */
async function isOurs({ ledger, proofs }: ActivityContext, payment: PurchasePayment): Promise<boolean> {
  const { customer } = payment;
  const metadata = metadataOf(payment);
  const attemptId = metadata[ATTEMPT_METADATA_KEY];
  if (typeof attemptId !== 'string') return false;
  if (provesAttempt(proofs, { metadata, customerId: customer.customer_id })) return true;
  // Attempts that were sent before there were proofs have none.
  const attempt = await ledger.attempt(attemptId);
  return attempt !== undefined && attempt.proof !== true;
}

/**
 * Reads the payment that a signed event told of as succeeded, and waits until it is. Undefined if it goes on being
 * something else, or nothing at all.
 */
async function readPaid(
  { dodo, now, log }: ActivityContext,
  paymentId: string,
): Promise<DodoPayments.Payment | undefined> {
  const payment = await ifFound(dodo.payments.retrieve(paymentId));
  if (payment && phaseOf(payment.status ?? null) === 'paid') return payment;
  if (!payment) {
    waitForReading('payment_missing', `Payment ${paymentId} is not found, although it has succeeded.`, now());
    log.warn({ paymentId }, 'Dodo does not have the payment of a webhook: is the webhook of the other mode?');
    return undefined;
  }
  const reading = payment.status ?? 'of no status';
  waitForReading('payment_lags', `Payment ${paymentId} is ${reading}, although it has succeeded.`, now());
  return undefined;
}

/** Reads the subscription of a paid purchase, and waits while it is `pending`. Undefined if it is not found. */
async function readStarted(
  { dodo, now }: ActivityContext,
  subscriptionId: string,
): Promise<DodoPayments.Subscription | undefined> {
  const subscription = await ifFound(dodo.subscriptions.retrieve(subscriptionId));
  if (subscription && subscription.status !== 'pending') return subscription;
  if (subscription) waitForReading('subscription_lags', `Subscription ${subscriptionId} is pending.`, now());
  else waitForReading('subscription_missing', `Subscription ${subscriptionId} is not found.`, now());
  return subscription;
}

/**
 * Reads the subscription a trigger names, or the only active one of its customer. Subscriptions of other customers, and
 * ones that Dodo does not have, are ignored.
 */
export async function situationOfTrigger(
  context: ActivityContext,
  { workflowId, purchaseId }: Run,
  event: TriggerEvent,
): Promise<Situation> {
  const { customerId, subscriptionId } = event;
  const found =
    subscriptionId === undefined
      ? await onlySubscription(context, customerId)
      : await ifFound(context.dodo.subscriptions.retrieve(subscriptionId));
  const subscription = found?.customer.customer_id === customerId ? found : undefined;
  if (subscription?.status === 'pending')
    waitForReading(
      'subscription_lags',
      `Subscription ${subscription.subscription_id} is pending.`,
      context.now(),
    );
  const billing = subscription?.billing ? billingOf(subscription) : await lastBilling(context, customerId);
  const currency = subscription?.currency;
  const given = event.facts ?? (await context.ledger.triggerFacts(purchaseId)) ?? {};
  const merchantFacts = Object.entries(given).map(([name, value]) => [`facts.${name}`, value] as const);
  return {
    productIds: event.productId === undefined ? [] : [event.productId],
    subject: { workflowId, purchaseId, customerId, currency, billing, subscription, readings: {} },
    facts: {
      product_id: event.productId,
      country: billing?.country,
      currency,
      quantity: subscription?.quantity,
      ...subscriptionFacts(subscription, context.now()),
      ...Object.fromEntries(merchantFacts),
    },
  };
}

/** Returns the products as they were first seen: a reset run may find the plan its own offer has led to since. */
async function productsBought(
  { ledger }: ActivityContext,
  purchaseId: string,
  read: string[],
): Promise<string[]> {
  const known = (await ledger.purchase(purchaseId))?.purchase.productIds ?? [];
  return known.length > 0 ? known : read;
}

/** Checks for the first charge of a subscription, where Dodo says so. The field is newer than the SDK's types. */
function isFirstCharge(payment: object): boolean {
  return 'charge_type' in payment && (payment.charge_type === 'new' || payment.charge_type === 'checkout');
}

/** Returns whether the subscription was paid for before, so that this payment is a renewal or a plan change. */
async function wasPaidBefore(
  { dodo }: ActivityContext,
  subscription_id: string,
  payment: PurchasePayment,
): Promise<boolean> {
  for await (const other of listPayments(dodo, {
    subscription_id,
    status: 'succeeded',
    created_at_lte: payment.created_at,
  })) {
    if (other.payment_id !== payment.payment_id && other.created_at < payment.created_at) return true;
  }
  return false;
}

async function onlySubscription(
  { dodo }: ActivityContext,
  customer_id: string,
): Promise<DodoPayments.Subscription | undefined> {
  const { items } = await dodo.subscriptions.list({
    customer_id,
    status: 'active',
    page_number: 0,
    page_size: 2,
  });
  const id = onlyOne(items.map((item) => item.subscription_id));
  return id === undefined ? undefined : dodo.subscriptions.retrieve(id);
}

async function lastBilling(
  { dodo }: ActivityContext,
  customer_id: string,
): Promise<BillingAddress | undefined> {
  let last: DodoPayments.PaymentListResponse | undefined;
  for await (const payment of listPayments(dodo, { customer_id, status: 'succeeded' })) {
    if (!last || payment.created_at > last.created_at) last = payment;
  }
  return last && billingOf(await dodo.payments.retrieve(last.payment_id));
}

function onlyOne<T>(items: readonly T[] | null | undefined): T | undefined {
  return items?.length === 1 ? items[0] : undefined;
}
