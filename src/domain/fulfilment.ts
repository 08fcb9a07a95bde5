/** What carrying out an accepted offer comes to. */
import type { PaidAttempt, PaymentEvent } from './payment.js';

/** An accepted offer that was carried out. */
export interface FulfilledOffer {
  kind: 'fulfilled';
  paidVia: 'attempt' | 'fallback';
  /** A subscription was bought instead of changing the one there was. */
  newSubscription: boolean;
  /** The attempt that counts. */
  attemptId: string;
  /** Left out when nothing was charged, and when an operator said that it was paid without naming the payment. */
  payment?: PaymentEvent;
  /** A plan change that Dodo has scheduled and not made yet. */
  scheduled?: true;
  /** The subscription the new one replaces; it has to be cancelled. */
  replaced?: string;
  /** The late-payment run has told the merchant, and cleans up. */
  told?: boolean;
  /** Other attempts that were paid as well; their money goes back. */
  alsoPaid?: PaidAttempt[];
}

/** Accepted, and not sent: the price has changed since, or Dodo could not be reached. The customer decides again. */
export interface PriceChanged {
  kind: 'price_changed';
  /** The number of the attempt that was not sent. */
  n: number;
  /** Minor units. */
  price: { dueNow: number; priceHash: string };
  /** The amounts are the same, but Dodo could not be reached in time. */
  unreachable?: true;
}

/** How an accepted offer ended. */
export type FulfilmentResult =
  | FulfilledOffer
  /** The fallback was handed over and not paid. */
  | { kind: 'unpaid'; alsoPaid?: PaidAttempt[] }
  | { kind: 'failed'; alsoPaid?: PaidAttempt[] };
