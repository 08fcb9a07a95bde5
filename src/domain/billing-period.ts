/** Billing periods, and the difference between two recurring prices where their periods can be compared exactly. */
import type { BillingInterval } from './words.js';

export interface BillingPeriod {
  interval: BillingInterval;
  count: number;
}

/** A recurring price before tax. Minor units. */
export interface RecurringPrice extends BillingPeriod {
  amount: number;
  currency: string;
}

/** How much more one price is than another. Minor units of their currency, per period. */
export interface RecurringDifference extends BillingPeriod {
  amount: number;
}

/** Days and weeks come to a number of days, months and years to a number of months; the two never come out even. */
const UNITS: Record<BillingInterval, { unit: 'day' | 'month'; each: number }> = {
  Day: { unit: 'day', each: 1 },
  Week: { unit: 'day', each: 7 },
  Month: { unit: 'month', each: 1 },
  Year: { unit: 'month', each: 12 },
};

/**
 * Returns the new price minus the current one, per period; for periods of different length per the longer one, if it is
 * a whole number of the shorter ones. Undefined for prices that cannot be compared exactly.
 */
export function recurringDifference(
  current: RecurringPrice,
  next: RecurringPrice,
): RecurringDifference | undefined {
  if (current.currency !== next.currency) return undefined;
  const before = lengthOf(current);
  const after = lengthOf(next);
  if (before.unit !== after.unit) return undefined;
  const longest = Math.max(before.length, after.length);
  const times = { before: longest / before.length, after: longest / after.length };
  if (!Number.isInteger(times.before) || !Number.isInteger(times.after)) return undefined;
  const { interval, count } = after.length === longest ? next : current;
  return { amount: next.amount * times.after - current.amount * times.before, interval, count };
}

/** Checks whether two periods have the same length, whatever they are counted in. */
export function isSamePeriod(one: BillingPeriod, other: BillingPeriod): boolean {
  const [a, b] = [lengthOf(one), lengthOf(other)];
  return a.unit === b.unit && a.length === b.length;
}

function lengthOf({ interval, count }: BillingPeriod): { unit: 'day' | 'month'; length: number } {
  const { unit, each } = UNITS[interval];
  return { unit, length: each * count };
}
