/**
 * Decides what one payment means for an offer. Workflow, look-up, late payment, sweep and reversal all ask this
 * function, so that no two of them can disagree about the same money.
 */
import { phaseOf, type PaymentEvent, type PaymentPhase } from './payment.js';
import type { AttemptKind } from './words.js';

/** A payment as far as it is known: a webhook tells less than a reading, a row of a list less than either. */
export interface SeenPayment {
  paymentId: string;
  /** Dodo's `IntentStatus`; null while Dodo does not say. */
  status: string | null;
  /** The attempt that its metadata names. Anybody who can build a checkout link can name one. */
  attemptId?: string;
  /** Whether its metadata proves that this installation sent it: see `proof.ts`. */
  proven?: boolean;
  customerId?: string;
  /** Of its cart; absent where Dodo does not tell, as for subscriptions. */
  productIds?: readonly string[];
  sessionId?: string;
  subscriptionIds?: readonly string[];
  /** Dodo's `charge_type` (`new`, `renewal`, `plan_change`, `on_demand`), absent where Dodo does not tell. */
  chargeType?: string;
  /** Minor units of `currency`, tax included. */
  amount?: number;
  currency?: string;
  /** RFC 3339. */
  createdAt?: string;
}

/** Returns a payment as it is judged and recorded. */
export function seenPayment(event: PaymentEvent): SeenPayment {
  const { paymentId, status, attemptId, proven, customerId, productIds, sessionId } = event;
  const { subscriptionId, chargeType, amount, currency, createdAt } = event;
  const subscriptionIds =
    event.subscriptionIds ?? (subscriptionId === undefined ? undefined : [subscriptionId]);
  return {
    paymentId,
    status,
    attemptId,
    proven,
    customerId,
    productIds,
    sessionId,
    subscriptionIds,
    chargeType,
    amount,
    currency,
    createdAt,
  };
}

/** What was sent, and for whom. */
export interface JudgedAttempt {
  attemptId: string;
  kind: AttemptKind;
  customerId: string;
  productId?: string;
  /** What Dodo previewed right before the attempt was sent: the accepted amount or less. Minor units. */
  amount: number;
  currency: string;
  sessionId?: string;
  /** The payment that Dodo's reply named. */
  paymentId?: string;
  /** Sent before attempts carried a proof: its ids and its price have to tell. */
  withoutProof?: boolean;
}

/** The payment that counts for the offer already. */
export interface CountedPayment {
  paymentId: string;
  attemptId?: string;
  subscriptionIds?: readonly string[];
  createdAt?: string;
}

export type NotOurs =
  | 'no_attempt'
  | 'unknown_attempt'
  | 'no_proof'
  | 'other_customer'
  | 'renewal'
  /** Another charge of the subscription that the attempt created, whose metadata Dodo copied. */
  | 'later_charge';
export type Doubt = 'amount_differs' | 'currency_differs' | 'product_differs';

export type Verdict =
  /** Nothing is decided before the money has moved, or can no longer move. */
  | { kind: 'undecided'; phase: Exclude<PaymentPhase, 'paid'> }
  /** It pays for the offer. */
  | { kind: 'counts' }
  /** The offer is paid by another payment: this money has to be refunded. */
  | { kind: 'goes_back' }
  /** It is ours, and is not what the customer accepted: a person decides. */
  | { kind: 'review'; doubt: Doubt }
  /** Not our charge: it neither counts nor is refunded. */
  | { kind: 'not_ours'; why: NotOurs };

/** Subscriptions renew once a day at most, so another charge of the same subscription this soon is no renewal. */
const SHORTEST_RENEWAL_MS = 12 * 60 * 60 * 1000;

/**
 * Decides on one payment. Pure.
 *
 * @param attempt the attempt its metadata names; undefined when there is no such attempt
 * @param counted the payment that already counts for the offer, if any
 */
export function judgePayment(
  payment: SeenPayment,
  attempt: JudgedAttempt | undefined,
  counted?: CountedPayment,
): Verdict {
  const stranger = whyNotOurs(payment, attempt, counted);
  if (stranger !== undefined || attempt === undefined)
    return { kind: 'not_ours', why: stranger ?? 'unknown_attempt' };

  const phase = phaseOf(payment.status);
  if (phase !== 'paid') return { kind: 'undecided', phase };
  if (counted !== undefined)
    return counted.paymentId === payment.paymentId ? { kind: 'counts' } : { kind: 'goes_back' };

  const doubt = doubtAbout(payment, attempt);
  return doubt === undefined ? { kind: 'counts' } : { kind: 'review', doubt };
}

function whyNotOurs(
  payment: SeenPayment,
  attempt: JudgedAttempt | undefined,
  counted: CountedPayment | undefined,
): NotOurs | undefined {
  if (payment.attemptId === undefined) return 'no_attempt';
  if (attempt === undefined || attempt.attemptId !== payment.attemptId) return 'unknown_attempt';
  if (payment.customerId !== undefined && payment.customerId !== attempt.customerId) return 'other_customer';
  if (attempt.withoutProof ? !fitsWithoutProof(payment, attempt) : payment.proven !== true) return 'no_proof';
  if (isLaterCharge(payment, attempt)) return 'later_charge';
  return isRenewal(payment, counted) ? 'renewal' : undefined;
}

/**
 * Checks for a plan change or an on-demand charge of the subscription that an attempt bought: Dodo copies the
 * subscription's metadata to it unless it is given some of its own. Only where Dodo says what kind of charge it is.
 */
function isLaterCharge({ chargeType }: SeenPayment, { kind, sessionId }: JudgedAttempt): boolean {
  const buysAnew =
    kind === 'charge' || kind === 'payment' || (kind === 'fallback' && sessionId !== undefined);
  return buysAnew && (chargeType === 'plan_change' || chargeType === 'on_demand');
}

/** The ids that Dodo gave the attempt, or else its price. The only evidence for attempts that carry no proof. */
function fitsWithoutProof(payment: SeenPayment, attempt: JudgedAttempt): boolean {
  if (attempt.paymentId !== undefined) return payment.paymentId === attempt.paymentId;
  if (attempt.sessionId !== undefined && payment.sessionId !== undefined)
    return payment.sessionId === attempt.sessionId;
  if (payment.amount === undefined) return true;
  return payment.currency === attempt.currency && payment.amount >= attempt.amount;
}

/**
 * Tells whether a payment renews the subscription that an attempt created: it bears the metadata of that attempt, proof
 * included. Dodo says so on newer payments; on older ones the subscription and the time between the two tell.
 */
export function isRenewal(payment: SeenPayment, counted: CountedPayment | undefined): boolean {
  if (payment.chargeType !== undefined) return payment.chargeType === 'renewal';
  if (counted === undefined || counted.paymentId === payment.paymentId) return false;
  if (counted.attemptId !== payment.attemptId) return false;
  const shared = payment.subscriptionIds?.some((id) => counted.subscriptionIds?.includes(id));
  const apart = Date.parse(payment.createdAt ?? '') - Date.parse(counted.createdAt ?? '');
  return shared === true && apart >= SHORTEST_RENEWAL_MS;
}

/**
 * Compares what was paid with what was accepted. At an ordinary checkout the customer sees the price, may pay in a
 * currency of their own, use a discount or move to another tax area: there, what Dodo says was paid is what was bought.
 * A plan change is prorated by the clock, so it may cost less than its preview, and never more.
 */
function doubtAbout(payment: SeenPayment, attempt: JudgedAttempt): Doubt | undefined {
  const { productId } = attempt;
  const bought = payment.productIds ?? [];
  if (productId !== undefined && bought.length > 0 && !bought.includes(productId)) return 'product_differs';
  const { amount, currency } = payment;
  if (amount === undefined || currency === undefined) return undefined;
  if (attempt.kind === 'fallback') return amount <= 0 && attempt.amount > 0 ? 'amount_differs' : undefined;
  if (currency !== attempt.currency) return 'currency_differs';
  const fits = attempt.kind === 'change_plan' ? amount <= attempt.amount : amount === attempt.amount;
  return fits ? undefined : 'amount_differs';
}
