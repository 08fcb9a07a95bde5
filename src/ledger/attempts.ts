/** Attempts: recorded before they are sent, then followed to their end. */
import { and, desc, eq, isNotNull } from 'drizzle-orm';
import type { AttemptLedger } from './interface/attempts.js';
import type { PresentationPatch } from '../domain/presentation.js';
import type { AttemptRecord, ConfirmationHandles } from '../domain/attempt.js';
import type { TimelineEntry } from '../domain/timeline.js';
import { applicableToAttempt, type AttemptRow } from './patch.js';
import { changePresentation } from './presentations.js';
import { attemptRecord } from './records.js';
import { attempts, presentations } from './schema.js';
import type { Database, LedgerLog } from './store.js';

/** The transaction behind `Ledger.recordAttempt`. */
export async function recordAttempt(
  tx: Database,
  attempt: AttemptRecord,
  patch: PresentationPatch,
  timeline: TimelineEntry[],
  log: LedgerLog,
): Promise<boolean> {
  const recorded = await tx
    .insert(attempts)
    .values(attempt)
    .onConflictDoNothing()
    .returning({ attemptId: attempts.attemptId });
  if (recorded.length === 0) return false;
  await changePresentation(tx, attempt.presentationId, patch, timeline, log, true);
  return true;
}

/** Implements `Ledger.attempt`. */
export async function findAttempt(db: Database, attemptId: string): Promise<AttemptRecord | undefined> {
  const [row] = await db.select().from(attempts).where(eq(attempts.attemptId, attemptId));
  return row && attemptRecord(row);
}

/** Implements `Ledger.confirmationOf`. */
export async function confirmationOf(
  db: Database,
  presentationId: string,
): Promise<ConfirmationHandles | undefined> {
  const [row] = await db
    .select({ clientSecret: attempts.clientSecret, publishableKey: attempts.publishableKey })
    .from(attempts)
    .where(
      and(
        eq(attempts.presentationId, presentationId),
        eq(attempts.status, 'requires_action'),
        isNotNull(attempts.clientSecret),
      ),
    )
    .orderBy(desc(attempts.createdAt), desc(attempts.attemptId))
    .limit(1);
  if (!row || row.clientSecret === null) return undefined;
  const { clientSecret, publishableKey } = row;
  return { clientSecret, ...(publishableKey !== null && { publishableKey }) };
}

/** The transaction behind `Ledger.updateAttempt`. */
export async function updateAttempt(
  tx: Database,
  [attemptId, change, presentation, timeline]: Parameters<AttemptLedger['updateAttempt']>,
  log: LedgerLog,
): Promise<void> {
  const [row] = await tx.select().from(attempts).where(eq(attempts.attemptId, attemptId)).for('update');
  if (row === undefined) {
    log.warn({ attemptId }, 'The ledger has no such attempt; the change to it was not recorded.');
    if (presentation) await changePresentation(tx, presentation.id, presentation.patch, timeline, log);
    return;
  }
  const after = { ...row, ...applicableToAttempt(row, change) };
  await tx.update(attempts).set(after).where(eq(attempts.attemptId, attemptId));
  const patch: PresentationPatch = { ...presentation?.patch, ...(await refundBy(tx, after)) };
  await changePresentation(tx, presentation?.id ?? row.presentationId, patch, timeline, log);
}

/** Takes the revenue of a refunded attempt back, unless the offer was paid by another payment before. */
async function refundBy(
  tx: Database,
  attempt: AttemptRow,
): Promise<Pick<PresentationPatch, 'refundedAmount'>> {
  if (attempt.status !== 'refunded') return {};
  const [presentation] = await tx
    .select({ paymentId: presentations.paymentId })
    .from(presentations)
    .where(eq(presentations.id, attempt.presentationId));
  const isRevenue = presentation !== undefined && presentation.paymentId === attempt.paymentId;
  return isRevenue ? { refundedAmount: attempt.paidAmount ?? attempt.amount } : {};
}
