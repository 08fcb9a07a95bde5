/** How a run ends, and what may still change that. */
import type { Outcome } from './words.js';

const NEXT_OUTCOME: Partial<Record<Outcome, readonly Outcome[]>> = {
  converted: ['reversed'],
  recovered: ['reversed'],
  abandoned: ['converted', 'recovered', 'reversed'],
  payment_failed: ['converted', 'recovered', 'reversed'],
  needs_review: ['converted', 'recovered', 'reversed', 'abandoned', 'payment_failed'],
  // A reset run may have ended without its offer while a payment for it was still on its way.
  ineligible: ['converted', 'recovered'],
  declined: ['converted', 'recovered'],
  expired: ['converted', 'recovered'],
  withdrawn: ['converted', 'recovered'],
};

/** The outcome of a run that has settled as `known` before and settles again. Money that came or went counts. */
export function laterOutcome(known: Outcome | null, next: Outcome): Outcome {
  if (known === null || NEXT_OUTCOME[known]?.includes(next)) return next;
  return known;
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
