/** Commands on many things at once. */
import type { AuditEntry } from '../../domain/audit.js';
import type { BulkRow, BulkRowDraft, BulkRowState, BulkRun, BulkTotals } from '../../domain/bulk.js';
import type { PresentationStatus } from '../../domain/words.js';
import type { PresentationRecord } from '../../domain/presentation.js';
import type { Period } from './console.js';

/** Which presentations are selected. Everything given has to hold. */
export interface BulkFilter extends Period {
  ids?: string[];
  offerId?: string;
  funnelId?: string;
  step?: string;
  catalogHash?: string;
  currency?: string;
  /** As it was shown. Minor units. */
  price?: number;
  statuses?: PresentationStatus[];
}

export interface BulkLedger {
  /** Returns the presentations a filter selects, in the order of their ids. */
  selectPresentations(filter: BulkFilter, limit: number): Promise<PresentationRecord[]>;
  /** Keeps a selection. Nothing is ordered by it. */
  createBulk(run: BulkRun, rows: BulkRowDraft[]): Promise<void>;
  bulkRun(bulkId: string): Promise<BulkRun | undefined>;
  /** Lists bulk runs, newest first. */
  bulkRuns(limit: number): Promise<BulkRun[]>;
  bulkTotals(bulkId: string): Promise<BulkTotals>;
  /** Lists rows in their order, after one of them. */
  bulkRows(page: { bulkId: string; after?: number; limit: number }): Promise<BulkRow[]>;
  /** Orders a draft. False when it is no draft any more. */
  startBulk(bulkId: string, order: { by: string; reason: string; at: string }): Promise<boolean>;
  /** Lets no further row begin; refunds that were asked for are followed to their end. False when it has ended. */
  abortBulk(bulkId: string, order: { by: string; at: string }): Promise<boolean>;
  /** Ends a run whose rows all have their results. */
  endBulk(bulkId: string, at: string): Promise<void>;

  /** Returns rows whose turn it is: those that were interrupted first. */
  dueBulkRows(bulkId: string, at: string, limit: number): Promise<BulkRow[]>;
  /** When the next row that waits is looked at again; undefined when none is left. */
  nextBulkRow(bulkId: string): Promise<string | undefined>;
  /** Marks a row as begun and writes the order into the audit trail, in one transaction. False when it is not pending. */
  beginBulkRow(row: Pick<BulkRow, 'bulkId' | 'seq'>, entry: AuditEntry): Promise<boolean>;
  /** Records what is known of a row; with a result, the audit trail has it too. */
  recordBulkRow(
    row: Pick<BulkRow, 'bulkId' | 'seq'>,
    change: {
      state: BulkRowState;
      result: string;
      due?: number;
      paymentId?: string;
      notBefore?: string;
      at: string;
    },
    entry?: AuditEntry,
  ): Promise<void>;
}
