/** The record of operators' commands, which only grows. */
import type { AuditEntry } from '../../domain/audit.js';

/** An entry as it was written. */
export interface AuditRecord extends AuditEntry {
  /** The order of writing. */
  seq: number;
}

export interface AuditLedger {
  /** Adds an entry. */
  recordAudit(entry: AuditEntry): Promise<void>;
  /** Lists entries, newest first; `before` is the `seq` of the last one of the page before. */
  auditTrail(page: { subject?: string; before?: number; limit: number }): Promise<AuditRecord[]>;
}
