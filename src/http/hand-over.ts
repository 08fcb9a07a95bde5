/** Hands Dodo's events over to Temporal. Webhooks and the sweep both come this way, so that they decide alike. */
import { announcementIn } from '../dodo/announced.js';
import { provesAttempt } from '../dodo/payments.js';
import { withPriority } from '../dodo/budget.js';
import { ifFound } from '../dodo/errors.js';
import { isOlderThanFirstPayment } from '../dodo/subscriptions.js';
import {
  decideClaim,
  isEnding,
  legacyClaim,
  routeEvent,
  unclearCharge,
  type DecidedRoute,
  type Route,
  type UnclearCharge,
} from '../webhooks/route.js';
import { phaseOf, type PaymentEvent } from '../domain/payment.js';
import type { ApiDeps } from './deps.js';
import { foreignAttemptIds } from './metrics.js';
import { recoveryIn, takeRecovered } from './recovered-checkout.js';

type HandOverDeps = Pick<ApiDeps, 'catalog' | 'dodo' | 'ledger' | 'now' | 'runs'> & {
  proofs: Pick<ApiDeps['proofs'], 'provesPurchase' | 'provesAttempt'>;
  log: Pick<ApiDeps['log'], 'warn'>;
};

/** Thrown when neither an event nor Dodo's reading says what was paid. */
export class UntoldAmountError extends Error {
  override name = 'UntoldAmountError';
}

type Deliverable = Exclude<DecidedRoute, { kind: 'ignored' }>;

export type HandedOver =
  | { kind: 'ignored'; why: string; unknownProducts?: string[] }
  | { kind: 'handed_over'; result: 'delivered' | 'no_run' | 'duplicate' | 'limited' };

/**
 * Routes an event and delivers it, at most once per `deliveryId`. The ledger is asked only about purchases and
 * attempts of before there were proofs, and about registered purchases that no run waits for any more. It keeps the
 * payment of a purchase for the run, which need not read it then, and which subscriptions have ended. Dodo is asked once
 * where an event leaves open whether a subscription is renewed, and once where it leaves open what was paid for an attempt.
 *
 * @throws when Temporal does not take it, the ledger cannot be reached, or what was paid cannot be read
 */
export async function handOver(
  deps: HandOverDeps,
  body: Record<string, unknown>,
  deliveryId: string,
): Promise<HandedOver> {
  const { catalog, ledger, now, proofs } = deps;
  const recovery = recoveryIn(body);
  if (recovery) {
    const paid = await takeRecovered(deps, recovery);
    return paid
      ? handOver(deps, paid, deliveryId)
      : { kind: 'ignored', why: 'nothing of ours was recovered' };
  }
  const claim = legacyClaim(body);
  const claimed = claim && (await ledger.purchase(claim.purchaseId))?.purchase;
  const routed = routeEvent(body, catalog(), now(), {
    provesPurchase: (purchaseId, proof) => proofs.provesPurchase(purchaseId, proof),
    provesAttempt: (metadata, customerId) => provesAttempt(proofs, { metadata, customerId }),
    ...(claimed && claimed.checkoutSessionId === claim?.sessionId && { legacyPurchaseId: claim.purchaseId }),
  });
  const route = await decided(deps, routed);
  if (route.kind === 'ignored') return route;
  if (await isRenewal(deps, route, unclearCharge(body, route))) return { kind: 'ignored', why: 'renewal' };
  if (route.kind === 'purchase') await announce(deps, body);
  const handed = await deliver(deps, route, deliveryId);
  // Another event of it, sent late, shows the end as well, and would date it wrongly.
  if (route.kind === 'subscription' && isEnding(body.type))
    await ledger.recordSubscriptionEnd(route.event.subscriptionId, timeOf(body, now()));
  return handed;
}

/**
 * Delivers a route. Nothing counts for an attempt before it is known what was paid.
 *
 * @throws as `handOver`
 */
export async function deliver(
  deps: Pick<HandOverDeps, 'dodo' | 'ledger' | 'runs'>,
  found: Deliverable,
  deliveryId: string,
): Promise<HandedOver> {
  const route: Deliverable =
    found.kind === 'payment' ? { ...found, event: await withAmount(deps, found.event) } : found;
  const result = await deps.runs.deliver(route, deliveryId);
  const isLate = result === 'no_run' || result === 'duplicate';
  return { kind: 'handed_over', result: isLate ? ((await takeLate(deps, route)) ?? result) : result };
}

/** Returns when an event happened, as Dodo says; now, where it does not say. */
function timeOf({ timestamp }: Record<string, unknown>, now: Date): string {
  const told = typeof timestamp === 'string' ? Date.parse(timestamp) : NaN;
  return new Date(Math.min(Number.isNaN(told) ? Infinity : told, now.getTime())).toISOString();
}

/** The ledger answers within milliseconds, and Dodo waits for our answer meanwhile. */
const LEDGER_PATIENCE_MS = 500;

/** Keeps the payment for the run that evaluates it. A run that does not find it reads it from Dodo. */
async function announce({ ledger, log, now }: HandOverDeps, body: Record<string, unknown>): Promise<void> {
  const announced = announcementIn(body, now());
  if (!announced) return;
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, LEDGER_PATIENCE_MS);
  });
  const { paymentId } = announced;
  const kept = ledger.announcePayment(announced).catch((error: unknown) => {
    log.warn(
      { err: error, paymentId },
      'could not keep the payment of a webhook; its run reads it from Dodo',
    );
  });
  await Promise.race([kept, tooLong]);
  clearTimeout(timer);
}

/** Longer than Dodo takes, and well within the time after which it would send the webhook again. */
const READ_TIMEOUT_MS = 5_000;
/** As long as that again may pass until it is sent. */
const PATIENCE_MS = 5_000;

/** Reads whether a charge renews its subscription. What cannot be read now is left to the run. */
async function isRenewal(
  { dodo, ledger, log }: HandOverDeps,
  route: DecidedRoute,
  charge: UnclearCharge | undefined,
): Promise<boolean> {
  if (!charge || (await paysForRegistration(ledger, route))) return false;
  const { subscriptionId, paidAt } = charge;
  try {
    const subscription = await withPriority('offer', PATIENCE_MS, () =>
      dodo.subscriptions.retrieve(subscriptionId, { timeout: READ_TIMEOUT_MS }),
    );
    return isOlderThanFirstPayment(subscription, paidAt);
  } catch (error) {
    log.warn({ err: error, subscriptionId }, 'could not read whether a payment renews its subscription');
    return false;
  }
}

/**
 * Returns the payment of an attempt with what was paid, which is read where the event does not tell. An amount that is not
 * known cannot be compared with the accepted one.
 *
 * @throws when Dodo does not tell either: whoever sent the event sends it again
 */
async function withAmount({ dodo }: Pick<HandOverDeps, 'dodo'>, event: PaymentEvent): Promise<PaymentEvent> {
  const { paymentId, attemptId, amount, currency } = event;
  if (attemptId === undefined || phaseOf(event.status) !== 'paid') return event;
  if (amount !== undefined && currency !== undefined) return event;
  const payment = await withPriority('proof', PATIENCE_MS, () =>
    ifFound(dodo.payments.retrieve(paymentId, { timeout: READ_TIMEOUT_MS })),
  );
  const read = payment as { total_amount?: unknown; currency?: unknown } | undefined;
  if (!Number.isSafeInteger(read?.total_amount) || typeof read?.currency !== 'string' || read.currency === '')
    throw new UntoldAmountError(`Dodo does not tell what was paid with ${paymentId}.`);
  return { ...event, amount: read.total_amount as number, currency: read.currency };
}

/** Checks for the payment of a registered purchase. However late it is: nothing was bought before that could be renewed. */
async function paysForRegistration(ledger: HandOverDeps['ledger'], route: DecidedRoute): Promise<boolean> {
  if (route.kind !== 'purchase' && route.kind !== 'payment') return false;
  const { registration, event } = route;
  const purchase = registration === undefined ? undefined : (await ledger.purchase(registration))?.purchase;
  return purchase !== undefined && (purchase.paymentId ?? event.paymentId) === event.paymentId;
}

/** Decides what a payment is that names an attempt without proving it: counted and logged when it is not ours. */
async function decided({ ledger, log }: HandOverDeps, route: Route): Promise<DecidedRoute> {
  if (route.kind !== 'claim') return route;
  const { attemptId } = route;
  const known = attemptId === undefined ? undefined : await ledger.attempt(attemptId);
  const decision = decideClaim(route, known);
  if (decision === route.foreign) {
    foreignAttemptIds.inc();
    log.warn({ attemptId }, 'a payment names an attempt of ours without proving it');
  }
  return decision;
}

/**
 * Starts a run for the payment of a registered purchase whose own run has ended. Undefined if there is nothing to do:
 * the ledger has this payment as the purchase's, or it renews the subscription that was bought.
 */
async function takeLate({ ledger, runs }: Pick<HandOverDeps, 'ledger' | 'runs'>, route: Deliverable) {
  if (route.kind !== 'purchase' && route.kind !== 'payment') return undefined;
  const { registration, event } = route;
  if (registration === undefined) return undefined;
  const purchase = (await ledger.purchase(registration))?.purchase;
  if (purchase?.paymentId === event.paymentId) return undefined;
  if (event.subscriptionId !== undefined && event.subscriptionId === purchase?.subscriptionId)
    return undefined;
  return runs.latePurchase(registration, event);
}
