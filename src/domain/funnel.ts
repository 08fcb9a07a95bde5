/** The steps of a funnel, and which one follows which decision. */
import type { FunnelSnapshot, FunnelStep, SnapshotOffer } from './offers.js';
import type { Decision } from './words.js';

/** A step with the offer shown in it. */
export interface Step {
  step: FunnelStep;
  offer: SnapshotOffer;
}

/**
 * Returns a step of the funnel.
 *
 * @param offerId the offer that was shown, for a step that shows different customers different offers
 * @throws Error if there is no such step
 */
export function stepOf(snapshot: FunnelSnapshot, id: string, offerId?: string): Step {
  const step = snapshot.funnel.steps.find((candidate) => candidate.id === id);
  const offer = step && snapshot.offers[offerId ?? step.offer];
  // The catalog loader refuses steps that do not exist, so only a defect leads here. A stuck run is better than an ended one.
  if (!step || !offer) throw new Error(`Funnel ${snapshot.funnel.id} has no step ${id}.`);
  return { step, offer };
}

/** Returns the step after a decision; undefined if the funnel ends. A withdrawn offer ends it. */
export function stepAfter(snapshot: FunnelSnapshot, id: string, decision: Decision): Step | undefined {
  if (decision === 'withdrawn') return undefined;
  const on = stepOf(snapshot, id).step.on;
  const target = { accepted: on.accept, declined: on.decline, expired: on.expire }[decision];
  return target === 'end' ? undefined : stepOf(snapshot, target);
}

/** Returns the ids of all offers a step may show. */
export function offerIdsOf({ offer, variants }: Pick<FunnelStep, 'offer' | 'variants'>): string[] {
  return variants?.map((variant) => variant.offer) ?? [offer];
}
