/** Wilson's score interval for a proportion: honest for few trials and for rates near 0 or 1. */

export interface Interval {
  low: number;
  high: number;
}

/**
 * The interval of the true rates that are compatible with what was seen, without continuity correction (Wilson 1927;
 * method 3 in Newcombe 1998). No trials say nothing: 0 to 1.
 *
 * @param successes a whole number, 0 to `trials`
 * @param trials a whole number
 * @param confidence between 0 and 1, exclusive
 * @throws RangeError when a number is out of its range
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
  // At the ends the bound is exact; computed, it could miss by a rounding error.
  return {
    low: successes === 0 ? 0 : Math.max(0, (centre - reach) / scale),
    high: successes === trials ? 1 : Math.min(1, (centre + reach) / scale),
  };
}

function twoSided(confidence: number): number {
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`confidence must lie between 0 and 1, not at ${String(confidence)}.`);
  }
  return (1 + confidence) / 2;
}

/** The z below which a standard normal variable stays with the given probability, for 0.5 and more. */
function normalQuantile(probability: number): number {
  // Newton's method from 0. Above the mean the distribution is concave, so the steps only ever approach from below.
  let z = 0;
  for (let step = 0; step < 100; step++) {
    const next = z + (probability - normalDistribution(z)) / normalDensity(z);
    if (!(next > z)) break;
    z = next;
  }
  return z;
}

/** Marsaglia's series (2004), exact to a few units in the last place for the z of any usual confidence. */
function normalDistribution(z: number): number {
  let sum = z;
  let term = z;
  for (let divisor = 3; ; divisor += 2) {
    term *= (z * z) / divisor;
    if (sum + term === sum) return 0.5 + sum * normalDensity(z);
    sum += term;
  }
}

function normalDensity(z: number): number {
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
}
