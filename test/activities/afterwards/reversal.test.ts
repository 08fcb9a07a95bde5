import { afterAll, beforeAll, expect, it } from 'vitest';
import { reversalActivities } from '../../../activities/afterwards/reversal.js';
import { workflowId } from '../../../src/domain/ids.js';
import { openShop, type Shop } from '../shop.js';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

it('a refunded purchase withdraws what its run still offers, even if one of its offers was reversed before', async () => {
  const { payment_id } = await shop.buy('prod_starter_course');
  await shop.evaluate(payment_id);
  // The run's first offer was reversed before its second one opened, so the ledger counts the run as settled.
  await shop.context.ledger.settle({
    purchaseId: payment_id,
    outcome: 'reversed',
    at: shop.now().toISOString(),
    timeline: [],
  });
  const { refund_id } = await shop.context.dodo.refunds.create({ payment_id });
  const event = { kind: 'refund', id: refund_id, paymentId: payment_id, type: 'refund.succeeded' } as const;
  expect(await reversalActivities(shop.context).recordReversal(event)).toEqual({
    withdraw: workflowId.purchase(payment_id),
  });
});
