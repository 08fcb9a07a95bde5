/** The ledger: the SQL projection of every run, for eligibility look-ups and reports. The one entrance to this folder. */
export { LedgerError, rootCause, type LedgerErrorCode } from './errors.js';
export type * from './interface/attempts.js';
export type * from './interface/catalogs.js';
export type * from './interface/experiments.js';
export type * from './interface/ledger.js';
export type * from './interface/notifications.js';
export type * from './interface/operations.js';
export type * from './interface/presentations.js';
export type { NewReview, OpenReviews, ReviewPage } from './reviews.js';
export type * from './interface/purchases.js';
export type * from './interface/reports.js';
export { ORPHANED_AFTER_MS } from './limits.js';
export { ledgerOn, openLedger, type LedgerOptions } from './open.js';
export { migrations } from './migrations.js';
export { ANOTHER_OFFER_OPEN } from './presentations.js';
export { reviewId } from './reviews.js';
export { silentLog, type LedgerLog, type Store } from './store.js';
export { waitIn } from './waits.js';
