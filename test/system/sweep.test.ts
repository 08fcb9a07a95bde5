import { ScheduleOverlapPolicy } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SweepResult } from '../../activities/afterwards/sweep.js';
import { createDodo, type Dodo } from '../../src/dodo/client.js';
import { eventually } from '../support/eventually.js';
import { testStack, type TestStack } from '../support/stack.js';
import { buy, openOffer, settled, type PurchaseReply, type UpsellReply } from '../support/purchases.js';
import { testClient } from '../support/temporal.js';
import { expectAccount, laterPayments, type Bought } from './account.js';
import { accept } from './customer-actions.js';
import { CHARGE, PAYMENT } from './offer-kinds.js';

/** All webhooks are lost, and no run polls while a test lasts, so only the sweep can find anything. */
let stack: TestStack;
let dodo: Dodo;
beforeAll(async () => {
  stack = await testStack({ POLL_INTERVAL: '1h', RECONCILE_WINDOW: '2h', ACCEPT_WAIT: '500ms' });
  dodo = createDodo(stack.sandbox.apiKey, { baseURL: stack.sandbox.url });
  await stack.sandbox.control.setWebhookPolicy({ drop: 'all' });
});
afterAll(() => stack.stop());

/** Triggers the schedule now, and waits for the end of the sweep. */
async function sweep(): Promise<SweepResult> {
  const { client } = await testClient();
  const schedule = client.schedule.getHandle(`sweep/${stack.taskQueue}`);
  const before = (await schedule.describe()).info.numActionsTaken;
  await schedule.trigger(ScheduleOverlapPolicy.ALLOW_ALL);
  const action = await eventually('a sweep', async () => {
    const { numActionsTaken, recentActions } = (await schedule.describe()).info;
    return numActionsTaken > before && recentActions.at(-1)?.action;
  });
  return (await client.workflow
    .getHandle(action.workflow.workflowId, action.workflow.firstExecutionRunId)
    .result()) as SweepResult;
}

/** Delivers all lost webhooks, late and twice. */
async function deliverLost(): Promise<void> {
  const lost = stack.sandbox.books.deliveries({ status: 'dropped' });
  const answers = await Promise.all([...lost, ...lost].map(({ id }) => stack.sandbox.control.redeliver(id)));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
}

async function startedRun(paymentId: string): Promise<PurchaseReply | undefined> {
  const { status, body } = await stack.http.get<PurchaseReply>(`/api/purchases/${paymentId}`);
  return status === 200 ? body : undefined;
}

describe('when every webhook is lost, the sweep', () => {
  it('starts the run of an unreported purchase, once', async () => {
    const bought = await buy(stack, CHARGE.productId);
    expect(await startedRun(bought.payment_id)).toBeUndefined();
    expect(await sweep()).toMatchObject({ told: 1 });
    const offer = await openOffer(stack, bought.customer_id);
    expect(offer).toMatchObject({ offerId: 'complete-bundle', purchaseId: bought.payment_id });

    expect(await sweep()).toMatchObject({ told: 0 });
    await deliverLost();
    expect((await startedRun(bought.payment_id))?.presentations).toHaveLength(1);
    await expectAccount(stack, bought, { posts: 0, charges: [] });
  });

  it.each([CHARGE, PAYMENT])('tells a run that its attempt was paid: $kind', async (offer) => {
    const bought = await buy(stack, offer.productId);
    await sweep();
    await openOffer(stack, bought.customer_id);
    expect(await accept(stack, bought)).toMatchObject({ status: 202, body: { status: 'charging' } });
    expect(await sweep()).toMatchObject({ told: 1 });
    expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'converted' });
    expect(await sweep()).toMatchObject({ told: 0 });

    await deliverLost();
    await expectAccount(stack, bought, { charges: [offer.amount] });
    expect((await startedRun(bought.payment_id))?.presentations).toHaveLength(1);
  });

  it('tells a run whose attempt has an unknown outcome', async () => {
    const bought = await buy(stack, CHARGE.productId);
    await sweep();
    await openOffer(stack, bought.customer_id);
    stack.sandbox.control.addFault({ match: CHARGE.request(bought), kind: 'drop_after' });
    expect(await accept(stack, bought)).toMatchObject({ status: 202, body: { status: 'reconciling' } });
    await sweep();
    expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'converted' });
    await expectAccount(stack, bought, { charges: [CHARGE.amount] });
  });

  it('counts a payment whose run has ended', async () => {
    const bought = await buy(stack, CHARGE.productId);
    await sweep();
    await openOffer(stack, bought.customer_id);
    expect((await accept(stack, bought)).status).toBe(202);
    const { client } = await testClient();
    await client.workflow.getHandle(`purchase/${bought.payment_id}`).terminate('the test ends it');
    await sweep();
    expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'converted' });
    await expectAccount(stack, bought, { charges: [CHARGE.amount] });
  });

  it('makes no offer for renewals, zero-amount payments and card updates', async () => {
    const { control } = stack.sandbox;
    const plan = await buy(stack, 'prod_basic_plan');
    const trial = await buy(stack, 'prod_basic_plan', { subscription_data: { trial_period_days: 7 } });
    await sweep();
    // The first payment of a plan is an ordinary purchase. Its offer is declined, so that it blocks no other.
    await openOffer(stack, plan.customer_id);
    for (let step = 0; step < 2; step += 1) {
      expect((await stack.http.post(`/api/upsell/${plan.customer_id}/decline`)).status).toBe(200);
    }
    await settled(stack, plan.payment_id);

    const renewal = await control.renew(plan.subscription_id ?? '');
    const { payment_id: update } = await dodo.subscriptions.updatePaymentMethod(plan.subscription_id ?? '', {
      payment_method: { type: 'new' },
    });
    await control.payLink(update ?? '', '5555555555554444');
    await sweep();
    await sweep();
    await deliverLost();

    for (const paymentId of [update ?? '', trial.payment_id, renewal?.payment_id ?? ''])
      expect(await startedRun(paymentId)).toBeUndefined();
    for (const { customer_id } of [plan, trial]) {
      const { body } = await stack.http.get<UpsellReply>(`/api/upsell/${customer_id}`);
      expect(body).toMatchObject({ eligible: false });
    }
    expect(laterPayments(stack, plan).map(({ total_amount }) => total_amount)).toEqual([2900, 0]);
  });

  it('starts no run for a payment of an offer', async () => {
    const bought: Bought = await buy(stack, 'prod_single_license');
    await sweep();
    await openOffer(stack, bought.customer_id);
    expect((await accept(stack, bought)).status).toBe(202);
    await sweep();
    await settled(stack, bought.payment_id);
    await sweep();
    // The team license would lead to an offer of its own if it had been bought directly.
    for (const { payment_id } of laterPayments(stack, bought)) {
      expect(await startedRun(payment_id)).toBeUndefined();
    }
    await expectAccount(stack, bought, { charges: [39_900] });
  });
});
