/** Probabilities of the distributions the reports need, by the Cephes library (the one SciPy is built on). */
import { chdtrc, compiled, incbet, incbi, ndtr, ndtri } from 'cephes';

await compiled;

/** The z below which a standard normal variable stays with this probability. */
export function normalQuantile(probability: number): number {
  return ndtri(probability);
}

/** How likely a standard normal variable is at least this far from 0. */
export function normalTails(z: number): number {
  return 2 * ndtr(-Math.abs(z));
}

/** How likely a chi-square variable is at least this large. */
export function chiSquareTail(value: number, degreesOfFreedom: number): number {
  return chdtrc(degreesOfFreedom, value);
}

/** How likely a variable of Student's t is at least this far from 0; the degrees of freedom may be a fraction. */
export function studentTails(t: number, degreesOfFreedom: number): number {
  return incbet(degreesOfFreedom / 2, 1 / 2, degreesOfFreedom / (degreesOfFreedom + t * t));
}

/** The t that a variable of Student's t is at least as far from 0 as with this probability. */
export function studentQuantile(tails: number, degreesOfFreedom: number): number {
  const x = incbi(degreesOfFreedom / 2, 1 / 2, tails);
  return Math.sqrt((degreesOfFreedom * (1 - x)) / x);
}
