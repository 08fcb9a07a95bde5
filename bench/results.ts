/** How the benchmarks print what they measured: as Markdown, to be pasted into docs/benchmarks.md. */
import { formatTable } from '../src/reports/table.js';

/** Returns a table with names in the first column and numbers in the others. */
export function formatResults(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const columns = titles.map((title, n) => ({ title, align: n === 0 ? 'left' : 'right' }) as const);
  return formatTable(columns, rows, 'markdown');
}

export const milliseconds = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
export const microseconds = (value: number): string => `${value.toFixed(1)} µs`;
export const seconds = (value: number): string => `${(value / 1000).toFixed(1)} s`;
export const ratio = (value: number): string => `${value.toFixed(2)} x`;
