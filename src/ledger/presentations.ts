/** Implements `PresentationLedger`: one open presentation per customer, changed by guarded patches. */
import { followDropped } from './outcomes.js';
import { and, desc, eq, gte, inArray, isNotNull, isNull, lt, ne, sql } from 'drizzle-orm';
import { isUniqueViolation } from './errors.js';
import { announceChange } from './followers.js';
import { recordExposures } from './exposures.js';
import { limitReached, lockForShowing, orphanedBefore } from './limits.js';
import type { OpenPresentationInput, OpenResult } from './interface/presentations.js';
import type { PresentationPatch, PresentationRecord } from '../domain/presentation.js';
import type { TimelineEntry } from '../domain/timeline.js';
import { applicable } from './patch.js';
import { DOUBTS_OF_ATTEMPTS } from '../domain/accounting.js';
import { presentationRecord } from './records.js';
import { resolveReviewsOf } from './reviews.js';
import { attempts, presentations, purchases } from './schema.js';
import { BLOCKING_STATUSES, isBlocking, isInFlight } from '../domain/presentation.js';
import type { Database, LedgerLog } from './store.js';
import { addToTimeline } from './timeline.js';

/** The transaction behind `Ledger.openPresentation`. */
export async function openPresentation(
  tx: Database,
  {
    presentation,
    words,
    terms,
    workflowId,
    catalogHash,
    actionKind,
    subscriptionId,
    limits = {},
    at,
    evaluation,
    experiment,
    exposures,
    previous,
  }: OpenPresentationInput,
  log: LedgerLog,
): Promise<OpenResult> {
  const { customerId, offerId } = presentation;
  const showing = { customerId, offerId, workflowId, at };
  // Before any row is locked, so that no transaction waits for these locks while holding a row.
  await lockForShowing(tx, showing, limits);
  if (await exists(tx, presentation.id)) return OPENED;
  if (previous) await changePresentation(tx, previous.presentationId, previous.patch, previous.timeline, log);
  await expireOrphan(tx, customerId, at);
  await withdrawLeftOpen(tx, { purchaseId: presentation.purchaseId, workflowId }, at);
  if (await hasBlockingPresentation(tx, customerId)) return ANOTHER_OFFER_OPEN;
  const reached = await limitReached(tx, showing, limits);
  if (reached) return { opened: false, ...reached };

  const opened = await tx
    .insert(presentations)
    .values({
      ...presentation,
      experiment,
      words,
      terms,
      workflowId,
      catalogHash,
      actionKind,
      subscriptionId,
      presentedAt: at,
      productId: presentation.product.id,
      currency: presentation.price.currency,
    })
    // On either unique index: the customer has another offer, or this one was just written.
    .onConflictDoNothing()
    .returning({ id: presentations.id });
  if (opened.length === 0) return (await exists(tx, presentation.id)) ? OPENED : ANOTHER_OFFER_OPEN;
  await recordExposures(tx, exposures);

  await tx
    .update(purchases)
    .set({
      status: sql`case when ${purchases.status} = 'settled' then ${purchases.status} else 'offering' end`,
      paid: true,
      funnelId: sql`coalesce(${purchases.funnelId}, ${presentation.funnelId})`,
      ...evaluation,
    })
    .where(eq(purchases.purchaseId, presentation.purchaseId));
  return OPENED;
}

const OPENED = { opened: true } as const;
/** The answer when the customer has another open presentation. */
export const ANOTHER_OFFER_OPEN = {
  opened: false,
  reason: 'offer_already_open',
  detail: 'another offer is open',
} as const;

/**
 * Applies the part of a change that still applies, and adds to the timeline of the presentation's purchase.
 * An unknown presentation is logged and ignored, so that the run can continue.
 *
 * @param newAttempt see `applicable`
 * @param at when it changed
 */
export async function changePresentation(
  tx: Database,
  id: string,
  change: PresentationPatch,
  entries: TimelineEntry[] | undefined,
  log: LedgerLog,
  newAttempt = false,
  at = entries?.[0]?.at ?? new Date().toISOString(),
): Promise<void> {
  const [row] = await tx.select().from(presentations).where(eq(presentations.id, id)).for('update');
  if (row === undefined) {
    log.warn(
      { presentationId: id },
      'The ledger has no such presentation; the change to it was not recorded.',
    );
    return;
  }
  const applied = applicable(row, change, newAttempt);
  const write = (db: Database, changes: typeof applied) =>
    db.update(presentations).set(changes).where(eq(presentations.id, id));
  if (applied.status !== undefined && isBlocking(applied.status) && !isBlocking(row.status)) {
    try {
      // In a savepoint, so that a conflict does not abort the transaction.
      await tx.transaction((savepoint) => write(savepoint, applied));
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      // The customer has been shown another offer in the meantime; that one stays.
      await write(tx, { ...applied, status: row.status });
    }
  } else {
    await write(tx, applied);
  }
  await announceChange(tx, id);
  if (applied.status === 'paid' && row.status !== 'paid') {
    const { purchaseId, customerId, workflowId } = row;
    const { paymentId, paidAmount: amount, paidCurrency } = { ...row, ...applied };
    const currency = paidCurrency ?? row.currency;
    const ids = { purchaseId, presentationId: id, customerId, workflowId, paymentId };
    log.info({ ...ids, amount, currency }, 'money moved: an offer was paid');
  }
  if (isInFlight(row.status) && applied.status !== undefined && !isInFlight(applied.status))
    await forgetConfirmation(tx, id);
  await endDoubts(tx, row, applied, at);
  if (row.status === 'scheduled' && applied.status === 'failed') await followDropped(tx, row.purchaseId);
  await addToTimeline(tx, row.purchaseId, entries);
}

/** Deletes what would confirm payments of a presentation that waits for none any more. */
async function forgetConfirmation(tx: Database, id: string): Promise<void> {
  await tx
    .update(attempts)
    .set({ clientSecret: null, publishableKey: null })
    .where(and(eq(attempts.presentationId, id), isNotNull(attempts.clientSecret)));
}

/** A presentation that leaves its review, or is paid, leaves no doubt about its attempts behind. */
async function endDoubts(
  tx: Database,
  row: typeof presentations.$inferSelect,
  { status, paymentId = row.paymentId }: Partial<typeof presentations.$inferSelect>,
  at: string,
): Promise<void> {
  if (status === undefined || status === row.status) return;
  const paid = status === 'paid';
  if (row.status !== 'needs_review' && !paid) return;
  const resolution = {
    paid,
    ...(paid && paymentId && { paymentId }),
    reason: `The offer is ${status}.`,
    by: 'proof',
  };
  await resolveReviewsOf(tx, row.id, resolution, at, DOUBTS_OF_ATTEMPTS);
}

export async function acceptedAt(
  db: Database,
  customerId: string,
  offerId: string,
): Promise<string | undefined> {
  const [row] = await db
    .select({ decidedAt: presentations.decidedAt })
    .from(presentations)
    .where(
      and(
        eq(presentations.customerId, customerId),
        eq(presentations.offerId, offerId),
        eq(presentations.decision, 'accepted'),
        ne(presentations.status, 'failed'),
      ),
    )
    .orderBy(desc(presentations.decidedAt))
    .limit(1);
  return row?.decidedAt ?? undefined;
}

export async function markViewed(db: Database, id: string, at: string): Promise<void> {
  await db
    .update(presentations)
    .set({ viewedAt: at })
    .where(and(eq(presentations.id, id), isNull(presentations.viewedAt)));
}

/** Implements `Ledger.markHandedOut`. */
export async function markHandedOut(
  db: Database,
  id: string,
  at: string,
  unlessShowsAnother?: { acceptedSince: string },
): Promise<void> {
  if (unlessShowsAnother && (await maySeeAnother(db, id, unlessShowsAnother.acceptedSince))) return;
  await db
    .update(presentations)
    .set({ handedOutAt: at })
    .where(and(eq(presentations.id, id), isNull(presentations.handedOutAt)));
}

/**
 * Checks whether a page may still show what the customer was handed last: they have not decided it, or they accepted it
 * only just, and the second half of a double click may be on its way.
 */
async function maySeeAnother(db: Database, id: string, acceptedSince: string): Promise<boolean> {
  const customer = db
    .select({ id: presentations.customerId })
    .from(presentations)
    .where(eq(presentations.id, id));
  const handedOutAt = sql`coalesce(${presentations.handedOutAt}, ${presentations.viewedAt})`;
  const [last] = await db
    .select({ decision: presentations.decision, decidedAt: presentations.decidedAt })
    .from(presentations)
    .where(
      and(eq(presentations.customerId, customer), ne(presentations.id, id), sql`${handedOutAt} is not null`),
    )
    .orderBy(desc(handedOutAt))
    .limit(1);
  if (last === undefined || last.decision === 'declined') return false;
  return last.decision !== 'accepted' || last.decidedAt === null || last.decidedAt >= acceptedSince;
}

export async function findPresentation(db: Database, id: string): Promise<PresentationRecord | undefined> {
  const [row] = await db.select().from(presentations).where(eq(presentations.id, id));
  return row && presentationRecord(row);
}

export async function presentationPaidBy(
  db: Database,
  paymentId: string,
): Promise<PresentationRecord | undefined> {
  const [row] = await db
    .select()
    .from(presentations)
    .where(and(eq(presentations.paymentId, paymentId), eq(presentations.status, 'paid')));
  return row && presentationRecord(row);
}

export async function currentPresentation(
  db: Database,
  customerId: string,
  acceptedSince: string,
): Promise<PresentationRecord | undefined> {
  const [blocking] = await db
    .select()
    .from(presentations)
    .where(
      and(eq(presentations.customerId, customerId), inArray(presentations.status, [...BLOCKING_STATUSES])),
    );
  return blocking ? presentationRecord(blocking) : lastAccepted(db, customerId, acceptedSince);
}

export async function lastAccepted(
  db: Database,
  customerId: string,
  acceptedSince: string,
): Promise<PresentationRecord | undefined> {
  const [accepted] = await db
    .select()
    .from(presentations)
    .where(
      and(
        eq(presentations.customerId, customerId),
        eq(presentations.decision, 'accepted'),
        gte(presentations.decidedAt, acceptedSince),
      ),
    )
    .orderBy(desc(presentations.decidedAt), desc(presentations.presentedAt))
    .limit(1);
  return accepted && presentationRecord(accepted);
}

async function exists(tx: Database, id: string): Promise<boolean> {
  const found = await tx.select({ id: presentations.id }).from(presentations).where(eq(presentations.id, id));
  return found.length > 0;
}

async function hasBlockingPresentation(tx: Database, customerId: string): Promise<boolean> {
  const found = await tx
    .select({ id: presentations.id })
    .from(presentations)
    .where(
      and(eq(presentations.customerId, customerId), inArray(presentations.status, [...BLOCKING_STATUSES])),
    );
  return found.length > 0;
}

/**
 * Withdraws the undecided offers of a run that does not know of them any more: it was reset to before it showed them, and
 * took another way. A run has one open offer at a time, so those still open when it shows another one, or ends, are such.
 */
export async function withdrawLeftOpen(
  tx: Database,
  run: { purchaseId: string; workflowId?: string },
  at: string,
): Promise<void> {
  const withdrawn = await tx
    .update(presentations)
    .set({ status: 'withdrawn', decision: 'withdrawn', decidedAt: at })
    .where(
      and(
        eq(presentations.purchaseId, run.purchaseId),
        run.workflowId === undefined ? undefined : eq(presentations.workflowId, run.workflowId),
        eq(presentations.status, 'open'),
        isNull(presentations.decision),
      ),
    )
    .returning({ id: presentations.id });
  for (const { id } of withdrawn) {
    await announceChange(tx, id);
    const detail = { presentationId: id, reason: 'run_was_reset' };
    await addToTimeline(tx, run.purchaseId, [{ at, type: 'withdrawn', detail }]);
  }
}

async function expireOrphan(tx: Database, customerId: string, at: string): Promise<void> {
  const expired = await tx
    .update(presentations)
    .set({ status: 'expired', decision: 'expired', decidedAt: presentations.expiresAt })
    .where(
      and(
        eq(presentations.customerId, customerId),
        eq(presentations.status, 'open'),
        // An accepted one still has a run, which keeps trying to hand over its checkout.
        isNull(presentations.decision),
        lt(presentations.expiresAt, orphanedBefore(at)),
      ),
    )
    .returning({ id: presentations.id });
  for (const { id } of expired) await announceChange(tx, id);
}
