import { formatMoney } from '../../src/catalog/copy.js';
import type { PathResult } from './path.js';

const GAP = '  ';
const TITLES = ['', 'path', 'outcome', 'charged', 'time', 'run in the Temporal UI'];
const RIGHT_ALIGNED = new Set(['charged', 'time']);

/** Formats a line per path, and its mistakes below it. */
export function formatPaths(results: readonly PathResult[]): string {
  const rows = results.map((result) => [
    result.mistakes.length === 0 ? 'ok' : 'NO',
    result.name,
    outcomeOf(result),
    chargedOf(result),
    `${(result.milliseconds / 1000).toFixed(1)} s`,
    result.run ?? '-',
  ]);
  const widths = TITLES.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: string[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return RIGHT_ALIGNED.has(TITLES[column] ?? '') ? cell.padStart(width) : cell.padEnd(width);
      })
      .join(GAP)
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join(GAP);
  const lines = rows.flatMap((row, index) => [
    line(row),
    ...(results[index]?.mistakes ?? []).map((mistake) => `      ${mistake}`),
  ]);
  return [line(TITLES), rule, ...lines].join('\n');
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
