/** An attempt to carry out an accepted offer: what is sent, how Dodo replied, which states it goes through. */
import type { PaidOffer } from './offers.js';
import type { Choice } from './presentation.js';
import type { PaymentEvent } from './payment.js';
import type { AttemptKind, AttemptStatus } from './words.js';

/** The input of the activities that send an attempt. It is kept in the run's history: ids and amounts only. */
export interface AttemptInput {
  attemptId: string;
  presentationId: string;
  purchaseId: string;
  /** The payment that started the run. */
  paymentId?: string;
  customerId: string;
  subscriptionId?: string;
  paymentMethodId?: string;
  /** As chosen, or else as shown. */
  quantity: number;
  /** Set if the offer had choices. */
  choice?: Choice;
  /** The most that one click may charge. Minor units. */
  oneClickLimit?: number;
  /** `skip`: not sold to a customer who has bought the product since the offer was made. */
  ifOwned?: 'skip' | 'allow';
  /** `copy` is set only by runs whose snapshot still holds words. */
  offer: Pick<PaidOffer, 'action' | 'discountCode' | 'metadata' | 'copy'>;
  /** What the customer accepted. Minor units. */
  price: { currency: string; dueNow: number; hash: string };
  acceptedAt: string;
  /** The payment method that was declined; a retry must use another one. */
  otherThan?: string;
  /** Takes the place of a change whose payment had failed. `link`: Dodo has an open payment link of it. */
  replaces?: { link: boolean };
  consents?: string[];
  /** The hash of what the customer was shown. */
  evidence?: string;
  /** Nothing is sent later than this. Milliseconds since the epoch. */
  sendBefore: number;
  /** When the run began. Whatever was reset or restored since, the attempt cannot be older. */
  runStartedAt: string;
}

/** The reply to sending an attempt. `dueNow` is what Dodo previewed just before: the accepted amount or less, in minor units. */
export type SendReply =
  /** Dodo accepted the request. Submitted is not paid. */
  | { kind: 'submitted'; paymentId?: string; dueNow?: number }
  /** Dodo refused it definitely. */
  | { kind: 'rejected'; code: string }
  /** It may have happened, so it is never sent again. `lost`: the worker died or hung, and Dodo was perhaps never asked. */
  | { kind: 'unknown'; detail: string; dueNow?: number; lost?: true }
  /** It certainly did not happen. */
  | { kind: 'not_sent'; detail: string; retryAfterMs?: number }
  /** Not sent, because it would have cost more, or given less credit, than was accepted. */
  | { kind: 'price_changed'; price: { dueNow: number; priceHash: string } };

/** The result of looking an attempt up at Dodo, when Dodo could be read. */
export type Finding =
  /**
   * `dueNow` is the amount the recorded attempt asked for, less than what was accepted if the price had fallen. `link`:
   * whether Dodo has a page on which the customer can confirm the payment, if it has to be confirmed.
   */
  | { kind: 'payment'; payment: PaymentEvent; dueNow?: number; link?: boolean }
  /** Carried out completely: the plan is changed and paid for. */
  | { kind: 'done'; payment?: PaymentEvent; dueNow?: number }
  | { kind: 'absent' };

/** The code of an attempt that was not sent because the customer has bought the product since it was offered. */
export const ALREADY_OWNED = 'ALREADY_OWNED';

/** The code of an attempt that was not sent because the purchase it follows was refunded. */
export const PURCHASE_REFUNDED = 'PURCHASE_REFUNDED';

/** The code of a retry that was refused because the payment method is still the declined one. */
export const SAME_PAYMENT_METHOD = 'SAME_PAYMENT_METHOD';

/** The code of a fallback that the customer gave up for another change: a new subscription bought there goes back. */
export const SUPERSEDED = 'SUPERSEDED';

/** Codes of payments that a customer could not, or did not, confirm with the bank in time. They may be confirmed later. */
export const NOT_CONFIRMABLE = 'AUTHENTICATION_REQUIRED';
export const NOT_CONFIRMED = 'AUTHENTICATION_TIMEOUT';
export const STILL_CONFIRMABLE: readonly string[] = [NOT_CONFIRMABLE, NOT_CONFIRMED];

export interface AttemptRecord {
  attemptId: string;
  presentationId: string;
  workflowId: string;
  kind: AttemptKind;
  status: AttemptStatus;
  /** The amount the customer accepted. Minor units. */
  amount: number;
  currency: string;
  sessionId?: string;
  paymentId?: string;
  /** The amount actually paid, once it was. Minor units. */
  paidAmount?: number;
  errorCode?: string;
  customerId?: string;
  productId?: string;
  /** Whether a proof travels in its metadata; attempts of older versions have none. */
  proof?: boolean;
  createdAt: string;
}

/**
 * What Dodo's answer to a charge holds for its checkout SDK: with it the customer confirms the payment (3-D Secure) on
 * the merchant's own page.
 */
export interface ConfirmationHandles {
  clientSecret: string;
  publishableKey?: string;
}

/** Statuses of an attempt whose outcome is not known yet. */
const UNRESOLVED: readonly AttemptStatus[] = ['submitted', 'processing', 'requires_action', 'needs_review'];

const RESOLVED: readonly AttemptStatus[] = ['rejected', 'absent', 'failed', 'paid', 'refunded'];

/** The statuses that may follow each. An attempt that counts as failed may still turn out to be paid. */
const NEXT_STATUS: Record<AttemptStatus, readonly AttemptStatus[]> = {
  recorded: ['unknown', ...UNRESOLVED, ...RESOLVED],
  unknown: [...UNRESOLVED, ...RESOLVED],
  needs_review: [...UNRESOLVED, ...RESOLVED],
  submitted: [...UNRESOLVED, ...RESOLVED],
  processing: ['requires_action', 'needs_review', ...RESOLVED],
  requires_action: ['processing', 'needs_review', ...RESOLVED],
  rejected: ['paid', 'refunded'],
  absent: ['paid', 'refunded'],
  failed: ['paid', 'refunded'],
  paid: ['refunded'],
  refunded: [],
};

/** Checks whether an attempt may move to a status. Staying where it is is always allowed. */
export function mayAttemptBecome(status: AttemptStatus, next: AttemptStatus): boolean {
  return next === status || NEXT_STATUS[status].includes(next);
}

/** Checks for an attempt that has ended, as far as is known. */
export function isResolved(status: AttemptStatus): boolean {
  return RESOLVED.includes(status);
}

/** Checks for an attempt that was paid, whether or not the money went back since. */
export function wasAttemptPaid(status: AttemptStatus): boolean {
  return status === 'paid' || status === 'refunded';
}
