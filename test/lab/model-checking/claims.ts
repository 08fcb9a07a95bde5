/** Claims that must hold for `charge.pml`, and claims that must fail without one of its precautions. */

export interface Expectation {
  claim: string;
  holds: boolean;
  /** As listed at the top of `charge.pml`. None means the shipped design. */
  switches: readonly string[];
}

const shipped = (claim: string, ...switches: string[]): Expectation => ({ claim, holds: true, switches });
const broken = (claim: string, ...switches: string[]): Expectation => ({ claim, holds: false, switches });

export const CLAIMS: Expectation[] = [
  shipped('never_two'),
  shipped('recorded_first'),
  shipped('no_link_while_unknown'),
  shipped('ends'),
  shipped('only_a_second_goes_back', 'LATER'),
  shipped('one_in_the_end', 'LATER'),
];

/** Variants that the model must reject, or it would prove nothing. */
export const KNOWN_BAD: Expectation[] = [
  broken('never_two', 'ATTEMPTS=3', 'NO_SEARCH', 'NO_RECONCILE'),
  broken('never_two', 'NO_RECONCILE'),
  broken('never_two', 'ATTEMPTS=3', 'NO_SEARCH'),
  broken('never_two', 'NO_SEARCH'),
  broken('recorded_first', 'INTENT_LAST'),
  broken('never_two', 'NO_WINDOW'),
  broken('no_link_while_unknown', 'NO_WINDOW'),
  broken('one_in_the_end', 'LATER', 'NO_REFUND'),
];
