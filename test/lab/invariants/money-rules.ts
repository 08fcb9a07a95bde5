/** Invariants about money: who paid, how often, for what, and whether all books agree. */
import { type Timing } from '../../../src/contract/messages.js';
import { ATTEMPT_METADATA_KEY } from '../../../src/domain/ids.js';
import type { AttemptInput } from '../../../src/domain/attempt.js';
import {
  acceptedBefore,
  attemptSteps,
  clicksBefore,
  isOneClick,
  pricesShown,
  type AttemptStep,
} from './attempts.js';
import {
  groupBy,
  money,
  presentationsOf,
  reviewsOf,
  type BooksEvidence,
  type Check,
  type Evidence,
} from './evidence.js';

type Payment = BooksEvidence['payments'][number];

/** Returns the attempt that a payment or refund names. */
function attemptOf({ metadata }: { metadata: Payment['metadata'] }): string | undefined {
  const id = metadata[ATTEMPT_METADATA_KEY];
  return typeof id === 'string' ? id : undefined;
}

/** Returns the presentation of a payment, according to the ledger's attempt, or else to the payment itself. */
function presentationOf(payment: Payment, { ledger }: Evidence): string {
  const attempt = ledger.attempts.find(({ attemptId }) => attemptId === attemptOf(payment));
  return attempt?.presentationId ?? String(payment.metadata.upsell_presentation_id ?? 'no presentation');
}

function ourPayments({ books, strangers = [] }: Evidence): Payment[] {
  return books.payments.filter(
    (payment) => attemptOf(payment) !== undefined && !strangers.includes(payment.payment_id),
  );
}

/** Checks for money that has to go back, and does not: a person was asked. */
function isStuck({ payment_id }: Payment, evidence: Evidence): boolean {
  return reviewsOf(evidence, payment_id).some(
    ({ kind, status }) => kind === 'refund_failed' && status === 'open',
  );
}

/** Checks for a payment that is not what was accepted: a person has decided about it, or will. */
function isDoubted({ payment_id }: Payment, evidence: Evidence): boolean {
  return reviewsOf(evidence, payment_id).some(({ kind }) => kind === 'payment_differs');
}

/** Returns the automatic refunds of a payment, which name the attempt. */
function refundedByUs(payment: Payment, { books }: Evidence) {
  return books.refunds.filter(
    (refund) => refund.payment_id === payment.payment_id && attemptOf(refund) !== undefined,
  );
}

/** 1. At most one successful charge per acceptance, net of automatic refunds, and no refund without a second charge. */
export const oneChargePerAcceptance: Check = (evidence) => {
  const found: string[] = [];
  const paid = ourPayments(evidence).filter(({ status }) => status === 'succeeded');
  for (const [presentation, payments] of groupBy(paid, (one) => presentationOf(one, evidence))) {
    const kept = payments.filter(
      (payment) =>
        !refundedByUs(payment, evidence).some(({ status }) => status !== 'failed') &&
        !isStuck(payment, evidence),
    );
    const all = payments.map(({ payment_id }) => payment_id).join(', ');
    if (kept.length > 1)
      found.push(`Presentation ${presentation} was charged ${kept.length} times and none went back: ${all}.`);
    if (kept.length === 0 && !payments.every((payment) => isDoubted(payment, evidence)))
      found.push(`Presentation ${presentation} was paid, and every payment of it went back: ${all}.`);
  }
  for (const payment of evidence.books.payments) {
    const refunds = refundedByUs(payment, evidence).filter(({ status }) => status !== 'failed');
    if (refunds.length > 1) found.push(`Payment ${payment.payment_id} was refunded ${refunds.length} times.`);
    if (refunds.length > 0 && attemptOf(payment) === undefined)
      found.push(`Payment ${payment.payment_id} is no attempt of ours, and was refunded by us.`);
  }
  for (const { id, purchaseId, subscriptionId } of twoLives(evidence)) {
    found.push(
      `Presentation ${id} of ${purchaseId} was paid with a new subscription, and ${subscriptionId} lives on.`,
    );
  }
  return found;
};

/** Returns plan changes paid at the checkout whose old subscription is still billed beside the new one. */
function twoLives(evidence: Evidence) {
  return attemptSteps(evidence.runs).flatMap((step) => {
    const { attemptId, presentationId: id, purchaseId, subscriptionId, offer } = step.input;
    if (isOneClick(step) || offer.action.kind !== 'change_plan' || subscriptionId === undefined) return [];
    const paid = evidence.books.payments.some(
      (payment) => attemptOf(payment) === attemptId && payment.status === 'succeeded',
    );
    const counted = presentationsOf(evidence).find((shown) => shown.id === id)?.recovered === true;
    const old = evidence.books.subscriptions.find((one) => one.subscription_id === subscriptionId);
    const isAsked = evidence.ledger.accounts?.reviews.some(
      (review) => review.kind === 'subscription_lives_on' && review.subscriptionId === subscriptionId,
    );
    if (isAsked) return [];
    return paid && counted && old?.status === 'active' ? [{ id, purchaseId, subscriptionId }] : [];
  });
}

type Body = {
  confirm?: boolean;
  collect_via_payment_link?: boolean;
  metadata?: Record<string, unknown>;
} | null;

const MONEY_ROUTES = /^\/(checkouts|payments|subscriptions\/[^/]+\/(change-plan|charge))$/;

/** Says whether a request takes money by itself, without the customer paying on a page. */
function charges(path: string, body: Body): boolean {
  if (!MONEY_ROUTES.test(path)) return false;
  return path === '/checkouts' ? body?.confirm === true : body?.collect_via_payment_link !== true;
}

/** 2. No charge without a recorded acceptance at a price that was shown, and every request to charge is sent once. */
export const noChargeWithoutAcceptance: Check = (evidence) => {
  const { runs, books } = evidence;
  const found: string[] = [];
  const steps = attemptSteps(runs);
  for (const step of steps) {
    const { attemptId, presentationId, price } = step.input;
    if (!clicksBefore(step, runs).some((place) => acceptedBefore(place, presentationId)))
      found.push(`Attempt ${attemptId} was made, and no click on ${presentationId} stands before it.`);
    const shown = pricesShown(evidence, step.input);
    if (!shown.has(price.dueNow))
      found.push(
        `Attempt ${attemptId} is for ${money(price.dueNow, price.currency)}; ` +
          `shown was ${[...shown].join(' or ') || 'nothing'}.`,
      );
  }
  found.push(...steps.filter(isOneClick).flatMap((step) => overTheLimit(step, evidence)));
  for (const payment of ourPayments(evidence)) {
    const { payment_id, total_amount, currency } = payment;
    const step = steps.find(({ input }) => input.attemptId === attemptOf(payment));
    if (!step) {
      found.push(`Payment ${payment_id} names attempt ${attemptOf(payment)}, which no run made.`);
      continue;
    }
    const { price, offer } = step.input;
    found.push(...notWhatWasChosen(payment, step.input));
    if (isDoubted(payment, evidence) || refundedByUs(payment, evidence).length > 0) continue;
    // The checkout sells a whole new plan, at the price on its page.
    if (!isOneClick(step) && offer.action.kind === 'change_plan') continue;
    if (total_amount > price.dueNow || currency !== price.currency)
      found.push(
        `Payment ${payment_id} took ${money(total_amount, currency)}; ` +
          `accepted was ${money(price.dueNow, price.currency)}.`,
      );
  }
  const charging = books.requests.filter(({ path, body }) => charges(path, body as Body));
  const attemptIn = ({ body }: (typeof charging)[number]) => (body as Body)?.metadata?.[ATTEMPT_METADATA_KEY];
  for (const [attempt, requests] of groupBy(charging, (one) => String(attemptIn(one)))) {
    if (attempt === 'undefined')
      found.push(`${requests.length} requests to charge carry no attempt: ${requests[0]?.path}.`);
    else if (requests.length > 1) found.push(`Attempt ${attempt} was sent ${requests.length} times.`);
  }
  return found;
};

/** Finds a one-click charge above the catalog's limit. */
function overTheLimit({ input, activity }: AttemptStep, evidence: Evidence): string[] {
  const { catalog, books } = evidence;
  const offerId = presentationsOf(evidence).find(({ id }) => id === input.presentationId)?.offerId;
  const limits = catalog.offers[offerId ?? '']?.oneClickLimit ?? catalog.policy.oneClickLimit;
  if (!limits) return [];
  const taken = books.payments.find((payment) => attemptOf(payment) === input.attemptId)?.total_amount ?? 0;
  const limit = limits[input.price.currency] ?? 0;
  return taken > limit
    ? [`Attempt ${input.attemptId} (${activity.type}) took ${taken} with one click; the limit is ${limit}.`]
    : [];
}

/** Finds a payment for another product or quantity than its attempt's. Plan changes have no cart. */
function notWhatWasChosen(payment: Payment, { attemptId, offer, quantity }: AttemptInput): string[] {
  const [line, ...others] = payment.product_cart ?? [];
  if (offer.action.kind === 'change_plan' || !line) return [];
  const same = line.product_id === offer.action.productId && line.quantity === quantity;
  return same && others.length === 0
    ? []
    : [
        `Payment ${payment.payment_id} is for ${line.quantity} ${line.product_id}; ` +
          `attempt ${attemptId} was for ${quantity} ${offer.action.productId}.`,
      ];
}

/** Says whether a reply leaves open if Dodo acted: there is none, it is a server error, or it is unreadable. */
function isLost({ status, fault }: BooksEvidence['requests'][number]): boolean {
  return status === null || status >= 500 || fault === 'html_200' || fault === 'truncate';
}

/** 2b. While the outcome of a lost request is unknown, the customer gets no second way to pay. */
export const noFallbackWhileUnknown: Check = (evidence) => {
  const { books, runs } = evidence;
  const steps = attemptSteps(runs);
  return books.requests.filter(isLost).flatMap((request) => {
    const body = request.body as Body;
    const attemptId = body?.metadata?.[ATTEMPT_METADATA_KEY];
    const sent = steps.find((step) => isOneClick(step) && step.input.attemptId === attemptId);
    if (!sent || !charges(request.path, body)) return [];
    // A failed payment makes the outcome known.
    const known = books.payments.some(
      (payment) => attemptOf(payment) === attemptId && payment.status === 'failed',
    );
    const [{ timing }] = sent.run.input as [{ timing: Timing }];
    const quietUntil = sent.activity.at + timing.reconcileWindowMs;
    const early = steps.filter(
      (step) =>
        step.activity.type === 'openFallback' &&
        step.input.presentationId === sent.input.presentationId &&
        step.activity.at < quietUntil,
    );
    return known || early.length === 0
      ? []
      : [
          `A fallback was opened ${quietUntil - (early[0]?.activity.at ?? 0)} ms too early after ${sent.input.attemptId} was lost.`,
        ];
  });
};

const PAID_OUTCOMES: readonly unknown[] = ['converted', 'recovered', 'reversed'];

/** 8. Dodo's charges for a presentation, less refunds, equal the ledger's amount to the cent. */
export const sameMoneyEverywhere: Check = (evidence) => {
  const { books, ledger } = evidence;
  const found: string[] = [];
  const shown = new Map(presentationsOf(evidence).map((one) => [one.id, one]));
  const settled = ourPayments(evidence).filter((payment) => !isStuck(payment, evidence));
  const byPresentation = groupBy(settled, (one) => presentationOf(one, evidence));
  for (const id of new Set([...shown.keys(), ...byPresentation.keys()])) {
    const presentation = shown.get(id);
    // An operator has yet to decide whether it was paid.
    if (presentation?.status === 'needs_review') continue;
    const ids = new Set((byPresentation.get(id) ?? []).map(({ payment_id }) => payment_id));
    const taken = books.movements
      .filter((movement) => ids.has(movement.payment_id))
      .reduce((sum, { amount }) => sum + amount, 0);
    const recorded =
      presentation?.status === 'paid' ? (presentation.paidAmount ?? 0) - presentation.refundedAmount : 0;
    if (taken !== recorded) {
      const attempts = ledger.attempts
        .filter(({ presentationId }) => presentationId === id)
        .map(({ attemptId, status }) => `${attemptId} ${status}`);
      found.push(
        `Presentation ${id} (${presentation?.status ?? 'not in the ledger'}): Dodo has ${taken}, ` +
          `the ledger ${recorded} minor units; payments ${[...ids].join(', ') || 'none'}; ` +
          `attempts ${attempts.join(', ') || 'none'}.`,
      );
    }
  }
  for (const { purchase, status, outcome, presentations } of ledger.purchases) {
    const paid = presentations.find((one) => one.status === 'paid');
    if (paid && status === 'settled' && !PAID_OUTCOMES.includes(outcome))
      found.push(`Purchase ${purchase.purchaseId} ended as ${outcome}, and ${paid.id} of it is paid.`);
  }
  return found;
};
