/** Recurring revenue won and lost, against what the sandbox bills. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changePlanActivities } from '../../activities/fulfilling/change-plan.js';
import { chargeActivities } from '../../activities/fulfilling/charge.js';
import { toPaymentEvent } from '../../src/dodo/payments.js';
import { attemptId, workflowId } from '../../src/domain/ids.js';
import { handOver } from '../../src/http/hand-over.js';
import { BRIDGE_FIGURES, type RecurringBridge, type RecurringReport } from '../../src/ledger/index.js';
import { openShop, type Shop } from '../activities/shop.js';
import { OPERATOR, operatorApp } from '../support/dashboard.js';
import { serve } from '../http/serve.js';

const COPY = 'copy: { headline: "{product}", accept: "Pay {dueNow}", decline: "No" }';
const charge = (product: string) =>
  `{ type: cross_sell, action: { kind: charge, product_id: ${product}, quantity: 1 }, if_owned: allow, ${COPY} }`;
const change = (product: string) =>
  `{ type: upsell, action: { kind: change_plan, product_id: ${product}, proration_billing_mode: difference_immediately }, ${COPY} }`;
const after = (product: string, offer: string) =>
  `{ trigger: purchase, when: { product_id: [${product}] }, steps: [{ id: s, offer: ${offer} }] }`;

const CATALOG = `
version: 1
offers:
  lite: ${charge('prod_pro_lite')}
  year: ${charge('prod_year')}
  odd-year: ${charge('prod_odd_year')}
  more: ${change('prod_pro_plan')}
  less: ${change('prod_basic_plan')}
  weekly: ${change('prod_week')}
funnels:
  course: ${after('prod_starter_course', 'lite')}
  license: ${after('prod_single_license', 'year')}
  team: ${after('prod_team_license', 'odd-year')}
  basic: ${after('prod_basic_plan', 'more')}
  pro: ${after('prod_pro_plan', 'less')}
  light: ${after('prod_pro_lite', 'weekly')}
`;

interface Sold {
  presentationId: string;
  paymentId: string;
  customerId: string;
  subscriptionId: string;
}

let shop: Shop;
/** What subscriptions cost per month before an offer changed them. */
const before = new Map<string, number>();
/** Those that count no longer, although they are billed: what was paid for them went back. */
const reversed = new Set<string>();
/** The subscriptions whose new price cannot be compared. */
const uncompared = new Set<string>();
let start: string;

beforeAll(async () => {
  shop = await openShop();
  shop.sell(CATALOG);
  for (const [product_id, price, interval] of [
    ['prod_year', 12_000, 'Year'],
    ['prod_odd_year', 10_001, 'Year'],
    ['prod_week', 1_500, 'Week'],
  ] as const)
    await shop.sandbox.control.createProduct({ product_id, name: product_id, price, every: { interval } });
  start = shop.now().toISOString();
}, 60_000);
afterAll(() => shop.close());

/** Buys something, accepts what is offered, and has it paid. */
async function sell(product: string): Promise<Sold> {
  shop.pass(60_000);
  const bought = await shop.buy(product);
  const { payment_id: purchaseId, customer_id: customerId } = bought;
  const subscription = () =>
    shop.sandbox.books
      .subscriptions({ customerId })
      .find(({ subscription_id }) => subscription_id === bought.subscription_id);
  if (bought.subscription_id)
    before.set(bought.subscription_id, subscription()?.recurring_pre_tax_amount ?? 0);
  const evaluation = await shop.evaluate(purchaseId);
  if (evaluation.kind !== 'presented') throw new Error(`No offer: ${JSON.stringify(evaluation)}.`);
  const { presented, snapshot } = evaluation;
  const { presentationId } = presented;
  const action = Object.values(snapshot.offers)[0]?.action;
  if (action?.kind !== 'charge' && action?.kind !== 'change_plan') throw new Error('Nothing is sold.');
  const isChange = action.kind === 'change_plan';
  const run = isChange
    ? workflowId.planChange(bought.subscription_id ?? '')
    : workflowId.purchase(purchaseId);
  const { ledger } = shop.context;
  const presentation = await ledger.presentation(presentationId);
  if (!presentation) throw new Error('Nothing is shown.');
  const input = {
    attemptId: attemptId(run, presentationId, 1),
    presentationId,
    purchaseId,
    paymentId: purchaseId,
    customerId,
    paymentMethodId: presentation.payment.method?.id,
    ...(bought.subscription_id !== null && { subscriptionId: bought.subscription_id }),
    quantity: presented.quantity,
    offer: { action },
    price: presentation.price,
    acceptedAt: shop.now().toISOString(),
    sendBefore: shop.now().getTime() + 60_000,
    runStartedAt: shop.now().toISOString(),
  };
  const reply = isChange
    ? await changePlanActivities(shop.context).changePlan(input)
    : await chargeActivities(shop.context).charge(input);
  const [payment] = shop.sandbox.books.payments({ metadata: { upsell_attempt_id: input.attemptId } });
  if (payment) {
    const event = toPaymentEvent(payment, shop.context.proofs);
    await ledger.recordPayment({ ...event, source: 'webhook', seenAt: shop.now().toISOString() });
  } else if (presentation.price.dueNow > 0) throw new Error(`Not paid: ${JSON.stringify(reply)}.`);
  await ledger.updatePresentation(presentationId, {
    status: 'paid',
    decision: 'accepted',
    decidedAt: input.acceptedAt,
    paidAmount: payment?.total_amount ?? 0,
    paidAt: shop.now().toISOString(),
    ...(payment && { paymentId: payment.payment_id }),
  });
  return {
    presentationId,
    customerId,
    paymentId: payment?.payment_id ?? '',
    subscriptionId: payment?.subscription_id ?? bought.subscription_id ?? '',
  };
}

/** Cancels a subscription at Dodo. */
async function cancelUnheard({ subscriptionId }: Sold): Promise<void> {
  shop.pass(60_000);
  await shop.context.dodo.subscriptions.update(subscriptionId, { status: 'cancelled' });
}

/** Delivers the webhook of a subscription that has ended. */
async function tell({ subscriptionId, customerId }: Sold): Promise<void> {
  const [data] = shop.sandbox.books
    .subscriptions({ customerId })
    .filter(({ subscription_id }) => subscription_id === subscriptionId);
  const body = { type: 'subscription.cancelled', timestamp: shop.now().toISOString(), data };
  const runs = { deliver: async () => 'no_run' };
  const deps = { ...shop.context, runs } as unknown as Parameters<typeof handOver>[0];
  // Dodo may send it twice.
  for (const id of ['msg_1', 'msg_2']) await handOver(deps, { ...body }, id);
}

async function cancel(sold: Sold): Promise<void> {
  await cancelUnheard(sold);
  await tell(sold);
}

/** Refunds all that was paid. */
async function refund({ presentationId, paymentId, subscriptionId }: Sold): Promise<void> {
  shop.pass(60_000);
  const { refund_id, amount } = await shop.context.dodo.refunds.create({ payment_id: paymentId });
  const at = shop.now().toISOString();
  await shop.context.ledger.updatePresentation(presentationId, { refundedAmount: amount ?? 0 }, [
    { at, type: 'refund_succeeded', detail: { presentationId, id: refund_id, amount: amount ?? 0 } },
  ]);
  reversed.add(subscriptionId);
}

/** What offers bring per month, as Dodo bills it; per year where that is no whole number. */
function billed(): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const one of shop.sandbox.books.subscriptions()) {
    const { subscription_id: id, status, currency, payment_frequency_interval: interval } = one;
    if (status !== 'active' || reversed.has(id) || uncompared.has(id)) continue;
    const amount = one.recurring_pre_tax_amount - (before.get(id) ?? 0);
    const monthly = interval === 'Year' && amount % 12 === 0 ? amount / 12 : amount;
    const key = `${currency} ${interval === 'Year' && amount % 12 !== 0 ? 'Year' : 'Month'}`;
    sums[key] = (sums[key] ?? 0) + monthly;
  }
  return Object.fromEntries(Object.entries(sums).filter(([, amount]) => amount !== 0));
}

const report = (period = {}) => shop.context.ledger.recurringReport(period);
const closing = ({ bridges }: RecurringReport) =>
  Object.fromEntries(
    bridges
      .filter((bridge) => bridge.closing !== 0)
      .map((bridge) => [`${bridge.currency} ${bridge.interval}`, bridge.closing]),
  );

function expectToAddUp({ bridges }: { bridges: RecurringBridge[] }): void {
  for (const { opening, won, expansion, contraction, churned, reversed: back, ...rest } of bridges)
    expect(opening + won + expansion - contraction - churned - back).toBe(rest.closing);
}

describe('recurring revenue', () => {
  let half: string;

  it('is what Dodo bills for subscriptions that offers sold or changed', async () => {
    const sold: Record<string, Sold[]> = {};
    for (const product of [
      'prod_starter_course',
      'prod_single_license',
      'prod_team_license',
      'prod_basic_plan',
      'prod_pro_plan',
    ])
      sold[product] = [await sell(product), await sell(product), await sell(product)];
    uncompared.add((await sell('prod_pro_lite')).subscriptionId);
    const first = await report();
    expect(first.uncompared).toBe(1);
    expect(first.bridges).toEqual([
      expect.objectContaining({
        ...{ currency: 'USD', interval: 'Month', count: 1, opening: 0 },
        ...{
          won: 3 * (4_900 + 1_000),
          expansion: 3 * 5_000,
          contraction: 3 * 5_000,
          churned: 0,
          reversed: 0,
        },
      }),
      expect.objectContaining({ interval: 'Year', won: 3 * 10_001, closing: 3 * 10_001 }),
    ]);
    expect(closing(first)).toEqual(billed());

    shop.pass(60_000);
    half = shop.now().toISOString();
    for (const [one, other] of Object.values(sold) as [Sold, Sold][]) {
      await cancel(one);
      if (other.paymentId !== '') await refund(other);
    }
    // Once reversed, its end changes nothing.
    const [, both] = sold.prod_starter_course as [Sold, Sold];
    await cancel(both);
    const second = await report({ from: half });
    expect(closing(second)).toEqual(billed());
    expect(second.bridges[0]).toMatchObject({
      opening: closing(first)['USD Month'],
      ...{ won: 0, expansion: 0, contraction: 0 },
      // A downsell leaves with its minus.
      churned: 4_900 + 1_000 + 5_000 - 5_000,
      reversed: 4_900 + 1_000 + 5_000,
    });
    expect(second.uncompared).toBe(0);
    for (const one of [first, second, await report({ to: half }), await report()]) expectToAddUp(one);
    expect(closing(await report({ to: half }))).toEqual(closing(first));
    expect(await report({ from: '2020-01-01', to: start })).toEqual({ bridges: [], uncompared: 0 });
  }, 120_000);

  it('still counts a subscription whose end no webhook told of', async () => {
    const silent = await sell('prod_starter_course');
    const counted = closing(await report());
    await cancelUnheard(silent);
    expect(closing(await report())).toEqual(counted);
    await tell(silent);
    expect(closing(await report())).toEqual(billed());
  });

  it('is answered by the API and shown with its rows, which sum to every figure', async () => {
    const url = await serve(operatorApp(shop));
    const get = (path: string) => fetch(url + path, { headers: { Authorization: `Bearer ${OPERATOR}` } });
    const query = new URLSearchParams({ from: half, tz: 'Europe/Berlin' }).toString();
    const answer = await get(`/api/reports/recurring?${query}`);
    const body = (await answer.json()) as RecurringReport;
    expect(answer.status).toBe(200);
    expect(body).toMatchObject({ from: half, tz: 'Europe/Berlin', ...(await report({ from: half })) });
    expect((await get('/api/reports/recurring?since=2026-01-01')).status).toBe(400);

    const page = await (await get(`/dashboard/offers?${query}`)).text();
    expect(page).toContain('Recurring revenue won and lost');
    for (const bridge of body.bridges)
      for (const figure of BRIDGE_FIGURES) {
        const { currency, interval, count } = bridge;
        const rows = new URLSearchParams({ figure, currency, interval, count: String(count) });
        const csv = await (await get(`/dashboard/recurring-rows.csv?${query}&${rows.toString()}`)).text();
        const [head = '', ...lines] = csv.trim().split('\r\n');
        const place = head.split(',').indexOf('amount_minor_units');
        const sum = lines.reduce((total, line) => total + Number(line.split(',')[place]), 0);
        const takes = ['contraction', 'churned', 'reversed'].includes(figure);
        expect({ figure, sum: Math.abs(sum) && (takes ? -sum : sum) }).toEqual({
          figure,
          sum: bridge[figure],
        });
        if (bridge[figure] === 0) continue;
        const link = [...page.matchAll(/href="(\/dashboard\/recurring-rows\?[^"]*)"/g)]
          .map(([, href = '']) => href.replaceAll('&amp;', '&'))
          .find((href) => {
            const asked = new URL(href, url).searchParams;
            return [...rows].every(([name, value]) => asked.get(name) === value);
          });
        const opened = await get(link ?? '/nowhere');
        expect(opened.status).toBe(200);
        expect(await opened.text()).toContain(`${lines.length} row`);
      }
    const table = await (await get(`/dashboard/recurring.csv?${query}`)).text();
    expect(table.trim().split('\r\n')).toHaveLength(1 + body.bridges.length);
  });
});
