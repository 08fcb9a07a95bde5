import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { cancelReplacedActivities } from '../../../activities/fulfilling/cancel-replaced.js';
import { openShop, type Shop } from '../shop.js';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
beforeEach(() => shop.sandbox.control.clearFaults());
afterAll(() => shop.close());

async function replaced() {
  const { payment_id, subscription_id } = await shop.buy('prod_basic_plan');
  const evaluation = await shop.evaluate(payment_id);
  if (evaluation.kind !== 'presented') throw new Error(`No offer: ${JSON.stringify(evaluation)}.`);
  return {
    purchaseId: payment_id,
    input: {
      subscriptionId: subscription_id ?? '',
      presentationId: evaluation.presented.presentationId,
    },
  };
}

const cancel = (input: { subscriptionId: string; presentationId: string }) =>
  cancelReplacedActivities(shop.context).cancelReplacedSubscription(input);
const statusOf = async ({ subscriptionId }: { subscriptionId: string }) =>
  (await shop.context.dodo.subscriptions.retrieve(subscriptionId)).status;
const entries = async (purchaseId: string) =>
  (await shop.purchase(purchaseId)).timeline.map(({ type }) => type);

function refuse(subscriptionId: string, status: number): void {
  shop.sandbox.control.addFault({
    match: { method: 'PATCH', path: `^/subscriptions/${subscriptionId}$` },
    kind: 'status_before',
    status,
    times: 1,
  });
}

it('a replaced subscription is cancelled once, however often the activity runs', async () => {
  const { purchaseId, input } = await replaced();
  await cancel(input);
  await cancel(input);
  expect(await statusOf(input)).toBe('cancelled');
  expect(await entries(purchaseId)).toEqual(['replaced_subscription_cancelled']);
});

it.each([401, 403, 500])('the activity is tried again when Dodo answers %d', async (status) => {
  const { purchaseId, input } = await replaced();
  refuse(input.subscriptionId, status);
  await expect(cancel(input)).rejects.toMatchObject({ status });
  expect(await entries(purchaseId)).toEqual([]);
  await cancel(input);
  expect(await statusOf(input)).toBe('cancelled');
});

it('a request that Dodo refuses is noted for a person to deal with', async () => {
  const { purchaseId, input } = await replaced();
  refuse(input.subscriptionId, 409);
  await cancel(input);
  expect(await statusOf(input)).toBe('active');
  expect(await entries(purchaseId)).toEqual(['replaced_subscription_not_cancelled']);
});
