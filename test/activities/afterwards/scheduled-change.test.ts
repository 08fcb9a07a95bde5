/** Changes of plan that wait for the next billing date, followed until they have happened. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scheduledChangeActivities } from '../../../activities/afterwards/scheduled-change.js';
import { changePlanActivities } from '../../../activities/fulfilling/change-plan.js';
import { attemptId, workflowId } from '../../../src/domain/ids.js';
import { MockActivityEnvironment } from '@temporalio/testing';
import { janitorActivities } from '../../../activities/afterwards/janitor.js';
import { fakeRuns } from '../offers-taken.js';
import { CATALOG, openShop, type Shop } from '../shop.js';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  shop.sell(
    CATALOG.replaceAll('proration_billing_mode: difference_immediately', 'effective_at: next_billing_date'),
  );
});
afterAll(() => shop.close());

/** Accepts a change at the next billing date, which Dodo schedules. */
async function scheduled() {
  const {
    payment_id: purchaseId,
    customer_id: customerId,
    subscription_id,
  } = await shop.buy('prod_basic_plan');
  const subscriptionId = subscription_id ?? '';
  const evaluation = await shop.evaluate(purchaseId);
  if (evaluation.kind !== 'presented') throw new Error('No offer.');
  const { presented, snapshot } = evaluation;
  const action = snapshot.offers.pro?.action;
  if (action?.kind !== 'change_plan') throw new Error('A plan change was expected.');
  const { presentationId, productId, quantity } = presented;
  const id = attemptId(workflowId.planChange(subscriptionId), presentationId, 1);
  await changePlanActivities(shop.context).changePlan({
    attemptId: id,
    presentationId,
    purchaseId,
    customerId,
    subscriptionId,
    quantity,
    offer: { action },
    price: { currency: presented.currency, dueNow: presented.dueNow, hash: presented.priceHash },
    acceptedAt: shop.now().toISOString(),
    sendBefore: shop.now().getTime() + 60_000,
    runStartedAt: shop.now().toISOString(),
  });
  await shop.context.ledger.updatePresentation(presentationId, { status: 'scheduled', decision: 'accepted' });
  const follow = (giveUp?: true) =>
    scheduledChangeActivities(shop.context).followScheduledChange({
      presentationId,
      purchaseId,
      attemptId: id,
      subscriptionId,
      productId,
      quantity,
      ...(giveUp && { giveUp }),
    });
  const status = async () => (await shop.context.ledger.presentation(presentationId))?.status;
  const report = async () =>
    (await shop.context.ledger.funnelReport()).reduce(
      (sum, row) => ({ paid: sum.paid + row.paid, scheduled: sum.scheduled + (row.scheduled ?? 0) }),
      { paid: 0, scheduled: 0 },
    );
  const settle = () =>
    shop.context.ledger.settle({
      purchaseId,
      outcome: 'converted',
      timeline: [],
      at: shop.now().toISOString(),
    });
  const outcome = async () => (await shop.purchase(purchaseId)).outcome;
  return {
    presentationId,
    purchaseId,
    attemptId: id,
    productId,
    quantity,
    subscriptionId,
    follow,
    status,
    report,
    settle,
    outcome,
  };
}

describe('a change at the next billing date', () => {
  it('is scheduled until then, and paid once Dodo has made it', async () => {
    const { subscriptionId, follow, status, report } = await scheduled();
    const { next_billing_date } = await shop.context.dodo.subscriptions.retrieve(subscriptionId);
    const before = await report();
    expect(before.scheduled).toBeGreaterThan(0);
    expect(await follow()).toEqual({ kind: 'scheduled', at: next_billing_date });
    expect(await status()).toBe('scheduled');

    await shop.sandbox.control.renew(subscriptionId);
    expect(await follow()).toEqual({ kind: 'happened' });
    expect(await follow()).toEqual({ kind: 'happened' });
    expect(await status()).toBe('paid');
    expect(await report()).toEqual({ paid: before.paid + 1, scheduled: before.scheduled - 1 });
  });

  it('has failed when it is dropped and waited for long enough', async () => {
    const { subscriptionId, follow, status, settle, outcome } = await scheduled();
    await settle();
    await shop.context.dodo.subscriptions.cancelChangePlan(subscriptionId);
    expect(await follow()).toEqual({ kind: 'absent' });
    expect(await status()).toBe('scheduled');
    expect(await outcome()).toBe('converted');
    expect(await follow(true)).toEqual({ kind: 'dropped' });
    expect(await status()).toBe('failed');
    expect(await outcome()).toBe('payment_failed');
  });

  it('has failed when the subscription ends', async () => {
    const { subscriptionId, follow, status } = await scheduled();
    await shop.context.dodo.subscriptions.update(subscriptionId, { status: 'cancelled' });
    expect(await follow()).toEqual({ kind: 'dropped' });
    expect(await status()).toBe('failed');
  });

  it('is followed again by the janitor when its run is gone, until it has ended', async () => {
    const one = await scheduled();
    const { presentationId, purchaseId, subscriptionId, productId, quantity } = one;
    const runs = fakeRuns();
    shop.context.runs = runs;
    const run = workflowId.scheduledChange(presentationId);
    const round = async () => {
      await new MockActivityEnvironment().run(() =>
        janitorActivities(shop.context).mendPresentations({
          windowMs: 1,
          reconcileWindowMs: 1,
          graceMs: 5 * 60_000,
        }),
      );
      return runs.scheduled.filter((input) => input.presentationId === presentationId);
    };
    runs.running.add(run);
    shop.pass(60 * 60_000);
    expect(await round()).toEqual([]);
    runs.running.delete(run);
    const { attemptId: id } = one;
    expect(await round()).toEqual([
      { presentationId, purchaseId, attemptId: id, subscriptionId, productId, quantity },
    ]);
    expect((await shop.purchase(purchaseId)).timeline).toContainEqual(
      expect.objectContaining({ detail: { what: 'scheduled_change_followed', presentationId } }),
    );
    await shop.sandbox.control.renew(subscriptionId);
    expect(await one.follow()).toEqual({ kind: 'happened' });
    expect(await round()).toHaveLength(1);
  });
});
