/** A test that stays valid however often one looks at it. */
import type { Proportion } from './compare.js';

/**
 * Returns how far the difference of two proportions has to be from 0 for a verdict, at the given significance over all
 * looks together: the radius of an asymptotic confidence sequence (the normal mixture of Robbins 1970; Waudby-Smith, Arbour,
 * Sinha, Kennedy and Ramdas 2021, theorem 2.2). It is wider than an interval that is looked at once.
 *
 * @param tunedFor the number of customers per arm at which it is as narrow as it can be
 */
export function sequenceRadius(
  control: Proportion,
  other: Proportion,
  { alpha, tunedFor }: { alpha: number; tunedFor: number },
): number {
  const variances = [control, other].map(({ successes, trials }) => {
    // Half a success and half a failure more: an arm without either has no variance that could be trusted.
    const rate = (successes + 0.5) / (trials + 1);
    return (rate * (1 - rate)) / trials;
  });
  const error = Math.sqrt(variances.reduce((sum, variance) => sum + variance, 0));
  const trials = Math.min(control.trials, other.trials);
  const rho2 = mixture(alpha, tunedFor);
  const scaled = trials * rho2 + 1;
  return error * Math.sqrt((2 * scaled * Math.log(Math.sqrt(scaled) / alpha)) / (trials * rho2));
}

/** The square of the mixture's parameter that makes the sequence narrowest at this many customers. */
function mixture(alpha: number, tunedFor: number): number {
  const log = -2 * Math.log(alpha);
  return (log + Math.log(log + 1)) / Math.max(1, tunedFor);
}
