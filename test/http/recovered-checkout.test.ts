/** What is done when Dodo reports that a checkout that was left has been paid in another session. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ApiDeps } from '../../src/http/deps.js';
import { handOver } from '../../src/http/hand-over.js';
import { metadataOf, openAttempt, type OpenAttempt } from '../activities/attempts.js';
import { openShop, type Shop } from '../activities/shop.js';

const DECLINES = '4000000000000002';

let shop: Shop;
let delivered: object[];
beforeAll(async () => {
  shop = await openShop();
});
beforeEach(() => {
  delivered = [];
  shop.sandbox.control.clearFaults();
});
afterAll(() => shop.close());

function hear(payment_id: string, recovered_payment_id: unknown, customer_id: string) {
  const deps = {
    ...shop.context,
    log: { warn: () => undefined },
    runs: { deliver: async (route: object) => (delivered.push(route), 'delivered') },
  };
  const data = {
    payment_id,
    customer_id,
    recovered_payment_id,
    brand_id: 'bnd_1',
    abandonment_reason: 'payment_failed',
    status: 'recovered',
    abandoned_at: shop.now().toISOString(),
  };
  const body = { type: 'abandoned_checkout.recovered', data };
  return handOver(deps as unknown as ApiDeps, body, 'msg_1');
}

/** A checkout of ours at which a card was declined. */
async function left() {
  const attempt = await openAttempt(shop, { kind: 'fallback' });
  const abandoned = await attempt.pay({ card: DECLINES });
  return { attempt, abandonedId: abandoned.payment_id, customerId: attempt.input.customerId };
}

const buy = (customer_id?: string, metadata?: Record<string, string>) =>
  shop.buy('prod_complete_bundle', { ...(customer_id && { customer_id }), ...(metadata && { metadata }) });

const reviewsOf = async ({ input }: OpenAttempt) =>
  shop.context.ledger.reviews({ presentationId: input.presentationId, limit: 10 });

describe('a checkout of ours that was paid in another session', () => {
  it('is told to the run of its attempt where the payment bears our proof', async () => {
    const { attempt, abandonedId, customerId } = await left();
    const { payment_id } = await buy(customerId, metadataOf(shop, attempt.input));
    expect(await hear(abandonedId, payment_id, customerId)).toMatchObject({ kind: 'handed_over' });
    expect(delivered).toMatchObject([
      {
        kind: 'payment',
        event: {
          paymentId: payment_id,
          attemptId: attempt.input.attemptId,
          proven: true,
          status: 'succeeded',
        },
      },
    ]);
    expect(await reviewsOf(attempt)).toEqual([]);
  });

  it('is reviewed, once, where it bears none', async () => {
    const { attempt, abandonedId, customerId } = await left();
    const { payment_id } = await buy(customerId);
    for (let copy = 0; copy < 2; copy += 1) await hear(abandonedId, payment_id, customerId);
    const { presentationId, attemptId, price } = attempt.input;
    expect(await reviewsOf(attempt)).toMatchObject([
      { kind: 'payment_unmatched', status: 'open', paymentId: payment_id, attemptId, amount: price.dueNow },
    ]);
    expect(await shop.context.ledger.payment(payment_id)).toMatchObject({
      presentationId,
      status: 'succeeded',
    });
    expect(delivered).toEqual([]);
  });

  it('is heard of again when Dodo cannot be read now', async () => {
    const { attempt, abandonedId, customerId } = await left();
    const { payment_id } = await buy(customerId);
    shop.sandbox.control.addFault({
      match: { method: 'GET', path: `^/payments/${payment_id}$` },
      kind: 'status_before',
      status: 500,
      times: 10,
    });
    await expect(hear(abandonedId, payment_id, customerId)).rejects.toThrow();
    shop.sandbox.control.clearFaults();
    await hear(abandonedId, payment_id, customerId);
    expect(await reviewsOf(attempt)).toHaveLength(1);
  });
});

describe('a recovered checkout that is none of ours', () => {
  it.each<[string, (one: Awaited<ReturnType<typeof left>>) => Promise<[string, unknown]>]>([
    ['a payment of another customer', async ({ abandonedId }) => [abandonedId, (await buy()).payment_id]],
    ['no payment', async ({ abandonedId }) => [abandonedId, null]],
    ['a payment that Dodo does not have', async ({ abandonedId }) => [abandonedId, 'pay_unknown']],
    ['an id of an odd form', async ({ abandonedId }) => [abandonedId, '../refunds']],
    [
      'a checkout without our proof',
      async ({ customerId }) => {
        const [own, paid] = [await buy(customerId), await buy(customerId)];
        return [own.payment_id, paid.payment_id];
      },
    ],
  ])('changes nothing: %s', async (_, named) => {
    const one = await left();
    const [abandonedId, recoveredId] = await named(one);
    expect(await hear(abandonedId, recoveredId, one.customerId)).toMatchObject({ kind: 'ignored' });
    expect(delivered).toEqual([]);
    expect(await reviewsOf(one.attempt)).toEqual([]);
  });
});
