/** How a run ends, and which payments or refunds may still change that. */
import type { FulfilmentResult } from './fulfilment.js';
import type { PresentationRecord } from './presentation.js';
import type { Decision, Outcome } from './words.js';

/** The outcomes that may follow each. One that is not listed is final. */
const NEXT_OUTCOME: Partial<Record<Outcome, readonly Outcome[]>> = {
  converted: ['reversed'],
  recovered: ['reversed'],
  abandoned: ['converted', 'recovered', 'reversed'],
  payment_failed: ['converted', 'recovered', 'reversed'],
  needs_review: ['converted', 'recovered', 'reversed', 'abandoned', 'payment_failed'],
  // A run that was reset may have ended without its offer while a payment for it was still on its way.
  ineligible: ['converted', 'recovered'],
  declined: ['converted', 'recovered'],
  expired: ['converted', 'recovered'],
  withdrawn: ['converted', 'recovered'],
};

/** How much each outcome counts when a run has several steps. */
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

/** Returns the outcome of one step. */
export function outcomeOfStep(decision: Decision, result: FulfilmentResult | undefined): Outcome {
  if (decision !== 'accepted') return decision;
  switch (result?.kind) {
    case 'fulfilled':
      return result.paidVia === 'fallback' ? 'recovered' : 'converted';
    case 'unpaid':
      return 'abandoned';
    default:
      return 'payment_failed';
  }
}

/**
 * Returns the outcome of a run with several steps, which is its best one: a payment outweighs a later decline. On a tie
 * the later step counts.
 */
export function outcomeOf(earlier: Outcome | undefined, later: Outcome): Outcome {
  return earlier !== undefined && WEIGHT[earlier] > WEIGHT[later] ? earlier : later;
}

/**
 * Returns the outcome of a run that settled as `known` and now settles again. Only payments, refunds and the end of a
 * review change what is known.
 */
export function laterOutcome(known: Outcome | null, next: Outcome): Outcome {
  return known === null || NEXT_OUTCOME[known]?.includes(next) ? next : known;
}

/** What a paid presentation brought in, as far as the outcome of its run goes. Minor units. */
export type PaidPresentation = Pick<PresentationRecord, 'paidAmount' | 'refundedAmount' | 'recovered'>;

/** Outcomes that say that money came in. */
const PAID_OUTCOMES: readonly Outcome[] = ['converted', 'recovered', 'reversed'];

/** Checks whether a paid presentation is still paid for. One that was paid with nothing has nothing to lose. */
export function isStillPaidFor({ paidAmount, refundedAmount }: PaidPresentation): boolean {
  return refundedAmount === 0 || refundedAmount < (paidAmount ?? 0);
}

/**
 * Returns the outcome of a run with regard to the money that went back: what stands decides, and `reversed` means that
 * nothing that was paid stands.
 *
 * @param outcome the outcome by decisions and payments alone
 * @param paid the paid presentations of the run, reversed or not
 */
export function outcomeThatStands(outcome: Outcome, paid: readonly PaidPresentation[]): Outcome {
  if (!PAID_OUTCOMES.includes(outcome) || paid.length === 0) return outcome;
  const standing = paid.filter(isStillPaidFor);
  if (standing.length === paid.length && outcome !== 'reversed') return outcome;
  if (standing.length === 0) return 'reversed';
  return standing.some(({ recovered }) => !recovered) ? 'converted' : 'recovered';
}
