/** The input of the checker: plain data, so that a test can tamper with it. */
import type DodoPayments from 'dodopayments';
import type { Books } from '../../../sandbox/index.js';
import type { Catalog } from '../../../src/domain/offers.js';
import type { PurchaseView } from '../../../src/domain/purchase.js';
import type { PresentationRecord } from '../../../src/domain/presentation.js';
import type { QuoteRecord } from '../../../src/domain/presentation.js';
import type { CompensationRecord, PaymentRecord, ReviewRecord } from '../../../src/domain/accounting.js';
import type { AttemptRecord } from '../../../src/domain/attempt.js';
import type { RunHistory } from './run-history.js';

/** All records of all parties, gathered when nothing was under way. */
export interface Evidence {
  catalog: Catalog;
  /** When it was gathered. */
  at: Date;
  books: BooksEvidence;
  ledger: LedgerEvidence;
  /** Every run of the task queue, including those that a reset ended. */
  runs: RunHistory[];
  /** Whether a sweep has run since Dodo's last payment. */
  swept: boolean;
  /** Notifications that the merchant acted on. Left out if the system sends none. */
  told?: Told[];
  /** The API's answers to clicks. Left out if they were not kept. */
  answers?: Answered[];
  /** Payments by which somebody else used metadata of ours. */
  strangers?: string[];
}

/** What those who played saw, and no party keeps. */
export type Witnessed = Required<Pick<Evidence, 'answers' | 'strangers'>>;

export interface BooksEvidence {
  payments: DodoPayments.Payment[];
  refunds: DodoPayments.Refund[];
  subscriptions: DodoPayments.Subscription[];
  movements: ReturnType<Books['movements']>;
  deliveries: ReturnType<Books['deliveries']>;
  requests: ReturnType<Books['requests']>;
}

export interface LedgerEvidence {
  purchases: PurchaseView[];
  attempts: AttemptRecord[];
  /** Quotes for other choices. Left out if there was nothing to choose. */
  quotes?: QuoteRecord[];
  /** What became of money. Left out by systems from before it was recorded. */
  accounts?: {
    payments: PaymentRecord[];
    reviews: ReviewRecord[];
    /** Those that Dodo has not confirmed. */
    compensations: CompensationRecord[];
  };
}

/** One notification of the merchant's backend. */
export interface Told {
  /** The `webhook-id`. A repeated delivery has the same one. */
  id: string;
  type: string;
  purchaseId: string;
  presentationId: string;
}

/** The API's answer to a click. */
export interface Answered {
  presentationId: string;
  said: 'paid' | 'accepted' | 'declined';
}

export type Rule =
  | 'one charge per acceptance'
  | 'no charge without acceptance'
  | 'no fallback while unknown'
  | 'no silent acceptance'
  | 'nothing shown after a no'
  | 'one effect per webhook'
  | 'no lost purchase'
  | 'one fulfilment per payment'
  | 'the same money everywhere'
  | 'runs in health'
  | 'every payment has a verdict'
  | 'no compensation left'
  | 'nothing past its deadline';

export interface Violation {
  rule: Rule;
  /** A description with the ids that are needed to look it up. */
  what: string;
}

export type Check = (evidence: Evidence) => string[];

/** Returns every presentation of the ledger. */
export function presentationsOf({ ledger }: Evidence): PresentationRecord[] {
  return ledger.purchases.flatMap(({ presentations }) => presentations);
}

/** Returns the reviews of a payment, open or resolved. */
export function reviewsOf({ ledger }: Evidence, paymentId: string): ReviewRecord[] {
  return (ledger.accounts?.reviews ?? []).filter((review) => review.paymentId === paymentId);
}

/** Formats minor units for a message. */
export function money(amount: number, currency: string): string {
  return `${amount} ${currency}`;
}

export function groupBy<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
