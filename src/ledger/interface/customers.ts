/** Everything about one customer, its erasure, and the time for which anything is kept. */
import type { DataRetention, Erasure, ErasureHindrances, RowCounts } from '../../domain/customer-data.js';

/** Rows as they are in the database, by table. */
export type CustomerData = Record<string, Record<string, unknown>[]>;

export type ErasureResult =
  { kind: 'erased'; erasure: Erasure } | { kind: 'hindered'; hindrances: ErasureHindrances };

export interface CustomerLedger {
  /** Returns every row about a customer; undefined if there is none. */
  customerData(customerId: string): Promise<CustomerData | undefined>;
  /** Lists the runs that a customer's purchases were carried by. */
  runsOfCustomer(customerId: string): Promise<string[]>;
  /**
   * Erases a customer in one transaction: what bookkeeping keeps is given a name nobody can lead back, and the rest is
   * deleted. Changes nothing while anything of the customer is under way or in doubt, nor for one that is not known.
   */
  eraseCustomer(customerId: string): Promise<ErasureResult>;
  /**
   * Deletes what has been kept for long enough, a limited number of rows of each kind.
   *
   * @param now RFC 3339
   */
  deleteExpired(retention: DataRetention, now: string): Promise<RowCounts>;
}
