/** The probability distributions that the reports need, computed by the Cephes library, on which SciPy is built. */
import { chdtrc, compiled, incbet, incbi, ndtr, ndtri } from 'cephes';

await compiled;

/** Returns the z below which a standard normal variable lies with this probability. */
export function normalQuantile(probability: number): number {
  return ndtri(probability);
}

/** Returns the probability that a standard normal variable is at least this far from 0. */
export function normalTails(z: number): number {
  return 2 * ndtr(-Math.abs(z));
}

/** Returns the probability that a chi-square variable is at least this large. */
export function chiSquareTail(value: number, degreesOfFreedom: number): number {
  return chdtrc(degreesOfFreedom, value);
}

/** Returns the probability that a Student's t variable is at least this far from 0. Accepts fractional degrees of freedom. */
export function studentTails(t: number, degreesOfFreedom: number): number {
  return incbet(degreesOfFreedom / 2, 1 / 2, degreesOfFreedom / (degreesOfFreedom + t * t));
}

/** Returns the distance from 0 that a Student's t variable reaches or exceeds with this probability. */
export function studentQuantile(tails: number, degreesOfFreedom: number): number {
  const x = incbi(degreesOfFreedom / 2, 1 / 2, tails);
  return Math.sqrt((degreesOfFreedom * (1 - x)) / x);
}
