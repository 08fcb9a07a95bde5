/** The results of the demo for a terminal. */
import { formatMoney } from '../../src/catalog/money.js';
import { layOutTable, type Column } from '../../src/reports/table.js';
import type { PathResult } from './path.js';

const COLUMNS: Column[] = [
  { title: '', align: 'left' },
  { title: 'path', align: 'left' },
  { title: 'outcome', align: 'left' },
  { title: 'charged', align: 'right' },
  { title: 'time', align: 'right' },
  { title: 'run in the Temporal UI', align: 'left' },
];

/** Returns a line per path, followed by what differed from the expected result, if anything. */
export function formatPaths(results: readonly PathResult[]): string {
  const { header, rule, rows } = layOutTable(
    COLUMNS,
    results.map((result) => [
      result.mistakes.length === 0 ? 'ok' : 'NO',
      result.name,
      outcomeOf(result),
      chargedOf(result),
      `${(result.milliseconds / 1000).toFixed(1)} s`,
      result.run ?? '-',
    ]),
  );
  const lines = results.flatMap(({ mistakes }, index) => [
    rows[index] ?? '',
    ...mistakes.map((mistake) => `      ${mistake}`),
  ]);
  return [header, rule, ...lines].join('\n');
}

function outcomeOf({ seen }: PathResult): string {
  if (!seen) return '-';
  return seen.reason === undefined ? seen.outcome : `${seen.outcome} (${seen.reason})`;
}

function chargedOf({ seen }: PathResult): string {
  if (!seen) return '-';
  if (seen.charges === 0) return 'nothing';
  const times = seen.charges === 1 ? 'once' : `${seen.charges} times`;
  return `${formatMoney(seen.charged, 'USD')} ${times}`;
}
