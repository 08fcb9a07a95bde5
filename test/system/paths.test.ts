import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testStack, type TestStack } from '../support/stack.js';
import { buy, openOffer, settled, CARD, payLink } from '../support/purchases.js';

let stack: TestStack;
beforeAll(async () => {
  stack = await testStack();
});
afterAll(() => stack.stop());

/** Returns the sandbox's charges to a customer after the first purchase. */
function charges(customerId: string, firstPaymentId: string) {
  return stack.sandbox.books
    .payments({ customerId })
    .filter((payment) => payment.payment_id !== firstPaymentId && payment.status === 'succeeded');
}

describe('a one-time offer', () => {
  it('is charged once to the saved card when it is accepted', async () => {
    const bought = await buy(stack, 'prod_starter_course');
    const offer = await openOffer(stack, bought.customer_id);
    expect(offer).toMatchObject({
      offerId: 'complete-bundle',
      status: 'open',
      payment: { mode: 'one_click' },
    });
    const reply = await stack.http.post(`/api/upsell/${bought.customer_id}/accept`);
    expect(reply).toMatchObject({
      status: 200,
      body: {
        success: true,
        sessionId: expect.stringMatching(/^cks_/) as string,
        presentation: { status: 'paid' },
      },
    });
    expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'converted' });
    expect(charges(bought.customer_id, bought.payment_id)).toHaveLength(1);
  });

  it('is followed by the downsell when declined, and by nothing after that', async () => {
    const bought = await buy(stack, 'prod_starter_course');
    await openOffer(stack, bought.customer_id);
    const first = await stack.http.post(`/api/upsell/${bought.customer_id}/decline`);
    expect(first).toMatchObject({
      status: 200,
      body: { success: true, next: { offerId: 'course-workbook', status: 'open' } },
    });
    const second = await stack.http.post(`/api/upsell/${bought.customer_id}/decline`);
    expect(second).toMatchObject({ status: 200, body: { success: true } });
    expect(second.body).not.toHaveProperty('next');
    expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'declined' });
    expect(charges(bought.customer_id, bought.payment_id)).toHaveLength(0);
  });

  it('falls back to the checkout when the card declines, and is recovered there', async () => {
    const bought = await buy(stack, 'prod_starter_course', { card: CARD.declinesLater });
    await openOffer(stack, bought.customer_id);
    const reply = await stack.http.post<{ checkoutUrl: string }>(`/api/upsell/${bought.customer_id}/accept`);
    expect(reply).toMatchObject({
      status: 402,
      body: { code: 'payment_failed', checkoutUrl: expect.stringContaining('/checkout/') as string },
    });
    await payLink(stack.sandbox, reply.body.checkoutUrl);
    expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'recovered' });
    expect(charges(bought.customer_id, bought.payment_id)).toHaveLength(1);
  });
});

describe('a plan change', () => {
  it('upgrades the subscription for the previewed price', async () => {
    const bought = await buy(stack, 'prod_basic_plan');
    const offer = await openOffer(stack, bought.customer_id);
    expect(offer).toMatchObject({ offerId: 'pro-plan', price: { dueNow: 5000, difference: 5000 } });
    const reply = await stack.http.post(`/api/upsell/${bought.customer_id}/accept`);
    expect(reply).toMatchObject({ status: 200, body: { success: true } });
    expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'converted' });
    expect(charges(bought.customer_id, bought.payment_id).map((payment) => payment.total_amount)).toEqual([
      5000,
    ]);
  });
});
