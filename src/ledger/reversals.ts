/** Money that went back of a payment: each refund and dispute once, and the end of access once per presentation. */
import { and, eq, inArray } from 'drizzle-orm';
import { sumTaken, TAKING_ENTRIES, type Taken } from '../domain/reversal.js';
import type { TimelineEntry } from '../domain/timeline.js';
import { standingOutcome } from './outcomes.js';
import { recordPayment, recordVerdict, type PaymentSighting } from './payments.js';
import { changePresentation } from './presentations.js';
import { presentations, purchases, timeline } from './schema.js';
import type { Database, LedgerLog } from './store.js';
import { addToTimeline } from './timeline.js';

/** A refund or dispute of a payment, and everything else that is known to have gone back of it. */
export interface ReversalRecord {
  /** The refund or dispute. */
  id: string;
  purchaseId: string;
  /** The offer that the payment paid for; absent when it is the purchase's own. */
  presentationId?: string;
  /** The payment; `amount` is everything that was paid. */
  payment: PaymentSighting & { amount: number; currency: string };
  /** The entry in the timeline: it names `id`, and the amount where one is known. */
  entry: TimelineEntry;
  /** What is known to have gone back, this one included where it took money. */
  taken: readonly Taken[];
}

/** Everything that has gone back of a payment. Minor units. */
export interface ReversalTotal {
  /** Succeeded refunds and lost disputes, never more than was paid. */
  amount: number;
  /** All of it is gone. */
  whole: boolean;
  /** Access to the offer ends by this refund or dispute. True for one of them, and again when it is repeated. */
  endsAccess: boolean;
}

/** The entry that says by which refund or dispute access to an offer ended. */
const ACCESS_ENDED = 'offer_reversed';

/**
 * The transaction behind `Ledger.recordReversal`. Refunds and disputes that arrive at the same time, each of which may
 * know of the other or not, add up to the same: what was told of before is in the timeline.
 */
export async function recordReversal(
  tx: Database,
  reversal: ReversalRecord,
  log: LedgerLog,
): Promise<ReversalTotal> {
  const { purchaseId, presentationId, payment, entry } = reversal;
  const { paymentId, currency } = payment;
  // The presentation before everything else, as everywhere, so that transactions cannot deadlock.
  const presentation = presentationId === undefined ? undefined : await locked(tx, presentationId);
  await recordPayment(tx, { ...payment, purchaseId, presentationId });
  const told = await toldOf(tx, purchaseId);
  // The amounts of this event come last: a repetition says the same.
  const taken = [...takenOf(told, paymentId), ...reversal.taken];
  const { refundedAmount, lostAmount, verdict } = await recordPayment(tx, {
    ...payment,
    refundedAmount: sumTaken(taken, 'refund'),
    lostAmount: sumTaken(taken, 'dispute'),
  });
  if (presentationId !== undefined) await recordVerdict(tx, paymentId, 'counts', { presentationId });
  else if (verdict === 'undecided') await recordVerdict(tx, paymentId, 'not_ours', { detail: 'no_attempt' });

  const amount = Math.min(refundedAmount + lostAmount, payment.amount);
  const ids = { purchaseId, presentationId, paymentId, reversalId: reversal.id };
  log.info({ ...ids, amount, currency, entry: entry.type }, 'money moved: a payment was reversed');
  const whole = amount > 0 && amount === payment.amount;
  await addToTimeline(tx, purchaseId, [entry]);
  if (presentation === undefined) return { amount, whole, endsAccess: false };

  const { id, paidAmount } = presentation;
  const paid = paidAmount ?? payment.amount;
  await changePresentation(tx, id, { refundedAmount: whole ? paid : Math.min(amount, paid) }, [], log);
  await followOutcome(tx, purchaseId);
  const endsAccess = whole && endedBy(told, id, paid, reversal.id) === reversal.id;
  if (endsAccess) {
    await addToTimeline(tx, purchaseId, [
      {
        at: entry.at,
        type: ACCESS_ENDED,
        detail: { presentationId: id, id: reversal.id, paymentId, amount, currency },
      },
    ]);
  }
  return { amount, whole, endsAccess };
}

async function locked(tx: Database, presentationId: string) {
  const [row] = await tx
    .select({ id: presentations.id, paidAmount: presentations.paidAmount })
    .from(presentations)
    .where(eq(presentations.id, presentationId))
    .for('update');
  return row;
}

type Told = Pick<TimelineEntry, 'type' | 'detail'>;

/** Returns what the timeline says of reversals. Read under the lock of the payment, so nothing is missing. */
async function toldOf(tx: Database, purchaseId: string): Promise<Told[]> {
  const rows = await tx
    .select({ type: timeline.type, detail: timeline.detail })
    .from(timeline)
    .where(
      and(eq(timeline.purchaseId, purchaseId), inArray(timeline.type, [...TAKING_ENTRIES, ACCESS_ENDED])),
    )
    .orderBy(timeline.seq);
  return rows.map(({ type, detail }) => ({ type, ...(detail && { detail }) }));
}

function takenOf(told: readonly Told[], paymentId: string): Taken[] {
  return told.flatMap(({ type, detail }): Taken[] => {
    if (type === ACCESS_ENDED || detail?.paymentId !== paymentId) return [];
    const { id, amount } = detail;
    if (typeof id !== 'string' || typeof amount !== 'number') return [];
    return [{ id, kind: type === 'refund_succeeded' ? 'refund' : 'dispute', amount }];
  });
}

/** Returns the refund or dispute that access to an offer ended by: the first that made up the whole, else this one. */
function endedBy(told: readonly Told[], presentationId: string, paid: number, thisOne: string): unknown {
  const about = told.filter(({ detail }) => detail?.presentationId === presentationId);
  const ended = about.find(({ type }) => type === ACCESS_ENDED);
  if (ended) return ended.detail?.id;
  // Older versions wrote the sum into the entry, and ended access with each that reached the whole.
  const before = about.filter(({ detail }) => Number(detail?.refundedAmount ?? 0) >= paid && paid > 0);
  if (before.some(({ detail }) => detail?.id === thisOne)) return thisOne;
  return before[0]?.detail?.id ?? thisOne;
}

/** Brings the outcome of a settled run up to date. A run that goes on takes what stands into account at its end. */
async function followOutcome(tx: Database, purchaseId: string): Promise<void> {
  const [row] = await tx
    .select({ status: purchases.status, outcome: purchases.outcome })
    .from(purchases)
    .where(eq(purchases.purchaseId, purchaseId))
    .for('update');
  if (row?.status !== 'settled' || row.outcome === null) return;
  const outcome = await standingOutcome(tx, purchaseId, row.outcome);
  await tx.update(purchases).set({ outcome }).where(eq(purchases.purchaseId, purchaseId));
}
