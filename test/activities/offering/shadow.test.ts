/** Funnels in shadow: what they would have done with live purchases, and that they do nothing else. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  SHADOW_BUDGET,
  shadowActivities,
  type ShadowRound,
} from '../../../activities/offering/shadow-turn.js';
import { presentActivities } from '../../../activities/offering/present.js';
import { createDodo } from '../../../src/dodo/client.js';
import { readingOnly } from '../../../src/dodo/reading-only.js';
import type { ShadowFunnel } from '../../../src/reports/shadows.js';
import { shadowReport } from '../../../src/reports/shadows.js';
import { openShop, type Shop } from '../shop.js';

const HOUR = 3_600_000;
const COPY = 'copy: { headline: "{product}", accept: "Pay {dueNow}", decline: "No" }';

/** @param tried `mode`, rule and place of the funnel that is tried out */
const catalog = (tried: string, { offer = '', more = '' } = {}) => `
version: 1
offers:
  bundle: { type: upsell, action: { kind: charge, product_id: prod_complete_bundle }, window: 30m, ${COPY} }
  team: { type: cross_sell, action: { kind: charge, product_id: prod_team_license }, window: 30m, ${offer} ${COPY} }
funnels:
  starter: { trigger: purchase, priority: 10, when: { product_id: [prod_starter_course] }, steps: [{ id: one, offer: bundle }] }
  tried: { trigger: purchase, ${tried}, steps: [{ id: one, offer: team }] }
${more}`;
const ALL = 'mode: shadow, priority: 20';

let shop: Shop;
let before = 0;
/** Requests to Dodo since the last `forget`. */
const sent = () => shop.sandbox.books.requests().slice(before);
const forget = () => void (before = shop.sandbox.books.requests().length);
beforeAll(async () => {
  shop = await openShop();
});
beforeEach(() => {
  shop.pass(HOUR);
  forget();
});
afterAll(() => shop.close());

const round = (): Promise<ShadowRound> =>
  new MockActivityEnvironment().run(() => shadowActivities(shop.context).evaluateShadows());

/** What is reported of what was seen since the test began. */
async function report(funnelId = 'tried'): Promise<ShadowFunnel> {
  const rows = await shop.context.ledger.shadowReport({ from: shop.now().toISOString() });
  const { funnels } = shadowReport(rows, shop.context.catalog(), shop.now());
  const found = funnels.find((one) => one.funnelId === funnelId);
  if (!found) throw new Error(`Nothing is reported of ${funnelId}.`);
  return found;
}

async function buyAndEvaluate(more = {}) {
  const { payment_id, customer_id } = await shop.buy('prod_starter_course', more);
  forget();
  const evaluation = await shop.evaluate(payment_id);
  return { payment_id, customer_id, evaluation };
}

describe('a funnel in shadow', () => {
  it('is priced for a purchase, whose own offer is shown as if it did not exist', async () => {
    shop.sell(catalog('mode: live, priority: 1'));
    const without = (await buyAndEvaluate()).evaluation;
    const asked = sent().length;

    shop.pass(HOUR);
    shop.sell(catalog(ALL));
    const bought = await buyAndEvaluate();
    expect(sent()).toHaveLength(asked);
    expect(bought.evaluation).toMatchObject({
      kind: 'presented',
      presented: {
        offerId: 'bundle',
        step: 'one',
        dueNow: without.kind === 'presented' ? without.presented.dueNow : 0,
      },
    });
    expect(await report()).toMatchObject({ purchases: 1, candidates: 1, evaluated: 0, waiting: 1 });

    const view = await shop.purchase(bought.payment_id);
    expect(await round()).toMatchObject({ purchases: 1 });
    const { prices, ...figures } = await report();
    expect(figures).toMatchObject({
      mode: 'shadow',
      evaluated: 1,
      waiting: 0,
      reached: 1,
      reachRate: 1,
      estimatedReach: 1,
      blocked: [],
      insteadOf: [{ funnelId: 'starter', count: 1 }],
    });
    const [price] = prices;
    expect(price).toMatchObject({
      offerId: 'team',
      productId: 'prod_team_license',
      currency: 'USD',
      count: 1,
    });
    expect(price?.min).toBeGreaterThan(0);
    expect(price?.max).toBe(price?.min);
    // Nothing of the run has changed, and nobody is blocked by it.
    expect(await shop.purchase(bought.payment_id)).toEqual(view);
  });

  it('sends nothing to Dodo but readings and previews, and writes to no other figures', async () => {
    shop.sell(catalog(`${ALL}, holdout: 1%`, { offer: 'cooldown: 1d,' }));
    const { customer_id } = await buyAndEvaluate();
    const held = await shop.context.ledger.customerData(customer_id);
    forget();
    await round();
    expect(sent().length).toBeGreaterThan(0);
    expect(sent().some(({ path }) => path.endsWith('/preview'))).toBe(true);
    expect(sent().filter(({ method, path }) => method !== 'GET' && !path.endsWith('/preview'))).toEqual([]);
    const { shadow_evaluations: seen, ...after } =
      (await shop.context.ledger.customerData(customer_id)) ?? {};
    expect(seen).toHaveLength(1);
    const { shadow_evaluations: _, ...others } = held ?? {};
    expect(after).toEqual(others);
  });

  it('is live once its mode says so, and shown with its cooldowns untouched', async () => {
    shop.sell(
      catalog(`${ALL}, when: { product_id: [prod_starter_course] }`, {
        offer: 'cooldown: 30d, cap: { times: 1 },',
      }),
    );
    const { customer_id, evaluation } = await buyAndEvaluate();
    await round();
    const { ledger } = shop.context;
    if (evaluation.kind === 'presented')
      await ledger.updatePresentation(
        evaluation.presented.presentationId,
        { status: 'declined', decision: 'declined', decidedAt: shop.now().toISOString() },
        [],
      );
    shop.pass(HOUR);
    shop.sell(
      catalog('mode: live, priority: 20, when: { product_id: [prod_starter_course] }', {
        offer: 'cooldown: 30d, cap: { times: 1 },',
      }),
    );
    const again = await buyAndEvaluate({ customer_id });
    expect(again.evaluation).toMatchObject({ kind: 'presented', presented: { offerId: 'team' } });
  });

  it('costs no request where its rule does not hold, and says why', async () => {
    shop.sell(catalog('mode: shadow, priority: 20, when: { amount: { gte: 10000000 } }'));
    const { payment_id } = await buyAndEvaluate();
    forget();
    expect(await round()).toEqual({ purchases: 0, requests: 0 });
    expect(sent()).toEqual([]);
    expect(await report()).toMatchObject({
      purchases: 1,
      candidates: 0,
      reached: 0,
      blocked: [
        {
          reason: 'no_matching_funnel',
          count: 1,
          example: {
            purchaseId: payment_id,
            detail: expect.stringContaining('is not gte 10000000') as string,
          },
        },
      ],
    });
  });

  it('is outranked by a live funnel that is tried before it', async () => {
    shop.sell(catalog('mode: shadow, priority: 1'));
    await buyAndEvaluate();
    expect((await report()).blocked).toMatchObject([{ reason: 'outranked', count: 1 }]);
  });

  it('reaches a purchase that no live funnel is for', async () => {
    shop.sell(catalog('mode: shadow, priority: 1'));
    const { payment_id } = await shop.buy('prod_single_license');
    expect(await shop.evaluate(payment_id)).toEqual({ kind: 'ineligible', reason: 'no_matching_funnel' });
    await round();
    expect(await report()).toMatchObject({ reached: 1, insteadOf: [] });
  });

  it.each([
    ['holdout', `${ALL}, holdout: 99.99%`, {}, 'prod_starter_course'],
    ['paused', `${ALL}, paused: true`, {}, 'prod_starter_course'],
    ['paused', ALL, { offer: 'paused: true,' }, 'prod_starter_course'],
    ['outside_schedule', `${ALL}, schedule: { from: 2199-01-01T00:00:00Z }`, {}, 'prod_starter_course'],
    ['already_owned', ALL, {}, 'prod_team_license'],
    ['no_matching_funnel', `${ALL}, when: { tenure_days: { gte: 10 } }`, {}, 'prod_starter_course'],
  ])('is kept back by %s: %s %o', async (reason, tried, options, product) => {
    shop.sell(catalog(tried, options));
    const { payment_id } = await shop.buy(product);
    await shop.evaluate(payment_id);
    await round();
    expect(await report()).toMatchObject({ reached: 0, blocked: [{ reason, count: 1 }] });
  });

  it('is kept back by an open offer of another run, not by that of its own', async () => {
    shop.sell(catalog(ALL));
    const first = await buyAndEvaluate();
    await buyAndEvaluate({ customer_id: first.customer_id });
    await round();
    expect(await report()).toMatchObject({
      purchases: 2,
      reached: 1,
      blocked: [{ reason: 'offer_already_open', count: 1 }],
    });
  });

  it('takes what the live offer has sold since for what it was before', async () => {
    shop.sell(catalog(ALL).replaceAll('prod_team_license', 'prod_complete_bundle'));
    const { evaluation, customer_id } = await buyAndEvaluate();
    if (evaluation.kind !== 'presented') throw new Error('Nothing was presented.');
    await shop.context.ledger.updatePresentation(
      evaluation.presented.presentationId,
      { status: 'accepted', decision: 'accepted', decidedAt: shop.now().toISOString() },
      [],
    );
    await shop.buy('prod_complete_bundle', { customer_id });
    await round();
    expect(await report()).toMatchObject({ reached: 1, blocked: [] });
  });

  it('evaluates triggers, for the subscription they are about', async () => {
    const { customer_id } = await shop.buy('prod_basic_plan');
    shop.sell(
      catalog('mode: live', {
        more: '  limit: { trigger: limit_approaching, mode: shadow, when: { facts.used: { gte: 80 } }, steps: [{ id: pro, offer: bundle }] }',
      }),
    );
    for (const used of [90, 10])
      await shop.evaluateTrigger('limit_approaching', { customerId: customer_id, facts: { used } });
    await round();
    expect(await report('limit')).toMatchObject({
      purchases: 2,
      reached: 1,
      blocked: [{ reason: 'no_matching_funnel', count: 1 }],
    });
  });

  it('shows no further step of a run that began while it was live', async () => {
    shop.sell(catalog(ALL));
    const bought = await buyAndEvaluate();
    const activities = presentActivities(shop.context);
    const result = await activities.present({
      purchaseId: bought.payment_id,
      workflowId: `purchase/${bought.payment_id}`,
      funnelId: 'tried',
      step: 'two',
      offer: shop.context.catalog().offers.team!,
      customerId: bought.customer_id,
      currency: 'USD',
    });
    expect(result).toMatchObject({ kind: 'skipped', reason: 'paused' });
  });

  it('sees a purchase once, however often it is evaluated', async () => {
    shop.sell(catalog(ALL));
    const { payment_id } = await buyAndEvaluate();
    await shop.evaluate(payment_id);
    await round();
    await shop.evaluate(payment_id);
    expect(await round()).toEqual({ purchases: 0, requests: 0 });
    expect(await report()).toMatchObject({ purchases: 1, reached: 1 });
  });

  it('costs no offer when what it saw cannot be recorded', async () => {
    shop.sell(catalog(ALL));
    const { ledger } = shop.context;
    const failing = vi.spyOn(ledger, 'recordShadows').mockRejectedValue(new Error('down'));
    const { evaluation } = await buyAndEvaluate();
    failing.mockRestore();
    expect(evaluation.kind).toBe('presented');
  });
});

describe('the budget of requests', () => {
  it('holds over rounds, processes and time, and what had no turn in a day is given up', async () => {
    shop.sell(catalog(ALL));
    let waiting = 0;
    for (; waiting < 24; waiting += 1) await buyAndEvaluate();
    forget();
    const first = await round();
    expect(first.requests).toBe(sent().length);
    expect(first.requests).toBeLessThanOrEqual(SHADOW_BUDGET.requests);
    expect(first.purchases).toBeLessThan(waiting);
    const second = await round();
    expect(first.requests + second.requests).toBeLessThanOrEqual(SHADOW_BUDGET.requests);
    const { ledger } = shop.context;
    expect(await ledger.countWaitingShadows()).toBe(waiting - first.purchases - second.purchases);

    const begun = shop.now().toISOString();
    shop.pass(SHADOW_BUDGET.withinMs + 1);
    const third = await round();
    expect(third.purchases).toBeGreaterThan(0);

    shop.pass(25 * HOUR);
    await round();
    const rows = await ledger.shadowReport({ from: begun });
    const evaluated = first.purchases + second.purchases + third.purchases;
    const [row] = shadowReport(rows, shop.context.catalog()).funnels;
    expect(row).toMatchObject({
      candidates: waiting,
      evaluated,
      waiting: 0,
      givenUp: waiting - evaluated,
      estimatedReach: waiting,
    });
  });

  it('is not spent on a purchase that can never be evaluated', async () => {
    shop.sell(catalog(ALL));
    const { payment_id } = await buyAndEvaluate();
    const { dodo } = shop.context;
    shop.context.dodo = createDodo(shop.sandbox.apiKey, { baseURL: 'http://127.0.0.1:9' });
    for (let round3 = 0; round3 < 3; round3 += 1) await round();
    shop.context.dodo = dodo;
    expect(await report()).toMatchObject({ candidates: 1, waiting: 0, givenUp: 1 });
    expect((await shop.purchase(payment_id)).outcome).toBeUndefined();
  });
});

describe('work that may only read', () => {
  it('cannot send anything that changes something', async () => {
    forget();
    const { result, requests } = await readingOnly(10, () =>
      shop.context.dodo.refunds.create({ payment_id: 'pay_x' }),
    );
    expect(result).toMatchObject({
      status: 'rejected',
      reason: { message: expect.stringContaining('may only read') as string },
    });
    expect(requests).toBe(0);
    expect(sent()).toEqual([]);
  });

  it('sends no more requests than it may', async () => {
    const { payment_id } = await shop.buy('prod_starter_course');
    forget();
    const { result, requests } = await readingOnly(2, async () => {
      for (;;) await shop.context.dodo.payments.retrieve(payment_id);
    });
    expect(result.status).toBe('rejected');
    expect([requests, sent().length]).toEqual([2, 2]);
  });
});
