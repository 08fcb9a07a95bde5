/** Add-ons: with a charge, with another plan, and on the plan that the customer has. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changePlanActivities } from '../../../activities/fulfilling/change-plan.js';
import { lookUpActivities } from '../../../activities/fulfilling/look-up.js';
import type { AttemptInput } from '../../../src/domain/attempt.js';
import { attemptId, workflowId } from '../../../src/domain/ids.js';
import { openShop, type Shop } from '../shop.js';

const SUPPORT = 'adn_support';
const STORAGE = 'adn_extra_storage';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  await shop.sandbox.control.createAddon({ id: SUPPORT, name: 'Support', price: 1000 });
  for (const [product_id, name] of [
    ['prod_team', 'Team'],
    ['prod_max', 'Max'],
  ] as const) {
    await shop.sandbox.control.createProduct({
      product_id,
      name,
      price: product_id === 'prod_team' ? 3000 : 9000,
      every: { interval: 'Month' },
      addons: [SUPPORT, STORAGE],
    });
  }
});
afterAll(() => shop.close());

function selling(action: string): string {
  return `
version: 1
offers:
  one:
    type: cross_sell
    action: ${action}
    copy: { headline: "{product}", accept: "Pay {dueNow}", decline: "No" }
funnels:
  bought: { trigger: purchase, steps: [{ id: s, offer: one }] }
`;
}

const change = (product: string, addons: string) =>
  selling(`{ kind: change_plan, product_id: ${product}, addons: [${addons}] }`);
const one = (addon: string, quantity = 1) => `{ addon_id: ${addon}, quantity: ${quantity} }`;

/** Buys the team plan with add-ons, and evaluates. */
async function offered(addons: { addon_id: string; quantity: number }[] = []) {
  const bought = await shop.buy('prod_team', {
    ...({ product_id: undefined } as object),
    product_cart: [{ product_id: 'prod_team', quantity: 1, addons }],
  });
  const evaluation = await shop.evaluate(bought.payment_id);
  const { presentations } = await shop.purchase(bought.payment_id);
  return { bought, evaluation, shown: presentations[0] };
}

type Offered = Awaited<ReturnType<typeof offered>>;

function inputOf({ bought, evaluation }: Offered): AttemptInput {
  if (evaluation.kind !== 'presented') throw new Error(`No offer: ${JSON.stringify(evaluation)}.`);
  const { presented, snapshot } = evaluation;
  const action = snapshot.offers.one?.action;
  if (action?.kind !== 'change_plan') throw new Error('A plan change was expected.');
  const subscriptionId = bought.subscription_id ?? '';
  return {
    attemptId: attemptId(workflowId.planChange(subscriptionId), presented.presentationId, 1),
    presentationId: presented.presentationId,
    purchaseId: bought.payment_id,
    customerId: bought.customer_id,
    subscriptionId,
    quantity: presented.quantity,
    offer: { action },
    price: { currency: presented.currency, dueNow: presented.dueNow, hash: presented.priceHash },
    acceptedAt: shop.now().toISOString(),
    sendBefore: shop.now().getTime() + 60_000,
    runStartedAt: shop.now().toISOString(),
  };
}

const lookUp = (input: AttemptInput, addons: { addonId: string; quantity: number }[] | undefined) =>
  lookUpActivities(shop.context).lookUpPlanChange({
    attemptId: input.attemptId,
    presentationId: input.presentationId,
    customerId: input.customerId,
    since: input.acceptedAt,
    subscriptionId: input.subscriptionId ?? '',
    productId: input.offer.action.productId,
    quantity: input.quantity,
    addons,
    dueNow: input.price.dueNow,
  });

describe('on the plan that the customer has', () => {
  it('are offered, paid and proven by the add-ons themselves', async () => {
    shop.sell(change('prod_team', one(SUPPORT)));
    const offer = await offered();
    expect(offer.shown).toMatchObject({ price: { dueNow: 1000, difference: 1000 } });
    const input = inputOf(offer);
    const wanted = [{ addonId: SUPPORT, quantity: 1 }];
    expect(await lookUp(input, wanted)).toEqual({ kind: 'absent' });
    expect(await changePlanActivities(shop.context).changePlan(input)).toMatchObject({ kind: 'submitted' });
    expect(await lookUp(input, wanted)).toMatchObject({ kind: 'done', payment: { status: 'succeeded' } });
    const { product_id, addons } = await shop.context.dodo.subscriptions.retrieve(input.subscriptionId ?? '');
    expect({ product_id, addons }).toEqual({
      product_id: 'prod_team',
      addons: [{ addon_id: SUPPORT, quantity: 1 }],
    });
  });

  it.each([
    ['the same', one(STORAGE, 2), [{ addon_id: STORAGE, quantity: 2 }]],
    [
      'the same in another order',
      `${one(STORAGE)}, ${one(SUPPORT)}`,
      [
        { addon_id: SUPPORT, quantity: 1 },
        { addon_id: STORAGE, quantity: 1 },
      ],
    ],
    ['none, where there are none', '', []],
  ])('are owned when they are %s', async (_, listed, has) => {
    shop.sell(change('prod_team', listed));
    expect((await offered(has)).evaluation).toEqual({ kind: 'ineligible', reason: 'already_owned' });
  });

  it.each([
    ['more of the same', one(STORAGE, 3), [{ addon_id: STORAGE, quantity: 2 }]],
    ['another one', one(SUPPORT), [{ addon_id: STORAGE, quantity: 1 }]],
  ])('are offered when they are %s', async (_, listed, has) => {
    shop.sell(change('prod_team', listed));
    expect((await offered(has)).evaluation).toMatchObject({ kind: 'presented' });
  });

  it('are not changed again when the customer has added them since', async () => {
    shop.sell(change('prod_team', one(SUPPORT)));
    const offer = await offered();
    const input = inputOf(offer);
    await shop.context.dodo.subscriptions.changePlan(input.subscriptionId ?? '', {
      product_id: 'prod_team',
      quantity: 1,
      proration_billing_mode: 'difference_immediately',
      addons: [{ addon_id: SUPPORT, quantity: 1 }],
    });
    expect(await changePlanActivities(shop.context).changePlan(input)).toEqual({
      kind: 'rejected',
      code: 'ALREADY_ON_PLAN',
    });
  });

  it('prove a change that is scheduled', async () => {
    shop.sell(
      selling(
        `{ kind: change_plan, product_id: prod_team, addons: [${one(SUPPORT)}], effective_at: next_billing_date }`,
      ),
    );
    const input = inputOf(await offered());
    await changePlanActivities(shop.context).changePlan(input);
    expect(await lookUp(input, [{ addonId: SUPPORT, quantity: 1 }])).toMatchObject({ kind: 'done' });
    expect(await lookUp(input, [{ addonId: STORAGE, quantity: 1 }])).toEqual({ kind: 'absent' });
  });
});

it('are part of another plan, and of its proof', async () => {
  shop.sell(change('prod_max', one(SUPPORT, 2)));
  const offer = await offered();
  expect(offer.shown).toMatchObject({ price: { recurring: { amount: 11_000 } } });
  const input = inputOf(offer);
  await changePlanActivities(shop.context).changePlan(input);
  expect(await lookUp(input, [{ addonId: SUPPORT, quantity: 2 }])).toMatchObject({ kind: 'done' });
  expect(await lookUp(input, [{ addonId: SUPPORT, quantity: 1 }])).not.toMatchObject({ kind: 'done' });
});

it('are charged with a product', async () => {
  shop.sell(selling(`{ kind: charge, product_id: prod_max, addons: [${one(STORAGE, 2)}] }`));
  const { payment_id } = await shop.buy('prod_starter_course');
  await shop.evaluate(payment_id);
  const { presentations } = await shop.purchase(payment_id);
  expect(presentations[0]).toMatchObject({ price: { dueNow: 10_000, recurring: { amount: 10_000 } } });
});
