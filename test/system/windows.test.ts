/** What an acceptance waits for has an end: Dodo that cannot be asked, a bank that waits for the customer. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testStack, type TestStack } from '../support/stack.js';
import { buy, openOffer, payLink, settled } from '../support/purchases.js';
import { eventually } from '../support/eventually.js';
import { accountOf, expectAccount, expectLive, laterPayments, moneyRequests } from './account.js';
import { accept, presentationIs } from './customer-actions.js';

/** What the offer after the starter course costs. Minor units. */
const BUNDLE = 14_900;

let stack: TestStack;
beforeAll(async () => {
  stack = await testStack({
    POLL_INTERVAL: '300ms',
    RECONCILE_WINDOW: '1s',
    ACTION_WINDOW: '2s',
    // The first pause is five seconds and the second one ten: two tries.
    SEND_WINDOW: '12s',
  });
});
afterAll(() => stack.stop());

describe('an accepted offer', () => {
  it('is asked for again when the API key is rejected for longer than SEND_WINDOW, and charged once then', async () => {
    const bought = await buy(stack, 'prod_starter_course');
    const { id } = await openOffer(stack, bought.customer_id);
    await stack.sandbox.control.setPolicy({ apiKey: 'rejected' });
    const clicked = accept(stack, bought);
    const again = await presentationIs(stack, id, 'open').then(() =>
      eventually('the offer opened again', async () => {
        const { body } = await stack.http.get<{ status: string; message?: string }>(
          `/api/presentations/${id}`,
        );
        return body.status === 'open' && body.message !== undefined ? body : undefined;
      }),
    );
    expect(again.message).toContain('could not be reached in time, so nothing was charged');
    expect([202, 409]).toContain((await clicked).status);
    expect(moneyRequests(stack, bought)).toEqual([]);

    await stack.sandbox.control.setPolicy({ apiKey: 'accepted' });
    expect(await accept(stack, bought)).toMatchObject({ status: 200, body: { success: true } });
    expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'converted' });
    await expectAccount(stack, bought, { charges: [BUNDLE] });
  });

  it('has another way to pay when 3-D Secure is abandoned, and one payment is kept when both are made', async () => {
    const bought = await buy(stack, 'prod_starter_course');
    const { id } = await openOffer(stack, bought.customer_id);
    await stack.sandbox.control.nextCharges(bought.customer_id, { status: 'requires_customer_action' });
    expect((await accept(stack, bought)).status).toBe(202);
    const [abandoned] = laterPayments(stack, bought);
    const { checkoutUrl, message } = await presentationIs(stack, id, 'fallback');
    expect(message).toContain('confirm');
    await payLink(stack.sandbox, checkoutUrl);
    await stack.sandbox.control.settlePayment(abandoned?.payment_id ?? '', { status: 'succeeded' });
    await settled(stack, bought.payment_id);
    await eventually('one of the two given back', async () =>
      (await accountOf(stack, bought)).refunds.length > 0 ? true : undefined,
    );
    await expectAccount(stack, bought, { charges: [BUNDLE, BUNDLE], refunds: [BUNDLE] });
  });

  it('of a free downgrade is sent again after a 500, and is never sold', async () => {
    const bought = await buy(stack, 'prod_pro_plan');
    const eventId = `evt-${crypto.randomUUID()}`;
    const { customer_id: customerId, subscription_id: subscriptionId } = bought;
    const wish = { type: 'downgrade_requested', productId: 'prod_basic_plan' };
    await stack.http.post('/api/triggers', { eventId, customerId, subscriptionId, ...wish });
    await openOffer(stack, customerId);
    const path = `^/subscriptions/${subscriptionId}/change-plan$`;
    stack.sandbox.control.addFault({ match: { method: 'POST', path }, kind: 'status_before', status: 500 });
    expect((await accept(stack, bought)).status).toBe(202);
    expect(await settled(stack, eventId)).toMatchObject({ outcome: 'converted' });
    await expectAccount(stack, { ...bought, purchaseId: eventId }, { posts: 2, charges: [] });
    await expectLive(stack, bought, [{ subscription_id: subscriptionId, product_id: 'prod_basic_plan' }]);
    expect(stack.sandbox.books.subscriptionState(subscriptionId ?? '')?.credit_balance).toBe(5000);
    expect(
      stack.sandbox.books
        .requests({ method: 'POST', path: '/checkouts' })
        .filter(({ body }) => JSON.stringify(body).includes(customerId)),
    ).toEqual([]);
  });
});
