/** What the checker judges: plain data, so that a test can doctor it. */
import type DodoPayments from 'dodopayments';
import type { Books } from '../../../sandbox/index.js';
import type { Catalog } from '../../../src/domain/offers.js';
import type { PurchaseView } from '../../../src/domain/purchase.js';
import type { PresentationRecord } from '../../../src/domain/presentation.js';
import type { QuoteRecord } from '../../../src/domain/presentation.js';
import type { AttemptRecord } from '../../../src/domain/attempt.js';
import type { RunHistory } from './run-history.js';

/** Everything that was written down by anybody, gathered when nothing was under way any more. */
export interface Evidence {
  catalog: Catalog;
  /** When it was gathered. */
  at: Date;
  books: BooksEvidence;
  ledger: LedgerEvidence;
  /** Every run of the task queue, also those that a reset ended. */
  runs: RunHistory[];
  /** Whether a sweep has looked through Dodo's payments since the last of them was made. */
  swept: boolean;
  /** What the merchant's backend was told; left out when it is told nothing. */
  told?: Told[];
  /** How the API answered clicks; left out when nobody kept the answers. */
  answers?: Answered[];
}

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
  /** Prices that customers were shown for other choices; left out where nothing was to be chosen. */
  quotes?: QuoteRecord[];
}

/** One webhook that the merchant's backend received. */
export interface Told {
  /** `webhook-id`: a repetition has the same one. */
  id: string;
  type: string;
  purchaseId: string;
  presentationId: string;
}

/** What the API said to a click. */
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
  | 'runs in health';

export interface Violation {
  rule: Rule;
  /** In words, with the ids that are needed to look it up. */
  what: string;
}

export type Check = (evidence: Evidence) => string[];

/** Every presentation of the ledger. */
export function presentationsOf({ ledger }: Evidence): PresentationRecord[] {
  return ledger.purchases.flatMap(({ presentations }) => presentations);
}

/** Minor units as a person reads them in a message. */
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
