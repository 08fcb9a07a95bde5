/** A downgrade whose credit is for unused time, on a clock that goes on: the sandbox prorates by the second. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SendReply } from '../../src/domain/attempt.js';
import { changePlanActivities } from '../../activities/fulfilling/change-plan.js';
import { openShop, type Shop } from '../activities/shop.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
/** So large that its credit shrinks by a cent every three seconds. */
const LARGE = 790_000;

const DOWNGRADE = `
version: 1
offers:
  basic:
    type: downsell
    action: { kind: change_plan, product_id: prod_basic_plan, proration_billing_mode: prorated_immediately }
    window: 3d
    copy: { headline: "{product}", body: "You receive {credit}", accept: "Change", decline: "No" }
funnels:
  limit:
    trigger: limit_approaching
    steps: [{ id: basic, offer: basic }]
`;

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  shop.sell(DOWNGRADE);
  await shop.sandbox.control.updateProduct('prod_pro_plan', { price: LARGE });
});
afterAll(() => shop.close());

/** Somebody who uses a large plan since ten days, and is shown a smaller one. */
async function shown() {
  const { customer_id: customerId, subscription_id } = await shop.buy('prod_pro_plan');
  const subscriptionId = subscription_id ?? '';
  shop.pass(10 * DAY);
  const { eventId, ...evaluation } = await shop.evaluateTrigger('limit_approaching', {
    customerId,
    subscriptionId,
  });
  if (evaluation.kind !== 'presented') throw new Error(`No offer: ${JSON.stringify(evaluation)}.`);
  const { presented, snapshot } = evaluation;
  const offer = snapshot.offers.basic;
  if (offer?.action.kind !== 'change_plan') throw new Error('The offer is not in the snapshot.');
  const paid = { ...offer, action: offer.action };
  let price = { currency: presented.currency, dueNow: presented.dueNow, hash: presented.priceHash };
  const runStartedAt = shop.now().toISOString();
  let clicks = 0;
  return {
    subscriptionId,
    credit: async () => (await shop.context.ledger.presentation(presented.presentationId))?.price.credit ?? 0,
    /** On the price shown last, which is another one after `price_changed`. */
    click: async (): Promise<SendReply> => {
      clicks += 1;
      const reply = await changePlanActivities(shop.context).changePlan({
        attemptId: `plan-change/${subscriptionId}:${presented.presentationId}:${clicks}`,
        presentationId: presented.presentationId,
        purchaseId: eventId,
        customerId,
        subscriptionId,
        quantity: presented.quantity,
        offer: paid,
        price,
        acceptedAt: shop.now().toISOString(),
        sendBefore: shop.now().getTime() + MINUTE,
        runStartedAt,
      });
      if (reply.kind === 'price_changed')
        price = { ...price, dueNow: reply.price.dueNow, hash: reply.price.priceHash };
      return reply;
    },
  };
}

describe('the credit for unused time', () => {
  it('is granted as it is a few minutes after it was shown', async () => {
    const { click, credit, subscriptionId } = await shown();
    const before = await credit();
    shop.pass(9 * MINUTE);
    expect(await click()).toMatchObject({ kind: 'submitted', dueNow: 0 });
    const granted = shop.sandbox.books.subscriptionState(subscriptionId)?.credit_balance ?? 0;
    expect(granted).toBeLessThan(before);
    expect(granted).toBeGreaterThan(before - 200);
  });

  it('is shown anew the next day, and what is shown then is good for the next click, though a cent less', async () => {
    const { click, credit, subscriptionId } = await shown();
    const before = await credit();
    shop.pass(DAY);
    expect(await click()).toMatchObject({ kind: 'price_changed', price: { dueNow: 0 } });
    const again = await credit();
    expect(again).toBeLessThan(before);
    shop.pass(20 * SECOND);
    expect(await click()).toMatchObject({ kind: 'submitted', dueNow: 0 });
    expect(shop.sandbox.books.subscriptionState(subscriptionId)?.credit_balance).toBeLessThan(again);
  });
});
