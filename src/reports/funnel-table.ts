/** The conversion report for a terminal. */
import { formatMoney } from '../catalog/copy.js';
import type { FunnelReportRow } from '../ledger/index.js';
import type { Counts, FunnelReport, TakeRate } from './take-rate.js';

interface Column {
  title: string;
  align: 'left' | 'right';
  cell(row: Counts & TakeRate & Partial<FunnelReportRow>): string;
}

const COLUMNS: Column[] = [
  { title: 'funnel', align: 'left', cell: (row) => row.funnelId ?? 'total' },
  { title: 'step', align: 'left', cell: (row) => row.step ?? '' },
  { title: 'offer', align: 'left', cell: (row) => row.offerId ?? '' },
  { title: 'presented', align: 'right', cell: (row) => String(row.presented) },
  { title: 'viewed', align: 'right', cell: (row) => String(row.viewed) },
  { title: 'accepted', align: 'right', cell: (row) => String(row.accepted) },
  { title: 'declined', align: 'right', cell: (row) => String(row.declined) },
  { title: 'expired', align: 'right', cell: (row) => String(row.expired) },
  { title: 'paid', align: 'right', cell: (row) => String(row.paid) },
  { title: 'recovered', align: 'right', cell: (row) => String(row.recovered) },
  {
    title: 'take rate',
    align: 'right',
    cell: (row) => (row.takeRate === null ? '-' : percent(row.takeRate)),
  },
  { title: '95% interval', align: 'right', cell: ({ takeRateInterval: { low, high } }) => range(low, high) },
  { title: 'gross', align: 'right', cell: (row) => money(row.gross) },
  { title: 'net', align: 'right', cell: (row) => money(row.net) },
];

const GAP = '  ';

/** An aligned table with a line per funnel step and offer and, when there are several, one with the totals. */
export function formatFunnelTable(report: FunnelReport): string {
  if (report.rows.length === 0) return 'No offer has been presented yet.';
  const lines = report.rows.length === 1 ? report.rows : [...report.rows, report.totals];
  const cells = lines.map((row) => COLUMNS.map((column) => column.cell(row)));
  const widths = COLUMNS.map(({ title }, index) =>
    Math.max(title.length, ...cells.map((line) => line[index]?.length ?? 0)),
  );
  const print = (line: string[]): string =>
    line
      .map((cell, index) => {
        const width = widths[index] ?? 0;
        return COLUMNS[index]?.align === 'left' ? cell.padEnd(width) : cell.padStart(width);
      })
      .join(GAP)
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join(GAP);
  const printed = cells.map(print);
  const body = printed.slice(0, report.rows.length);
  const totals = printed.slice(report.rows.length);
  const head = [print(COLUMNS.map(({ title }) => title)), rule];
  return [...head, ...body, ...(totals.length > 0 ? [rule] : []), ...totals].join('\n');
}

function percent(rate: number): string {
  return `${(rate * 100).toFixed(1)}%`;
}

function range(low: number, high: number): string {
  return `${percent(low)} - ${percent(high)}`;
}

/** Each currency on its own, in the order of their codes; `-` when nothing was paid. */
function money(amounts: Record<string, number>): string {
  const parts = Object.entries(amounts)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([currency, amount]) => formatMoney(amount, currency));
  return parts.length === 0 ? '-' : parts.join(' + ');
}
