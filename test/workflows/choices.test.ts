import { describe, expect, it } from 'vitest';
import type { Presented } from '../../activities/offering/present.js';
import type { Offer } from '../../src/domain/offers.js';
import { PLAN_CHANGE, presentedAt, snapshotOf, type PurchaseFixture } from './purchase-fixture.js';
import { useWorkflowHarness } from './use-workflow-harness.js';
import type { ScriptedActivities } from './scripted-activities.js';

const harness = useWorkflowHarness({ forgetful: true });

const QUANTITY = { choices: { quantity: { min: 1, max: 10 } }, quantity: 2, priceHash: 'hash_2' };
const OPTIONS = {
  option: 'all',
  productId: 'prod_all',
  priceHash: 'hash_all',
  choices: {
    options: [
      { id: 'all', productId: 'prod_all', quantity: 1, dueNow: 4900, priceHash: 'hash_all' },
      {
        id: 'part',
        productId: 'prod_part',
        quantity: 2,
        quantities: { min: 1, max: 5 },
        dueNow: 1900,
        priceHash: 'hash_part',
      },
    ],
  },
} satisfies Partial<Presented>;
const BOUNDS = { min: 1, max: 5 };

/** A bundle with options to choose from. */
function offering(presented: Partial<Presented>, offer: Partial<Offer> = {}) {
  return (activities: ScriptedActivities) => {
    const { fixture } = activities;
    const [step] = fixture.steps;
    if (!step) throw new Error('The fixture has no step.');
    const snapshot = snapshotOf(fixture);
    const usual = snapshot.offers[step.offer];
    if (!usual) throw new Error('The step has no offer.');
    snapshot.offers[step.offer] = { ...usual, ...offer };
    activities.always('evaluate', {
      kind: 'presented',
      snapshot,
      presented: { ...presentedAt(fixture, step.id), ...presented },
    });
  };
}

const action = { kind: 'charge', productId: 'prod_bundle', quantity: 2, quantityChoice: { min: 1, max: 10 } };
const packs = () => harness.buy({ script: offering(QUANTITY, { action } as Partial<Offer>) });
const course = () =>
  harness.buy({
    script: offering(OPTIONS, {
      options: [
        { id: 'all', label: 'All', action: { kind: 'charge', productId: 'prod_all', quantity: 1 } },
        {
          id: 'part',
          label: 'Part',
          action: { kind: 'charge', productId: 'prod_part', quantity: 2, quantityChoice: BOUNDS },
        },
      ],
    }),
  });

describe('a choice with its price', () => {
  it('is what the run sends and reports', async () => {
    const run = await packs();
    const reply = run.accept({ quantity: 3, priceHash: 'hash_3', dueNow: 7350 });
    await run.activities.called('charge');
    expect(run.activities.inputs('charge')).toMatchObject([
      {
        quantity: 3,
        choice: { quantity: 3 },
        offer: { action: { quantity: 3 } },
        price: { dueNow: 7350, hash: 'hash_3' },
      },
    ]);
    run.fixture.dueNow = 7350;
    await run.webhook(run.attempt(1), 'succeeded');
    expect(await reply).toMatchObject({ decision: 'accepted', status: 'paid' });
    expect(await run.result()).toMatchObject({ outcome: 'converted' });
  });

  it('needs no price if it is a listed option', async () => {
    const run = await course();
    const reply = run.accept({ option: 'part' });
    await run.activities.called('charge');
    expect(run.activities.inputs('charge')).toMatchObject([
      {
        quantity: 2,
        choice: { option: 'part', quantity: 2 },
        offer: { action: { productId: 'prod_part', quantity: 2 } },
        price: { dueNow: 1900, hash: 'hash_part' },
      },
    ]);
    await run.webhook(run.attempt(1), 'succeeded');
    expect(await reply).toMatchObject({ status: 'paid' });
  });

  it('may be made by signal', async () => {
    const run = await course();
    await run.signal('acceptOffer', { option: 'part', quantity: 5, priceHash: 'hash_5', dueNow: 4750 });
    await run.activities.called('charge');
    expect(run.activities.inputs('charge')).toMatchObject([{ choice: { option: 'part', quantity: 5 } }]);
    await run.webhook(run.attempt(1), 'succeeded');
    await run.result();
  });
});

describe('a choice that the run itself refuses', () => {
  it('is out of bounds, unknown, or without a price', async () => {
    const run = await packs();
    const priced = { priceHash: 'hash', dueNow: 1 };
    for (const request of [
      { quantity: 11, ...priced },
      { quantity: 0, ...priced },
      { quantity: 2.5, ...priced },
      { option: 'part', ...priced },
      { quantity: 3 },
      { quantity: 3, priceHash: 'hash', dueNow: -1 },
    ]) {
      expect(await run.accept(request)).toMatchObject({ refused: 'invalid_body' });
    }
    expect(await run.accept({ priceHash: 'other' })).toMatchObject({ refused: 'price_changed' });
    const other = await course();
    expect(await other.accept({ option: 'none', ...priced })).toMatchObject({ refused: 'invalid_body' });
    expect(await other.accept({ quantity: 2, ...priced })).toMatchObject({ refused: 'invalid_body' });
    expect(await other.accept({ option: 'part', priceHash: 'other' })).toMatchObject({
      refused: 'price_changed',
    });
    expect(other.activities.calls()).not.toContain('charge');
  });

  it('loses to an earlier choice, while a click without a choice gets the answer of that one', async () => {
    const run = await course();
    const first = run.accept({ option: 'part' });
    await run.activities.called('charge');
    const late = { option: 'all', priceHash: 'hash_all', dueNow: 4900 };
    expect(await run.accept(late)).toMatchObject({ refused: 'already_decided', won: 'accepted' });
    const again = run.accept({ option: 'part', priceHash: 'hash_part' });
    const plain = run.accept({ priceHash: 'hash_all' });
    await run.webhook(run.attempt(1), 'succeeded');
    expect(await again).toEqual(await first);
    expect(await plain).toEqual(await first);
    expect(run.activities.inputs('charge')).toHaveLength(1);
  });
});

describe('a chosen quantity whose price has moved', () => {
  it('is offered again in the same quantity, at the new price', async () => {
    const run = await packs();
    run.activities.next('charge', { kind: 'price_changed', price: { dueNow: 8000, priceHash: 'hash_3b' } });
    const choice = { quantity: 3, priceHash: 'hash_3', dueNow: 7350 };
    expect(await run.accept(choice)).toMatchObject({ refused: 'price_changed' });
    // The old price is void for an accept without a quantity, too.
    expect(await run.accept({ priceHash: 'hash_2' })).toMatchObject({ refused: 'price_changed' });
    // An accept without a choice refers to the quantity shown first, and does not buy three.
    expect(await run.accept({})).toMatchObject({ refused: 'price_changed' });
    await run.signal('acceptOffer', {});
    const reply = run.accept({ quantity: 3, priceHash: 'hash_3b' });
    await run.activities.called('charge', 2);
    expect(run.activities.inputs('charge')[1]).toMatchObject({
      quantity: 3,
      price: { dueNow: 8000, hash: 'hash_3b' },
    });
    run.fixture.dueNow = 8000;
    await run.webhook(run.attempt(2), 'succeeded');
    expect(await reply).toMatchObject({ status: 'paid' });
  });
});

describe('the limit of a one-click charge', () => {
  const limited = (presented: Partial<Presented>) =>
    harness.buy({
      script: offering({ ...QUANTITY, oneClickLimit: 5000, ...presented }, { action } as Partial<Offer>),
    });

  it('sends a choice above it to the checkout', async () => {
    const run = await limited({});
    const reply = run.accept({ quantity: 3, priceHash: 'hash_3', dueNow: 7350 });
    expect(await reply).toMatchObject({ status: 'requires_action' });
    expect(run.activities.calls()).not.toContain('charge');
    expect(run.activities.inputs('openFallback')).toMatchObject([
      { asked: true, quantity: 3, oneClickLimit: 5000 },
    ]);
    run.fixture.dueNow = 7350;
    await run.webhook(run.attempt(1), 'succeeded');
    expect(await run.result()).toMatchObject({ outcome: 'converted' });
  });

  it('lets a cheaper choice be charged when the one shown is above it', async () => {
    const run = await limited({ mode: 'checkout', dueNow: 5100 });
    const reply = run.accept({ quantity: 1, priceHash: 'hash_1', dueNow: 2550 });
    await run.activities.called('charge');
    await run.webhook(run.attempt(1), 'succeeded');
    expect(await reply).toMatchObject({ status: 'paid' });
  });

  it('applies again when a price has moved above it', async () => {
    const run = await limited({});
    run.activities.next('charge', { kind: 'price_changed', price: { dueNow: 5001, priceHash: 'dearer' } });
    expect(await run.accept()).toMatchObject({ refused: 'price_changed' });
    expect(await run.accept()).toMatchObject({ status: 'requires_action' });
    expect(run.activities.calls().filter((name) => name === 'charge')).toHaveLength(1);
  });

  it('does not matter without a saved payment method: the choice goes to the checkout', async () => {
    const run = await limited({ mode: 'checkout', paymentMethodId: undefined });
    expect(await run.accept({ quantity: 1, priceHash: 'hash_1', dueNow: 100 })).toMatchObject({
      status: 'requires_action',
    });
  });
});

describe('seats', () => {
  it('are changed to the chosen number, and looked up with that number', async () => {
    const seats: Partial<PurchaseFixture> = {
      ...PLAN_CHANGE,
      actions: { pro: { ...PLAN_CHANGE.actions.pro, quantityChoice: { min: 1, max: 20 } } as never },
    };
    const run = await harness.buy({
      fixture: seats,
      script: offering({ choices: { quantity: { min: 1, max: 20 } }, quantity: 1, priceHash: 'hash_1' }),
    });
    const reply = run.accept({ quantity: 7, priceHash: 'hash_7', dueNow: 4900 });
    await run.activities.called('changePlan');
    expect(run.activities.inputs('changePlan')).toMatchObject([
      { quantity: 7, offer: { action: { productId: 'prod_pro', quantity: 7 } } },
    ]);
    await run.webhook(run.attempt(1), 'succeeded');
    await run.subscriptionWebhook({ productId: 'prod_pro', quantity: 1 });
    await run.subscriptionWebhook({ productId: 'prod_pro', quantity: 7 });
    expect(await reply).toMatchObject({ status: 'paid' });
  });
});
