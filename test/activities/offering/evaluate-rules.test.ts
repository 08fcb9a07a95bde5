import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { CATALOG, openShop, type Shop } from '../shop.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
beforeEach(() => {
  shop.sell(CATALOG);
  shop.pass(MINUTE);
});
afterAll(() => shop.close());

const withOffer = (line: string) => CATALOG.replace('  bundle:\n', `  bundle:\n    ${line}\n`);
const withFunnel = (line: string) => CATALOG.replace('  starter:\n', `  starter:\n    ${line}\n`);
const withPolicy = (policy: string) => CATALOG.replace('version: 1\n', `version: 1\npolicy: ${policy}\n`);

/** A customer buys again and lets the offer lapse. Returns what became of it. */
async function buyAgain(customer_id?: string) {
  const { payment_id, customer_id: customerId } = await shop.buy('prod_starter_course', { customer_id });
  const evaluation = await shop.evaluate(payment_id);
  if (evaluation.kind === 'presented') {
    await shop.context.ledger.updatePresentation(evaluation.presented.presentationId, {
      status: 'expired',
      decision: 'expired',
      decidedAt: shop.now().toISOString(),
    });
  }
  const { considered } = await shop.purchase(payment_id);
  const became = evaluation.kind === 'ineligible' ? evaluation.reason : evaluation.kind;
  return { payment_id, customerId, became, considered };
}

it.each([
  ['a paused offer', withOffer('paused: true'), 'paused', 'offer bundle is paused'],
  ['a paused funnel', withFunnel('paused: true'), 'paused', 'funnel starter is paused'],
  [
    'an offer scheduled for later',
    withOffer('schedule: { from: 2099-01-01T00:00:00Z }'),
    'outside_schedule',
    'offer bundle is shown from 2099-01-01T00:00:00Z on; it was',
  ],
  [
    'a funnel whose schedule is over',
    withFunnel('schedule: { until: 2026-01-01T00:00:00Z }'),
    'outside_schedule',
    'funnel starter was shown until 2026-01-01T00:00:00Z; it was',
  ],
])('%s is not shown', async (_, catalog, reason, detail) => {
  shop.sell(catalog);
  const { became, considered } = await buyAgain();
  expect(became).toBe(reason);
  expect(considered[0]).toMatchObject({ funnelId: 'starter', reason });
  expect(considered[0]?.detail).toContain(detail);
});

it.each([
  ['an offer’s cap', withOffer('cap: { times: 2, within: 30d }'), 2, 'capped', 31 * DAY],
  ['an offer’s cooldown', withOffer('cooldown: 2d'), 1, 'cooldown', 3 * DAY],
  ['the policy’s cap', withPolicy('{ cap: { times: 2, within: 30d } }'), 2, 'capped', 31 * DAY],
  ['the policy’s cooldown', withPolicy('{ cooldown: 2d }'), 1, 'cooldown', 3 * DAY],
])('%s applies per customer, and ends', async (_, catalog, times, reason, wait) => {
  shop.sell(catalog);
  const { customerId, became } = await buyAgain();
  const seen = [became];
  while (seen.length < times + 1) seen.push((await buyAgain(customerId)).became);
  expect(seen).toEqual([...Array<string>(times).fill('presented'), reason]);
  expect((await buyAgain()).became).toBe('presented');
  shop.pass(wait);
  expect((await buyAgain(customerId)).became).toBe('presented');
});

it('a sold-out offer is not shown, and a repeated activity finds what it reserved', async () => {
  shop.sell(
    withOffer('redemptions: 1')
      .replaceAll('bundle', 'rare')
      .replace('prod_complete_rare', 'prod_complete_bundle'),
  );
  const { payment_id } = await shop.buy('prod_starter_course');
  expect(await shop.evaluate(payment_id)).toMatchObject({ kind: 'presented' });
  expect(await shop.evaluate(payment_id)).toMatchObject({ kind: 'presented' });
  const { became, considered } = await buyAgain();
  expect(became).toBe('capped');
  expect(considered[0]?.detail).toBe('sold or reserved 1 times, of 1');
});

it('a repeated activity finds its own presentation, whatever was switched off since', async () => {
  shop.sell(withOffer('cap: { times: 1 }'));
  const { payment_id } = await shop.buy('prod_starter_course');
  const first = await shop.evaluate(payment_id);
  shop.sell(withFunnel('paused: true').replace('  bundle:\n', '  bundle:\n    paused: true\n'));
  expect(await shop.evaluate(payment_id)).toMatchObject({
    kind: 'presented',
    presented: { presentationId: first.kind === 'presented' && first.presented.presentationId },
  });
});

it('the next funnel is tried when the first is capped', async () => {
  shop.sell(
    withOffer('cap: { times: 1 }')
      .replace(
        '  basic:\n',
        `  other:
    trigger: purchase
    when: { any: [{ country: US }, { amount: { gte: 1 } }], tenure_days: { gte: 0 } }
    steps: [{ id: more, offer: second }]
  basic:\n`,
      )
      .replace(
        '  pro:\n',
        `  second:
    type: cross_sell
    action: { kind: charge, product_id: prod_team_license, quantity: 1 }
    copy: { headline: "{product}", accept: "Pay {dueNow}", decline: "No" }
  pro:\n`,
      ),
  );
  const { customerId } = await buyAgain();
  const { became, considered } = await buyAgain(customerId);
  expect(became).toBe('presented');
  expect(considered).toMatchObject([
    { funnelId: 'starter', reason: 'capped', clauses: [{ fact: 'product_id', holds: true }] },
    {
      funnelId: 'other',
      clauses: [
        { clause: 'tenure_days gte 0', fact: 'tenure_days', holds: true },
        { path: 'any[0]', fact: 'country' },
        { clause: 'amount gte 1', path: 'any[1]', holds: true },
      ],
    },
  ]);
});
