/** The end of a run: record the outcome, tell everybody, and clean up. */
import { allHandlersFinished, condition, upsertSearchAttributes } from '@temporalio/workflow';
import type { PurchaseResult } from '../../src/contract/messages.js';
import { searchAttributeKeys as keys } from '../../src/contract/search-attributes.js';
import type { FulfilmentResult } from '../../src/domain/fulfilment.js';
import type { TimelineEntry } from '../../src/domain/timeline.js';
import type { Outcome, ReasonCode } from '../../src/domain/words.js';
import { ledgerActivities } from '../activities.js';
import { iso, type ActivePresentation } from '../presentations/active.js';
import { finalPatch } from './final-patch.js';
import type { PurchaseRun } from './run.js';
import { NO_OFFER_ATTRIBUTES, offerAttributes } from './search-attributes.js';

export interface Ending {
  /** The last presentation. */
  presentation?: ActivePresentation;
  /** The result of its fulfilment, unless it is recorded already. */
  result?: FulfilmentResult;
  /** Why there was no offer. */
  reason?: ReasonCode;
  /** An activity has already recorded this ending. */
  recorded?: boolean;
  /** What else is to be said about the ending. */
  timeline?: TimelineEntry[];
}

/** Settles a run. The merchant and the customer have their answers before the clean-up begins. */
export async function settle(
  run: PurchaseRun,
  outcome: Outcome,
  { presentation, result, reason, recorded, timeline }: Ending = {},
): Promise<PurchaseResult> {
  const { input, presentations, outbox, cleanUp } = run;
  presentations.expect(false);
  if (!recorded) {
    await ledgerActivities.settle({
      purchaseId: input.purchaseId,
      outcome,
      reason,
      at: iso(Date.now()),
      presentation: presentation && finalPatch(presentation, result),
      timeline,
    });
  }
  if (presentation) presentation.answered = true;
  upsertSearchAttributes([
    { key: keys.OfferState, value: 'settled' },
    { key: keys.Outcome, value: outcome },
    ...(presentation ? offerAttributes(presentation, run.state) : input.guess ? NO_OFFER_ATTRIBUTES : []),
  ]);
  run.enter({ state: 'settled', outcome, reason });
  await outbox.flushed();
  await condition(allHandlersFinished);
  await cleanUp.finished();
  if (presentation) await cleanUp.after(presentation, result);
  return { outcome, reason, presentations: presentations.count() };
}
