/** Measures how two arms differ and how likely that is to be chance. Pure. */
import {
  chiSquareTail,
  normalQuantile,
  normalTails,
  studentQuantile,
  studentTails,
} from './distributions.js';
import { wilsonInterval, type Interval } from './wilson.js';

export interface Proportion {
  successes: number;
  trials: number;
}

export interface Difference {
  /** Other minus control. */
  difference: number;
  interval: Interval;
  /** Probability of a difference at least as large if there is none; null if it cannot be computed. */
  pValue: number | null;
}

/**
 * Compares two proportions by Newcombe's hybrid score interval (1998, method 10) and the score test with the pooled
 * proportion. Both arms need trials.
 */
export function compareProportions(control: Proportion, other: Proportion, confidence: number): Difference {
  const [p0, p1] = [rate(control), rate(other)];
  const w0 = wilsonInterval(control.successes, control.trials, confidence);
  const w1 = wilsonInterval(other.successes, other.trials, confidence);
  const difference = p1 - p0;
  const pooled = (control.successes + other.successes) / (control.trials + other.trials);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / control.trials + 1 / other.trials));
  return {
    difference,
    interval: {
      low: difference - Math.hypot(p1 - w1.low, w0.high - p0),
      high: difference + Math.hypot(w1.high - p1, p0 - w0.low),
    },
    // None or all succeeded in both arms.
    pValue: error === 0 ? 1 : normalTails(difference / error),
  };
}

/** The revenue of `count` customers, most of whom paid nothing. */
export interface Sample {
  count: number;
  sum: number;
  /** The sum of the squared revenues of the customers. */
  squares: number;
}

export function mean({ count, sum }: Sample): number {
  return sum / count;
}

/** Returns the mean's interval by Student's t, or undefined for fewer than two customers or equal revenues. */
export function meanInterval(sample: Sample, confidence: number): Interval | undefined {
  const error = Math.sqrt(variance(sample) / sample.count);
  if (!(error > 0)) return undefined;
  const reach = studentQuantile(1 - confidence, sample.count - 1) * error;
  return { low: mean(sample) - reach, high: mean(sample) + reach };
}

/** Compares two means of unequal variances (Welch 1947). Returns undefined if neither arm varies. */
export function compareMeans(control: Sample, other: Sample, confidence: number): Difference | undefined {
  const [e0, e1] = [control, other].map((sample) => variance(sample) / sample.count) as [number, number];
  const error = Math.sqrt(e0 + e1);
  if (!(error > 0)) return undefined;
  const freedom = (e0 + e1) ** 2 / (e0 ** 2 / (control.count - 1) + e1 ** 2 / (other.count - 1));
  const difference = mean(other) - mean(control);
  const reach = studentQuantile(1 - confidence, freedom) * error;
  return {
    difference,
    interval: { low: difference - reach, high: difference + reach },
    pValue: studentTails(difference / error, freedom),
  };
}

/**
 * Returns the number of customers each arm needs for a difference of `effect` from `baseline` to be found with the given
 * power, two-sided (Fleiss, Levin and Paik 2003, section 4.2, without continuity correction).
 */
export function sampleSize(
  baseline: number,
  effect: number,
  { alpha, power }: { alpha: number; power: number },
): number {
  // Towards the middle, where a difference takes more customers to find.
  const other = baseline + (baseline > 0.5 ? -effect : effect);
  const middle = (baseline + other) / 2;
  const spread = (p: number) => p * (1 - p);
  const root =
    normalQuantile(1 - alpha / 2) * Math.sqrt(2 * spread(middle)) +
    normalQuantile(power) * Math.sqrt(spread(baseline) + spread(other));
  return Math.ceil((root / effect) ** 2);
}

/** Chi-square is unreliable if fewer customers are expected in an arm. */
const LEAST_EXPECTED = 5;

/**
 * Returns the probability of counts at least this far from the weights if customers are assigned by them (chi-square), or
 * null while there are too few customers to tell.
 */
export function sampleRatio(arms: readonly { count: number; weight: number }[]): number | null {
  const total = arms.reduce((sum, { count }) => sum + count, 0);
  const weights = arms.reduce((sum, { weight }) => sum + weight, 0);
  const taking = arms.filter(({ weight }) => weight > 0);
  // An arm that takes no customers has some.
  if (arms.some(({ count, weight }) => weight === 0 && count > 0)) return 0;
  if (taking.length < 2 || taking.some(({ weight }) => (total * weight) / weights < LEAST_EXPECTED))
    return null;
  const statistic = taking.reduce((sum, { count, weight }) => {
    const expected = (total * weight) / weights;
    return sum + (count - expected) ** 2 / expected;
  }, 0);
  return chiSquareTail(statistic, taking.length - 1);
}

function rate({ successes, trials }: Proportion): number {
  return successes / trials;
}

function variance({ count, sum, squares }: Sample): number {
  return Math.max(0, (squares - (sum * sum) / count) / (count - 1));
}
