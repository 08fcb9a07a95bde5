/** Records in the ledger how a run ended. */
import type { Exposure, Ledger } from '../../src/ledger/index.js';
import type { EvaluationRecord } from '../../src/domain/purchase.js';
import type { PresentationPatch } from '../../src/domain/presentation.js';
import type { TimelineEntry } from '../../src/domain/timeline.js';
import type { Outcome, ReasonCode } from '../../src/domain/words.js';
import type { ActivityContext } from '../context.js';

/** The final change to one presentation. */
export interface Closing {
  presentationId: string;
  patch: PresentationPatch;
  timeline: TimelineEntry[];
  /** The attempt that was paid. Minor units. */
  paid?: { attemptId: string; paymentId?: string; amount: number; currency?: string };
}

export interface SettleInput {
  purchaseId: string;
  outcome: Outcome;
  reason?: ReasonCode;
  at: string;
  presentation?: Closing;
  /** Further entries about the end. */
  timeline?: TimelineEntry[];
}

/**
 * Marks the attempt of a paid presentation as paid, records that its payment counts, and ends the reviews that this
 * answers. May be repeated. Another payment that the ledger has as the one that counts stays that one.
 */
export async function markPaid(
  ledger: Ledger,
  { paid, presentationId }: Closing,
  at = new Date().toISOString(),
): Promise<void> {
  if (!paid) return;
  await recordCounted(ledger, { ...paid, presentationId }, at);
  await ledger.updateAttempt(paid.attemptId, {
    status: 'paid',
    paymentId: paid.paymentId,
    paidAmount: paid.amount,
  });
}

async function recordCounted(
  ledger: Ledger,
  {
    attemptId,
    paymentId,
    amount,
    currency,
    presentationId,
  }: NonNullable<Closing['paid']> & { presentationId: string },
  at: string,
): Promise<void> {
  if (paymentId === undefined) return;
  const shown = await ledger.presentation(presentationId);
  if (shown?.status === 'paid' && shown.paymentId !== undefined && shown.paymentId !== paymentId) return;
  await ledger.recordPayment({
    paymentId,
    status: 'succeeded',
    attemptId,
    presentationId,
    customerId: shown?.customerId,
    purchaseId: shown?.purchaseId,
    ...(currency !== undefined && { amount, currency }),
    source: 'webhook',
    seenAt: at,
  });
  await recordCounts(ledger, { paymentId, presentationId, purchaseId: shown?.purchaseId }, at);
}

/** Records that a payment counts for an offer, and ends the reviews that this answers. May be repeated. */
export async function recordCounts(
  ledger: Ledger,
  {
    paymentId,
    presentationId,
    purchaseId,
  }: { paymentId: string; presentationId: string; purchaseId?: string },
  at: string,
): Promise<void> {
  await ledger.recordVerdict(paymentId, 'counts', { presentationId, purchaseId });
  const reason = `The offer is paid by ${paymentId}.`;
  await ledger.resolveReviewsOf(presentationId, { paid: true, paymentId, reason, by: 'proof' }, at, [
    'unproven_attempt',
    'payment_differs',
  ]);
}

/** Settles a run that ends without an offer. May be repeated. */
export async function settleIneligible(
  ledger: Ledger,
  ended: {
    purchaseId: string;
    reason: ReasonCode;
    at: string;
    evaluation?: EvaluationRecord;
    exposures?: Exposure[];
  },
): Promise<void> {
  const { reason, at } = ended;
  const timeline = [{ at, type: 'ineligible', detail: { reason } }];
  await ledger.settle({ ...ended, outcome: 'ineligible', endsRun: true, timeline });
}

export function settleActivities({ ledger }: ActivityContext) {
  return {
    /**
     * Records the outcome of a run and the last state of its presentation, and erases the billing address.
     *
     * Dodo: nothing. Ledger: marks the paid attempt, then writes everything else in one transaction.
     * Repeated: writes the same again. An outcome that has moved on since, such as `reversed`, stays.
     *
     * @throws when the ledger cannot be reached
     */
    async settle({
      purchaseId,
      outcome,
      reason,
      at,
      presentation,
      timeline = [],
    }: SettleInput): Promise<void> {
      if (presentation) await markPaid(ledger, presentation, at);
      await ledger.settle({
        purchaseId,
        outcome,
        reason,
        at,
        endsRun: true,
        presentation: presentation && { id: presentation.presentationId, patch: presentation.patch },
        timeline: [
          ...(presentation?.timeline ?? []),
          ...timeline,
          { at, type: 'settled', detail: { outcome } },
        ],
      });
    },
  };
}
