import { describe, expect, test } from 'vitest';
import { DECLINES_LATER, oneClick, running } from './support.js';

const METADATA = { upsell_attempt_id: 'purchase/pay_1:offer:1', upsell_proof: 'not-signed-by-us' };

describe('a second payment for the same thing', () => {
  test('succeeds under another id after the first one failed', async () => {
    const { sandbox, client } = await running();
    const buyer = await sandbox.control.purchase({ product_id: 'prod_starter_course', card: DECLINES_LATER });
    const session = await client.checkoutSessions.create(
      oneClick(buyer, 'prod_team_license', { metadata: METADATA }),
    );
    const failed = await client.payments.retrieve(session.payment_id ?? '');
    expect(failed.status).toBe('failed');

    const paid = await sandbox.control.payAgain(failed.payment_id);

    expect(paid.payment_id).not.toBe(failed.payment_id);
    expect(await client.payments.retrieve(paid.payment_id)).toMatchObject({
      status: 'succeeded',
      error_code: null,
      total_amount: 39900,
      metadata: METADATA,
      customer: { customer_id: buyer.customer_id },
      checkout_session_id: session.session_id,
      product_cart: [{ product_id: 'prod_team_license', quantity: 1 }],
    });
    expect((await client.payments.retrieve(failed.payment_id)).status).toBe('failed');
    expect(await client.checkoutSessions.retrieve(session.session_id)).toMatchObject({
      payment_id: paid.payment_id,
      payment_status: 'succeeded',
    });
    expect(sandbox.books.deliveries({ type: 'payment.succeeded' })).toHaveLength(2);
    expect(sandbox.books.moneyReceived()).toBe(4900 + 39900);
  });

  test('pays the same session twice, or belongs to no session', async () => {
    const { sandbox, client } = await running();
    const first = await sandbox.control.purchase({ product_id: 'prod_team_license', metadata: METADATA });

    const same = await sandbox.control.payAgain(first.payment_id);
    const none = await sandbox.control.payAgain(first.payment_id, { session: 'none', amount: 100 });

    expect(same.session_id).toBe(first.session_id);
    expect(await client.payments.retrieve(none.payment_id)).toMatchObject({
      checkout_session_id: null,
      total_amount: 100,
      metadata: METADATA,
    });
    expect((await client.checkoutSessions.retrieve(first.session_id ?? '')).payment_id).toBe(
      first.payment_id,
    );
    expect(sandbox.books.moneyReceived()).toBe(2 * 39900 + 100);
  });

  test('creates a second live subscription for a plan', async () => {
    const { sandbox } = await running();
    const first = await sandbox.control.purchase({ product_id: 'prod_basic_plan' });

    const second = await sandbox.control.payAgain(first.payment_id);

    expect(second.subscription_id).not.toBe(first.subscription_id);
    expect(sandbox.books.subscriptions().map(({ status }) => status)).toEqual(['active', 'active']);
  });

  test('carries out the plan change that its first payment failed to pay', async () => {
    const { sandbox, client } = await running();
    const bought = await sandbox.control.purchase({ product_id: 'prod_basic_plan', card: DECLINES_LATER });
    const id = bought.subscription_id ?? '';
    await client.subscriptions.changePlan(id, {
      product_id: 'prod_pro_plan',
      quantity: 1,
      proration_billing_mode: 'full_immediately',
      on_payment_failure: 'prevent_change',
    });
    const [failed] = sandbox.books.payments({ subscriptionId: id, status: 'failed' });

    await sandbox.control.payAgain(failed?.payment_id ?? '');

    expect((await client.subscriptions.retrieve(id)).product_id).toBe('prod_pro_plan');
  });
});

describe('metadata written by a stranger', () => {
  test('comes with a purchase of any product by any customer', async () => {
    const { sandbox, client } = await running();
    const stranger = await sandbox.control.purchase({
      product_id: 'prod_course_workbook',
      email: 'stranger@example.com',
      metadata: METADATA,
    });
    expect((await client.payments.retrieve(stranger.payment_id)).metadata).toEqual(METADATA);
  });

  test('comes with a static payment link', async () => {
    const { sandbox, client } = await running();
    const query = new URLSearchParams({
      quantity: '2',
      redirect_url: 'https://shop.example/thanks',
      metadata_upsell_attempt_id: METADATA.upsell_attempt_id,
      metadata_upsell_proof: METADATA.upsell_proof,
    });

    const opened = await fetch(`${sandbox.url}/buy/prod_course_workbook?${query.toString()}`, {
      redirect: 'manual',
    });

    const [, sessionId = ''] = /^\/checkout\/(cks_.+)$/.exec(opened.headers.get('location') ?? '') ?? [];
    const paid = await sandbox.control.payCheckout(sessionId);
    expect(await client.payments.retrieve(paid.payment_id)).toMatchObject({
      metadata: METADATA,
      total_amount: 3800,
    });
    expect((await fetch(`${sandbox.url}/buy/prod_none`)).status).toBe(404);
  });
});
