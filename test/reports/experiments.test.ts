import { describe, expect, test } from 'vitest';
import { parseCatalog } from '../../src/catalog/file/load.js';
import type { ExposureCount } from '../../src/ledger/index.js';
import { formatExperimentTable } from '../../src/reports/experiment-table.js';
import { experimentReport } from '../../src/reports/experiments.js';

const catalog = parseCatalog(
  `
version: 1
policy: { holdout: 10% }
offers:
  a: { type: upsell, action: { kind: charge, product_id: prod_a }, copy: { headline: A, accept: "Yes", decline: "No" } }
funnels:
  f: { trigger: purchase, steps: [{ id: s, variants: [{ id: control, offer: a }, { id: other, offer: a }] }] }
`,
  'offers.yaml',
);
const ARMS = [
  { id: 'control', weight: 1 },
  { id: 'other', weight: 1 },
];

const count = (variant: string, exposed: number, paid: number, more: Partial<ExposureCount> = {}) => ({
  experiment: 'f.s',
  arms: ARMS,
  variant,
  exposed,
  firstExposedAt: '2026-03-01T00:00:00.000Z',
  lastExposedAt: '2026-03-31T00:00:00.000Z',
  accepted: paid,
  paid,
  declined: 0,
  refunded: 0,
  disputed: 0,
  firstRefunded: 0,
  net: { USD: { sum: paid * 1000, squares: paid * 1_000_000 } },
  ...more,
});

function resultOf(...counts: ExposureCount[]) {
  const found = experimentReport(counts, catalog).experiments.find(({ name }) => name === 'f.s');
  return found?.arms[1]?.comparison;
}

describe('guardrails', () => {
  const guardrailsOf = (...counts: ExposureCount[]) =>
    experimentReport(counts, catalog).experiments.find(({ name }) => name === 'f.s')?.arms[1]?.guardrails;

  test('tell of an arm that costs more than it brings, and not of chance', () => {
    const control = count('control', 2000, 200, { refunded: 10, disputed: 2, declined: 900 });
    const found = guardrailsOf(
      control,
      count('other', 2000, 300, { refunded: 90, disputed: 4, declined: 910 }),
    );
    expect(found).toMatchObject({
      refunded: { count: 90, share: 0.045, worse: true },
      disputed: { count: 4, worse: false },
      declined: { count: 910, worse: false },
      firstRefunded: { count: 0, share: 0, worse: false },
    });
    expect(found?.refunded.difference?.low).toBeGreaterThan(0);
  });

  test('say nothing of a few customers', () => {
    const found = guardrailsOf(count('control', 10, 1), count('other', 10, 9, { refunded: 9 }));
    expect(found).toMatchObject({ refunded: { count: 9, worse: false } });
  });
});

describe('the verdict', () => {
  test.each([
    ['collecting', count('control', 3, 0), count('other', 3, 3)],
    ['collecting', count('control', 600, 60), count('other', 600, 120)],
    ['no_difference', count('control', 1000, 100), count('other', 1000, 110)],
    ['better', count('control', 1000, 100), count('other', 1000, 160)],
    ['worse', count('control', 1000, 160), count('other', 1000, 100)],
    ['sample_ratio_mismatch', count('control', 1000, 100), count('other', 1200, 300)],
  ])('is %s', (verdict, control, other) => {
    expect(resultOf(control, other)?.verdict).toBe(verdict);
  });

  test('comes with a sentence that mentions revenue where it differs', () => {
    expect(resultOf(count('control', 1000, 100), count('other', 1000, 160))?.inWords).toMatch(
      /^other converts better than control \(\+6\.0 points, probably between 3\.\d and 8\.\d\)\. It brings in \$0\.60 more per customer, probably between \$0\.\d\d and \$0\.\d\d\.$/,
    );
    expect(resultOf(count('control', 3, 0), count('other', 3, 3))?.inWords).toMatch(
      /^Too early to tell: each arm needs 152 customers; control has 3, other has 3\.$/,
    );
  });
});

test('customers assigned under other weights form a separate result', () => {
  const before = [
    { id: 'other', weight: 1 },
    { id: 'control', weight: 9 },
  ];
  const { experiments } = experimentReport(
    [count('control', 90, 9, { arms: before }), count('control', 10, 1), count('other', 10, 2)],
    catalog,
  );
  expect(experiments).toMatchObject([
    { name: 'holdout', inForce: true, arms: [{ variant: 'holdout', exposed: 0, conversion: null }, {}] },
    { name: 'f.s', inForce: true, arms: [{ exposed: 10 }, { exposed: 10 }] },
    { name: 'f.s', inForce: false, arms: [{ variant: 'other', exposed: 0 }, { exposed: 90 }] },
  ]);
});

test('the order of the arms determines only the control', () => {
  const { experiments } = experimentReport(
    [count('control', 10, 1), count('control', 5, 1, { arms: ARMS.toReversed() })],
    catalog,
  );
  expect(experiments[1]?.arms[0]).toMatchObject({ variant: 'control', exposed: 15, paid: 2 });
  expect(experiments).toHaveLength(2);
});

describe('the table', () => {
  test('has a line per arm and a sentence per comparison', () => {
    const counts = [count('control', 1000, 100), count('other', 1000, 100)];
    const table = formatExperimentTable(experimentReport(counts, { ...catalog, policy: {} }));
    expect(table.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' | '))).toEqual([
      'experiment | arm | exposed | accepted | paid | conversion | net per customer | verdict',
      expect.stringMatching(/^[- |]+$/),
      'f.s | control | 1000 | 100 | 100 | 10.0% | $1.00',
      ' | other | 1000 | 100 | 100 | 10.0% | $1.00 | no_difference',
      '',
      'f.s: No difference in conversion between other and control was found (0.0 points, probably between -2.6 and 2.6).',
    ]);
  });

  test('says so if there is nothing to show', () => {
    expect(formatExperimentTable(experimentReport([], { policy: {}, funnels: [] }))).toBe(
      'No experiments have run yet.',
    );
  });
});
