/** The results of experiments for a terminal. */
import { formatMoney } from '../catalog/copy.js';
import type { ArmResult, ExperimentReport } from './experiments.js';

const TITLES = [
  'experiment',
  'arm',
  'exposed',
  'accepted',
  'paid',
  'conversion',
  'net per customer',
  'verdict',
];
const LEFT = new Set([0, 1, TITLES.length - 1]);
const GAP = '  ';

/** An aligned table with a line per arm, and a sentence for each comparison below it. */
export function formatExperimentTable({ experiments }: ExperimentReport): string {
  if (experiments.length === 0) return 'No experiment is running, and none has run.';
  const lines = experiments.flatMap(({ name, inForce, arms }) =>
    arms.map((arm, index) => [index > 0 ? '' : inForce ? name : `${name} (before)`, ...cells(arm)]),
  );
  const widths = TITLES.map((title, n) =>
    Math.max(title.length, ...lines.map((line) => line[n]?.length ?? 0)),
  );
  const print = (line: string[]): string =>
    line
      .map((cell, n) => (LEFT.has(n) ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0)))
      .join(GAP)
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join(GAP);
  const words = experiments.flatMap(({ name, arms }) =>
    arms.flatMap(({ comparison }) => (comparison ? [`${name}: ${comparison.inWords}`] : [])),
  );
  return [print(TITLES), rule, ...lines.map(print), '', ...words].join('\n');
}

function cells({ variant, exposed, accepted, paid, conversion, revenuePerCustomer, comparison }: ArmResult) {
  const money = Object.entries(revenuePerCustomer).map(([currency, { mean }]) =>
    formatMoney(Math.round(mean), currency),
  );
  return [
    variant,
    String(exposed),
    String(accepted),
    String(paid),
    conversion === null ? '-' : `${(conversion * 100).toFixed(1)}%`,
    money.length > 0 ? money.join(' + ') : '-',
    comparison?.verdict ?? '',
  ];
}
