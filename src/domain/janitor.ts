/** The janitor's repairs. */

/** Type of the timeline entry about a repair; its detail has `what`. The metric is counted from these. */
export const REPAIRED = 'repaired';

/** What the janitor repairs, and what it puts before a person. */
export const REPAIRS = [
  /** A paid attempt whose run is gone was handed to a late-payment run. */
  'late_payment_started',
  /** An offer whose run is gone, and for which nothing was charged, was settled. */
  'presentation_settled',
  /** The money of an offer whose run is gone cannot be proven: a review was opened. */
  'review_opened',
  /** A purchase whose run is gone was settled. */
  'purchase_settled',
  /** The payment of a registered purchase was delivered to its run. */
  'purchase_delivered',
  /** A refund or lost dispute that no webhook reported. */
  'reversal_started',
  /** A compensation whose run was gone was started again. */
  'compensation_started',
  /** A change at the next billing date whose run was gone is followed again. */
  'scheduled_change_followed',
  /** A pause whose run was gone is ended in time again. */
  'pause_followed',
  /** Dodo says what was in doubt. */
  'review_resolved',
] as const;
export type Repair = (typeof REPAIRS)[number];
