/** Which step follows which decision. Pure. */
import type { FunnelSnapshot, FunnelStep, SnapshotOffer } from './offers.js';
import type { Decision } from './words.js';

export interface Step {
  step: FunnelStep;
  offer: SnapshotOffer;
}

/** @param offerId what was shown, where customers are shown different offers */
export function stepOf(snapshot: FunnelSnapshot, id: string, offerId?: string): Step {
  const step = snapshot.funnel.steps.find((candidate) => candidate.id === id);
  const offer = step && snapshot.offers[offerId ?? step.offer];
  // The loader refuses dangling steps: only a defect leads here, and a run is better stuck than ended by one.
  if (!step || !offer) throw new Error(`Funnel ${snapshot.funnel.id} has no step ${id}.`);
  return { step, offer };
}

/** The step after a decision, or undefined when the funnel ends. A withdrawn offer ends it. */
export function stepAfter(snapshot: FunnelSnapshot, id: string, decision: Decision): Step | undefined {
  if (decision === 'withdrawn') return undefined;
  const on = stepOf(snapshot, id).step.on;
  const target = { accepted: on.accept, declined: on.decline, expired: on.expire }[decision];
  return target === 'end' ? undefined : stepOf(snapshot, target);
}

/** The ids of every offer a step may show. */
export function offerIdsOf({ offer, variants }: Pick<FunnelStep, 'offer' | 'variants'>): string[] {
  return variants?.map((variant) => variant.offer) ?? [offer];
}
