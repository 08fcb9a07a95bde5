/** The ledger: the SQL projection of every run, for eligibility look-ups and reports. */
export { LedgerError, type LedgerErrorCode } from './errors.js';
export { ledgerOn, openLedger, type LedgerOptions } from './open.js';
export type { LedgerLog } from './store.js';
export type * from './model.js';
