/** The results of experiments for a terminal. */
import { formatMoney } from '../catalog/money.js';
import type { ArmResult, ExperimentReport } from './experiment-report.js';
import { formatTable, type Column } from './table.js';

const COLUMNS: Column[] = [
  { title: 'experiment', align: 'left' },
  { title: 'arm', align: 'left' },
  { title: 'exposed', align: 'right' },
  { title: 'accepted', align: 'right' },
  { title: 'paid', align: 'right' },
  { title: 'conversion', align: 'right' },
  { title: 'net per customer', align: 'right' },
  { title: 'verdict', align: 'left' },
];

/** Returns a table with a line per arm, followed by a sentence per comparison. */
export function formatExperimentTable({ experiments }: ExperimentReport): string {
  if (experiments.length === 0) return 'No experiments have run yet.';
  const rows = experiments.flatMap(({ name, inForce, arms }) =>
    arms.map((arm, index) => [index > 0 ? '' : inForce ? name : `${name} (before)`, ...cells(arm)]),
  );
  const sentences = experiments.flatMap(({ name, arms }) =>
    arms.flatMap(({ comparison }) => (comparison ? [`${name}: ${comparison.inWords}`] : [])),
  );
  return [formatTable(COLUMNS, rows), '', ...sentences].join('\n');
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
