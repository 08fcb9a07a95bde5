/** Which step follows which decision. Pure. */
import { ApplicationFailure } from '@temporalio/workflow';
import type { FunnelSnapshot, FunnelStep, Offer } from './offers.js';
import type { Decision, Outcome } from './words.js';

export interface Step {
  step: FunnelStep;
  offer: Offer;
}

/** @param offerId what was shown, where customers are shown different offers */
export function stepOf(snapshot: FunnelSnapshot, id: string, offerId?: string): Step {
  const step = snapshot.funnel.steps.find((candidate) => candidate.id === id);
  const offer = step && snapshot.offers[offerId ?? step.offer];
  // The loader refuses dangling steps, so this cannot be a funnel that was loaded.
  if (!step || !offer)
    throw ApplicationFailure.nonRetryable(`Funnel ${snapshot.funnel.id} has no step ${id}.`);
  return { step, offer };
}

/** The step after a decision, or undefined when the funnel ends. A withdrawn offer ends it. */
export function stepAfter(snapshot: FunnelSnapshot, id: string, decision: Decision): Step | undefined {
  if (decision === 'withdrawn') return undefined;
  const on = stepOf(snapshot, id).step.on;
  const target = { accepted: on.accept, declined: on.decline, expired: on.expire }[decision];
  return target === 'end' ? undefined : stepOf(snapshot, target);
}

const WEIGHT: Record<Outcome, number> = {
  needs_review: 9,
  converted: 8,
  recovered: 7,
  payment_failed: 5,
  abandoned: 4,
  withdrawn: 3,
  declined: 2,
  expired: 1,
  ineligible: 0,
  reversed: 0,
};

/** A run with several steps ends as its best one: money moved outweighs a later "no". Ties go to the later step. */
export function outcomeOf(earlier: Outcome | undefined, later: Outcome): Outcome {
  return earlier !== undefined && WEIGHT[earlier] > WEIGHT[later] ? earlier : later;
}
