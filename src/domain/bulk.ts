/** Commands on many things at once: a selection that was frozen, and what became of each row of it. */

/** What can be ordered in bulk. `recall` puts a wrong price right: open offers end, and what was paid too much goes back. */
export const BULK_COMMANDS = ['withdraw', 'extend', 'recall', 'retry_notification'] as const;
export type BulkCommand = (typeof BULK_COMMANDS)[number];

/** `draft`: selected and not ordered yet. */
export const BULK_STATUSES = ['draft', 'running', 'aborted', 'done'] as const;
export type BulkStatus = (typeof BULK_STATUSES)[number];

/**
 * `doing`: it may have had its effect. `waiting`: it cannot be told yet, as while a customer is paying, or while Dodo
 * carries out a refund. The others are results.
 */
export const BULK_ROW_STATES = ['pending', 'doing', 'waiting', 'done', 'skipped', 'failed'] as const;
export type BulkRowState = (typeof BULK_ROW_STATES)[number];

/** What a command needs besides its rows. */
export interface BulkParameters {
  /** `extend`: RFC 3339. */
  until?: string;
  /** `recall`: what one unit should have cost altogether, tax included. Minor units of the only currency it concerns. */
  rightPrice?: { amount: number; currency: string };
}

export interface BulkRun {
  bulkId: string;
  command: BulkCommand;
  parameters: BulkParameters;
  /** How the rows were selected, in words. */
  selection: string;
  status: BulkStatus;
  perMinute: number;
  /** The id of the operator's key. */
  createdBy: string;
  createdAt: string;
  startedBy?: string;
  startedAt?: string;
  /** Why it was ordered. */
  reason?: string;
  abortedBy?: string;
  endedAt?: string;
}

export interface BulkRow {
  bulkId: string;
  /** 1, 2, 3, ... */
  seq: number;
  /** A presentation, or a notification. */
  subject: string;
  purchaseId?: string;
  customerId?: string;
  offerId?: string;
  paymentId?: string;
  /** When the selection was frozen. */
  statusThen?: string;
  currency?: string;
  /** What was shown. Minor units. */
  price?: number;
  /** What had been paid and not given back. Minor units. */
  paid?: number;
  /** `recall`: what has to go back. Minor units; newly reckoned when its turn comes. */
  due?: number;
  state: BulkRowState;
  /** Why it is in this state: a code. */
  result?: string;
  tries: number;
  /** It is not looked at again before. */
  notBefore?: string;
  endedAt?: string;
}

/** A row as it is selected. */
export type BulkRowDraft = Omit<BulkRow, 'bulkId' | 'seq' | 'state' | 'tries'>;

/** Counts and sums of a bulk run. */
export interface BulkTotals {
  rows: number;
  states: Partial<Record<BulkRowState, number>>;
  /** By currency and by the status at the time of the selection. */
  money: {
    currency: string | null;
    status: string;
    rows: number;
    price: number;
    paid: number;
    due: number;
  }[];
  results: { result: string; rows: number }[];
}

/** The result of a row that waits for a refund. It is followed to its end, also after the run is aborted. */
export const REFUND_UNDER_WAY = 'refund_under_way';

export const MAX_BULK_ROWS = 20_000;
/** Of Dodo's 240 requests a minute, a refund takes five. */
export const MAX_RECALLS_PER_MINUTE = 24;
export const MAX_PER_MINUTE = 600;

/** Returns how many rows a minute are done: money leaves room for customers in the provider's budget. */
export function paceOf(command: BulkCommand, asked?: number): number {
  const most = command === 'recall' ? MAX_RECALLS_PER_MINUTE : MAX_PER_MINUTE;
  return Math.max(1, Math.min(asked ?? most, most));
}

/** Rows that are done between two waits. */
export const BULK_STEP_ROWS = 10;
/** How long a customer who is paying, and a refund that Dodo carries out, are waited for. */
export const LONGEST_BULK_WAIT_MS = 14 * 24 * 60 * 60 * 1000;

/** Returns what goes back of a payment when the price should have been another. Never negative. */
export function dueOf(
  { paid, quantity }: { paid: number; quantity: number },
  rightPrice: { amount: number },
): number {
  return Math.max(0, paid - rightPrice.amount * quantity);
}

/** What one step of a bulk run came to. */
export type BulkStep = { kind: 'ended' } | { kind: 'more'; waitMs: number };

export interface BulkInput {
  bulkId: string;
}
