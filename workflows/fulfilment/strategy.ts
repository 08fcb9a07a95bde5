/** The parts that fulfilment is made of: how one kind of offer is sent and proven, and what its run provides. */
import type { FallbackOpened } from '../../activities/fulfilling/fallback.js';
import type { RecordStateInput } from '../../activities/fulfilling/record-state.js';
import type { Timing } from '../../src/contract/messages.js';
import type { Finding, SendReply } from '../../src/domain/attempt.js';
import type { PriceChanged } from '../../src/domain/fulfilment.js';
import type { Proof } from '../../src/domain/payment.js';
import type { PresentationStatus } from '../../src/domain/words.js';
import type { DoubtfulPayment, PaymentInbox } from '../payments.js';
import type { HeldLock } from '../subscription-lock.js';
import type { Review } from './reviews.js';
import type { Terms } from './terms.js';

export type RecordedState = RecordStateInput['status'];

/** How one kind of offer is sent and proven. Every function but `send` and `openFallback` only reads or records. */
export interface PaymentStrategy {
  /** What the customer accepted. */
  terms: Terms;
  /** A plan change with nothing due now: it may be sent again once it is proven absent, and is never sold instead. */
  costsNothing: boolean;
  /** Returns the id of attempt `n`. */
  id(n: number): string;
  /** Sets what the payment of attempt `n` must match to count, as far as it is known. */
  expect(
    n: number,
    known: { dueNow?: number; paymentId?: string; sessionId?: string; isFallback?: boolean },
  ): void;
  /** Sends attempt `n`, once. Never throws. */
  send(n: number, again?: { sendBefore: number }): Promise<SendReply>;
  /**
   * Makes sure that attempt `n` is not sent any more after its activity died. True when it never was: from now on
   * nobody can send it. False when it was recorded before, so it may have been sent.
   */
  fence(n: number): Promise<boolean>;
  /** Opens the offer again at the same amounts after attempt `n` could not be sent. Returns the price to accept then. */
  askAgain(n: number): Promise<PriceChanged['price']>;
  /** Returns what webhooks have proven so far. */
  proven(n: number): Proof | undefined;
  /** Looks attempt `n` up at Dodo, by `paymentId` if Dodo named one. Undefined when Dodo cannot be read now. */
  lookUp(n: number, paymentId: string | undefined): Promise<Finding | undefined>;
  /** Opens the customer's fallback as attempt `n`. May be repeated, because it charges nothing. */
  openFallback(n: number, failed: Failed): Promise<FallbackOpened>;
  /** Looks up whether the fallback was paid. Undefined when Dodo cannot be read now. */
  lookUpFallback(n: number): Promise<Finding | undefined>;
  /** Records a status that the run reached by waiting. `doubtful`: the payment that has to be reviewed. */
  record(n: number, status: RecordedState, doubtful?: DoubtfulPayment): Promise<void>;
}

/** Why an attempt failed. */
export interface Failed {
  errorCode?: string;
  /** Dodo could not be reached, so nothing was sent. */
  unreachable?: boolean;
}

/** What fulfilment needs from the run that carries it. */
export interface FulfilmentContext {
  timing: Timing;
  inbox: PaymentInbox;
  /** The first attempt number not used yet. */
  firstAttempt: number;
  /** The offer is paid through the checkout from the start, because no saved method can be used. */
  checkoutOnly: boolean;
  /** Until when an attempt is tried in runs without `timing.sendWindowMs`. Milliseconds since the epoch. */
  sendBefore: number;
  review: Review;
  /** The customer's request to retry the charge with another payment method. */
  retry: { wanted(): boolean; taken(): void };
  /** The lock that is held meanwhile; a newer wish may have it while only a fallback is open. */
  lock?: HeldLock;
  /** Reports the presentation's status whenever it may have changed. */
  report(status: PresentationStatus, mayRetry?: boolean): void;
}
