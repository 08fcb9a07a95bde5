import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buy, buyWithOffer, openOffer, settled } from '../support/purchases.js';
import { eventually } from '../support/eventually.js';
import { testStack, type TestStack } from '../support/stack.js';

/** Longer than the tests, so that no sweep or look-up comes in between. */
const QUIET = { POLL_INTERVAL: '10s', RECONCILE_WINDOW: '20m', SWEEP_INTERVAL: '1h' };

/** Returns the requests to Dodo for one purchase and the decisions about its offers. */
async function requestsFor(
  stack: TestStack,
  productId: string,
  decisions: ('accept' | 'decline')[],
): Promise<string[]> {
  const bought = await buy(stack, productId);
  const from = stack.sandbox.books.requests().length;
  await openOffer(stack, bought.customer_id);
  for (const decision of decisions) await stack.http.post(`/api/upsell/${bought.customer_id}/${decision}`);
  await settled(stack, bought.payment_id);
  return (
    stack.sandbox.books
      .requests()
      .slice(from)
      .map(({ method, path }) => `${method} ${path}`)
      // Read every few minutes at most, for all customers together; the sweep lists by itself.
      .filter((line) => !line.startsWith('GET /products/'))
  );
}

describe('requests to Dodo', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await testStack(QUIET);
  });
  afterAll(() => stack.stop());

  it('are few for each way a purchase goes', async () => {
    // The first sweep and the first reading of each product are nobody's.
    await requestsFor(stack, 'prod_starter_course', ['accept']);
    const accepted = await requestsFor(stack, 'prod_starter_course', ['accept']);
    expect(accepted.length, accepted.join('\n')).toBeLessThanOrEqual(8);
    const changed = await requestsFor(stack, 'prod_basic_plan', ['accept']);
    expect(changed.length, changed.join('\n')).toBeLessThanOrEqual(9);
    const declined = await requestsFor(stack, 'prod_starter_course', ['decline', 'decline']);
    expect(declined.length, declined.join('\n')).toBeLessThanOrEqual(6);
  });
});

describe('a busy hour at the limit', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await testStack({ ...QUIET, DODO_REQUESTS_PER_MINUTE: '240' });
  });
  afterAll(() => stack.stop());

  it('does not keep a click waiting', async () => {
    const { sandbox, http } = stack;
    const clicker = await buyWithOffer(stack, 'prod_starter_course');
    const subscribers = await Promise.all(Array.from({ length: 20 }, () => buy(stack, 'prod_basic_plan')));
    await sandbox.control.setPolicy({ chargeType: false });
    await Promise.all([
      ...Array.from({ length: 40 }, () => buy(stack, 'prod_starter_course')),
      ...subscribers.map(({ subscription_id }) => sandbox.control.renew(subscription_id ?? '')),
    ]);
    const reads = () => sandbox.books.requests({ method: 'GET' }).length;
    await eventually('did the offers use up what may be sent at once', () =>
      Promise.resolve(reads() >= 20 || undefined),
    );

    const clicked = performance.now();
    await http.post(`/api/upsell/${clicker.customer_id}/accept`, {});
    const charges = sandbox.books.requests({ method: 'POST', path: /^\/checkouts$/ });
    expect(performance.now() - clicked).toBeLessThan(5_000);
    expect(charges).toHaveLength(1);
    expect(await settled(stack, clicker.payment_id)).toMatchObject({ outcome: 'converted' });
  });
});
