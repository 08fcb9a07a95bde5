import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { evaluateActivities, type Evaluation } from '../../../activities/offering/evaluate.js';
import type { TriggerEvent } from '../../../src/contract/messages.js';
import { openShop, type Shop } from '../shop.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const QUIET = new DefaultLogger('ERROR', () => undefined);

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
beforeEach(() => {
  shop.sandbox.control.clearFaults();
});
afterAll(() => shop.close());

interface Tries {
  evaluation: Evaluation;
  /** The delays between the tries, as the worker was asked for them. Milliseconds. */
  delays: number[];
  lags: (string | null | undefined)[];
}

/** Evaluates as Temporal does: again after the delay that a try asks for, with the last heartbeat of the one before. */
async function evaluate(paymentId: string, between: () => void = () => undefined): Promise<Tries> {
  const { evaluate: run } = evaluateActivities(shop.context);
  const delays: number[] = [];
  const lags: (string | null | undefined)[] = [];
  let heartbeatDetails: unknown;
  for (let attempt = 1; attempt < 100; attempt += 1) {
    const environment = new MockActivityEnvironment({ attempt, heartbeatDetails }, { logger: QUIET });
    environment.on('heartbeat', (details: unknown) => {
      heartbeatDetails = details;
    });
    try {
      const input = {
        purchaseId: paymentId,
        workflowId: `purchase/${paymentId}`,
        trigger: 'purchase' as const,
        paymentId,
      };
      return { evaluation: await environment.run(run, input), delays, lags };
    } catch (error) {
      if (!(error instanceof ApplicationFailure)) throw error;
      expect(error.nonRetryable).toBe(false);
      const delay = Number(error.nextRetryDelay);
      delays.push(delay);
      lags.push(error.type);
      shop.pass(delay);
      between();
    }
  }
  throw new Error('The evaluation never ended.');
}

describe('a reading that lags behind a signed payment', () => {
  it('of a payment that is still processing is repeated, and the offer is shown', async () => {
    const { payment_id } = await shop.buy('prod_starter_course');
    shop.sandbox.control.lagReads({ kind: 'payment', id: payment_id, reads: 3 });
    const { evaluation, delays, lags } = await evaluate(payment_id);
    expect(evaluation).toMatchObject({ kind: 'presented' });
    expect(lags).toEqual(['payment_lags', 'payment_lags', 'payment_lags']);
    expect(delays).toEqual([500, 500, 1000]);
  });

  it('of a payment that is not found is repeated, and the offer is shown', async () => {
    const { payment_id } = await shop.buy('prod_starter_course');
    shop.sandbox.control.hideFromReads(payment_id);
    let tries = 0;
    const { evaluation, lags } = await evaluate(payment_id, () => {
      tries += 1;
      if (tries === 4) shop.sandbox.control.clearFaults();
    });
    expect(evaluation).toMatchObject({ kind: 'presented' });
    expect(lags).toHaveLength(4);
  });

  it('of a subscription that is still pending is repeated for some minutes, and the offer is shown', async () => {
    const { payment_id, subscription_id } = await shop.buy('prod_basic_plan');
    shop.sandbox.control.lagReads({ kind: 'subscription', id: subscription_id ?? '', reads: 20 });
    const { evaluation, lags } = await evaluate(payment_id);
    expect(evaluation).toMatchObject({ kind: 'presented', presented: { offerId: 'pro' } });
    expect(lags).toEqual(Array.from({ length: 20 }, () => 'subscription_lags'));
  });

  it('of a subscription that a trigger names is repeated as well', async () => {
    const { customer_id, subscription_id = '' } = await shop.buy('prod_basic_plan');
    const subscriptionId = subscription_id ?? '';
    shop.sandbox.control.lagReads({ kind: 'subscription', id: subscriptionId, reads: 2 });
    const event = { customerId: customer_id, subscriptionId };
    expect(await evaluateTrigger('soon-active', 'limit_approaching', event)).toMatchObject({
      kind: 'presented',
      presented: { offerId: 'pro', subscriptionId },
    });
  });

  it.each(['processing', 'failed'] as const)(
    'of a payment that stays %s ends without an offer, within limits',
    async (status) => {
      const { customer } = await shop.sandbox.control.createCustomer({ email: `${status}@example.com` });
      await shop.sandbox.control.nextCharges(customer.customer_id, { status });
      const { payment_id } = await shop.buy('prod_starter_course', { customer_id: customer.customer_id });
      const { evaluation, delays } = await evaluate(payment_id);
      expect(evaluation).toEqual({ kind: 'ineligible', reason: 'pricing_unavailable' });
      const waited = delays.reduce((sum, delay) => sum + delay, 0);
      expect(waited).toBeGreaterThanOrEqual(2 * MINUTE);
      expect(waited).toBeLessThan(3 * MINUTE);
      expect(Math.max(...delays)).toBeLessThanOrEqual(20 * SECOND);
      expect(await shop.purchase(payment_id)).toMatchObject({
        status: 'settled',
        reason: 'pricing_unavailable',
      });
    },
  );

  it('of a payment that is never found ends without an offer', async () => {
    const { payment_id } = await shop.buy('prod_starter_course');
    shop.sandbox.control.hideFromReads(payment_id);
    const { evaluation, delays } = await evaluate(payment_id);
    expect(evaluation).toEqual({ kind: 'ineligible', reason: 'pricing_unavailable' });
    // Seconds: an event of the other mode is told of by a key that does not see it.
    expect(delays.reduce((sum, delay) => sum + delay, 0)).toBeLessThan(20 * SECOND);
  });

  it('is given its whole time after an outage, however long that lasted', async () => {
    const { payment_id } = await shop.buy('prod_starter_course');
    shop.pass(50 * MINUTE);
    shop.sandbox.control.lagReads({ kind: 'payment', id: payment_id, reads: 1 });
    const { evaluation } = await evaluate(payment_id);
    expect(evaluation).toMatchObject({ kind: 'presented' });
  });
});

async function evaluateTrigger(
  eventId: string,
  trigger: 'limit_approaching' | 'upgrade_requested',
  event: TriggerEvent,
): Promise<Evaluation> {
  const { evaluate: run } = evaluateActivities(shop.context);
  const input = { purchaseId: `trigger/${eventId}`, workflowId: `trigger/${eventId}`, trigger, event };
  for (let attempt = 1; attempt < 10; attempt += 1) {
    try {
      return await new MockActivityEnvironment({ attempt }, { logger: QUIET }).run(run, input);
    } catch (error) {
      if (attempt === 9) throw error;
    }
  }
  throw new Error('unreachable');
}

describe('what Dodo does not have', () => {
  it.each<[string, Partial<TriggerEvent>]>([
    ['a subscription', { subscriptionId: 'sub_unknown' }],
    ['a customer', { customerId: 'cus_unknown' }],
    ['a product', { productId: 'prod_unknown' }],
  ])('%s of a trigger ends without an offer', async (name, wrong) => {
    const buyer = await shop.buy('prod_basic_plan');
    const trigger = wrong.productId === undefined ? 'limit_approaching' : 'upgrade_requested';
    const event = { customerId: buyer.customer_id, ...wrong };
    expect(await evaluateTrigger(`unknown ${name}`.replaceAll(' ', '-'), trigger, event)).toEqual({
      kind: 'ineligible',
      reason: expect.any(String) as string,
    });
  });
});
