/** Routes verified webhooks to the runs they concern. Permissive: only fields that are used are checked. */
import { PURCHASE_ID } from '../domain/patterns.js';
import { unavailable } from '../domain/availability.js';
import { allFunnelsInOrder, couldMatch, type Facts } from '../domain/rules/match.js';
import { productsNamedIn } from '../domain/rules/when.js';
import type { Addon, Catalog, Funnel } from '../domain/offers.js';
import { minorUnits } from '../domain/reversal.js';
import { type ReversalEvent, type SubscriptionEvent } from '../contract/messages.js';
import { compensationIds } from '../domain/compensation.js';
import {
  ATTEMPT_METADATA_KEY,
  LEGACY_PURCHASE_METADATA_KEY,
  PROOF_METADATA_KEY,
  REGISTERED_PURCHASE_ID,
  REGISTRATION_METADATA_KEY,
  subscriptionOfPlanChange,
  workflowId,
  workflowOfAttempt,
} from '../domain/ids.js';
import { isLaterCharge, withoutProof, type PaymentEvent } from '../domain/payment.js';
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
   * attempt recorded without a proof, else `foreign`. Without an `attemptId`, what it names is no id of ours.
   */
  | { kind: 'claim'; attemptId: string | undefined; older: DecidedRoute; foreign: DecidedRoute };

export type DecidedRoute =
  /** `unknownProducts`: what was bought that no funnel names. */
  | { kind: 'ignored'; why: string; unknownProducts?: string[] }
  /** Starts the run, or signals the one that waits for this payment. */
  | {
      kind: 'purchase';
      purchaseId: string;
      event: PaymentEvent;
      productId?: string;
      guess?: Guess;
      registration?: string;
    }
  /** Signals the run, if there is one. */
  | { kind: 'payment'; workflowId: string; event: PaymentEvent; registration?: string }
  /** `compensations`: the runs that follow the end of the subscription, where there are any, are told as well. */
  | { kind: 'subscription'; workflowId: string; event: SubscriptionEvent; compensations?: string[] }
  /** Starts or signals the run of one refund or dispute. `compensations`: as for subscriptions. */
  | { kind: 'reversal'; workflowId: string; event: ReversalEvent; compensations?: string[] }
  /** Signals the compensation runs of a payment, where there are any. */
  | { kind: 'compensation'; paymentId: string; compensations: string[] };

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

/** What tells our own metadata from what anybody can write into a checkout link. */
export interface Evidence {
  /** Checks a proof that was read from metadata. */
  provesPurchase: (purchaseId: string, proof: unknown) => boolean;
  provesAttempt: Proves;
  /** The purchase that `legacyClaim` found in the event, if the ledger bears it out. */
  legacyPurchaseId?: string;
}

/**
 * Returns the route of an event. Unknown types and unusable data are ignored, with a reason for the log. Pure.
 *
 * A route with a `registration` is for the payment of a purchase that was registered with us, under that id.
 */
export function routeEvent(body: Fields, catalog: Catalog, now: Date, evidence: Evidence): Route {
  const type = text(body.type) ?? '';
  const data = fields(body.data);
  if (!data) return ignored('event has no data');
  if (type.startsWith('payment.')) return routePayment(type, data, { catalog, now, evidence });
  if (type.startsWith('subscription.')) return routeSubscription(type, data);
  if (type.startsWith('refund.')) return routeReversal('refund', type, data);
  if (type.startsWith('dispute.')) return routeReversal('dispute', type, data);
  // Its payment is read first, and routed like any other.
  if (type === 'abandoned_checkout.recovered') return ignored('event does not name the recovered payment');
  return ignored('no run handles this event type');
}

/**
 * Returns the purchase that a payment claims in the manner of before there were proofs. It is one of ours only if the
 * ledger has it with this checkout session.
 */
export function legacyClaim(body: Fields): { purchaseId: string; sessionId: string } | undefined {
  const data = fields(body.data);
  const metadata = fields(data?.metadata) ?? {};
  const purchaseId = text(metadata[LEGACY_PURCHASE_METADATA_KEY]);
  const sessionId = text(data?.checkout_session_id);
  if (purchaseId === undefined || sessionId === undefined) return undefined;
  if (metadata[REGISTRATION_METADATA_KEY] !== undefined || !REGISTERED_PURCHASE_ID.test(purchaseId))
    return undefined;
  return { purchaseId, sessionId };
}

/** Returns the id of the registered purchase that metadata proves. */
export function registrationIn(
  metadata: Fields,
  { provesPurchase }: Pick<Evidence, 'provesPurchase'>,
): string | undefined {
  const id = identifier(metadata[REGISTRATION_METADATA_KEY]);
  return id !== undefined && provesPurchase(id, metadata[PROOF_METADATA_KEY]) ? id : undefined;
}

function routeReversal(kind: 'refund' | 'dispute', type: string, data: Fields): Route {
  const reversalId = identifier(kind === 'refund' ? data.refund_id : data.dispute_id);
  const paymentId = identifier(data.payment_id);
  if (reversalId === undefined || paymentId === undefined) {
    return ignored(`event does not identify a ${kind} and its payment`);
  }
  const ofWhole = workflowId.compensation(compensationIds.refund(paymentId));
  const ofPart = workflowId.compensation(compensationIds.refundPart(paymentId));
  // The money stays where it is, unless we wanted it to go back.
  if (type === 'refund.failed') return { kind: 'compensation', paymentId, compensations: [ofWhole, ofPart] };
  return {
    kind: 'reversal',
    workflowId: workflowId.reversal(reversalId),
    event: { kind, id: reversalId, paymentId, type, ...takenBack(data) },
    // A part cannot be refunded while the payment is disputed.
    compensations: kind === 'refund' ? [ofWhole, ofPart] : [ofPart],
  };
}

/** Returns what a refund or dispute says of its money. Dodo writes the amount of a dispute as text. */
function takenBack(data: Fields): Pick<ReversalEvent, 'amount' | 'currency' | 'partial'> {
  const amount = minorUnits(data.amount);
  const currency = text(data.currency);
  return {
    ...(amount !== undefined && currency !== undefined && { amount, currency }),
    ...(data.is_partial === true && { partial: true }),
  };
}

interface World {
  catalog: Catalog;
  now: Date;
  evidence: Evidence;
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
  const claimed = metadata[ATTEMPT_METADATA_KEY];
  if (claimed == null) return routePurchase(data, metadata, event, world);
  const attemptId = text(claimed);
  const run = attemptId === undefined ? undefined : workflowOfAttempt(attemptId);
  if (attemptId === undefined || run === undefined) {
    const foreign = routePurchase(data, metadata, event, world);
    return { kind: 'claim', attemptId: undefined, older: foreign, foreign };
  }
  const proven = world.evidence.provesAttempt(metadata, event.customerId);
  const ours: PaymentEvent = { ...event, attemptId, proven, ...judgedDetails(data) };
  if (proven) return { kind: 'payment', workflowId: run, event: ours };
  return {
    kind: 'claim',
    attemptId,
    older: { kind: 'payment', workflowId: run, event: withoutProof(ours) },
    foreign: routePurchase(data, metadata, event, world),
  };
}

/** A payment of a subscription of which the event does not say whether it is the first. */
export interface UnclearCharge {
  subscriptionId: string;
  /** RFC 3339. */
  paidAt: string;
}

/**
 * Returns the charge of a payment that may renew a subscription: where Dodo does not say what it charges for, only the age
 * of the subscription tells. The payment of one of our plan changes is of a subscription that is older, too.
 */
export function unclearCharge(body: Fields, route: DecidedRoute): UnclearCharge | undefined {
  if (route.kind !== 'purchase' && route.kind !== 'payment') return undefined;
  const { event } = route;
  const { subscriptionId, createdAt: paidAt } = event;
  if (subscriptionId === undefined || paidAt === undefined || event.status !== 'succeeded') return undefined;
  if (text(fields(body.data)?.charge_type) !== undefined) return undefined;
  const isPlanChange =
    route.kind === 'payment' && subscriptionOfPlanChange(route.workflowId) === subscriptionId;
  return isPlanChange ? undefined : { subscriptionId, paidAt };
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
  { catalog, now, evidence }: World,
): DecidedRoute {
  const { paymentId, amount } = event;
  if (event.status !== 'succeeded') return ignored('payment has not succeeded');
  if (data.is_update_payment_method === true) return ignored('payment-method update');
  if (amount === undefined || amount < 0) return ignored('no amount was paid');

  const chargeType = text(data.charge_type);
  if (chargeType !== undefined && isLaterCharge(chargeType))
    return ignored(`${chargeType.replaceAll('_', ' ')} of a subscription`);

  const registration = registrationIn(metadata, evidence) ?? evidence.legacyPurchaseId;
  const purchaseId = registration ?? paymentId;
  const unlessRegistered = (why: string): DecidedRoute =>
    registration === undefined
      ? ignored(why)
      : { kind: 'payment', workflowId: workflowId.purchase(registration), event, registration };
  if (isTooOldToOffer(event.createdAt, now)) return unlessRegistered('payment is too old');

  const facts = purchaseFacts(data, event);
  const funnels = allFunnelsInOrder(catalog, 'purchase').filter(
    ({ when, freePurchases }) => (amount > 0 || freePurchases) && couldMatch(when, facts),
  );
  // A paused funnel starts a run too: the run records why there is no offer. So does one in shadow.
  const products = Array.isArray(facts.product_id) ? facts.product_id.map(String) : [];
  if (funnels.length === 0) {
    const route = unlessRegistered(amount > 0 ? 'no funnel matches the purchase' : 'no amount was paid');
    const unknownProducts = amount > 0 ? products.filter((id) => !isNamed(id, catalog)) : [];
    return route.kind === 'ignored' && unknownProducts.length > 0 ? { ...route, unknownProducts } : route;
  }
  const [productId] = products;
  return {
    kind: 'purchase',
    purchaseId,
    event,
    ...(productId !== undefined && { productId }),
    ...guessed(funnels, catalog, now),
    ...(registration !== undefined && { registration }),
  };
}

function isNamed(productId: string, { funnels }: Catalog): boolean {
  return funnels.some(({ when }) => productsNamedIn(when).includes(productId));
}

/** Guesses the first offer. Rules on facts that are not in the webhook may still turn out not to hold. */
function guessed(funnels: Funnel[], catalog: Catalog, now: Date): { guess?: Guess } {
  for (const funnel of funnels) {
    if (funnel.mode === 'shadow') continue;
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
  // A cart does not list the subscriptions beside it.
  const products = subscriptionsIn(data) ? [] : productsIn(data);
  const quantities = cart.map((item) => integer(item?.quantity) ?? 1);
  return {
    product_id: products.length > 0 ? products : undefined,
    quantity: products.length > 0 ? quantities.reduce((sum, one) => sum + one, 0) : undefined,
    amount: event.amount,
    currency: event.currency,
    country: text(fields(data.billing)?.country),
  };
}

function subscriptionsIn(data: Fields): boolean {
  const several = Array.isArray(data.subscription_ids) && data.subscription_ids.length > 0;
  return several || text(data.subscription_id) !== undefined;
}

function productsIn(data: Fields): string[] {
  const cart = Array.isArray(data.product_cart) ? data.product_cart.map(fields) : [];
  return cart.flatMap((item) => text(item?.product_id) ?? []);
}

/** Events after which a subscription is not billed again. */
const ENDED: readonly unknown[] = ['subscription.cancelled', 'subscription.expired', 'subscription.failed'];

/** Checks for the events that tell the end of a subscription, and when it was. */
export function isEnding(type: unknown): boolean {
  return ENDED.includes(type);
}

function routeSubscription(type: string, data: Fields): Route {
  const subscriptionId = identifier(data.subscription_id);
  const productId = text(data.product_id);
  if (subscriptionId === undefined || productId === undefined) {
    return ignored('event does not identify a subscription');
  }
  const addons = addonsIn(data);
  const scheduled = fields(data.scheduled_change);
  const scheduledAddons = scheduled && addonsIn(scheduled);
  const scheduledQuantity = integer(scheduled?.quantity);
  const event: SubscriptionEvent = {
    subscriptionId,
    type,
    productId,
    status: text(data.status) ?? '',
    quantity: integer(data.quantity) ?? 1,
    ...(addons && { addons }),
    scheduledProductId: text(scheduled?.product_id),
    ...(scheduledQuantity !== undefined && { scheduledQuantity }),
    ...(scheduledAddons && { scheduledAddons }),
  };
  const compensation = workflowId.compensation(compensationIds.endSubscription(subscriptionId));
  return {
    kind: 'subscription',
    workflowId: workflowId.planChange(subscriptionId),
    event,
    ...(isEnding(type) && { compensations: [compensation] }),
  };
}

/** A subscription may have this many add-ons; more are not looked at. */
const MAX_ADDONS = 100;

/** Returns the add-ons of a plan; undefined if it does not say which. */
function addonsIn({ addons }: Fields): Addon[] | undefined {
  if (!Array.isArray(addons) || addons.length > MAX_ADDONS) return undefined;
  return addons.flatMap((addon) => {
    const addonId = text(fields(addon)?.addon_id);
    return addonId === undefined ? [] : [{ addonId, quantity: integer(fields(addon)?.quantity) ?? 1 }];
  });
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
