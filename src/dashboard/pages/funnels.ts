/** What each funnel does, step by step. */
import { z } from 'zod';
import { html, type Html } from '../../html.js';
import type { Figure, FunnelReportRow } from '../../ledger/index.js';
import { funnelReport } from '../../reports/funnels.js';
import { shadowReport } from '../../reports/shadows.js';
import type { TakeRate } from '../../reports/take-rate.js';
import type { DashboardDeps } from '../deps.js';
import type { Page } from '../parts/layout.js';
import { shadowPanel } from './shadow-funnels.js';
import { periodForm, periodOfPage, queryOf, shownPeriod, type ShownPeriod } from '../parts/period.js';
import { plot } from '../parts/plot.js';
import { csvOf, table, type Column } from '../parts/table.js';
import { badge, moneys, percent, whole } from '../parts/words.js';

export const funnelsQuery = z.strictObject(periodOfPage);

type FunnelsDeps = Pick<DashboardDeps, 'ledger' | 'now' | 'catalog'>;
type Row = FunnelReportRow & TakeRate;

export async function funnelsPage(
  { ledger, now, catalog }: FunnelsDeps,
  query: z.output<typeof funnelsQuery>,
): Promise<Page> {
  const period = shownPeriod(query, now());
  const { rows } = funnelReport(await ledger.funnelReport(period), now());
  const { funnels: shadows } = shadowReport(await ledger.shadowReport(period), catalog(), now());
  const names = [...new Set(rows.map(({ funnelId }) => funnelId))];
  const inForce = new Set(catalog().funnels.map(({ id }) => id));
  return {
    title: 'Funnels',
    area: '/dashboard/funnels',
    body: html`
      <div class="head">
        <h1>Funnels</h1>
        <p>From the first offer to the last, by the day an offer was shown.</p>
      </div>
      <section class="panel" aria-label="Period">
        <header>
          <span class="soft small">${whole(rows.length)} steps</span
          ><a href="/dashboard/funnels.csv?${queryOf(period)}">CSV</a>
        </header>
        ${periodForm('/dashboard/funnels', period)}
      </section>
      ${
        names.length === 0
          ? html`<section class="panel"><p class="none">No offer was shown in this period.</p></section>`
          : html`${names.map((name) =>
              funnelPanel(
                name,
                rows.filter(({ funnelId }) => funnelId === name),
                period,
                inForce.has(name),
              ),
            )}`
      }
      ${shadows.map(shadowPanel)}
    `,
  };
}

export async function funnelsCsv(
  { ledger, now }: FunnelsDeps,
  query: z.output<typeof funnelsQuery>,
): Promise<string> {
  const { rows } = funnelReport(await ledger.funnelReport(shownPeriod(query, now())), now());
  return csvOf(csvColumns(rows), rows);
}

function funnelPanel(name: string, rows: Row[], period: ShownPeriod, inForce: boolean): Html {
  return html`<section class="panel" aria-labelledby="funnel-${name}">
    <header>
      <h2 id="funnel-${name}">${name}</h2>
      ${!inForce && badge('not in the catalog any more')}
    </header>
    ${plot({
      title: `${name}: customers by step`,
      labels: rows.map(({ step }) => step),
      kind: 'bars',
      format: whole,
      series: [
        { name: 'presented', values: rows.map(({ presented }) => presented) },
        { name: 'accepted', values: rows.map(({ accepted }) => accepted) },
        { name: 'paid', values: rows.map(({ paid }) => paid) },
      ],
    })}
    ${table({ caption: `The steps of ${name}`, columns: columnsOf(period), rows, none: 'Nothing.' })}
  </section>`;
}

const COUNTS = ['presented', 'viewed', 'accepted', 'declined', 'expired', 'paid', 'recovered'] as const;

function columnsOf(period: ShownPeriod): Column<Row>[] {
  const opens = (figure: Figure, shown: string, { funnelId, step, offerId }: Row) =>
    html`<a href="/dashboard/rows?${queryOf(period, { figure, funnel: funnelId, step, offer: offerId })}"
      >${shown}</a
    >`;
  return [
    {
      title: 'Step',
      heads: true,
      cell: ({ step, offerId }) =>
        html`${step} ${step !== offerId && html`<span class="soft small">${offerId}</span>`}`,
    },
    ...COUNTS.map((figure): Column<Row> => ({
      title: figure.charAt(0).toUpperCase() + figure.slice(1),
      number: true,
      cell: (row) => opens(figure, whole(row[figure]), row),
    })),
    {
      title: 'Take rate',
      number: true,
      cell: ({ takeRate, takeRateInterval: { low, high } }) =>
        html`${percent(takeRate)}<span class="soft small">${percent(low)} to ${percent(high)}</span>`,
    },
    { title: 'Gross', number: true, cell: (row) => opens('paid', moneys(row.gross), row) },
    { title: 'Net', number: true, cell: (row) => opens('paid', moneys(row.net), row) },
  ];
}

function csvColumns(rows: readonly Row[]): Column<Row>[] {
  const currencies = [...new Set(rows.flatMap(({ gross }) => Object.keys(gross)))].sort();
  return [
    { title: 'funnel', cell: ({ funnelId }) => funnelId },
    { title: 'step', cell: ({ step }) => step },
    { title: 'offer', cell: ({ offerId }) => offerId },
    ...COUNTS.map((figure): Column<Row> => ({ title: figure, cell: () => '', csv: (row) => row[figure] })),
    ...currencies.flatMap((currency): Column<Row>[] => [
      { title: `gross_${currency}`, cell: () => '', csv: ({ gross }) => gross[currency] ?? 0 },
      { title: `net_${currency}`, cell: () => '', csv: ({ net }) => net[currency] ?? 0 },
    ]),
  ];
}
