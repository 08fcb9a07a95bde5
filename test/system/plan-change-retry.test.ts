import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testStack, type TestStack } from '../support/stack.js';
import { eventually } from '../support/eventually.js';
import { buy, openOffer, payLink, settled, CARD, parseLink } from '../support/purchases.js';
import { expectAccount, expectLive, laterPayments, moneyRequests, type Bought } from './account.js';
import { accept, presentationIs } from './customer-actions.js';

const WORKS = '5555555555554444';
const DECLINES = '4000000000000002';

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

describe('a free downgrade that is asked for while the fallback of a declined upgrade is open', () => {
  async function ask(bought: Bought, type: string, productId: string): Promise<string> {
    const eventId = `evt-${crypto.randomUUID()}`;
    const { customer_id: customerId, subscription_id: subscriptionId } = bought;
    const trigger = { eventId, type, customerId, subscriptionId, productId };
    expect((await stack.http.post('/api/triggers', trigger)).status).toBe(202);
    await eventually('the offer is open', async () => {
      const { product } = await openOffer(stack, bought.customer_id);
      return product.id === productId;
    });
    return eventId;
  }

  async function declinedUpgrade() {
    const bought = await buy(stack, 'prod_pro_lite', { card: CARD.declinesLater });
    const upgrade = await ask(bought, 'upgrade_requested', 'prod_pro_plan');
    const { id } = await openOffer(stack, bought.customer_id);
    await accept(stack, bought);
    return { bought, upgrade, links: await presentationIs(stack, id, 'fallback') };
  }

  it.each([
    { declinedPlanChangeLink: 'stays_on_plan', declined: false, after: 'cancelled' },
    { declinedPlanChangeLink: 'stays_on_plan', declined: true, after: 'failed' },
    { declinedPlanChangeLink: 'stays_pending', declined: true, after: 'cancelled' },
  ] as const)(
    'is made, and its payment link is void: $declinedPlanChangeLink, declined there too: $declined',
    async ({ declinedPlanChangeLink, declined, after }) => {
      const { control, books } = stack.sandbox;
      await control.setPolicy({ planChangeViaPaymentLink: true, declinedPlanChangeLink });
      const { bought, upgrade, links } = await declinedUpgrade();
      const link = laterPayments(stack, bought).find(({ payment_id }) =>
        links.checkoutUrl?.includes(payment_id),
      );
      if (declined) {
        const card = new URLSearchParams({ card_number: DECLINES, expiry: '06/32', cvc: '123' });
        await fetch(links.checkoutUrl ?? '', { method: 'POST', redirect: 'manual', body: card });
      }

      const downgrade = await ask(bought, 'downgrade_requested', 'prod_basic_plan');
      expect(await accept(stack, bought)).toMatchObject({ status: 200, body: { success: true } });
      expect(await settled(stack, downgrade)).toMatchObject({ outcome: 'converted' });
      const given = await settled(stack, upgrade);
      expect(given).toMatchObject({ outcome: 'abandoned' });
      expect(given.presentations[0]).not.toHaveProperty('checkoutUrl');
      await expectLive(stack, bought, [{ product_id: 'prod_basic_plan' }]);
      expect(books.payments({ customerId: bought.customer_id })).toContainEqual(
        expect.objectContaining({ payment_id: link?.payment_id, status: after }),
      );
      await expect(payLink(stack.sandbox, links.checkoutUrl)).rejects.toThrow();
      await control.setPolicy({ planChangeViaPaymentLink: false, declinedPlanChangeLink: 'stays_on_plan' });
    },
  );

  it('is made after another card was put in, and what is paid at the old checkout goes back', async () => {
    const { bought, upgrade, links } = await declinedUpgrade();
    const downgrade = await ask(bought, 'downgrade_requested', 'prod_basic_plan');
    const refused = await accept(stack, bought);
    expect(refused).toMatchObject({
      status: 402,
      body: { detail: expect.stringContaining('still in the way') as string, checkoutUrl: null },
    });
    expect(await settled(stack, upgrade)).toMatchObject({ outcome: 'abandoned' });
    await stack.sandbox.control.payLink(parseLink(refused.body.updatePaymentMethodUrl).id, WORKS);
    const presentationId = refused.body.presentation?.id;
    expect(await accept(stack, bought, { presentationId })).toMatchObject({ status: 200 });
    expect(await settled(stack, downgrade)).toMatchObject({ outcome: 'recovered' });

    await payLink(stack.sandbox, links.checkoutUrl);
    await eventually(
      'the money went back',
      async () => stack.sandbox.books.refunds({ customerId: bought.customer_id }).length === 1,
    );
    await eventually('one plan is left', async () => {
      const live = stack.sandbox.books
        .subscriptions({ customerId: bought.customer_id })
        .filter(({ status }) => status === 'active');
      return live.length === 1 && live[0]?.product_id === 'prod_basic_plan';
    });
  });
});
