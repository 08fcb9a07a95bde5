/** How fast operators' pages and reports are over a million presentations in PostgreSQL. */
import { createServer } from 'node:http';
import pg from 'pg';
import { parseCatalog } from '../src/catalog/file/load.js';
import { openLedger } from '../src/ledger/index.js';
import { CATALOG, type Shop } from '../test/activities/shop.js';
import { operatorApp, OPERATOR } from '../test/support/dashboard.js';
import { closeServer, listenOnLoopback } from '../test/support/loopback.js';
import { postgresForTests } from '../test/support/postgres.js';
import { formatResults, milliseconds } from './results.js';
import { summarize, timed } from './stats.js';

const ROWS = Number(process.env.BENCH_ROWS ?? 1_000_000);
const REPEAT = 10;
const NOW = '2026-11-28T12:00:00.000Z';
/** The goal: 95 of 100 answers within this time. */
const GOAL_MS = 300;

/** A presentation for every purchase, over a year; a third paid, one in thirty of these refunded. */
const FILL = [
  `insert into purchases (purchase_id, workflow_id, trigger, customer_id, payment_id, product_ids, amount, currency,
     purchased_at, paid, status, outcome, funnel_id, catalog_hash, recorded_at, settled_at)
   select 'pay_' || n, 'purchase/pay_' || n, 'purchase', 'cus_' || (n / 2), 'pay_' || n, array['prod_starter_course'], 4900,
     case when n % 5 = 0 then 'EUR' else 'USD' end, shown, true, 'settled',
     case when n % 3 = 0 then 'converted' else 'declined' end, 'funnel-' || (n % 8), 'sha256:0', shown, shown
   from (select n, timestamptz '${NOW}' - n * interval '365 days' / ${ROWS} as shown from generate_series(1, ${ROWS}) n) s`,
  `insert into presentations (id, purchase_id, workflow_id, customer_id, offer_id, funnel_id, step, catalog_hash, type,
     product_id, currency, product, price, payment, copy, status, decision, decided_at, presented_at, viewed_at, expires_at,
     payment_id, paid_amount, paid_at, recovered, refunded_amount, experiment, variant)
   select 'prs_' || n, 'pay_' || n, 'purchase/pay_' || n, 'cus_' || (n / 2), 'offer-' || (n % 8), 'funnel-' || (n % 8), 'first',
     'sha256:0', 'upsell', 'prod_' || (n % 8), case when n % 5 = 0 then 'EUR' else 'USD' end,
     '{"id":"prod","name":"Complete bundle"}', '{"currency":"USD","dueNow":14900,"tax":0,"hash":"sha256:price"}',
     '{"mode":"one_click","method":{"id":"pm_1","type":"card","network":"visa","last4":"4242"}}',
     '{"headline":"Get all of it","body":"Every course, and those to come.","accept":"Pay $149.00","decline":"No thanks"}',
     case n % 3 when 0 then 'paid' when 1 then 'declined' else 'expired' end,
     case n % 3 when 0 then 'accepted' when 1 then 'declined' else 'expired' end,
     shown + interval '1 minute', shown, case when n % 4 > 0 then shown + interval '10 seconds' end, shown + interval '30 minutes',
     case when n % 3 = 0 then 'pay_of_' || n end, case when n % 3 = 0 then 14900 end,
     case when n % 3 = 0 then shown + interval '65 seconds' end, n % 33 = 0, case when n % 90 = 0 then 14900 else 0 end,
     case when n % 8 = 0 then 'funnel-0.first' end, case when n % 8 = 0 then case when n % 16 = 0 then 'a' else 'b' end end
   from (select n, timestamptz '${NOW}' - n * interval '365 days' / ${ROWS} as shown from generate_series(1, ${ROWS}) n) s`,
  `insert into timeline (purchase_id, at, type, detail, key)
   select 'pay_' || n, shown, 'presented', jsonb_build_object('presentationId', 'prs_' || n), 'prs_' || n
   from (select n, timestamptz '${NOW}' - n * interval '365 days' / ${ROWS} as shown from generate_series(1, ${ROWS}) n) s`,
  `insert into timeline (purchase_id, at, type, detail, key)
   select 'pay_' || n, shown + interval '5 days', 'refund_succeeded',
     jsonb_build_object('presentationId', 'prs_' || n, 'id', 'ref_' || n, 'paymentId', 'pay_of_' || n, 'amount', 14900), 'ref_' || n
   from (select n, timestamptz '${NOW}' - n * interval '365 days' / ${ROWS} as shown from generate_series(1, ${ROWS}) n) s
   where n % 90 = 0`,
  `insert into exposures (experiment, customer_id, variant, arms, purchase_id, catalog_hash, exposed_at)
   select 'funnel-0.first', 'cus_' || (n / 2), case when n % 16 = 0 then 'a' else 'b' end,
     '[{"id":"a","weight":1},{"id":"b","weight":1}]', 'pay_' || n, 'sha256:0',
     timestamptz '${NOW}' - n * interval '365 days' / ${ROWS}
   from generate_series(8, ${ROWS}, 8) n`,
  'vacuum analyze',
];

export async function benchConsole(): Promise<string> {
  const postgres = await postgresForTests();
  if (!postgres.available) return postgres.reason;
  const ledger = await openLedger({ url: postgres.url });
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  try {
    for (const statement of FILL) await client.query(statement);
    const catalog = parseCatalog(CATALOG, 'offers.yaml');
    const shop = { now: () => new Date(NOW), context: { ledger, catalog: () => catalog } };
    const server = createServer(operatorApp(shop as unknown as Shop));
    const url = `http://127.0.0.1:${await listenOnLoopback(server)}`;
    const rows: string[][] = [];
    for (const [name, pathOf] of Object.entries(PAGES)) {
      const times: number[] = [];
      try {
        for (let n = 0; n < REPEAT; n += 1) times.push(await timed(() => read(url + pathOf(n * 31_337 + 7))));
      } catch (error) {
        rows.push([name, '', String(error), 'no']);
        continue;
      }
      const { p50, p95 } = summarize(times);
      rows.push([name, milliseconds(p50), milliseconds(p95), p95 <= GOAL_MS ? 'yes' : 'no']);
    }
    await closeServer(server);
    return formatResults(
      [`${ROWS.toLocaleString('en')} presentations`, 'p50', 'p95', `within ${GOAL_MS} ms`],
      rows,
    );
  } finally {
    await client.end();
    await ledger.close();
    await postgres.stop();
  }
}

const within = (n: number) => 1 + (n % ROWS);
const month = 'from=2026-11-01&to=2026-11-28';

/** A page, and its address for a number that differs each time. */
const PAGES: Record<string, (n: number) => string> = {
  'search, a customer': (n) => `/api/search?q=cus_${Math.floor(within(n) / 2)}`,
  'search, a payment of an offer': (n) => `/api/search?q=pay_of_${Math.ceil(within(n) / 3) * 3}`,
  'search, a presentation': (n) => `/api/search?q=prs_${within(n)}`,
  'search, a refund': (n) => `/api/search?q=ref_${Math.ceil(within(n) / 90) * 90}`,
  'search, an id of nobody': (n) => `/api/search?q=pay_unknown_${n}`,
  "a customer's page": (n) => `/dashboard/customers/cus_${Math.floor(within(n) / 2)}`,
  'the first page': () => '/dashboard',
  'offers, 30 days': () => '/dashboard/offers',
  'offers, a month': () => `/dashboard/offers?${month}`,
  'funnels, 30 days': () => '/dashboard/funnels',
  'rows of a figure': () => '/dashboard/rows?figure=paid&offer=offer-3',
  experiments: () => '/dashboard/experiments',
  'funnel report, a month': () => `/api/reports/funnels?${month}`,
  'funnel report, a year': () => '/api/reports/funnels?from=2025-11-28',
  'cohorts, a month': () => `/api/reports/cohorts?${month}`,
  'cohorts, a year': () => '/api/reports/cohorts?from=2025-11-28',
  'experiment report, a month': () => `/api/reports/experiments?${month}`,
  'experiment report, a year': () => '/api/reports/experiments',
  metrics: () => '/metrics',
};

async function read(url: string): Promise<void> {
  const response = await fetch(url, { headers: { Authorization: `Bearer ${OPERATOR}` } });
  await response.arrayBuffer();
  if (response.status !== 200 && response.status !== 404)
    throw new Error(`${url} was answered ${response.status}.`);
}
