/** The whole interface of the ledger. */
import type { Accounting } from '../accounting.js';
import type { AuditLedger } from './audit.js';
import type { AttemptLedger } from './attempts.js';
import type { BulkLedger } from './bulk.js';
import type { CatalogLedger } from './catalogs.js';
import type { ConsoleLedger } from './console.js';
import type { CustomerLedger } from './customers.js';
import type { ExperimentLedger } from './experiments.js';
import type { KeyLedger } from './keys.js';
import type { NotificationLedger } from './notifications.js';
import type { OperationsLedger } from './operations.js';
import type { PresentationLedger } from './presentations.js';
import type { PurchaseLedger } from './purchases.js';
import type { ReportLedger } from './reports.js';
import type { ShadowLedger } from './shadows.js';

/**
 * Records what runs do, and answers eligibility look-ups and reports. A projection: Temporal is the source of truth.
 * Every write is idempotent, because the activities that make them may run more than once.
 */
export interface Ledger
  extends
    PurchaseLedger,
    Accounting,
    PresentationLedger,
    AttemptLedger,
    NotificationLedger,
    CatalogLedger,
    OperationsLedger,
    ExperimentLedger,
    ReportLedger,
    KeyLedger,
    AuditLedger,
    BulkLedger,
    ShadowLedger,
    ConsoleLedger,
    CustomerLedger {
  /** Throws when the database cannot be reached or written, or its tables are not those of this build. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
