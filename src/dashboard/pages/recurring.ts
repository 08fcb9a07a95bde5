/** Recurring revenue won and lost: the bridges, and the movements behind each of their figures. */
import { z } from 'zod';
import { shownPurchaseId } from '../../domain/ids.js';
import { BILLING_INTERVALS } from '../../domain/words.js';
import { html, type Html } from '../../html.js';
import {
  BRIDGE_FIGURES,
  MOVEMENT_KINDS,
  type BridgeFigure,
  type BridgeKey,
  type MovementFilter,
  type RecurringBridge,
  type RecurringMovement,
  type RecurringReport,
} from '../../ledger/index.js';
import type { DashboardDeps } from '../deps.js';
import type { Page } from '../parts/layout.js';
import { periodForm, periodOfPage, queryOf, shownPeriod, type ShownPeriod } from '../parts/period.js';
import { bridge as bridgePlot } from '../parts/plot.js';
import { csvOf, table, type Column } from '../parts/table.js';
import { hrefOf, idLink, money, moment, several, spaced } from '../parts/words.js';

type RecurringDeps = Pick<DashboardDeps, 'ledger' | 'now'>;

/** What takes away from the revenue. */
const TAKING: readonly BridgeFigure[] = ['contraction', 'churned', 'reversed'];

const TITLES: Record<BridgeFigure, string> = {
  opening: 'Opening',
  won: 'Won',
  expansion: 'Expansion',
  contraction: 'Contraction',
  churned: 'Churned',
  reversed: 'Reversed',
  closing: 'Closing',
};

/** The bridges of a period, each as a plot and a row. */
export function recurringPanel({ bridges, uncompared }: RecurringReport, period: ShownPeriod): Html {
  return html`<section class="panel" aria-labelledby="recurring">
    <header>
      <h2 id="recurring">Recurring revenue won and lost</h2>
      <a href="/dashboard/recurring.csv?${queryOf(period)}">CSV</a>
    </header>
    <p class="small soft">
      What offers bring, before tax, from when they are paid: subscriptions sold (won), and the difference
      where a plan was changed (expansion, contraction). It leaves when Dodo's webhook says that the
      subscription has ended (churned), or when all that was paid for the offer has gone back (reversed). Not
      counted: an end that no webhook told of, and what customers change at Dodo themselves.
      ${
        uncompared > 0 &&
        html`<strong
          >${several(uncompared, 'change')} of plan in this period ${uncompared === 1 ? 'is' : 'are'} left
          out: the prices before and after cannot be compared exactly.</strong
        >`
      }
    </p>
    <div class="plots">
      ${bridges.map((bridge) =>
        bridgePlot(
          `From opening to closing, ${bridge.currency} ${every(bridge)}`,
          BRIDGE_FIGURES.map((figure) => ({
            name: TITLES[figure],
            change: TAKING.includes(figure) ? -bridge[figure] : bridge[figure],
            isLevel: figure === 'opening' || figure === 'closing',
          })),
          (amount) => money(Math.round(amount), bridge.currency),
        ),
      )}
    </div>
    ${table({
      caption: 'Recurring revenue, from opening to closing',
      columns: [...KEY, ...BRIDGE_FIGURES.map((figure) => figureColumn(figure, period))],
      rows: bridges,
      none: 'No offer has sold a subscription or changed the price of one.',
    })}
  </section>`;
}

/** `per month`, `every 2 weeks` */
function every({ interval, count }: Pick<BridgeKey, 'interval' | 'count'>): string {
  const unit = interval.toLowerCase();
  return count === 1 ? `per ${unit}` : `every ${several(count, unit)}`;
}

const KEY: Column<BridgeKey>[] = [
  { title: 'Currency', heads: true, cell: ({ currency }) => currency },
  { title: 'Amounts', cell: every },
];

function figureColumn(figure: BridgeFigure, period: ShownPeriod): Column<RecurringBridge> {
  return {
    title: TITLES[figure],
    number: true,
    cell: (row) => {
      const { currency, interval, count } = row;
      const amount = TAKING.includes(figure) ? -row[figure] || 0 : row[figure];
      const query = queryOf(period, { figure, currency, interval, count: String(count) });
      return html`<a href="/dashboard/recurring-rows?${query}">${money(amount, currency)}</a>`;
    },
  };
}

const TABLE: Column<RecurringBridge>[] = [
  { title: 'currency', cell: ({ currency }) => currency },
  { title: 'interval', cell: ({ interval }) => interval },
  { title: 'interval_count', cell: () => '', csv: ({ count }) => count },
  ...BRIDGE_FIGURES.map((figure): Column<RecurringBridge> => ({
    title: `${figure}_minor_units`,
    cell: () => '',
    csv: (row) => row[figure],
  })),
];

/** The bridges of a period as CSV. */
export async function recurringCsv(
  { ledger, now }: RecurringDeps,
  query: { from?: string; to?: string; tz: string },
): Promise<string> {
  const { bridges } = await ledger.recurringReport(shownPeriod(query, now()));
  return csvOf(TABLE, bridges);
}

const CURSOR = new RegExp(`^(\\d{1,15})-(${MOVEMENT_KINDS.join('|')})-(prs_[A-Za-z0-9_-]{1,100})$`);

export const recurringRowsQuery = z.strictObject({
  ...periodOfPage,
  figure: z.enum(BRIDGE_FIGURES, `must be one of ${BRIDGE_FIGURES.join(', ')}`),
  currency: z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as USD'),
  interval: z.enum(BILLING_INTERVALS, `must be one of ${BILLING_INTERVALS.join(', ')}`).default('Month'),
  count: z.coerce.number('must be a number').int().min(1).max(10_000).default(1),
  cursor: z.string().regex(CURSOR, 'must be the cursor of an earlier page').optional(),
});
type RowsQuery = z.output<typeof recurringRowsQuery>;

const PAGE = 100;
const CSV_PAGE = 5_000;

export async function recurringRowsPage({ ledger, now }: RecurringDeps, query: RowsQuery): Promise<Page> {
  const period = shownPeriod(query, now());
  const { figure, currency, interval, count, cursor } = query;
  const found = await ledger.recurringMovements({
    ...filterOf(query, now()),
    ...(cursor !== undefined && { before: placeOf(cursor) }),
    limit: PAGE + 1,
  });
  const rows = found.slice(0, PAGE);
  const last = found.length > PAGE ? rows.at(-1) : undefined;
  const hidden = { figure, currency, interval, count: String(count) };
  const title = `Recurring revenue, ${figure}`;
  return {
    title,
    area: '/dashboard/offers',
    body: html`
      <div class="head">
        <h1>${title}</h1>
        <p>${WHEN[figure]}, in ${currency} ${every(query)}.</p>
      </div>
      <section class="panel" aria-label="Period">
        ${periodForm('/dashboard/recurring-rows', period, hidden)}
      </section>
      <section class="panel" aria-labelledby="rows">
        <header>
          <h2 id="rows">
            ${last ? `The latest ${several(rows.length, 'row')}` : several(rows.length, 'row')}
          </h2>
          <a href="/dashboard/recurring-rows.csv?${queryOf(period, hidden)}">CSV of all</a>
        </header>
        ${table({ caption: title, columns: COLUMNS, rows, none: 'There is none.' })}
        ${last && html`<p><a href="/dashboard/recurring-rows?${queryOf(period, { ...hidden, cursor: cursorAt(last) })}">Older ones</a></p>`}
      </section>
    `,
  };
}

const WHEN: Record<BridgeFigure, string> = {
  opening: 'Everything that moved before the period',
  won: 'Subscriptions that offers sold in the period',
  expansion: 'Plans that offers changed for dearer ones in the period',
  contraction: 'Plans that offers changed for cheaper ones in the period',
  churned: 'What had been brought on subscriptions that ended in the period',
  reversed: 'What had been brought by offers that went back in full in the period',
  closing: 'Everything that moved until the end of the period',
};

/** Writes every movement as CSV, a few thousand at a time. */
export async function* recurringRowsCsv(
  { ledger, now }: RecurringDeps,
  query: RowsQuery,
): AsyncGenerator<string> {
  yield csvOf(CSV, []);
  const filter = filterOf(query, now());
  let before: MovementFilter['before'];
  for (;;) {
    const rows = await ledger.recurringMovements({ ...filter, ...(before && { before }), limit: CSV_PAGE });
    yield csvOf(CSV, rows).slice(HEADER.length);
    const last = rows.at(-1);
    if (last === undefined || rows.length < CSV_PAGE) return;
    before = last;
  }
}

function filterOf(query: RowsQuery, now: Date): Omit<MovementFilter, 'limit'> {
  const { figure, currency, interval, count } = query;
  const { from, to } = shownPeriod(query, now);
  return { from, ...(to !== undefined && { to }), figure, bridge: { currency, interval, count } };
}

function placeOf(cursor: string): NonNullable<MovementFilter['before']> {
  const [, ms, kind, presentationId = ''] = CURSOR.exec(cursor) ?? [];
  return {
    at: new Date(Number(ms)).toISOString(),
    kind: MOVEMENT_KINDS.find((one) => one === kind) ?? 'won',
    presentationId,
  };
}

const cursorAt = ({ at, kind, presentationId }: RecurringMovement) =>
  `${Date.parse(at)}-${kind}-${presentationId}`;

const COLUMNS: Column<RecurringMovement>[] = [
  {
    title: 'Purchase',
    heads: true,
    cell: ({ purchaseId, presentationId }) =>
      idLink(shownPurchaseId(purchaseId), hrefOf.presentation(purchaseId, presentationId)),
  },
  { title: 'Customer', cell: ({ customerId }) => idLink(customerId, hrefOf.customer(customerId)) },
  { title: 'Offer', cell: ({ offerId }) => offerId },
  {
    title: 'Subscription',
    cell: ({ subscriptionId }) =>
      idLink(subscriptionId, subscriptionId === undefined ? undefined : hrefOf.search(subscriptionId)),
  },
  { title: 'When', cell: ({ at }) => moment(at) },
  { title: 'What', cell: ({ kind }) => spaced(kind) },
  { title: 'Amount', number: true, cell: ({ amount, currency }) => money(amount, currency) },
];

const CSV: Column<RecurringMovement>[] = [
  { title: 'at', cell: ({ at }) => at },
  { title: 'what', cell: ({ kind }) => kind },
  { title: 'presentation', cell: ({ presentationId }) => presentationId },
  { title: 'purchase', cell: ({ purchaseId }) => shownPurchaseId(purchaseId) },
  { title: 'customer', cell: ({ customerId }) => customerId },
  { title: 'offer', cell: ({ offerId }) => offerId },
  { title: 'subscription', cell: ({ subscriptionId = '' }) => subscriptionId },
  { title: 'currency', cell: ({ currency }) => currency },
  { title: 'interval', cell: ({ interval }) => interval },
  { title: 'interval_count', cell: () => '', csv: ({ count }) => count },
  { title: 'amount_minor_units', cell: () => '', csv: ({ amount }) => amount },
];

const HEADER = csvOf(CSV, []);
