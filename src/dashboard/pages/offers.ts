/** What the offers do and earn, over time, and what was not shown. */
import { z } from 'zod';
import { html, type Html } from '../../html.js';
import type { Cohort, Figure, NotShown, OfferCounts, OfferDay } from '../../ledger/index.js';
import { wilsonInterval, type Interval } from '../../reports/wilson.js';
import type { DashboardDeps } from '../deps.js';
import { bucketsOf, dayLabel } from '../parts/buckets.js';
import type { Page } from '../parts/layout.js';
import { periodForm, periodOfPage, queryOf, shownPeriod, type ShownPeriod } from '../parts/period.js';
import { intervals, plot } from '../parts/plot.js';
import { csvOf, table, type Column } from '../parts/table.js';
import { recurringPanel } from './recurring.js';
import { money, moneys, percent, spaced, whole } from '../parts/words.js';

export const offersQuery = z.strictObject(periodOfPage);

type OffersDeps = Pick<DashboardDeps, 'ledger' | 'now'>;

const CONFIDENCE = 0.95;

/** One offer, or all of them, over the period. */
interface OfferSum extends OfferCounts {
  offerId: string;
  gross: Record<string, number>;
  refunded: Record<string, number>;
  net: Record<string, number>;
}

export async function offersPage(
  { ledger, now }: OffersDeps,
  query: z.output<typeof offersQuery>,
): Promise<Page> {
  const period = shownPeriod(query, now());
  const [days, missed, cohorts, recurring] = await Promise.all([
    ledger.offerDays(period),
    ledger.notShown(period),
    ledger.cohorts({ ...period, at: now().toISOString() }),
    ledger.recurringReport(period),
  ]);
  const sums = sumsOf(days);
  const columns = sumColumns(period);
  return {
    title: 'Offers',
    area: '/dashboard/offers',
    body: html`
      <div class="head">
        <h1>Offers</h1>
        <p>Every offer that was shown in the period, by the day it was shown. Every figure opens its rows.</p>
      </div>
      <section class="panel" aria-label="Period">${periodForm('/dashboard/offers', period)}</section>
      <section class="panel" aria-labelledby="by-offer">
        <header>
          <h2 id="by-offer">By offer</h2>
          <a href="/dashboard/offers.csv?${queryOf(period)}">CSV</a>
        </header>
        ${table({
          caption: 'What each offer did and earned',
          columns,
          rows: sums,
          none: 'No offer was shown in this period.',
          ...(sums.length > 1 && { totals: totalOf(sums) }),
        })}
        ${intervals(
          'Take rate with its 95 % interval',
          sums.flatMap(({ offerId, accepted, presented }) =>
            presented === 0
              ? []
              : [{ name: offerId, estimate: accepted / presented, ...takeInterval(accepted, presented) }],
          ),
          percent,
        )}
      </section>
      ${overTime(days, period, now())}
      <section class="panel" aria-labelledby="cohorts">
        <header>
          <h2 id="cohorts">Net after 7, 30 and 90 days</h2>
          <a href="/dashboard/cohorts.csv?${queryOf(period)}">CSV</a>
        </header>
        <p class="small soft">
          By the month in which an offer was shown; less refunds and lost disputes of the same days. A sum of
          which a part is younger than that is marked as not mature: it may still change.
        </p>
        ${table({
          caption: 'Net after 7, 30 and 90 days, by month',
          columns: COHORTS,
          rows: cohorts,
          none: 'No offer was shown in this period.',
        })}
      </section>
      ${recurringPanel(recurring, period)}
      <section class="panel" aria-labelledby="missed">
        <header>
          <h2 id="missed">Not shown</h2>
          <span class="soft small">and what the purchases were worth</span>
        </header>
        ${table({
          caption: 'Purchases and triggers without an offer, by reason',
          columns: MISSED,
          rows: missed,
          none: 'An offer was shown for every purchase and trigger.',
        })}
      </section>
    `,
  };
}

/** The same figures as CSV. */
export async function offersCsv(
  { ledger, now }: OffersDeps,
  query: z.output<typeof offersQuery>,
): Promise<string> {
  const period = shownPeriod(query, now());
  return csvOf(DAYS, await ledger.offerDays(period));
}

/** What the offers of each month brought, as CSV. */
export async function cohortsCsv(
  { ledger, now }: OffersDeps,
  query: z.output<typeof offersQuery>,
): Promise<string> {
  const period = shownPeriod(query, now());
  return csvOf(COHORTS, await ledger.cohorts({ ...period, at: now().toISOString() }));
}

const COHORTS: Column<Cohort>[] = [
  { title: 'Month', heads: true, cell: ({ month }) => month },
  { title: 'Offer', cell: ({ offerId }) => offerId },
  { title: 'Currency', cell: ({ currency }) => currency },
  {
    title: 'Shown',
    number: true,
    cell: ({ presented }) => whole(presented),
    csv: ({ presented }) => presented,
  },
  { title: 'Paid', number: true, cell: ({ paid }) => whole(paid), csv: ({ paid }) => paid },
  ...[0, 1, 2].flatMap((place): Column<Cohort>[] => [
    {
      title: `After ${[7, 30, 90][place]} days`,
      number: true,
      cell: ({ net, currency }) => {
        const { amount, immature } = net[place] ?? { amount: 0, immature: 0 };
        return html`${money(amount, currency)}${immature > 0 && html`<span class="soft small">not mature: ${whole(immature)} younger</span>`}`;
      },
      csv: ({ net }) => net[place]?.amount,
    },
  ]),
];

function takeInterval(accepted: number, presented: number): Interval {
  return wilsonInterval(accepted, presented, CONFIDENCE);
}

function sumsOf(days: readonly OfferDay[]): OfferSum[] {
  const sums = new Map<string, OfferSum>();
  for (const day of days) {
    const sum = sums.get(day.offerId) ?? emptySum(day.offerId);
    for (const figure of COUNTS) sum[figure] += day[figure];
    if (day.paid > 0) {
      add(sum.gross, day.currency, day.gross);
      add(sum.net, day.currency, day.gross - day.refunded);
      if (day.refunded > 0) add(sum.refunded, day.currency, day.refunded);
    }
    sums.set(day.offerId, sum);
  }
  return [...sums.values()].sort((one, other) => other.presented - one.presented);
}

const COUNTS = ['presented', 'viewed', 'accepted', 'declined', 'expired', 'paid', 'recovered'] as const;

function emptySum(offerId: string): OfferSum {
  return {
    offerId,
    presented: 0,
    viewed: 0,
    accepted: 0,
    declined: 0,
    expired: 0,
    paid: 0,
    recovered: 0,
    gross: {},
    refunded: {},
    net: {},
  };
}

const ALL = '';

function totalOf(sums: readonly OfferSum[]): OfferSum {
  const total = emptySum(ALL);
  for (const sum of sums) {
    for (const figure of COUNTS) total[figure] += sum[figure];
    for (const field of ['gross', 'refunded', 'net'] as const)
      for (const [currency, amount] of Object.entries(sum[field])) add(total[field], currency, amount);
  }
  return total;
}

function add(amounts: Record<string, number>, currency: string, amount: number): void {
  amounts[currency] = (amounts[currency] ?? 0) + amount;
}

function sumColumns(period: ShownPeriod): Column<OfferSum>[] {
  const opens = (figure: Figure, shown: string, { offerId }: OfferSum): Html => {
    const query = queryOf(period, { figure, ...(offerId !== ALL && { offer: offerId }) });
    return html`<a href="/dashboard/rows?${query}">${shown}</a>`;
  };
  const counted = (title: string, figure: (typeof COUNTS)[number]): Column<OfferSum> => ({
    title,
    number: true,
    cell: (sum) => opens(figure, whole(sum[figure]), sum),
  });
  return [
    { title: 'Offer', heads: true, cell: ({ offerId }) => (offerId === ALL ? 'All offers' : offerId) },
    counted('Presented', 'presented'),
    counted('Viewed', 'viewed'),
    counted('Accepted', 'accepted'),
    counted('Declined', 'declined'),
    counted('Expired', 'expired'),
    counted('Paid', 'paid'),
    counted('Recovered', 'recovered'),
    {
      title: 'Take rate',
      number: true,
      cell: ({ accepted, presented }) => {
        const { low, high } = takeInterval(accepted, presented);
        return html`${percent(presented === 0 ? null : accepted / presented)}<span class="soft small"
            >${percent(low)} to ${percent(high)}</span
          >`;
      },
    },
    { title: 'Gross', number: true, cell: (sum) => opens('paid', moneys(sum.gross), sum) },
    {
      title: 'Given back',
      number: true,
      cell: (sum) =>
        Object.keys(sum.refunded).length === 0 ? moneys({}) : opens('refunded', moneys(sum.refunded), sum),
    },
    { title: 'Net', number: true, cell: (sum) => opens('paid', moneys(sum.net), sum) },
    {
      title: 'Net per presentation',
      number: true,
      cell: ({ net, presented }) =>
        moneys(
          Object.fromEntries(
            Object.entries(net).map(([currency, amount]) => [
              currency,
              Math.round(amount / Math.max(1, presented)),
            ]),
          ),
        ),
    },
  ];
}

function overTime(days: readonly OfferDay[], period: ShownPeriod, now: Date): Html {
  if (days.length === 0) return html``;
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: period.tz }).format(now);
  const last = [days.at(-1)?.day ?? today, period.asked.to?.slice(0, 10) ?? today].sort()[1] ?? today;
  const { unit, starts, placeOf } = bucketsOf(period.asked.from.slice(0, 10), last);
  const labels = starts.map(dayLabel);
  const perBucket = (value: (day: OfferDay) => number) => {
    const values = starts.map(() => 0);
    for (const day of days) {
      const place = placeOf(day.day);
      if (place >= 0) values[place] = (values[place] ?? 0) + value(day);
    }
    return values;
  };
  const currencies = [...new Set(days.filter(({ paid }) => paid > 0).map(({ currency }) => currency))].sort();
  const byDay = (name: 'presented' | 'accepted' | 'paid') => perBucket((day) => day[name]);
  const rows = starts.map((start, index) => ({
    start,
    presented: byDay('presented')[index] ?? 0,
    accepted: byDay('accepted')[index] ?? 0,
    paid: byDay('paid')[index] ?? 0,
    net: Object.fromEntries(
      currencies.map((currency) => [
        currency,
        perBucket((day) => (day.currency === currency ? day.gross - day.refunded : 0))[index] ?? 0,
      ]),
    ),
  }));
  return html`<section class="panel" aria-labelledby="over-time">
    <header>
      <h2 id="over-time">Over time</h2>
      <a href="/dashboard/offers.csv?${queryOf(period)}">CSV by day, offer and currency</a>
    </header>
    <div class="plots">
      ${plot({
        title: `Offers per ${unit}`,
        labels,
        kind: 'lines',
        format: whole,
        series: [
          { name: 'presented', values: byDay('presented') },
          { name: 'accepted', values: byDay('accepted') },
          { name: 'paid', values: byDay('paid') },
        ],
      })}
      ${currencies.map((currency) =>
        plot({
          title: `Net revenue per ${unit}, ${currency}`,
          labels,
          kind: 'bars',
          format: (value) => money(Math.round(value), currency),
          series: [
            {
              name: 'net',
              values: perBucket((day) => (day.currency === currency ? day.gross - day.refunded : 0)),
            },
          ],
        }),
      )}
    </div>
    <details>
      <summary>The same as a table</summary>
      ${table({
        caption: `Offers and net revenue per ${unit}`,
        columns: [
          {
            title: unit === 'day' ? 'Day' : `First day of the ${unit}`,
            heads: true,
            cell: ({ start }) => start,
          },
          { title: 'Presented', number: true, cell: (row) => whole(row.presented) },
          { title: 'Accepted', number: true, cell: (row) => whole(row.accepted) },
          { title: 'Paid', number: true, cell: (row) => whole(row.paid) },
          { title: 'Net', number: true, cell: (row) => moneys(row.net) },
        ] satisfies Column<(typeof rows)[number]>[],
        rows,
        none: 'Nothing.',
      })}
    </details>
  </section>`;
}

const MISSED: Column<NotShown>[] = [
  { title: 'Reason', heads: true, cell: ({ reason }) => spaced(reason) },
  { title: 'Purchases and triggers', number: true, cell: ({ count }) => whole(count) },
  { title: 'Worth', number: true, cell: ({ amounts }) => moneys(amounts) },
];

const DAYS: Column<OfferDay>[] = [
  { title: 'day', cell: ({ day }) => day },
  { title: 'offer', cell: ({ offerId }) => offerId },
  { title: 'currency', cell: ({ currency }) => currency },
  ...COUNTS.map((figure): Column<OfferDay> => ({
    title: figure,
    cell: (day) => String(day[figure]),
    csv: (day) => day[figure],
  })),
  { title: 'gross_minor_units', cell: ({ gross }) => String(gross), csv: ({ gross }) => gross },
  {
    title: 'refunded_minor_units',
    cell: ({ refunded }) => String(refunded),
    csv: ({ refunded }) => refunded,
  },
];
