/** What a comparison of two arms may come to. */

/**
 * - `collecting`: an arm has not reached the minimum sample yet
 * - `sample_ratio_mismatch`: the arms have not got the shares of their weights; the result cannot be trusted
 * - `no_difference`: none was found, and one of the minimum detectable effect would probably have been
 * - `better`, `worse`: converts more or less than the first arm, and chance is an unlikely reason
 */
export const VERDICTS = ['collecting', 'sample_ratio_mismatch', 'no_difference', 'better', 'worse'] as const;
export type Verdict = (typeof VERDICTS)[number];

export interface Lift {
  difference: number;
  low: number;
  high: number;
  pValue: number | null;
}
