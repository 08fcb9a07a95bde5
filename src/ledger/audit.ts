/** Implements `AuditLedger`. Nothing here changes or deletes an entry. */
import { and, desc, eq, lt } from 'drizzle-orm';
import type { AuditEntry } from '../domain/audit.js';
import type { AuditRecord } from './interface/audit.js';
import { audit } from './schema.js';
import type { Database } from './store.js';

export async function recordAudit(db: Database, entry: AuditEntry): Promise<void> {
  await db.insert(audit).values(entry);
}

export async function auditTrail(
  db: Database,
  { subject, before, limit }: { subject?: string; before?: number; limit: number },
): Promise<AuditRecord[]> {
  const rows = await db
    .select()
    .from(audit)
    .where(
      and(
        subject === undefined ? undefined : eq(audit.subject, subject),
        before === undefined ? undefined : lt(audit.seq, before),
      ),
    )
    .orderBy(desc(audit.seq))
    .limit(limit);
  return rows.map(({ state, failure, ...entry }) => ({
    ...entry,
    ...(state !== null && { state }),
    ...(failure !== null && { failure }),
  }));
}
