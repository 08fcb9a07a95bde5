import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExperimentReport } from '../../src/reports/experiment-report.js';
import { eventually } from '../support/eventually.js';
import { jsonClient } from '../../sandbox/demo/http.js';
import { testStack, type TestStack } from '../support/stack.js';
import { buy, settled, type PurchaseReply, type UpsellReply } from '../support/purchases.js';
import { expectAccount } from './account.js';
import { accept } from './customer-actions.js';

const CATALOG = `
version: 1
policy: { holdout: 25% }
offers:
  bundle:
    type: upsell
    action: { kind: charge, product_id: prod_complete_bundle }
    window: 30m
    copy: { headline: "{product}", accept: "Pay {dueNow}", decline: "No" }
  license:
    type: upsell
    action: { kind: charge, product_id: prod_team_license }
    window: 30m
    copy: { headline: "{product}", accept: "Pay {dueNow}", decline: "No" }
funnels:
  starter:
    trigger: purchase
    when: { product_id: [prod_starter_course] }
    steps:
      - id: pick
        variants: [{ id: bundle, offer: bundle }, { id: license, offer: license }]
`;
const PRICE = { bundle: 14_900, license: 39_900 };

let stack: TestStack;
/** All customers so far, which the counts of the report include. */
let exposed = 0;
let heldOut = 0;
beforeAll(async () => {
  stack = await testStack({}, CATALOG);
});
afterAll(async () => {
  await stack.stop();
});

/** Adds customers until each arm has one: the holdout, and either offer. */
async function everyArm() {
  const found: Partial<Record<'bundle' | 'license' | 'holdout', Awaited<ReturnType<typeof buy>>>> = {};
  while (!found.bundle || !found.license || !found.holdout) {
    const bought = await buy(stack, 'prod_starter_course');
    exposed += 1;
    const { presentations } = await eventually('an offer or the end', async () => {
      const { body } = await stack.http.get<PurchaseReply>(`/api/purchases/${bought.payment_id}`);
      return (body.status === 'settled' || body.status === 'offering') && body;
    });
    const [shown] = presentations;
    if (!shown) heldOut += 1;
    found[(shown?.variant as 'bundle' | 'license' | undefined) ?? 'holdout'] = bought;
  }
  return { bundle: found.bundle, license: found.license, holdout: found.holdout };
}

describe('an experiment between two offers, with a holdout', () => {
  it('shows each customer their arm, charges the price shown, and reports the revenue of each arm', async () => {
    const { bundle, license, holdout } = await everyArm();

    const { body: kept } = await stack.http.get<UpsellReply>(`/api/upsell/${holdout.customer_id}`);
    expect(kept).toMatchObject({ eligible: false, reason: 'holdout' });
    const ended = await settled(stack, holdout.payment_id);
    expect(ended).toMatchObject({ outcome: 'ineligible', reason: 'holdout', presentations: [] });

    for (const [variant, bought] of [
      ['bundle', bundle],
      ['license', license],
    ] as const) {
      expect((await accept(stack, bought)).status).toBe(200);
      const { outcome, presentations } = await settled(stack, bought.payment_id);
      expect(outcome).toBe('converted');
      expect(presentations).toMatchObject([{ variant, offerId: variant, paidAmount: PRICE[variant] }]);
      await expectAccount(stack, bought, { charges: [PRICE[variant]] });
    }

    const operator = jsonClient(stack.url, stack.operatorKey);
    const { status, body } = await operator.get<ExperimentReport>('/api/reports/experiments');
    expect(status).toBe(200);
    const [held, variants] = body.experiments;
    expect(held).toMatchObject({
      name: 'holdout',
      kind: 'holdout',
      inForce: true,
      minimumSample: { reached: false },
      arms: [
        { variant: 'holdout', weight: 2500, exposed: heldOut, paid: 0 },
        { variant: 'offered', exposed: exposed - heldOut, paid: 2, comparison: { verdict: 'collecting' } },
      ],
    });
    expect(variants).toMatchObject({
      name: 'starter.pick',
      kind: 'variants',
      inForce: true,
      arms: [
        { variant: 'bundle', accepted: 1, paid: 1 },
        { variant: 'license', accepted: 1, paid: 1, comparison: { verdict: 'collecting' } },
      ],
    });
    for (const arm of variants?.arms ?? []) {
      const brought = PRICE[arm.variant as keyof typeof PRICE];
      expect((arm.revenuePerCustomer.USD?.mean ?? 0) * arm.exposed).toBeCloseTo(brought, 6);
    }
    expect(variants?.arms.reduce((sum, arm) => sum + arm.exposed, 0)).toBe(exposed - heldOut);
  });

  it('shows a returning customer the same arm', async () => {
    const { holdout, license } = await everyArm();
    for (const [customer_id, reason] of [
      [holdout.customer_id, 'holdout'],
      [license.customer_id, 'offer_already_open'],
    ] as const) {
      const again = await stack.sandbox.control.purchase({ product_id: 'prod_starter_course', customer_id });
      expect(await settled(stack, again.payment_id)).toMatchObject({ outcome: 'ineligible', reason });
    }
  });

  it('is reported to operators only', async () => {
    expect((await stack.http.get('/api/reports/experiments')).status).toBe(403);
    expect((await jsonClient(stack.url).get('/api/reports/experiments')).status).toBe(401);
  });
});
