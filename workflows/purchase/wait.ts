/** Waiting for the time of a step that is shown later. */
import { condition, upsertSearchAttributes } from '@temporalio/workflow';
import type { Closing } from '../../activities/afterwards/settle.js';
import { searchAttributeKeys as keys } from '../../src/contract/search-attributes.js';
import type { FunnelSnapshot } from '../../src/domain/offers.js';
import type { TimelineEntry } from '../../src/domain/timeline.js';
import { ledgerActivities } from '../activities.js';
import { iso } from '../presentations/active.js';
import type { PurchaseRun } from './run.js';

/** Records a wait together with the decision before it. Returns the time it ends at, which a reset run finds again. */
export function startWait(
  { input }: PurchaseRun,
  { funnel }: FunnelSnapshot,
  { step, waitMs }: { step: string; waitMs: number },
  previous: Closing,
): Promise<{ until: string }> {
  const until = iso(Date.now() + waitMs);
  return ledgerActivities.startWait({
    purchaseId: input.purchaseId,
    funnelId: funnel.id,
    step,
    until,
    previous,
  });
}

/**
 * Sleeps until a step is due. False when nothing more may be offered, which ends the wait at once. Payments that are left
 * over meanwhile are handed over.
 */
export async function waitUntil(run: PurchaseRun, step: string, until: string): Promise<boolean> {
  const { presentations, cleanUp } = run;
  const isOver = () => presentations.over() !== undefined;
  presentations.expect(false);
  run.enter({ state: 'waiting', waiting: { step, until } });
  upsertSearchAttributes([{ key: keys.OfferState, value: 'waiting' }]);
  for (let left = remaining(until); left > 0 && !isOver(); left = remaining(until)) {
    await condition(() => isOver() || cleanUp.isPaymentLeft(), left, {
      summary: `step ${step} is offered after this wait`,
    });
    while (cleanUp.isPaymentLeft()) await cleanUp.handOverNext();
  }
  presentations.expect(!isOver());
  run.enter({ state: 'evaluating', waiting: undefined });
  return !isOver();
}

/** Returns the timeline of a run that ended while it waited for a step. */
export function withdrawnWhileWaiting({ presentations }: PurchaseRun, step: string): TimelineEntry[] {
  const reason = presentations.over() ?? '';
  return [{ at: iso(Date.now()), type: 'withdrawn', detail: { step, reason } }];
}

/** Returns the milliseconds until a time. */
function remaining(until: string): number {
  return Date.parse(until) - Date.now();
}
