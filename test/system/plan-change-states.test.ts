import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDodo, type Dodo } from '../../src/dodo/client.js';
import { eventually } from '../support/eventually.js';
import { testStack, type TestStack } from '../support/stack.js';
import {
  buy,
  openOffer,
  settled,
  type PurchaseReply,
  CARD,
  payLink,
  parseLink,
} from '../support/purchases.js';
import { expectAccount, expectLive, laterPayments, moneyRequests, type Bought } from './account.js';
import { testClient } from '../support/temporal.js';
import { accept, presentationIs } from './customer-actions.js';

let stack: TestStack;
let dodo: Dodo;
beforeAll(async () => {
  stack = await testStack({ POLL_INTERVAL: '300ms', RECONCILE_WINDOW: '1s' });
  dodo = createDodo(stack.sandbox.apiKey, { baseURL: stack.sandbox.url });
});
afterAll(() => stack.stop());

async function offeredPro(input: Parameters<typeof buy>[2] = {}) {
  const bought = await buy(stack, 'prod_basic_plan', input);
  const offer = await openOffer(stack, bought.customer_id);
  return { ...bought, subscriptionId: bought.subscription_id ?? '', presentationId: offer.id, offer };
}
type Offered = Awaited<ReturnType<typeof offeredPro>>;

/** Expects the plan change to be refused by us or by Dodo, without a charge or a second subscription. */
async function expectRefused(bought: Offered, message: string): Promise<void> {
  const reply = await accept(stack, bought);
  expect(reply).toMatchObject({
    status: 402,
    body: {
      code: 'payment_failed',
      detail: expect.stringContaining(message) as string,
      checkoutUrl: null,
      updatePaymentMethodUrl: null,
    },
  });
  expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'payment_failed' });
}

function latestAmount(bought: Bought, paymentId: string): number {
  return laterPayments(stack, bought).find((one) => one.payment_id === paymentId)?.total_amount ?? NaN;
}

describe.concurrent('between the offer and the click, the subscription', () => {
  it('is cancelled: the plan is sold at the checkout, as one new subscription', async () => {
    const bought = await offeredPro();
    await dodo.subscriptions.update(bought.subscriptionId, { status: 'cancelled' });
    const reply = await accept(stack, bought);
    expect(reply).toMatchObject({
      status: 402,
      body: { detail: expect.stringContaining('Your subscription has ended') as string },
    });
    const paid = await payLink(stack.sandbox, reply.body.checkoutUrl);
    expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'recovered' });
    await expectAccount(stack, bought, { posts: 0, charges: [7900] });
    await expectLive(stack, bought, [{ subscription_id: paid.subscription_id }]);
  });

  it('is paused: nothing changes, and no second one is sold', async () => {
    const bought = await offeredPro();
    await dodo.subscriptions.update(bought.subscriptionId, { status: 'paused' });
    await expectRefused(bought, 'not active at the moment');
    await expectAccount(stack, bought, { posts: 0, charges: [] });
    await expectLive(stack, bought, [{ status: 'paused', product_id: 'prod_basic_plan' }]);
  });

  it('is scheduled to end: that stands', async () => {
    const bought = await offeredPro();
    await dodo.subscriptions.update(bought.subscriptionId, { cancel_at_next_billing_date: true });
    await expectRefused(bought, 'about to end');
    await expectAccount(stack, bought, { posts: 0, charges: [] });
    await expectLive(stack, bought, [{ cancel_at_next_billing_date: true, product_id: 'prod_basic_plan' }]);
  });

  it('already has a scheduled change: that stands', async () => {
    const bought = await offeredPro();
    await dodo.subscriptions.changePlan(bought.subscriptionId, {
      product_id: 'prod_pro_lite',
      quantity: 1,
      proration_billing_mode: 'full_immediately',
      effective_at: 'next_billing_date',
    });
    await expectRefused(bought, 'already scheduled');
    await expectAccount(stack, bought, { posts: 1, charges: [] });
    await expectLive(stack, bought, [
      { product_id: 'prod_basic_plan', scheduled_change: { product_id: 'prod_pro_lite' } },
    ]);
  });

  it('is being changed by another party: that change is left alone, and ours is sent once', async () => {
    const bought = await offeredPro();
    await stack.sandbox.control.nextCharges(bought.customer_id, { status: 'processing' });
    await dodo.subscriptions.changePlan(bought.subscriptionId, {
      product_id: 'prod_pro_lite',
      quantity: 1,
      proration_billing_mode: 'difference_immediately',
      on_payment_failure: 'prevent_change',
    });
    await expectRefused(bought, 'already under way');
    expect(moneyRequests(stack, bought)).toHaveLength(2);
    const [theirs] = laterPayments(stack, bought);
    await stack.sandbox.control.settlePayment(theirs?.payment_id ?? '', { status: 'succeeded' });
    await expectLive(stack, bought, [{ product_id: 'prod_pro_lite' }]);
    expect(stack.sandbox.books.movements(bought.customer_id)).toHaveLength(2);
  });
});

describe('between the offer and the click, a renewal fails and the subscription', () => {
  it.each(['on_hold', 'past_due'] as const)(
    'is %s: the customer updates the payment method and asks once more',
    async (status) => {
      const { control } = stack.sandbox;
      await control.setPolicy({ pastDueGraceDays: status === 'past_due' ? 3 : 0 });
      const bought = await offeredPro();
      await control.nextCharges(bought.customer_id, { status: 'failed' });
      await control.renew(bought.subscriptionId);
      await control.setPolicy({ pastDueGraceDays: 0 });
      await expectLive(stack, bought, [{ status }]);

      const refused = await accept(stack, bought);
      expect(refused).toMatchObject({
        status: 402,
        body: {
          detail: expect.stringContaining('open payment') as string,
          checkoutUrl: null,
          updatePaymentMethodUrl: expect.stringContaining('/update-payment-method/') as string,
        },
      });
      expect(moneyRequests(stack, bought)).toEqual([]);
      const page = parseLink(refused.body.updatePaymentMethodUrl).id;
      await control.payLink(page, '5555555555554444');
      await expectLive(stack, bought, [{ status: 'active' }]);

      expect(await accept(stack, bought, { presentationId: bought.presentationId })).toMatchObject({
        status: 200,
        body: { success: true },
      });
      expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'recovered' });
      await expectLive(stack, bought, [{ product_id: 'prod_pro_plan', status: 'active' }]);
      expect(moneyRequests(stack, bought)).toHaveLength(1);
      // The renewal and the change, each charged once.
      const [, dues, change] = stack.sandbox.books.movements(bought.customer_id).map(({ amount }) => amount);
      expect(dues).toBe(2900);
      expect(change).toBeGreaterThan(0);
      expect(stack.sandbox.books.movements(bought.customer_id)).toHaveLength(3);
    },
  );
});

describe.concurrent('a plan change whose card is declined', () => {
  it('becomes a new purchase at the checkout, and the old subscription is cancelled', async () => {
    const bought = await offeredPro({ card: CARD.declinesLater });
    const { body, status } = await accept(stack, bought);
    expect(status).toBe(402);
    await expectLive(stack, bought, [{ product_id: 'prod_basic_plan', status: 'active' }]);
    const paid = await payLink(stack.sandbox, body.checkoutUrl);
    expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'recovered' });
    await expectLive(stack, bought, [{ subscription_id: paid.subscription_id, product_id: 'prod_pro_plan' }]);
    await expectAccount(stack, bought, { charges: [latestAmount(bought, paid.payment_id)] });
  });
});

describe('a run that is reset while its plan change is under way', () => {
  it('finds it again, and is paid as it is', async () => {
    const bought = await offeredPro();
    await stack.sandbox.control.nextCharges(bought.customer_id, { status: 'processing' });
    expect((await accept(stack, bought)).status).toBe(202);
    await eventually('the plan change sent', async () => moneyRequests(stack, bought).length === 1);
    await reset(`purchase/${bought.payment_id}`);
    await adopted(bought);
    const [charge] = laterPayments(stack, bought);
    await stack.sandbox.control.settlePayment(charge?.payment_id ?? '', { status: 'succeeded' });
    expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'converted' });
    await expectLive(stack, bought, [{ product_id: 'prod_pro_plan' }]);
    await expectAccount(stack, bought, { posts: 1, charges: [5000] });
  });

  it('is paid all the same when the plan change is terminated after that', async () => {
    const bought = await offeredPro();
    await stack.sandbox.control.nextCharges(bought.customer_id, { status: 'processing' });
    expect((await accept(stack, bought)).status).toBe(202);
    await eventually('the plan change sent', async () => moneyRequests(stack, bought).length === 1);
    const { client } = await testClient();
    await client.workflow.getHandle(`plan-change/${bought.subscriptionId}`).terminate('a mistake');
    await presentationIs(stack, bought.presentationId, 'needs_review');
    const [charge] = laterPayments(stack, bought);
    await stack.sandbox.control.settlePayment(charge?.payment_id ?? '', { status: 'succeeded' });
    expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'converted' });
    const ended: unknown = await client.workflow.getHandle(`purchase/${bought.payment_id}`).result();
    expect(ended).toMatchObject({ outcome: 'converted' });
    await expectAccount(stack, bought, { posts: 1, charges: [5000] });
  });

  /** As an operator does it: from the first task on, with all signals and updates kept. */
  async function reset(workflowId: string): Promise<void> {
    const { client, namespace } = await testClient();
    const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
    await client.workflowService.resetWorkflowExecution({
      namespace,
      workflowExecution: { workflowId },
      reason: 'to see that its plan change is found again',
      requestId: crypto.randomUUID(),
      workflowTaskFinishEventId: events?.find((event) => event.workflowTaskCompletedEventAttributes != null)
        ?.eventId,
    });
  }

  async function adopted({ subscriptionId }: Offered): Promise<void> {
    const { client } = await testClient();
    await eventually('the run asked for its plan change', async () => {
      const { events } = await client.workflow.getHandle(`plan-change/${subscriptionId}`).fetchHistory();
      return events?.some(
        (event) => event.workflowExecutionSignaledEventAttributes?.signalName === 'adoptPlanChange',
      );
    });
  }
});

describe.concurrent('a requested plan', () => {
  async function ask(
    bought: Bought,
    type: string,
    productId: string,
    eventId = `evt-${crypto.randomUUID()}`,
  ) {
    const { customer_id: customerId, subscription_id: subscriptionId } = bought;
    const reply = await stack.http.post('/api/triggers', {
      eventId,
      type,
      customerId,
      subscriptionId,
      productId,
    });
    expect(reply).toMatchObject({ status: 202, body: { runId: `trigger/${eventId}` } });
    return { ...bought, purchaseId: eventId };
  }

  it('is a downgrade with credit: previewed, confirmed, and nothing is charged', async () => {
    const bought = await buy(stack, 'prod_pro_plan');
    const asked = await ask(bought, 'downgrade_requested', 'prod_basic_plan');
    const offer = await openOffer(stack, bought.customer_id);
    expect(offer).toMatchObject({ type: 'downsell', price: { dueNow: 0, difference: -5000, credit: 5000 } });
    expect(await accept(stack, bought)).toMatchObject({ status: 200, body: { success: true } });
    expect(await settled(stack, asked.purchaseId)).toMatchObject({ outcome: 'converted' });
    await expectAccount(stack, asked, { charges: [] });
    await expectLive(stack, bought, [{ product_id: 'prod_basic_plan' }]);
    expect(stack.sandbox.books.subscriptionState(bought.subscription_id ?? '')?.credit_balance).toBe(5000);
  });

  it('is one run per event, and one change for two events at once', async () => {
    const bought = await buy(stack, 'prod_pro_lite');
    const eventId = `evt-${crypto.randomUUID()}`;
    const [first] = await Promise.all([
      ask(bought, 'upgrade_requested', 'prod_pro_plan', eventId),
      ask(bought, 'upgrade_requested', 'prod_pro_plan', eventId),
    ]);
    const other = await ask(bought, 'upgrade_requested', 'prod_pro_plan');
    await openOffer(stack, bought.customer_id);
    const loser = await eventually('one of the two ended without an offer', async () => {
      for (const { purchaseId } of [first, other]) {
        const { status, body } = await stack.http.get<PurchaseReply>(`/api/purchases/${purchaseId}`);
        if (status === 200 && body.outcome === 'ineligible') return body;
      }
      return undefined;
    });
    expect(loser).toMatchObject({ reason: 'offer_already_open' });
    expect((await accept(stack, bought)).status).toBe(200);
    const winner = loser.purchaseId === first.purchaseId ? other : first;
    await settled(stack, winner.purchaseId);
    await expectAccount(stack, winner, { charges: [3000] });
  });
});

describe.concurrent('a plan change', () => {
  it('carries over seats and add-ons', async () => {
    const bought = await offeredPro({
      product_id: undefined,
      product_cart: [
        {
          product_id: 'prod_basic_plan',
          quantity: 3,
          addons: [{ addon_id: 'adn_extra_storage', quantity: 2 }],
        },
      ],
    });
    expect(bought.offer.price).toMatchObject({ dueNow: 15_000, difference: 15_000 });
    expect((await accept(stack, bought)).status).toBe(200);
    await settled(stack, bought.payment_id);
    await expectLive(stack, bought, [
      {
        product_id: 'prod_pro_plan',
        quantity: 3,
        addons: [{ addon_id: 'adn_extra_storage', quantity: 2 }],
      },
    ]);
    await expectAccount(stack, bought, { charges: [15_000] });
  });

  it('also works with an empty reply from Dodo', async () => {
    const bought = await offeredPro();
    await stack.sandbox.control.setPolicy({ emptyChangePlanBody: true });
    expect((await accept(stack, bought)).status).toBe(200);
    await stack.sandbox.control.setPolicy({ emptyChangePlanBody: false });
    await presentationIs(stack, bought.presentationId, 'paid');
    await settled(stack, bought.payment_id);
    await expectAccount(stack, bought, { charges: [5000] });
  });
});
