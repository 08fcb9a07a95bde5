/** How money is accounted for after it has moved: payment records, reviews and compensations. */
import type { SeenPayment } from './verdict.js';

/** What became of a payment. */
export const PAYMENT_VERDICTS = ['undecided', 'counts', 'goes_back', 'review', 'not_ours'] as const;
export type PaymentVerdict = (typeof PAYMENT_VERDICTS)[number];

/** Where a payment was seen. */
export const PAYMENT_SOURCES = ['webhook', 'reply', 'look_up', 'sweep', 'janitor', 'operator'] as const;
export type PaymentSource = (typeof PAYMENT_SOURCES)[number];

/** What is in doubt. */
export const REVIEW_KINDS = [
  /** An attempt may have charged the customer, and Dodo does not tell. */
  'unproven_attempt',
  /** A payment of ours is not what the customer accepted. */
  'payment_differs',
  /** Money that must go back could not be refunded. */
  'refund_failed',
  /** A subscription that was replaced could not be ended: the customer is billed for both. */
  'subscription_lives_on',
  /** A registered purchase was paid more than once. */
  'purchase_paid_twice',
  /** A payment bears our proof, and no offer of ours is known for it. */
  'payment_unmatched',
  /** A pause or a longer trial was accepted, and Dodo does not tell whether the subscription has it. */
  'retention_unproven',
  /** A pause is over, and could not be ended: the customer is not billed. */
  'pause_not_ended',
  /** A run ended before its offer was settled, and its money is not proven. */
  'run_ended',
] as const;
export type ReviewKind = (typeof REVIEW_KINDS)[number];

/** The doubts that end with their offer: whether an attempt was paid. */
export const DOUBTS_OF_ATTEMPTS = ['unproven_attempt', 'run_ended'] as const satisfies ReviewKind[];

export const REVIEW_STATUSES = ['open', 'resolved'] as const;
export type ReviewStatus = (typeof REVIEW_STATUSES)[number];

export interface ReviewResolution {
  paid: boolean;
  paymentId?: string;
  reason: string;
  /** An operator's key, or `proof` when Dodo said so later. */
  by: string;
}

/** Money or access in doubt. */
export interface ReviewRecord {
  reviewId: string;
  kind: ReviewKind;
  status: ReviewStatus;
  purchaseId?: string;
  presentationId?: string;
  attemptId?: string;
  paymentId?: string;
  subscriptionId?: string;
  customerId?: string;
  /** Minor units of `currency`. */
  amount?: number;
  currency?: string;
  /** In words, for operators. */
  detail?: string;
  openedAt: string;
  resolvedAt?: string;
  resolution?: ReviewResolution;
}

/** What is undone. */
export const COMPENSATION_KINDS = ['refund', 'refund_part', 'end_subscription'] as const;
export type CompensationKind = (typeof COMPENSATION_KINDS)[number];

/** `review`: Dodo does not confirm it, and a person has been asked. */
export const COMPENSATION_STATUSES = ['open', 'confirmed', 'review'] as const;
export type CompensationStatus = (typeof COMPENSATION_STATUSES)[number];

export interface CompensationRecord {
  /** `refund/<paymentId>`, `refund_part/<paymentId>` or `end_subscription/<subscriptionId>`: the same thing is undone once. */
  compensationId: string;
  kind: CompensationKind;
  status: CompensationStatus;
  paymentId?: string;
  subscriptionId?: string;
  presentationId?: string;
  purchaseId?: string;
  amount?: number;
  /** What the customer has paid once a part is back. */
  keepAmount?: number;
  currency?: string;
  /** Requests that may have reached Dodo. */
  tries: number;
  /** When the latest request was sent, while it is unknown what came of it. */
  askedAt?: string;
  /** Requests that Dodo refused. */
  refusals: number;
  /** The refunds that are certainly its own. */
  refundIds: string[];
  /** Once it is confirmed: what has gone back by it. */
  refundedAmount?: number;
  openedAt: string;
  endedAt?: string;
}

/** What is known of a compensation when it is opened. */
export type CompensationOpening = Omit<
  CompensationRecord,
  'status' | 'tries' | 'askedAt' | 'refusals' | 'refundIds' | 'refundedAmount' | 'endedAt'
>;

/** What came of a request for a compensation. */
export type CompensationReply =
  /** Dodo has it; `refundId`: the refund that it made. */
  | { kind: 'taken'; refundId?: string }
  /** It certainly had no effect. */
  | { kind: 'refused' }
  /** It never reached Dodo, and is not counted. */
  | { kind: 'not_sent' };

/** A payment with everything that was ever learned of it. */
export interface PaymentRecord extends SeenPayment {
  presentationId?: string;
  purchaseId?: string;
  proven: boolean;
  /** Succeeded refunds. Minor units. */
  refundedAmount: number;
  /** Lost to disputes. Minor units. */
  lostAmount: number;
  verdict: PaymentVerdict;
  verdictDetail?: string;
  source: PaymentSource;
  firstSeenAt: string;
  lastSeenAt: string;
}
