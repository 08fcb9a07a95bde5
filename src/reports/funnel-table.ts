/** The conversion report for a terminal. */
import { formatMoney } from '../catalog/money.js';
import type { FunnelReportRow } from '../ledger/index.js';
import { layOutTable, type Column } from './table.js';
import type { Counts, FunnelReport, TakeRate } from './take-rate.js';

interface ReportColumn extends Column {
  cell(row: Counts & TakeRate & Partial<FunnelReportRow>): string;
}

const COLUMNS: ReportColumn[] = [
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

/** Shown if a change of plan waits for its billing date. */
const SCHEDULED: ReportColumn = {
  title: 'scheduled',
  align: 'right',
  cell: (row) => String(row.scheduled ?? 0),
};

/** Returns a line per funnel, step and offer, and a line of totals if there are several. */
export function formatFunnelTable({ rows, totals }: FunnelReport): string {
  if (rows.length === 0) return 'No offer has been presented yet.';
  const all = rows.length === 1 ? rows : [...rows, totals];
  const columns = totals.scheduled === undefined ? COLUMNS : [...COLUMNS, SCHEDULED];
  const cells = all.map((row) => columns.map((column) => column.cell(row)));
  const table = layOutTable(columns, cells);
  const total = table.rows.slice(rows.length);
  return [
    table.header,
    table.rule,
    ...table.rows.slice(0, rows.length),
    ...(total.length > 0 ? [table.rule] : []),
    ...total,
  ].join('\n');
}

function percent(rate: number): string {
  return `${(rate * 100).toFixed(1)}%`;
}

function range(low: number, high: number): string {
  return `${percent(low)} - ${percent(high)}`;
}

/** Lists each currency separately, ordered by code; `-` if nothing was paid. */
function money(amounts: Record<string, number>): string {
  const parts = Object.entries(amounts)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([currency, amount]) => formatMoney(amount, currency));
  return parts.length === 0 ? '-' : parts.join(' + ');
}
