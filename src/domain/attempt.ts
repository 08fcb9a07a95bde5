/** What activities say about attempts. */
import type { PaidOffer } from './offers.js';
import type { Choice } from './presentation.js';
import type { PaymentEvent } from './payment.js';
import { type AttemptKind, type AttemptStatus } from './words.js';

/** One attempt to carry out an accepted offer, as recorded in history: ids and amounts. */
export interface AttemptInput {
  attemptId: string;
  presentationId: string;
  purchaseId: string;
  /** The payment that set the run off. */
  paymentId?: string;
  customerId: string;
  subscriptionId?: string;
  paymentMethodId?: string;
  /** As shown, or as chosen. */
  quantity: number;
  /** Where there was something to choose. */
  choice?: Choice;
  /** What one click may charge at most. Minor units. */
  oneClickLimit?: number;
  /** `copy` is set only by runs whose snapshot still holds words. */
  offer: Pick<PaidOffer, 'action' | 'discountCode' | 'copy'>;
  /** What the customer accepted. Minor units. */
  price: { currency: string; dueNow: number; hash: string };
  acceptedAt: string;
  /** The payment method that was declined: a further try must be with another one. */
  otherThan?: string;
  consents?: string[];
  /** Nothing is sent later than this. Milliseconds since the epoch. */
  sendBefore: number;
  /** When the run began: the attempt cannot be older, whatever was reset or restored since. */
  runStartedAt: string;
}

/** `dueNow` is what Dodo previewed right before: the accepted amount or less. Minor units. */
export type SendReply =
  /** Dodo took it. Submitted is not paid. */
  | { kind: 'submitted'; paymentId?: string; dueNow?: number }
  /** Dodo refused it for good. */
  | { kind: 'rejected'; code: string }
  /** It may have happened. Never send it again. */
  | { kind: 'unknown'; detail: string; dueNow?: number }
  /** It certainly did not happen. */
  | { kind: 'not_sent'; detail: string; retryAfterMs?: number }
  /** It would have cost more, or given less credit, than was accepted, so it was not sent. */
  | { kind: 'price_changed'; price: { dueNow: number; priceHash: string } };

/** What a successful reading of Dodo found. */
export type Finding =
  /** `dueNow` is what was asked for, where the attempt was recorded: less than what was accepted when the price had fallen. */
  | { kind: 'payment'; payment: PaymentEvent; dueNow?: number }
  /** Carried out as a whole: the plan is changed and paid. */
  | { kind: 'done'; payment?: PaymentEvent }
  | { kind: 'absent' };

/** Refusal of a further try whose payment method is still the declined one. */
export const SAME_PAYMENT_METHOD = 'SAME_PAYMENT_METHOD';

export interface AttemptRecord {
  attemptId: string;
  presentationId: string;
  workflowId: string;
  kind: AttemptKind;
  status: AttemptStatus;
  /** What the customer accepted to pay. Minor units. */
  amount: number;
  currency: string;
  sessionId?: string;
  paymentId?: string;
  /** What was in fact paid, once paid. */
  paidAmount?: number;
  errorCode?: string;
  createdAt: string;
}

const UNRESOLVED: readonly AttemptStatus[] = ['submitted', 'processing', 'requires_action', 'needs_review'];

const RESOLVED: readonly AttemptStatus[] = ['rejected', 'absent', 'failed', 'paid', 'refunded'];

export const NEXT_ATTEMPT_STATUS: Record<AttemptStatus, readonly AttemptStatus[]> = {
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
