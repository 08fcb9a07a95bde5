import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wilsonInterval } from '../../src/reports/wilson.js';

// Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table I, method 3.
test.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])('%d of %d agrees with the published interval', (successes, trials, low, high) => {
  const interval = wilsonInterval(successes, trials);
  expect(interval.low).toBeCloseTo(low, 4);
  expect(interval.high).toBeCloseTo(high, 4);
});

test('each confidence level uses its own quantile', () => {
  // For half of n trials the interval is 0.5 -+ z / (2 sqrt(n + z^2)), which gives z back.
  const quantile = (confidence: number): number => {
    const reach = wilsonInterval(500, 1000, confidence).high - 0.5;
    return Math.sqrt((4000 * reach * reach) / (1 - 4 * reach * reach));
  };
  expect(quantile(0.8)).toBeCloseTo(1.2815515655446004, 10);
  expect(quantile(0.9)).toBeCloseTo(1.6448536269514722, 10);
  expect(quantile(0.95)).toBeCloseTo(1.959963984540054, 10);
  expect(quantile(0.99)).toBeCloseTo(2.5758293035489004, 10);
  expect(quantile(0.999)).toBeCloseTo(3.2905267314919255, 10);
});

test('without trials, the interval is 0 to 1', () => {
  expect(wilsonInterval(0, 0)).toEqual({ low: 0, high: 1 });
});

test.each([
  [-1, 10, 0.95],
  [11, 10, 0.95],
  [1.5, 10, 0.95],
  [1, NaN, 0.95],
  [1, 10, 0],
  [1, 10, 1],
  [0, 0, 2],
])('%d of %d at %d is rejected', (successes, trials, confidence) => {
  expect(() => wilsonInterval(successes, trials, confidence)).toThrow(RangeError);
});

describe('properties', () => {
  const counts = fc
    .integer({ min: 1, max: 1_000_000 })
    .chain((trials) => fc.tuple(fc.integer({ min: 0, max: trials }), fc.constant(trials)));

  test('the interval contains the observed rate and stays between 0 and 1', () => {
    fc.assert(
      fc.property(counts, ([successes, trials]) => {
        const { low, high } = wilsonInterval(successes, trials);
        const rate = successes / trials;
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(rate);
        expect(high).toBeGreaterThanOrEqual(rate);
        expect(low).toBeLessThan(high);
      }),
    );
  });

  test('the interval of failures mirrors that of successes', () => {
    fc.assert(
      fc.property(counts, ([successes, trials]) => {
        const one = wilsonInterval(successes, trials);
        const other = wilsonInterval(trials - successes, trials);
        expect(one.low).toBeCloseTo(1 - other.high, 12);
        expect(one.high).toBeCloseTo(1 - other.low, 12);
      }),
    );
  });

  test('a higher confidence gives a wider interval', () => {
    fc.assert(
      fc.property(counts, ([successes, trials]) => {
        const narrow = wilsonInterval(successes, trials, 0.9);
        const wide = wilsonInterval(successes, trials, 0.99);
        expect(wide.high - wide.low).toBeGreaterThan(narrow.high - narrow.low);
      }),
    );
  });
});
