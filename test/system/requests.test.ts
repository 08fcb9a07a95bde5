import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testStack, type TestStack } from '../support/stack.js';
import { buy, openOffer, settled } from '../support/purchases.js';

let stack: TestStack;
beforeAll(async () => {
  // As in production: webhooks come before the first poll.
  stack = await testStack({ POLL_INTERVAL: '10s', RECONCILE_WINDOW: '20m' });
});
afterAll(() => stack.stop());

/** Returns the requests to Dodo for one purchase and the decisions about its offers. */
async function requestsFor(productId: string, decisions: ('accept' | 'decline')[]): Promise<string[]> {
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
  it('are few for each way a purchase goes', async () => {
    // The first sweep and the first reading of each product are nobody's.
    await requestsFor('prod_starter_course', ['accept']);
    const accepted = await requestsFor('prod_starter_course', ['accept']);
    expect(accepted.length, accepted.join('\n')).toBeLessThanOrEqual(8);
    const changed = await requestsFor('prod_basic_plan', ['accept']);
    expect(changed.length, changed.join('\n')).toBeLessThanOrEqual(9);
    const declined = await requestsFor('prod_starter_course', ['decline', 'decline']);
    expect(declined.length, declined.join('\n')).toBeLessThanOrEqual(6);
  });
});
