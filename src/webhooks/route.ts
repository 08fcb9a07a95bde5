/** Routes verified webhooks to the runs they concern. Permissive: only fields that are used are checked. */
import { PURCHASE_ID } from '../domain/patterns.js';
import { unavailable } from '../domain/availability.js';
import { couldMatch, funnelsInOrder, type Facts } from '../domain/rules/match.js';
import type { Catalog, Funnel } from '../domain/offers.js';
import { type ReversalEvent, type SubscriptionEvent } from '../contract/messages.js';
import { compensationIds } from '../domain/compensation.js';
import { ATTEMPT_METADATA_KEY, PURCHASE_METADATA_KEY, workflowId, workflowOfAttempt } from '../domain/ids.js';
import { withoutProof, type PaymentEvent } from '../domain/payment.js';
import { isTooOldToOffer } from '../domain/purchase.js';

/** The offer a run will most likely show, so that operators can search for it from the start. */
export interface Guess {
  funnelId: string;
  offerId: string;
  catalogHash: string;
  windowMs: number;
}

export type Route =
  | DecidedRoute
  /**
   * A payment that names an attempt without proving it. Only the ledger can tell what it is: `older` when it has that
   * attempt recorded without a proof, else `foreign`.
   */
  | { kind: 'claim'; attemptId: string; older: DecidedRoute; foreign: DecidedRoute };

export type DecidedRoute =
  | { kind: 'ignored'; why: string }
  /** Starts the run, or signals the one that waits for this payment. */
  | { kind: 'purchase'; purchaseId: string; event: PaymentEvent; productId?: string; guess?: Guess }
  /** Signals the run, if there is one. */
  | { kind: 'payment'; workflowId: string; event: PaymentEvent }
  /** `compensation`: the run that follows the end of the subscription, if there is one, is told as well. */
  | { kind: 'subscription'; workflowId: string; event: SubscriptionEvent; compensation?: string }
  /** Starts or signals the run of one refund or dispute. `compensation`: as for subscriptions. */
  | { kind: 'reversal'; workflowId: string; event: ReversalEvent; compensation?: string }
  /** Signals the compensation run of a payment, if there is one. */
  | { kind: 'compensation'; workflowId: string };

type Fields = Record<string, unknown>;

/**
 * Decides a claim.
 *
 * @param known the attempt that the ledger has under the id the payment names
 */
export function decideClaim(route: Route, known: { proof?: boolean } | undefined): DecidedRoute {
  if (route.kind !== 'claim') return route;
  return known !== undefined && known.proof !== true ? route.older : route.foreign;
}

/** Checks whether metadata proves that this installation sent an attempt for a customer. */
export type Proves = (metadata: Fields, customerId: string | undefined) => boolean;

/** Returns the route of an event. Unknown types and unusable data are ignored, with a reason for the log. Pure. */
export function routeEvent(body: Fields, catalog: Catalog, now: Date, proves: Proves): Route {
  const type = text(body.type) ?? '';
  const data = fields(body.data);
  if (!data) return ignored('event has no data');
  if (type.startsWith('payment.')) return routePayment(type, data, { catalog, now, proves });
  if (type.startsWith('subscription.')) return routeSubscription(type, data);
  if (type.startsWith('refund.')) return routeReversal('refund', type, data.refund_id, data.payment_id);
  if (type.startsWith('dispute.')) return routeReversal('dispute', type, data.dispute_id, data.payment_id);
  return ignored('no run handles this event type');
}

function routeReversal(kind: 'refund' | 'dispute', type: string, id: unknown, payment: unknown): Route {
  const reversalId = identifier(id);
  const paymentId = identifier(payment);
  if (reversalId === undefined || paymentId === undefined) {
    return ignored(`event does not identify a ${kind} and its payment`);
  }
  const compensation = workflowId.compensation(compensationIds.refund(paymentId));
  // The money stays where it is, unless we wanted it to go back.
  if (type === 'refund.failed') return { kind: 'compensation', workflowId: compensation };
  return {
    kind: 'reversal',
    workflowId: workflowId.reversal(reversalId),
    event: { kind, id: reversalId, paymentId, type },
    ...(kind === 'refund' && { compensation }),
  };
}

interface World {
  catalog: Catalog;
  now: Date;
  proves: Proves;
}

function routePayment(type: string, data: Fields, world: World): Route {
  const paymentId = identifier(data.payment_id);
  if (paymentId === undefined) return ignored('event does not identify a payment');
  const metadata = fields(data.metadata) ?? {};
  const amount = integer(data.total_amount);
  const event: PaymentEvent = {
    paymentId,
    // The data describes the time of delivery, so it wins over the event's type.
    status: text(data.status) ?? (type === 'payment.succeeded' ? 'succeeded' : null),
    customerId: text(fields(data.customer)?.customer_id),
    amount,
    currency: text(data.currency),
    createdAt: text(data.created_at),
    errorCode: text(data.error_code),
    subscriptionId: text(data.subscription_id),
    sessionId: text(data.checkout_session_id),
  };
  // A renewal bears the metadata of the attempt that created its subscription, proof included.
  if (data.charge_type === 'renewal') return ignored('renewal');
  const attemptId = text(metadata[ATTEMPT_METADATA_KEY]);
  const run = attemptId === undefined ? undefined : workflowOfAttempt(attemptId);
  if (attemptId === undefined || run === undefined) return routePurchase(data, metadata, event, world);
  const proven = world.proves(metadata, event.customerId);
  const ours: PaymentEvent = { ...event, attemptId, proven, ...judgedDetails(data) };
  if (proven) return { kind: 'payment', workflowId: run, event: ours };
  return {
    kind: 'claim',
    attemptId,
    older: { kind: 'payment', workflowId: run, event: withoutProof(ours) },
    foreign: routePurchase(data, metadata, event, world),
  };
}

/** Returns the details of a payment that only judging one of an attempt needs. */
function judgedDetails(data: Fields): Partial<PaymentEvent> {
  const chargeType = text(data.charge_type);
  const productIds = productsIn(data);
  const subscriptionIds = Array.isArray(data.subscription_ids)
    ? data.subscription_ids.flatMap((id) => text(id) ?? [])
    : [];
  return {
    ...(chargeType !== undefined && { chargeType }),
    ...(productIds.length > 0 && { productIds }),
    ...(subscriptionIds.length > 0 && { subscriptionIds }),
  };
}

function routePurchase(
  data: Fields,
  metadata: Fields,
  event: PaymentEvent,
  { catalog, now }: World,
): DecidedRoute {
  const { paymentId, amount } = event;
  if (event.status !== 'succeeded') return ignored('payment has not succeeded');
  if (data.is_update_payment_method === true) return ignored('payment-method update');
  if (amount === undefined || amount <= 0) return ignored('no amount was paid');

  const registered = identifier(metadata[PURCHASE_METADATA_KEY]);
  const purchaseId = registered ?? paymentId;
  const waiting: DecidedRoute =
    purchaseId === registered
      ? { kind: 'payment', workflowId: workflowId.purchase(purchaseId), event }
      : ignored('no funnel matches the purchase');
  if (isTooOldToOffer(event.createdAt, now))
    return purchaseId === registered ? waiting : ignored('payment is too old');

  const facts = purchaseFacts(data, event);
  const funnels = funnelsInOrder(catalog, 'purchase').filter(({ when }) => couldMatch(when, facts));
  // A paused funnel starts a run too: the run records why there is no offer.
  if (funnels.length === 0) return waiting;
  const [productId] = Array.isArray(facts.product_id) ? facts.product_id : [];
  return {
    kind: 'purchase',
    purchaseId,
    event,
    ...(typeof productId === 'string' && { productId }),
    ...guessed(funnels, catalog, now),
  };
}

/** Guesses the first offer. Rules on facts that are not in the webhook may still turn out not to hold. */
function guessed(funnels: Funnel[], catalog: Catalog, now: Date): { guess?: Guess } {
  for (const funnel of funnels) {
    const [step] = funnel.steps;
    const offer = step && catalog.offers[step.offer];
    if (!offer || unavailable(funnel.id, funnel, now) || unavailable(offer.id, offer, now)) continue;
    // A step that waits is not open yet.
    if (step.waitMs !== undefined) return {};
    const { id: offerId, windowMs } = offer;
    return { guess: { funnelId: funnel.id, offerId, catalogHash: catalog.hash, windowMs } };
  }
  return {};
}

/** Returns the facts about a purchase that the webhook contains, which the plan of a subscription is not among. */
function purchaseFacts(data: Fields, event: PaymentEvent): Facts {
  const cart = Array.isArray(data.product_cart) ? data.product_cart.map(fields) : [];
  const products = productsIn(data);
  const quantities = cart.map((item) => integer(item?.quantity) ?? 1);
  return {
    product_id: products.length > 0 ? products : undefined,
    quantity: products.length > 0 ? quantities.reduce((sum, one) => sum + one, 0) : undefined,
    amount: event.amount,
    currency: event.currency,
    country: text(fields(data.billing)?.country),
  };
}

function productsIn(data: Fields): string[] {
  const cart = Array.isArray(data.product_cart) ? data.product_cart.map(fields) : [];
  return cart.flatMap((item) => text(item?.product_id) ?? []);
}

/** Events after which a subscription is not billed again. */
const ENDED: readonly string[] = ['subscription.cancelled', 'subscription.expired', 'subscription.failed'];

function routeSubscription(type: string, data: Fields): Route {
  const subscriptionId = identifier(data.subscription_id);
  const productId = text(data.product_id);
  if (subscriptionId === undefined || productId === undefined) {
    return ignored('event does not identify a subscription');
  }
  const event: SubscriptionEvent = {
    subscriptionId,
    type,
    productId,
    status: text(data.status) ?? '',
    quantity: integer(data.quantity) ?? 1,
    scheduledProductId: text(fields(data.scheduled_change)?.product_id),
  };
  const compensation = workflowId.compensation(compensationIds.endSubscription(subscriptionId));
  return {
    kind: 'subscription',
    workflowId: workflowId.planChange(subscriptionId),
    event,
    ...(ENDED.includes(type) && { compensation }),
  };
}

function ignored(why: string): DecidedRoute {
  return { kind: 'ignored', why };
}

function fields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

const MAX_TEXT = 500;

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_TEXT ? value : undefined;
}

/** Returns an id that may become part of a workflow id. */
function identifier(value: unknown): string | undefined {
  const id = text(value);
  return id !== undefined && PURCHASE_ID.regex.test(id) ? id : undefined;
}

function integer(value: unknown): number | undefined {
  return Number.isSafeInteger(value) ? (value as number) : undefined;
}
