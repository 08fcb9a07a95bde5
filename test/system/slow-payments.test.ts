import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buyWithOffer, payLink, settled } from '../support/purchases.js';
import { expectAccount, expectLive, laterPayments, moneyRequests } from './account.js';
import { accept, presentationIs } from './customer-actions.js';
import { CHANGE_PLAN, OFFER_KINDS, type OfferKind } from './offer-kinds.js';
import { restartableStack, type RestartableStack } from './restartable-stack.js';

let stack: RestartableStack;
beforeAll(async () => {
  stack = await restartableStack({ POLL_INTERVAL: '300ms', RECONCILE_WINDOW: '1s', ACCEPT_WAIT: '2s' });
});
afterAll(() => stack.stop());

async function offered(offer: OfferKind, status: 'processing' | 'requires_customer_action') {
  const bought = await buyWithOffer(stack, offer.productId);
  await stack.sandbox.control.nextCharges(bought.customer_id, { status });
  return { ...bought, offer };
}
type Offered = Awaited<ReturnType<typeof offered>>;

function paymentOf(bought: Offered): string {
  const [payment, ...others] = laterPayments(stack, bought);
  expect(others).toEqual([]);
  return payment?.payment_id ?? '';
}

/** Expects that further clicks send nothing and open no fallback. */
async function expectNoSecondWay(bought: Offered, status: string): Promise<void> {
  const { presentationId } = bought;
  for (const headers of [undefined, { 'idempotency-key': crypto.randomUUID() }]) {
    expect(await accept(stack, bought, { presentationId }, headers)).toMatchObject({
      status: 202,
      body: { status },
    });
  }
  expect(moneyRequests(stack, bought)).toHaveLength(1);
  const sessions = stack.sandbox.books
    .requests({ method: 'POST', path: '/checkouts' })
    .filter(({ body }) => JSON.stringify(body).includes(bought.customer_id));
  expect(sessions).toHaveLength(bought.offer.kind === 'charge' ? 1 : 0);
}

async function expectRecoveredAtCheckout(bought: Offered): Promise<void> {
  const { checkoutUrl } = await presentationIs(stack, bought.presentationId, 'fallback');
  const paid = await payLink(stack.sandbox, checkoutUrl);
  expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'recovered' });
  const amount = laterPayments(stack, bought).find((one) => one.payment_id === paid.payment_id)?.total_amount;
  await expectAccount(stack, bought, { charges: [amount ?? NaN] });
  await expectLive(stack, bought, bought.offer === CHANGE_PLAN ? [{ product_id: 'prod_pro_plan' }] : []);
}

describe.concurrent.each(OFFER_KINDS)('a $kind that the bank wants confirmed', (offer) => {
  it('is paid when the customer confirms it at the link they are given', async () => {
    const bought = await offered(offer, 'requires_customer_action');
    // The bank's demand is read a moment after the charge, so the answer may come before it.
    expect(await accept(stack, bought)).toMatchObject({ status: 202, body: { success: false } });
    const { checkoutUrl, message } = await presentationIs(stack, bought.presentationId, 'requires_action');
    expect(checkoutUrl).toBe(`${stack.sandbox.url}/3ds/${paymentOf(bought)}`);
    expect(message).toContain('confirm');
    await expectNoSecondWay(bought, 'requires_action');
    await stack.sandbox.control.settlePayment(paymentOf(bought), { status: 'succeeded' });
    expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'converted' });
    const paid = await presentationIs(stack, bought.presentationId, 'paid');
    expect(paid).not.toHaveProperty('checkoutUrl');
    await expectAccount(stack, bought, { charges: [offer.amount] });
  });

  it('goes to the checkout if the customer fails to', async () => {
    const bought = await offered(offer, 'requires_customer_action');
    expect((await accept(stack, bought)).status).toBe(202);
    await presentationIs(stack, bought.presentationId, 'requires_action');
    await stack.sandbox.control.settlePayment(paymentOf(bought), {
      status: 'failed',
      error_code: 'AUTHENTICATION_FAILURE',
    });
    await expectRecoveredAtCheckout(bought);
  });
});

describe.concurrent.each(OFFER_KINDS)('a $kind that is processed slowly', (offer) => {
  it('is awaited, and paid once it has succeeded', async () => {
    const bought = await offered(offer, 'processing');
    const reply = await accept(stack, bought);
    expect(reply).toMatchObject({ status: 202, body: { success: false, status: 'charging' } });
    expect(reply.headers.get('location')).toBe(`/api/presentations/${bought.presentationId}`);
    expect(reply.body.presentation).not.toHaveProperty('checkoutUrl');
    await expectNoSecondWay(bought, 'charging');
    await stack.sandbox.control.settlePayment(paymentOf(bought), { status: 'succeeded' });
    expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'converted' });
    await expectAccount(stack, bought, { charges: [offer.amount] });
  });

  it('goes to the checkout only once it has failed', async () => {
    const bought = await offered(offer, 'processing');
    expect((await accept(stack, bought)).status).toBe(202);
    await stack.sandbox.control.settlePayment(paymentOf(bought), { status: 'failed' });
    await expectRecoveredAtCheckout(bought);
  });
});

describe('a worker that is restarted while payments are pending', () => {
  it('forgets none of them and sends nothing again', async () => {
    const all = await Promise.all(OFFER_KINDS.map((offer) => offered(offer, 'processing')));
    const replies = await Promise.all(all.map((bought) => accept(stack, bought)));
    expect(replies.map(({ status }) => status)).toEqual([202, 202, 202]);

    await stack.stopWorker();
    // The webhooks come while no worker runs.
    for (const bought of all) {
      await stack.sandbox.control.settlePayment(paymentOf(bought), { status: 'succeeded' });
    }
    await stack.sandbox.control.flushWebhooks();
    await stack.startWorker();
    for (const bought of all) {
      expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'converted' });
      await expectAccount(stack, bought, { charges: [bought.offer.amount] });
    }
  });
});
