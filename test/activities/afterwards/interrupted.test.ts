/** A process that stops right before or after any one thing it does to money, and Temporal's next try of the activity. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ActivityContext } from '../../../activities/context.js';
import { compensationActivities } from '../../../activities/afterwards/compensate.js';
import { latePaymentActivities } from '../../../activities/afterwards/late-payment.js';
import { resolutionActivities } from '../../../activities/afterwards/resolution.js';
import { READINGS_LAG_MS } from '../../../src/domain/compensation.js';
import { attemptId as idOfAttempt } from '../../../src/domain/ids.js';
import { toPaymentEvent } from '../../../src/dodo/payments.js';
import { openShop, type Shop } from '../shop.js';
import { look, offered, paymentsOf, take, type Taken } from '../offers-taken.js';

class Stopped extends Error {}

/** Counts what an activity asks of the ledger and of Dodo, and stops it before or after one of these. */
function stoppedAt(context: ActivityContext, place: number, when: 'before' | 'after') {
  let calls = 0;
  const wrap = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(of, name, receiver) {
        const value: unknown = Reflect.get(of, name, receiver);
        if (value !== null && typeof value === 'object') return wrap(value);
        if (typeof value !== 'function') return value;
        return async (...args: unknown[]): Promise<unknown> => {
          calls += 1;
          const isPlace = calls === place;
          if (isPlace && when === 'before') throw new Stopped();
          const result: unknown = await (Reflect.apply(value, of, args) as Promise<unknown>);
          if (isPlace) throw new Stopped();
          return result;
        };
      },
    });
  return {
    context: { ...context, ledger: wrap(context.ledger), dodo: wrap(context.dodo) },
    calls: () => calls,
  };
}

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

/** Repeats an activity as Temporal does, until it answers. */
async function toItsEnd(activity: (context: ActivityContext) => Promise<unknown>, first: ActivityContext) {
  // What is stopped on purpose is not worth a line in the log.
  const env = () => new MockActivityEnvironment({ attempt: 30 }, { logger: new DefaultLogger('ERROR') });
  try {
    await env().run(() => activity(first));
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
  }
  return env().run(() => activity(shop.context));
}

const paidBy = (shown: Taken) => paymentsOf(shop, shown).filter(({ status }) => status === 'succeeded');
const refundsOf = (paymentId: string) => shop.sandbox.books.refunds({ paymentId });

/** Each money path, from a state in which it has work to do. */
const PATHS = {
  'a late payment that counts': async () => {
    const shown = await take(shop, await offered(shop));
    const paymentId = paidBy(shown)[0]?.payment_id ?? '';
    return {
      activity: (context: ActivityContext) =>
        latePaymentActivities(context).settleLatePayment({ paymentId, attemptId: shown.attemptId }),
      check: async () => {
        expect(await shop.context.ledger.presentation(shown.presentationId)).toMatchObject({
          status: 'paid',
          paymentId,
          paidAmount: 14_900,
        });
        expect(refundsOf(paymentId)).toEqual([]);
      },
    };
  },
  'an operator’s word': async () => {
    const shown = await take(shop, await offered(shop));
    const paymentId = paidBy(shown)[0]?.payment_id ?? '';
    const payment = toPaymentEvent(await shop.context.dodo.payments.retrieve(paymentId), shop.context.proofs);
    const { presentationId, attemptId, payment_id: purchaseId } = shown;
    const input = {
      reviewId: `rev_${'0'.repeat(24)}`,
      presentationId,
      purchaseId,
      attemptId,
      paid: true,
      reason: 'x',
      payment,
    };
    return {
      activity: (context: ActivityContext) => resolutionActivities(context).settleByWord(input),
      check: async () => {
        expect(await shop.context.ledger.presentation(presentationId)).toMatchObject({
          status: 'paid',
          paymentId,
        });
        expect(refundsOf(paymentId)).toEqual([]);
      },
    };
  },
  'a payment that goes back': async () => {
    const shown = await take(shop, await offered(shop));
    await look(shop, shown);
    const paymentId = paidBy(shown)[0]?.payment_id ?? '';
    const { presentationId, attemptId, payment_id: purchaseId } = shown;
    const input = {
      kind: 'refund' as const,
      presentationId,
      purchaseId,
      attemptId,
      paymentId,
      amount: 14_900,
      currency: 'USD',
    };
    return {
      activity: (context: ActivityContext) => compensationActivities(context).compensate(input),
      check: async () => {
        // A request that may have been sent is given time to show.
        shop.pass(READINGS_LAG_MS);
        await compensationActivities(shop.context).compensate(input);
        expect(refundsOf(paymentId)).toHaveLength(1);
        expect(await shop.context.ledger.payment(paymentId)).toMatchObject({ refundedAmount: 14_900 });
      },
    };
  },
  'a second payment that comes late': async () => {
    const shown = await take(shop, await offered(shop));
    const first = paidBy(shown)[0]?.payment_id ?? '';
    const { presentationId, customer_id, run } = shown;
    await new MockActivityEnvironment().run(() =>
      latePaymentActivities(shop.context).settleLatePayment({ paymentId: first, attemptId: shown.attemptId }),
    );
    const attemptId = idOfAttempt(run, 'bundle', 2);
    await shop.context.ledger.recordAttempt(
      {
        attemptId,
        presentationId,
        workflowId: run,
        kind: 'fallback',
        status: 'submitted',
        amount: 14_900,
        currency: 'USD',
        createdAt: shop.now().toISOString(),
      },
      {},
      [],
    );
    const { payment_id: paymentId } = await shop.buy('prod_complete_bundle', {
      customer_id,
      metadata: { upsell_attempt_id: attemptId },
    });
    return {
      activity: (context: ActivityContext) =>
        latePaymentActivities(context).settleLatePayment({ paymentId, attemptId }),
      check: async () => {
        expect(refundsOf(paymentId)).toHaveLength(1);
        expect(refundsOf(first)).toEqual([]);
        expect(await shop.context.ledger.presentation(shown.presentationId)).toMatchObject({
          paymentId: first,
        });
      },
    };
  },
};

describe.each(Object.entries(PATHS))('%s', (_, prepare) => {
  it.each(['before', 'after'] as const)(
    'ends the same when the process stops %s any one call',
    async (when) => {
      for (let place = 1; ; place += 1) {
        const { activity, check } = await prepare();
        const stopped = stoppedAt(shop.context, place, when);
        await toItsEnd(activity, stopped.context);
        await check();
        if (stopped.calls() < place) {
          expect(place).toBeGreaterThan(3);
          break;
        }
      }
    },
  );
});
