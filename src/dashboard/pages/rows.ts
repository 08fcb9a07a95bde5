/** The presentations behind a figure, one by one. */
import { z } from 'zod';
import type { PresentationRecord } from '../../domain/presentation.js';
import { shownPurchaseId } from '../../domain/ids.js';
import { html } from '../../html.js';
import { ids } from '../../http/validate.js';
import { FIGURES, type PresentationFilter } from '../../ledger/index.js';
import type { DashboardDeps } from '../deps.js';
import type { Page } from '../parts/layout.js';
import { periodForm, periodOfPage, queryOf, shownPeriod } from '../parts/period.js';
import { csvOf, table, type Column } from '../parts/table.js';
import { badge, hrefOf, idLink, money, moment, several } from '../parts/words.js';

const CURSOR = /^(\d{1,15})-(prs_[A-Za-z0-9_-]{1,100})$/;

export const rowsQuery = z.strictObject({
  ...periodOfPage,
  figure: z.enum(FIGURES, `must be one of ${FIGURES.join(', ')}`).default('presented'),
  offer: ids.offer.optional(),
  funnel: ids.offer.optional(),
  step: ids.offer.optional(),
  cursor: z.string().regex(CURSOR, 'must be the cursor of an earlier page').optional(),
});
type Query = z.output<typeof rowsQuery>;

type RowsDeps = Pick<DashboardDeps, 'ledger' | 'now'>;

const PAGE = 100;
const CSV_PAGE = 5_000;

export async function rowsPage({ ledger, now }: RowsDeps, query: Query): Promise<Page> {
  const period = shownPeriod(query, now());
  const { figure, offer, funnel, step, cursor } = query;
  const found = await ledger.presentations({
    ...filterOf(query, now()),
    ...(cursor !== undefined && { before: placeOf(cursor) }),
    limit: PAGE + 1,
  });
  const rows = found.slice(0, PAGE);
  const last = found.length > PAGE ? rows.at(-1) : undefined;
  const hidden = { figure, ...(offer && { offer }), ...(funnel && { funnel }), ...(step && { step }) };
  const about = [funnel && `funnel ${funnel}`, step && `step ${step}`, offer && `offer ${offer}`]
    .filter(Boolean)
    .join(', ');
  return {
    title: `Offers ${figure}`,
    area: '/dashboard/offers',
    body: html`
      <div class="head">
        <h1>Offers ${figure}</h1>
        <p>${about === '' ? 'All offers' : about}, by the day they were shown.</p>
      </div>
      <section class="panel" aria-label="Period">${periodForm('/dashboard/rows', period, hidden)}</section>
      <section class="panel" aria-labelledby="rows">
        <header>
          <h2 id="rows">
            ${last ? `The latest ${several(rows.length, 'row')}` : several(rows.length, 'row')}
          </h2>
          <a href="/dashboard/rows.csv?${queryOf(period, hidden)}">CSV of all</a>
        </header>
        ${table({ caption: `Offers ${figure}`, columns: COLUMNS, rows, none: 'There is none.' })}
        ${last && html`<p><a href="/dashboard/rows?${queryOf(period, { ...hidden, cursor: cursorAt(last) })}">Older ones</a></p>`}
      </section>
    `,
  };
}

/** Writes every row as CSV, a few thousand at a time. */
export async function* rowsCsv({ ledger, now }: RowsDeps, query: Query): AsyncGenerator<string> {
  yield csvOf(CSV, []);
  const filter = filterOf(query, now());
  let before: PresentationFilter['before'];
  for (;;) {
    const rows = await ledger.presentations({ ...filter, ...(before && { before }), limit: CSV_PAGE });
    yield csvOf(CSV, rows).slice(HEADER.length);
    const last = rows.at(-1);
    if (last === undefined || rows.length < CSV_PAGE) return;
    before = last;
  }
}

function filterOf(query: Query, now: Date): Omit<PresentationFilter, 'limit'> {
  const { figure, offer, funnel, step } = query;
  const { from, to } = shownPeriod(query, now);
  return {
    from,
    ...(to !== undefined && { to }),
    figure,
    ...(offer !== undefined && { offerId: offer }),
    ...(funnel !== undefined && { funnelId: funnel }),
    ...(step !== undefined && { step }),
  };
}

function placeOf(cursor: string): { presentedAt: string; id: string } {
  const [, ms, id = ''] = CURSOR.exec(cursor) ?? [];
  return { presentedAt: new Date(Number(ms)).toISOString(), id };
}

const cursorAt = ({ presentedAt, id }: PresentationRecord) => `${Date.parse(presentedAt)}-${id}`;

const currencyOf = ({ paidCurrency, price }: PresentationRecord) => paidCurrency ?? price.currency;

const COLUMNS: Column<PresentationRecord>[] = [
  {
    title: 'Purchase',
    heads: true,
    cell: ({ purchaseId, id }) => idLink(shownPurchaseId(purchaseId), hrefOf.presentation(purchaseId, id)),
  },
  { title: 'Customer', cell: ({ customerId }) => idLink(customerId, hrefOf.customer(customerId)) },
  { title: 'Offer', cell: ({ offerId }) => offerId },
  { title: 'Shown', cell: ({ presentedAt }) => moment(presentedAt) },
  { title: 'Status', cell: ({ status }) => badge(status) },
  { title: 'Price', number: true, cell: ({ price }) => money(price.dueNow, price.currency) },
  { title: 'Paid', number: true, cell: (row) => money(row.paidAmount, currencyOf(row)) },
  {
    title: 'Given back',
    number: true,
    cell: (row) => (row.refundedAmount === 0 ? '' : money(row.refundedAmount, currencyOf(row))),
  },
];

const CSV: Column<PresentationRecord>[] = [
  { title: 'presentation', cell: ({ id }) => id },
  { title: 'purchase', cell: ({ purchaseId }) => shownPurchaseId(purchaseId) },
  { title: 'customer', cell: ({ customerId }) => customerId },
  { title: 'funnel', cell: ({ funnelId }) => funnelId },
  { title: 'step', cell: ({ step }) => step },
  { title: 'offer', cell: ({ offerId }) => offerId },
  { title: 'presented_at', cell: ({ presentedAt }) => presentedAt },
  { title: 'viewed_at', cell: ({ viewedAt = '' }) => viewedAt },
  { title: 'decision', cell: ({ decision = '' }) => decision },
  { title: 'decided_at', cell: ({ decidedAt = '' }) => decidedAt },
  { title: 'status', cell: ({ status }) => status },
  { title: 'currency', cell: currencyOf },
  // Revenue counts only while the offer is paid, as in the reports.
  {
    title: 'gross_minor_units',
    cell: () => '',
    csv: ({ status, paidAmount = 0 }) => (status === 'paid' ? paidAmount : 0),
  },
  {
    title: 'net_minor_units',
    cell: () => '',
    csv: ({ status, paidAmount = 0, refundedAmount }) =>
      status === 'paid' ? paidAmount - refundedAmount : 0,
  },
  { title: 'payment', cell: ({ paymentId = '' }) => paymentId },
];

const HEADER = csvOf(CSV, []);
