import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testStack, type TestStack } from '../support/stack.js';
import { buy, openOffer, settled, CARD, parseLink } from '../support/purchases.js';
import { expectAccount, moneyRequests } from './account.js';
import { accept } from './customer-actions.js';

const WORKS = '5555555555554444';

let stack: TestStack;
beforeAll(async () => {
  stack = await testStack();
});
afterAll(() => stack.stop());

describe('another click after a declined plan change', () => {
  it('is not sent with the declined card, and is sent once with another card', async () => {
    const bought = await buy(stack, 'prod_basic_plan', { card: CARD.declinesLater });
    const { id: presentationId } = await openOffer(stack, bought.customer_id);
    const declined = await accept(stack, bought);
    expect(declined.status).toBe(402);
    expect(moneyRequests(stack, bought)).toHaveLength(1);

    // Repeated clicks do not ask the bank again.
    for (let click = 0; click < 3; click += 1) {
      expect(await accept(stack, bought, { presentationId })).toMatchObject({ status: 402 });
    }
    expect(moneyRequests(stack, bought)).toHaveLength(1);

    const page = parseLink(declined.body.updatePaymentMethodUrl).id;
    await stack.sandbox.control.payLink(page, WORKS);
    expect(await accept(stack, bought, { presentationId })).toMatchObject({ status: 200 });
    expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'recovered' });
    await expectAccount(stack, bought, { posts: 2, charges: [5000] });
  });
});
