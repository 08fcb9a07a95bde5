import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compareMeans,
  compareProportions,
  meanInterval,
  sampleRatio,
  sampleSize,
} from '../../src/reports/compare.js';
import {
  chiSquareTail,
  normalQuantile,
  normalTails,
  studentQuantile,
  studentTails,
} from '../../src/reports/distributions.js';

describe('the distributions', () => {
  // python3 -c "from scipy import stats as s; print(2*s.t.sf(2.3,17.3), s.t.isf(.025,17.3), s.t.isf(.025,1e6), s.norm.isf(.025), 2*s.norm.sf(3.1), s.chi2.sf(40,3))"
  test('agree with SciPy 1.17.1', () => {
    expect(studentTails(2.3, 17.3)).toBeCloseTo(0.034149725331702706, 14);
    expect(studentTails(-2.3, 17.3)).toBeCloseTo(0.034149725331702706, 14);
    expect(studentQuantile(0.05, 17.3)).toBeCloseTo(2.107032003753469, 11);
    expect(studentQuantile(0.05, 1e6)).toBeCloseTo(1.9599663568141072, 6);
    expect(normalQuantile(0.975)).toBeCloseTo(1.9599639845400545, 14);
    expect(normalTails(3.1)).toBeCloseTo(0.0019352064264367126, 15);
    expect(chiSquareTail(40, 3)).toBeCloseTo(1.065509033425585e-8, 20);
  });
});

describe('the difference of two conversions', () => {
  // Newcombe, "Interval estimation for the difference between independent proportions", Statistics in Medicine 17 (1998),
  // table II, method 10: [control, of, other, of, low, high]
  test.each([
    [48, 80, 56, 70, 0.0524, 0.3339],
    [3, 10, 9, 10, 0.1705, 0.809],
    [2, 7, 6, 7, 0.0582, 0.8062],
    [0, 29, 5, 56, -0.0381, 0.1926],
    [0, 20, 0, 10, -0.1611, 0.2775],
    [0, 10, 0, 10, -0.2775, 0.2775],
    [0, 20, 10, 10, 0.6791, 1],
    [0, 10, 10, 10, 0.6075, 1],
  ])('of %d/%d and %d/%d has the published interval', (x0, n0, x1, n1, low, high) => {
    const { interval } = compareProportions(
      { successes: x0, trials: n0 },
      { successes: x1, trials: n1 },
      0.95,
    );
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  // statsmodels 0.15.0:
  //   confint_proportions_2indep(x1, n1, x0, n0, method='newcomb', compare='diff'); proportions_ztest([x1, x0], [n1, n0])
  test.each([
    [48, 80, 56, 70, 0.05243147240236498, 0.33387265403690614, 0.00804508136819656],
    [10, 20, 9, 10, 0.035598396939929444, 0.6168538814243608, 0.03209713226201411],
    [10, 10, 0, 20, -1.0, -0.6790860371419145, 4.320463057827506e-8],
    [30, 1000, 52, 1010, 0.0041486950422983185, 0.03928191973640566, 0.01490617757390109],
  ])('of %d/%d and %d/%d agrees with statsmodels', (x0, n0, x1, n1, low, high, p) => {
    const { interval, pValue } = compareProportions(
      { successes: x0, trials: n0 },
      { successes: x1, trials: n1 },
      0.95,
    );
    expect(interval.low).toBeCloseTo(low, 10);
    expect(interval.high).toBeCloseTo(high, 10);
    expect(pValue).toBeCloseTo(p, 12);
  });

  test('is zero if none or all customers paid', () => {
    for (const successes of [0, 9]) {
      const arm = { successes, trials: 9 };
      expect(compareProportions(arm, arm, 0.95)).toMatchObject({ difference: 0, pValue: 1 });
    }
  });

  test('changes its sign when the arms are swapped', () => {
    const proportion = fc
      .integer({ min: 1, max: 5000 })
      .chain((trials) =>
        fc.record({ trials: fc.constant(trials), successes: fc.integer({ min: 0, max: trials }) }),
      );
    fc.assert(
      fc.property(proportion, proportion, (one, other) => {
        const [there, back] = [compareProportions(one, other, 0.95), compareProportions(other, one, 0.95)];
        expect(there.interval.low).toBeCloseTo(-back.interval.high, 10);
        expect(there.pValue).toBeCloseTo(back.pValue ?? NaN, 10);
        expect(there.interval.low).toBeLessThanOrEqual(there.difference + 1e-12);
        expect(there.interval.high).toBeGreaterThanOrEqual(there.difference - 1e-12);
      }),
    );
  });
});

const sample = (amounts: number[]) => ({
  count: amounts.length,
  sum: amounts.reduce((all, each) => all + each, 0),
  squares: amounts.reduce((all, each) => all + each * each, 0),
});
const times = (count: number, amount: number) => Array.from({ length: count }, () => amount);

describe('the difference of two revenues', () => {
  const control = sample([...times(40, 0), ...times(8, 4900), ...times(2, 2450)]);
  const other = sample([...times(55, 0), ...times(14, 5900), 1200]);

  // a = [0]*40 + [4900]*8 + [2450]*2; b = [0]*55 + [5900]*14 + [1200]
  // r = scipy.stats.ttest_ind(b, a, equal_var=False); print(r.pvalue, r.confidence_interval(.95), mean(b) - mean(a))
  // scipy.stats.t.interval(.95, 49, loc=mean(a), scale=scipy.stats.sem(a))
  test('agrees with SciPy', () => {
    const found = compareMeans(control, other, 0.95);
    expect(found?.difference).toBeCloseTo(315.1428571428571, 9);
    expect(found?.interval.low).toBeCloseTo(-446.35192686650294, 6);
    expect(found?.interval.high).toBeCloseTo(1076.6376411522172, 6);
    expect(found?.pValue).toBeCloseTo(0.4141139640064775, 10);
    expect(meanInterval(control, 0.95)?.low).toBeCloseTo(360.19104556030743, 6);
    expect(meanInterval(control, 0.95)?.high).toBeCloseTo(1403.8089544396926, 6);
  });

  test('is known if nobody paid in one of the arms', () => {
    expect(compareMeans(sample(times(50, 0)), other, 0.95)).toMatchObject({ difference: 83_800 / 70 });
  });

  test('is undefined if nothing varies', () => {
    expect(compareMeans(sample([0, 0]), sample([500, 500]), 0.95)).toBeUndefined();
    expect(meanInterval(sample([500, 500]), 0.95)).toBeUndefined();
    expect(meanInterval(sample([500]), 0.95)).toBeUndefined();
  });
});

describe('the minimum sample', () => {
  // statsmodels 0.15.0: samplesize_proportions_2indep_onetail(effect, baseline, .8, alpha=alpha, alternative='two-sided')
  test.each([
    [0.05, 0.05, 0.05, 434.4320224394689],
    [0.1, 0.05, 0.05, 685.596858325361],
    [0.3, 0.05, 0.025, 1666.8359068094933],
    [0, 0.05, 0.05, 151.86886211727617],
  ])('from %d by %d at %d is that of statsmodels', (baseline, effect, alpha, expected) => {
    expect(sampleSize(baseline, effect, { alpha, power: 0.8 })).toBe(Math.ceil(expected));
  });

  test('is symmetric around one half', () => {
    const at = (baseline: number) => sampleSize(baseline, 0.05, { alpha: 0.05, power: 0.8 });
    expect(at(1)).toBe(at(0));
    expect(at(0.9)).toBe(at(0.1));
  });
});

describe('the sample ratio', () => {
  // scipy.stats.chisquare([5300, 4700], [5000, 5000]).pvalue, ...
  test.each([
    [[5300, 4700], [1, 1], 1.9731752900753933e-9],
    [[912, 88], [90, 10], 0.20590321073206472],
    [[90, 180, 530], [1, 2, 5], 0.09071795328941248],
  ])('of %j by weights %j agrees with SciPy', (counts, weights, p) => {
    const arms = counts.map((count, n) => ({ count, weight: weights[n] ?? 0 }));
    expect(sampleRatio(arms)).toBeCloseTo(p, 12);
    expect(sampleRatio([...arms, { count: 0, weight: 0 }])).toBeCloseTo(p, 12);
  });

  test('is impossible if an arm that takes no customers has some', () => {
    expect(
      sampleRatio([
        { count: 5, weight: 1 },
        { count: 1, weight: 0 },
      ]),
    ).toBe(0);
  });

  test('is not judged with only a few customers', () => {
    expect(
      sampleRatio([
        { count: 9, weight: 1 },
        { count: 0, weight: 1 },
      ]),
    ).toBeNull();
    expect(
      sampleRatio([
        { count: 90, weight: 99 },
        { count: 9, weight: 1 },
      ]),
    ).toBeNull();
    expect(
      sampleRatio([
        { count: 0, weight: 1 },
        { count: 0, weight: 1 },
      ]),
    ).toBeNull();
  });
});
