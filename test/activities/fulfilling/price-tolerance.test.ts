/** A price that moves a little between the clicks. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { chargeActivities } from '../../../activities/fulfilling/charge.js';
import { attemptId, workflowId } from '../../../src/domain/ids.js';
import { ceilingAfter } from '../../../src/domain/price-tolerance.js';
import { CATALOG, openShop, type Shop } from '../shop.js';

const BUNDLE = 'prod_complete_bundle';
const PRICE = 14_900;

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterEach(async () => {
  await costs(PRICE);
});
afterAll(() => shop.close());

const costs = (price: number) => shop.sandbox.control.updateProduct(BUNDLE, { price });

/** Shows the bundle to a new customer. `click` accepts what is shown, as attempt `n`. */
async function offered(policy: string) {
  shop.sell(CATALOG.replace('version: 1', `version: 1\npolicy: ${policy}`));
  const bought = await shop.buy('prod_starter_course');
  const { payment_id: purchaseId, customer_id: customerId } = bought;
  const evaluation = await shop.evaluate(purchaseId);
  if (evaluation.kind !== 'presented') throw new Error('No offer.');
  const { presentationId, step, paymentMethodId } = evaluation.presented;
  const shown = async () => {
    const record = await shop.context.ledger.presentation(presentationId);
    if (!record) throw new Error('No presentation.');
    return record;
  };
  async function click(n: number) {
    const { price } = await shown();
    return chargeActivities(shop.context).charge({
      attemptId: attemptId(workflowId.purchase(purchaseId), step, n),
      presentationId,
      purchaseId,
      customerId,
      ...(paymentMethodId !== undefined && { paymentMethodId }),
      quantity: 1,
      offer: { action: { kind: 'charge', productId: BUNDLE, quantity: 1 } },
      price: { currency: price.currency, dueNow: price.dueNow, hash: price.hash },
      acceptedAt: shop.now().toISOString(),
      sendBefore: shop.now().getTime() + 60_000,
      runStartedAt: shop.now().toISOString(),
    });
  }
  const paid = async () => {
    const { items } = await shop.context.dodo.payments.list({ customer_id: customerId, page_number: 0 });
    return items.filter((one) => one.payment_id !== purchaseId).map((one) => one.total_amount);
  };
  return { shown, click, paid };
}

it('refuses one click, which names the most that the next one may charge', async () => {
  const { shown, click, paid } = await offered('{ price_tolerance: 1% }');
  await costs(PRICE + 50);
  expect(await click(1)).toMatchObject({ kind: 'price_changed', price: { dueNow: PRICE + 50 } });
  const again = await shown();
  expect(again).toMatchObject({
    status: 'open',
    price: { dueNow: PRICE + 50, atMost: 15_099 },
    message: expect.stringContaining('$150.99 at most') as string,
  });
  expect(await paid()).toEqual([]);
  // What was shown to somebody without the ceiling bears another hash.
  const other = await offered('{}');
  expect((await other.shown()).price).toMatchObject({ dueNow: PRICE + 50 });
  expect((await other.shown()).price.hash).not.toBe(again.price.hash);

  await costs(PRICE + 60);
  expect(await click(2)).toMatchObject({ kind: 'submitted', dueNow: PRICE + 60 });
  expect(await paid()).toEqual([PRICE + 60]);
});

it('never charges more than the most that was named', async () => {
  const { click, paid } = await offered('{ price_tolerance: 1% }');
  await costs(PRICE + 50);
  await click(1);
  await costs(PRICE + 250);
  expect(await click(2)).toMatchObject({ kind: 'price_changed', price: { dueNow: PRICE + 250 } });
  expect(await paid()).toEqual([]);
});

it('charges less when the price has fallen', async () => {
  const { click, paid } = await offered('{ price_tolerance: 1% }');
  await costs(PRICE - 50);
  expect(await click(1)).toMatchObject({ kind: 'submitted', dueNow: PRICE - 50 });
  expect(await paid()).toEqual([PRICE - 50]);
});

it.each([
  ['without a tolerance', '{}', PRICE + 1],
  ['beyond it', '{ price_tolerance: 1% }', PRICE + 500],
])('%s, every rise is refused, and no ceiling named', async (_, policy, price) => {
  const { shown, click, paid } = await offered(policy);
  await costs(price);
  expect(await click(1)).toMatchObject({ kind: 'price_changed', price: { dueNow: price } });
  expect((await shown()).price).not.toHaveProperty('atMost');
  await costs(price + 1);
  expect(await click(2)).toMatchObject({ kind: 'price_changed', price: { dueNow: price + 1 } });
  expect(await paid()).toEqual([]);
});

it('has no ceiling in another currency', () => {
  const price = (currency: string, dueNow: number) => ({ currency, dueNow, hash: 'h' });
  expect(ceilingAfter(price('USD', 1000), price('EUR', 1001), 0.01)).toBeUndefined();
  expect(ceilingAfter(price('USD', 1000), price('USD', 1001), 0.01)).toBe(1011);
  expect(ceilingAfter(undefined, price('USD', 1001), 0.01)).toBeUndefined();
});
