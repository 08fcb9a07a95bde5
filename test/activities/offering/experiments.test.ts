import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { presentActivities, type PresentInput } from '../../../activities/offering/present.js';
import { assign } from '../../../src/experiments/assign.js';
import { holdoutArms } from '../../../src/experiments/names.js';
import { stepAfter, stepOf } from '../../../src/domain/funnel.js';
import { workflowId } from '../../../src/domain/ids.js';
import { CATALOG, openShop, type Shop } from '../shop.js';

const SECOND = 1_000;

/** An offer of its own for each arm; both sell the same. */
const OTHER = `  other:
    type: upsell
    action: { kind: charge, product_id: prod_complete_bundle, quantity: 1 }
    window: 30m
    copy: { headline: "Other", accept: "Pay {dueNow}", decline: "No" }
funnels:`;
const withArms = (arms: string) =>
  CATALOG.replace('funnels:', OTHER).replace(
    '{ id: bundle, offer: bundle }',
    `{ id: bundle, variants: [${arms}] }`,
  );
const HALVES = withArms('{ id: a, offer: bundle }, { id: b, offer: other }');
const OFFER_OF = { a: 'bundle', b: 'other' };
const EXPERIMENT = 'starter.bundle';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
beforeEach(() => {
  shop.sell(CATALOG);
  shop.pass(SECOND);
});
afterAll(() => shop.close());

const exposuresOf = (customerId: string) => shop.context.ledger.exposuresOf(customerId);

/** A new customer for whom `wanted` holds, who has just bought something no funnel names. */
async function customerWhere(wanted: (customerId: string) => boolean): Promise<string> {
  for (;;) {
    const { customer_id } = await shop.buy('prod_setup_session');
    if (wanted(customer_id)) return customer_id;
  }
}

const armOf = (customerId: string) =>
  assign(
    EXPERIMENT,
    [
      { id: 'a', weight: 1 },
      { id: 'b', weight: 1 },
    ],
    customerId,
  )?.id as 'a' | 'b';
const inArm = (arm: 'a' | 'b') => customerWhere((customerId) => armOf(customerId) === arm);

async function buys(customer_id: string) {
  const { payment_id } = await shop.buy('prod_starter_course', { customer_id });
  return { payment_id, evaluation: await shop.evaluate(payment_id) };
}

/** Lets the customer's offer expire, which does not keep the offer away. */
async function lapse(customerId: string): Promise<void> {
  const shown = await shop.context.ledger.currentPresentation(customerId, shop.now().toISOString());
  await shop.context.ledger.updatePresentation(shown?.id ?? '', {
    status: 'expired',
    decision: 'expired',
    decidedAt: shop.now().toISOString(),
  });
}

describe('a step with variants', () => {
  it.each(['a', 'b'] as const)('shows a customer of arm %s its offer, and records it', async (arm) => {
    shop.sell(HALVES);
    const customerId = await inArm(arm);
    const { payment_id, evaluation } = await buys(customerId);
    expect(evaluation).toMatchObject({ kind: 'presented', presented: { offerId: OFFER_OF[arm] } });
    expect((await shop.purchase(payment_id)).presentations).toMatchObject([
      { offerId: OFFER_OF[arm], variant: arm, experiment: EXPERIMENT },
    ]);
    expect(await exposuresOf(customerId)).toEqual({ [EXPERIMENT]: arm });
    expect(await shop.evaluate(payment_id)).toMatchObject({ presented: { offerId: OFFER_OF[arm] } });
  });

  it('keeps a customer in their arm, whatever its weight is now', async () => {
    shop.sell(HALVES);
    const customerId = await inArm('a');
    await buys(customerId);
    await lapse(customerId);
    shop.sell(withArms('{ id: b, offer: other, weight: 9 }, { id: a, offer: bundle, weight: 0 }'));
    expect((await buys(customerId)).evaluation).toMatchObject({ presented: { offerId: 'bundle' } });
    const { evaluation } = await buys(await inArm('a'));
    expect(evaluation).toMatchObject({ presented: { offerId: 'other' } });
  });

  it('shows a customer whose arm is gone another one, and counts them in their old arm', async () => {
    shop.sell(HALVES);
    const customerId = await inArm('a');
    await buys(customerId);
    await lapse(customerId);
    shop.sell(withArms('{ id: c, offer: other, weight: 0 }, { id: b, offer: other }'));
    expect((await buys(customerId)).evaluation).toMatchObject({ presented: { offerId: 'other' } });
    expect(await exposuresOf(customerId)).toEqual({ [EXPERIMENT]: 'a' });
  });

  it('gives two simultaneous purchases of one customer the same arm', async () => {
    shop.sell(HALVES);
    const customerId = await inArm('b');
    const both = await Promise.all([buys(customerId), buys(customerId)]);
    expect(both.map(({ evaluation }) => evaluation.kind).sort()).toEqual(['ineligible', 'presented']);
    expect(await exposuresOf(customerId)).toEqual({ [EXPERIMENT]: 'b' });
  });

  it('does not count customers who are not eligible for what it would show', async () => {
    shop.sell(HALVES);
    const customerId = await inArm('a');
    await shop.buy('prod_complete_bundle', { customer_id: customerId });
    expect((await buys(customerId)).evaluation).toEqual({ kind: 'ineligible', reason: 'already_owned' });
    expect(await exposuresOf(customerId)).toEqual({});
  });

  it('may come later in a funnel, and its run finds the offer it showed', async () => {
    shop.sell(
      HALVES.replace(
        'steps: [{ id: bundle,',
        'steps: [{ id: first, offer: first, on: { decline: bundle } }, { id: bundle,',
      ).replace(
        '  other:',
        '  first:\n    type: upsell\n    action: { kind: charge, product_id: prod_team_license }\n    window: 30m\n    copy: { headline: "First", accept: "Pay {dueNow}", decline: "No" }\n  other:',
      ),
    );
    const customerId = await inArm('b');
    const { payment_id, evaluation } = await buys(customerId);
    if (evaluation.kind !== 'presented') throw new Error('Nothing was shown.');
    expect(await exposuresOf(customerId)).toEqual({});
    const { snapshot, presented } = evaluation;
    const next = stepAfter(snapshot, 'first', 'declined');
    if (!next) throw new Error('Nothing follows.');
    const decided = { decision: 'declined', decidedAt: shop.now().toISOString() } as const;
    const input: PresentInput = {
      purchaseId: payment_id,
      workflowId: workflowId.purchase(payment_id),
      funnelId: snapshot.funnel.id,
      catalogHash: snapshot.catalogHash,
      step: next.step.id,
      offer: next.offer,
      variants: { step: next.step, offers: snapshot.offers },
      customerId,
      currency: presented.currency,
      previous: {
        presentationId: presented.presentationId,
        patch: { status: 'declined', ...decided },
        timeline: [],
      },
    };
    const activities = presentActivities(shop.context);
    for (let again = 0; again < 2; again += 1) {
      const shown = await activities.present(input);
      if (shown.kind !== 'presented') throw new Error(`Skipped: ${shown.reason}.`);
      expect(shown.presented).toMatchObject({ offerId: 'other', step: 'bundle' });
      expect(stepOf(snapshot, 'bundle', shown.presented.offerId).offer.id).toBe('other');
    }
    expect(await exposuresOf(customerId)).toEqual({ [EXPERIMENT]: 'b' });
  });
});

describe.each([
  { of: 'everything', name: 'holdout', catalog: `${CATALOG}policy: { holdout: 50% }\n` },
  {
    of: 'a funnel',
    name: 'starter.holdout',
    catalog: CATALOG.replace('  starter:\n', '  starter:\n    priority: 5\n    holdout: 50%\n').concat(
      '  next:\n    trigger: purchase\n    steps: [{ id: bundle, offer: bundle }]\n',
    ),
  },
])('the holdout of $of', ({ name, catalog }) => {
  const isHeldOut = (customerId: string) => assign(name, holdoutArms(0.5), customerId)?.id === 'holdout';

  it('shows held-out customers nothing, not even the next funnel, and says why', async () => {
    shop.sell(catalog);
    const customerId = await customerWhere(isHeldOut);
    const { payment_id, evaluation } = await buys(customerId);
    expect(evaluation).toEqual({ kind: 'ineligible', reason: 'holdout' });
    expect(await shop.purchase(payment_id)).toMatchObject({
      outcome: 'ineligible',
      reason: 'holdout',
      presentations: [],
      considered: [{ funnelId: 'starter', reason: 'holdout', detail: `the customer is held out of ${name}` }],
    });
    expect(await exposuresOf(customerId)).toEqual({ [name]: 'holdout' });
    expect(await shop.evaluate(payment_id)).toEqual(evaluation);
  });

  it('shows everybody else the offer, and counts them at the same moment', async () => {
    shop.sell(catalog);
    const customerId = await customerWhere((id) => !isHeldOut(id));
    const { evaluation } = await buys(customerId);
    expect(evaluation).toMatchObject({ kind: 'presented', presented: { offerId: 'bundle' } });
    expect(await exposuresOf(customerId)).toEqual({ [name]: 'offered' });
  });

  it('keeps customers in their group when its share changes', async () => {
    shop.sell(catalog);
    const [held, offered] = [await customerWhere(isHeldOut), await customerWhere((id) => !isHeldOut(id))];
    for (const customerId of [held, offered]) await buys(customerId);
    await lapse(offered);
    shop.sell(catalog.replace('50%', '1%'));
    expect((await buys(held)).evaluation).toMatchObject({ reason: 'holdout' });
    shop.sell(catalog.replace('50%', '99%'));
    expect((await buys(offered)).evaluation).toMatchObject({ kind: 'presented' });
  });

  it('does not count customers who would have been shown nothing anyway', async () => {
    shop.sell(catalog);
    const customerId = await customerWhere(isHeldOut);
    await shop.buy('prod_complete_bundle', { customer_id: customerId });
    expect((await buys(customerId)).evaluation).toMatchObject({ reason: 'already_owned' });
    shop.sell(CATALOG);
    const other = await customerWhere(isHeldOut);
    await buys(other);
    shop.sell(catalog);
    expect((await buys(other)).evaluation).toMatchObject({ reason: 'offer_already_open' });
    for (const id of [customerId, other]) expect(await exposuresOf(id)).toEqual({});
  });

  it('does not take back what the run has already shown', async () => {
    const customerId = await customerWhere(isHeldOut);
    const { payment_id } = await buys(customerId);
    shop.sell(catalog);
    expect(await shop.evaluate(payment_id)).toMatchObject({ kind: 'presented' });
  });
});

it('a plan asked for by name is offered to held-out customers as well', async () => {
  shop.sell(`${CATALOG}policy: { holdout: 99% }\n`);
  const { customer_id: customerId } = await shop.buy('prod_basic_plan');
  expect(
    await shop.evaluateTrigger('upgrade_requested', { customerId, productId: 'prod_pro_plan' }),
  ).toMatchObject({ kind: 'presented' });
  expect(await exposuresOf(customerId)).toEqual({});
});
