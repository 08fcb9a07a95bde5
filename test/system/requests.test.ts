import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buy, buyWithOffer, settled } from '../support/purchases.js';
import { countRequests } from '../../bench/count-requests.js';
import { eventually } from '../support/eventually.js';
import { testStack, type TestStack } from '../support/stack.js';

/** Longer than the tests, so that no sweep or look-up comes in between. */
const QUIET = { POLL_INTERVAL: '10s', RECONCILE_WINDOW: '20m', SWEEP_INTERVAL: '1h' };

describe('requests to Dodo', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await testStack(QUIET);
    // The sweep that comes first would be counted.
    await eventually('did the first sweep look at Dodo', () =>
      Promise.resolve(stack.sandbox.books.requests({ path: /^\/payments$/ }).length > 0 || undefined),
    );
  });
  afterAll(() => stack.stop());

  it('are counted exactly', async () => {
    expect(await countRequests(stack)).toEqual({
      'One-click, accepted': [
        'GET /payments',
        'GET /customers/{id}/payment-methods',
        'POST /checkouts/preview',
        'GET /payments',
        'POST /checkouts/preview',
        'POST /checkouts',
      ],
      'One-click, accepted by a returning customer': [
        'GET /payments',
        'GET /customers/{id}/payment-methods',
        'POST /checkouts/preview',
        'GET /payments',
        'POST /checkouts/preview',
        'POST /checkouts',
      ],
      'Plan change, accepted': [
        'GET /subscriptions/{id}',
        'GET /customers/{id}/payment-methods',
        'POST /subscriptions/{id}/change-plan/preview',
        'GET /payments',
        'GET /subscriptions/{id}',
        'POST /subscriptions/{id}/change-plan/preview',
        'POST /subscriptions/{id}/change-plan',
      ],
      'Declined twice': [
        'GET /payments',
        'GET /customers/{id}/payment-methods',
        'POST /checkouts/preview',
        'POST /checkouts/preview',
      ],
      'A purchase that no funnel matches': [],
      'A renewal': [],
    });
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
