/** Asking for the offer of a later step, or of a first step that had to wait. */
import type { PresentResult } from '../../activities/offering/present.js';
import type { Closing } from '../../activities/afterwards/settle.js';
import { stepOf, type Step } from '../../src/domain/funnel.js';
import type { FunnelSnapshot } from '../../src/domain/offers.js';
import type { TimelineEntry } from '../../src/domain/timeline.js';
import { offerActivities } from '../activities.js';
import { iso, type ActivePresentation } from '../presentations/active.js';
import type { PurchaseRun } from './run.js';

/** The customer an offer is for, and what it is about. */
interface Subject {
  customerId: string;
  subscriptionId?: string;
  currency?: string;
}

/** Presents the first step of a funnel, after its wait. Undefined when it could not be priced in time. */
export function presentAfterWait(
  run: PurchaseRun,
  snapshot: FunnelSnapshot,
  step: string,
  subject: Subject,
): Promise<PresentResult | undefined> {
  return offerActivities
    .present({
      ...stepInput(run, snapshot, stepOf(snapshot, step)),
      ...subject,
      first: true,
      holdout: snapshot.funnel.holdout,
    })
    .catch(() => undefined);
}

/**
 * Presents the step that follows a decision. Undefined when it could not be priced in time.
 *
 * @param previous the decision that leads to it, unless it is recorded already
 */
export function presentNext(
  run: PurchaseRun,
  snapshot: FunnelSnapshot,
  next: Step,
  { customerId, subscriptionId, currency }: ActivePresentation,
  previous: Closing | undefined,
): Promise<PresentResult | undefined> {
  return offerActivities
    .present({ ...stepInput(run, snapshot, next), customerId, subscriptionId, currency, previous })
    .catch(() => undefined);
}

/** Returns the timeline entry for a later step that was not shown. */
export function skippedEntry(step: string, offered: PresentResult | undefined): TimelineEntry {
  const { reason, detail } =
    offered?.kind === 'skipped' ? offered : { reason: 'pricing_unavailable', detail: undefined };
  return {
    at: iso(Date.now()),
    type: 'step_skipped',
    detail: { step, reason, ...(detail !== undefined && { detail }) },
  };
}

function stepInput(
  { input, workflowId }: PurchaseRun,
  { catalogHash, funnel, policy, offers }: FunnelSnapshot,
  { step, offer }: Step,
) {
  return {
    purchaseId: input.purchaseId,
    workflowId,
    funnelId: funnel.id,
    catalogHash,
    step: step.id,
    offer,
    policy,
    variants: step.variants && { step, offers },
  };
}
