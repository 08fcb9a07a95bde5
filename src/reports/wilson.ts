/** Wilson's score interval for a proportion, reliable for few trials and for rates near 0 or 1. */
import { normalQuantile } from './distributions.js';

export interface Interval {
  low: number;
  high: number;
}

/**
 * Returns the interval of true rates that are compatible with the observed one, without continuity correction (Wilson
 * 1927; method 3 in Newcombe 1998). Without trials, it is 0 to 1.
 *
 * @param successes a whole number, 0 to `trials`
 * @param trials a whole number
 * @param confidence between 0 and 1, exclusive
 * @throws RangeError if a number is out of range
 */
export function wilsonInterval(successes: number, trials: number, confidence = 0.95): Interval {
  if (!Number.isSafeInteger(trials) || trials < 0) {
    throw new RangeError(`trials must be a whole number of at least 0, not ${String(trials)}.`);
  }
  if (!Number.isSafeInteger(successes) || successes < 0 || successes > trials) {
    throw new RangeError(
      `successes must be a whole number from 0 to ${String(trials)}, not ${String(successes)}.`,
    );
  }
  const z = normalQuantile(twoSided(confidence));
  if (trials === 0) return { low: 0, high: 1 };
  const rate = successes / trials;
  const zz = z * z;
  const centre = rate + zz / (2 * trials);
  const reach = z * Math.sqrt((rate * (1 - rate)) / trials + zz / (4 * trials * trials));
  const scale = 1 + zz / trials;
  // At the ends, the bound is exact; computing it could miss by a rounding error.
  return {
    low: successes === 0 ? 0 : Math.max(0, (centre - reach) / scale),
    high: successes === trials ? 1 : Math.min(1, (centre + reach) / scale),
  };
}

function twoSided(confidence: number): number {
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`confidence must be between 0 and 1, exclusive, not ${String(confidence)}.`);
  }
  return (1 + confidence) / 2;
}
