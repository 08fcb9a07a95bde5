/** How the offer of a run that is gone ends, as far as the ledger alone can tell. */
import type { AttemptRecord } from './attempt.js';
import { outcomeOf } from './outcome.js';
import { isUnsettled, type PresentationPatch, type PresentationRecord } from './presentation.js';
import type { Outcome } from './words.js';

/** What customers read while their payment is under review. */
export const UNDER_REVIEW_MESSAGE =
  'We are still checking whether your payment went through. Our team is looking into it; you will not be charged twice.';

export type Ending =
  /** It has ended already. */
  | { kind: 'settled'; outcome: Outcome }
  /** Nothing was charged for it. */
  | { kind: 'ended'; outcome: Outcome; patch: PresentationPatch }
  /** An attempt may have charged the customer, or has, and nobody has settled it. */
  | { kind: 'review'; outcome: 'needs_review'; patch: PresentationPatch; inDoubt: AttemptRecord[] };

/** Decides how a presentation whose run is gone ends. Pure. A customer is never kept from other offers by it. */
export function endingOf(
  presentation: PresentationRecord,
  attempts: readonly AttemptRecord[],
  now: Date,
): Ending {
  const { status } = presentation;
  if (!isUnsettled(status)) return { kind: 'settled', outcome: settledOutcome(presentation) };
  const inDoubt = attempts.filter(isInDoubt);
  if (inDoubt.length > 0) {
    // A fallback cannot be reviewed: whether its link is paid, a late payment tells.
    const next = status === 'fallback' ? 'failed' : 'needs_review';
    return {
      kind: 'review',
      outcome: 'needs_review',
      inDoubt,
      patch: { status: next, decision: 'accepted', message: UNDER_REVIEW_MESSAGE, ...NO_LINKS },
    };
  }
  if (status === 'open') {
    const kind = Date.parse(presentation.expiresAt) <= now.getTime() ? 'expired' : 'withdrawn';
    const patch = { status: kind, decision: kind, decidedAt: now.toISOString() } as const;
    return { kind: 'ended', outcome: kind, patch };
  }
  return unpaid(presentation);
}

/** How an accepted presentation ends for which nothing was charged. */
export function unpaid({ status }: Pick<PresentationRecord, 'status'>): Extract<Ending, { kind: 'ended' }> {
  return {
    kind: 'ended',
    outcome: status === 'fallback' ? 'abandoned' : 'payment_failed',
    patch: { status: 'failed', decision: 'accepted', message: null, ...NO_LINKS },
  };
}

const NO_LINKS = { checkoutUrl: null, updatePaymentMethodUrl: null } as const;

/**
 * Checks for an attempt whose money is not accounted for. A checkout link that nobody was seen to pay moves no money by
 * itself.
 */
export function isInDoubt({ kind, status }: Pick<AttemptRecord, 'kind' | 'status'>): boolean {
  switch (status) {
    case 'rejected':
    case 'absent':
    case 'failed':
    case 'refunded':
      return false;
    case 'paid':
    case 'processing':
    case 'requires_action':
      return true;
    default:
      return kind !== 'fallback';
  }
}

/** The outcome of a run that is gone, from how its offers ended. */
export function outcomeOfEndings(endings: readonly Ending[], isPaid: boolean): Outcome {
  const [first, ...rest] = endings;
  // It ended before it offered anything.
  if (!first) return isPaid ? 'withdrawn' : 'abandoned';
  return rest.reduce<Outcome>((best, { outcome }) => outcomeOf(best, outcome), first.outcome);
}

/** The outcome of a run one of whose offers ends now: what it has sold before outweighs that. */
export function outcomeOfRun(
  presentations: readonly PresentationRecord[],
  { id, outcome }: { id: string; outcome: Outcome },
  now: Date,
): Outcome {
  return presentations
    .filter((one) => one.id !== id)
    .reduce((best, one) => outcomeOf(endingOf(one, [], now).outcome, best), outcome);
}

function settledOutcome({ status, recovered }: PresentationRecord): Outcome {
  switch (status) {
    case 'scheduled':
    case 'paid':
      return recovered ? 'recovered' : 'converted';
    case 'declined':
    case 'expired':
    case 'withdrawn':
      return status;
    default:
      return 'payment_failed';
  }
}
