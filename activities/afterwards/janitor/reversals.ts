/** Refunds and lost disputes whose webhook was lost. */
import type { ReversalEvent } from '../../../src/contract/messages.js';
import type { Dodo } from '../../../src/dodo/client.js';
import { refundEvent } from '../../../src/dodo/payments.js';
import { minorUnits, timelineTypeOf } from '../../../src/domain/reversal.js';
import type { ActivityContext } from '../../context.js';
import type { Round } from './round.js';

const PAGE_SIZE = 100;
/** Refunds are found by when they were asked for; a bank may take days to carry one out. */
export const REFUND_WINDOW_MS = 14 * 24 * 60 * 60 * 1000;
/** Lost disputes are found by when they were opened, which is months before they end. */
export const DISPUTE_WINDOW_MS = 150 * 24 * 60 * 60 * 1000;

/** Yields what went back at Dodo: succeeded refunds since a time, and disputes that were lost. */
export async function* reversalsSince(
  dodo: Dodo,
  round: Round,
  { since, disputedSince }: { since: string; disputedSince: string },
): AsyncGenerator<ReversalEvent> {
  const refunds = pages(round, (page) =>
    dodo.refunds.list({ ...page, created_at_gte: since, status: 'succeeded' }),
  );
  for await (const refund of refunds)
    if (isNamed(refund, 'refund_id') && refund.status === 'succeeded')
      yield refundEvent(refund.payment_id, refund);
  for (const end of ['lost', 'accepted'] as const) {
    const disputes = pages(round, (page) =>
      dodo.disputes.list({ ...page, created_at_gte: disputedSince, dispute_status: `dispute_${end}` }),
    );
    for await (const dispute of disputes) {
      if (!isNamed(dispute, 'dispute_id') || dispute.dispute_status !== `dispute_${end}`) continue;
      const { dispute_id: id, payment_id: paymentId, currency } = dispute;
      const amount = minorUnits(dispute.amount);
      yield {
        kind: 'dispute',
        id,
        paymentId,
        type: `dispute.${end}`,
        ...(amount !== undefined && typeof currency === 'string' && { amount, currency }),
      };
    }
  }
}

/** Checks that a row identifies what went back, and of which payment. One that does not must not hold up the others. */
function isNamed(row: unknown, id: 'refund_id' | 'dispute_id'): boolean {
  if (typeof row !== 'object' || row === null) return false;
  const { [id]: own, payment_id } = row as Record<string, unknown>;
  return typeof own === 'string' && typeof payment_id === 'string';
}

async function* pages<T>(
  round: Round,
  read: (page: { page_number: number; page_size: number }) => PromiseLike<{ items: T[] }>,
): AsyncGenerator<T> {
  for (let page_number = 0; ; page_number += 1) {
    round.spend();
    const { items } = await read({ page_number, page_size: PAGE_SIZE });
    yield* items;
    if (items.length < PAGE_SIZE) return;
  }
}

/** Starts the run of a reversal of ours that the ledger does not have. */
export async function tellOfReversal(
  { ledger, runs }: ActivityContext,
  round: Round,
  event: ReversalEvent,
): Promise<void> {
  const { paymentId, id, type } = event;
  const offer = await ledger.presentationPaidBy(paymentId);
  const purchase = offer ? undefined : await ledger.purchasePaidBy(paymentId);
  const purchaseId = offer?.purchaseId ?? purchase?.purchase.purchaseId;
  if (purchaseId === undefined) return;
  const timeline = (await ledger.purchase(purchaseId))?.timeline ?? [];
  if (timeline.some((entry) => entry.type === timelineTypeOf(type) && entry.detail?.id === id)) return;
  if (await runs.tellReversal(event))
    await round.repaired('reversal_started', { purchaseId, paymentId, id, type });
}
