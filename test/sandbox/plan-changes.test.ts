import type DodoPayments from 'dodopayments';
import { describe, expect, test } from 'vitest';
import { DECLINES, DECLINES_LATER, refusal, running, stoppedClock } from './support.js';
import type { Running } from './support.js';

/** With the fields that are newer than SDK 2.52. */
type Change = DodoPayments.SubscriptionChangePlanParams & {
  return_url?: string;
  cancel_older_payment_link?: boolean;
};

function to(
  product_id: string,
  proration_billing_mode: Change['proration_billing_mode'],
  more: Partial<Change> = {},
): Change {
  return { product_id, quantity: 1, proration_billing_mode, on_payment_failure: 'prevent_change', ...more };
}

/** A subscriber half way through March. */
async function halfWay(plan = 'prod_basic_plan', card = '4242424242424242') {
  const clock = stoppedClock();
  const setting = await running({ now: clock.now });
  const bought = await setting.sandbox.control.purchase({
    product_id: plan,
    card,
    metadata: { origin: 'shop' },
  });
  clock.advance(15.5);
  return { ...setting, clock, bought, id: bought.subscription_id ?? '' };
}

function eventTypes({ sandbox }: Running): string[] {
  return sandbox.books.deliveries().map((delivery) => delivery.type);
}

describe('a plan change', () => {
  test.each([
    ['prorated_immediately', 7900 - 1450, '2026-04-16T12:00:00.000Z'],
    ['difference_immediately', 5000, '2026-04-16T12:00:00.000Z'],
    ['full_immediately', 7900, '2026-04-16T12:00:00.000Z'],
    ['do_not_bill', 0, '2026-04-01T00:00:00.000Z'],
  ] as const)(
    '%s charges what was previewed and moves the billing date accordingly',
    async (mode, amount, next) => {
      const { sandbox, client, id } = await halfWay();
      const before = sandbox.books.moneyReceived();

      const preview = await client.subscriptions.previewChangePlan(id, to('prod_pro_plan', mode));
      expect(preview.immediate_charge.summary).toMatchObject({
        total_amount: amount,
        customer_credits: 0,
        currency: 'USD',
      });
      expect(preview.new_plan).toMatchObject({ product_id: 'prod_pro_plan', recurring_pre_tax_amount: 7900 });
      expect(preview.new_plan.next_billing_date).toBe(next);
      expect((await client.subscriptions.retrieve(id)).product_id).toBe('prod_basic_plan');

      const answer = await client.subscriptions.changePlan(id, to('prod_pro_plan', mode));

      expect(answer).toEqual({ payment_id: null, payment_link: null, client_secret: null, expires_on: null });
      expect(sandbox.books.moneyReceived() - before).toBe(amount);
      expect(await client.subscriptions.retrieve(id)).toMatchObject({
        product_id: 'prod_pro_plan',
        status: 'active',
        next_billing_date: next,
      });
    },
  );

  test('gives its payment the request’s metadata, else the subscription’s', async () => {
    const { sandbox, client, id } = await halfWay();
    await client.subscriptions.changePlan(
      id,
      to('prod_pro_lite', 'full_immediately', { metadata: { attempt: '1' } }),
    );
    await client.subscriptions.changePlan(id, to('prod_pro_plan', 'full_immediately'));

    const [, first, second] = sandbox.books.payments({ subscriptionId: id });
    expect(first).toMatchObject({ metadata: { attempt: '1' }, product_cart: null, subscription_id: id });
    expect(second?.metadata).toEqual({ origin: 'shop' });
  });

  test('gives credit for a downgrade, and uses it up before charging again', async () => {
    const { sandbox, client, id } = await halfWay('prod_pro_plan');
    const down = to('prod_basic_plan', 'difference_immediately');
    const preview = await client.subscriptions.previewChangePlan(id, down);
    expect(preview.immediate_charge.summary).toMatchObject({ total_amount: 0, customer_credits: 5000 });
    await client.subscriptions.changePlan(id, down);
    expect(sandbox.books.subscriptionState(id)?.credit_balance).toBe(5000);

    await sandbox.control.renew(id);
    const up = to('prod_pro_lite', 'full_immediately');
    const next = await client.subscriptions.previewChangePlan(id, up);
    expect(next.immediate_charge.summary).toMatchObject({
      total_amount: 4900 - 2100,
      customer_credits: -2100,
    });
    await client.subscriptions.changePlan(id, up);

    expect(sandbox.books.subscriptionState(id)?.credit_balance).toBe(0);
    expect(sandbox.books.movements().map((movement) => movement.amount)).toEqual([7900, 2800]);
  });

  test('removes omitted add-ons and charges for the given ones', async () => {
    const { client, id } = await halfWay();
    const storage = [{ addon_id: 'adn_extra_storage', quantity: 2 }];
    await client.subscriptions.changePlan(
      id,
      to('prod_pro_plan', 'full_immediately', { addons: storage, quantity: 3 }),
    );
    expect(await client.subscriptions.retrieve(id)).toMatchObject({
      addons: storage,
      quantity: 3,
      recurring_pre_tax_amount: 3 * 7900 + 1000,
    });

    await client.subscriptions.changePlan(id, to('prod_pro_plan', 'do_not_bill'));

    expect(await client.subscriptions.retrieve(id)).toMatchObject({
      addons: [],
      recurring_pre_tax_amount: 7900,
    });
  });

  test('taxes the charge by the subscription’s billing country', async () => {
    const { sandbox, client } = await running();
    const { subscription_id } = await sandbox.control.purchase({
      product_id: 'prod_basic_plan',
      billing: { country: 'DE', zipcode: '10115' },
    });
    const { immediate_charge } = await client.subscriptions.previewChangePlan(
      subscription_id ?? '',
      to('prod_pro_plan', 'difference_immediately'),
    );
    expect(immediate_charge.summary).toMatchObject({ total_amount: 5950, tax: 950 });
  });

  test('can answer with an empty body', async () => {
    const { sandbox, client, id } = await halfWay();
    await sandbox.control.setPolicy({ emptyChangePlanBody: true });
    expect(await client.subscriptions.changePlan(id, to('prod_pro_plan', 'full_immediately'))).toBe('');
    expect((await client.subscriptions.retrieve(id)).product_id).toBe('prod_pro_plan');
  });

  test('follows the older reading of proration if the policy says so', async () => {
    const { sandbox, client, id } = await halfWay();
    await sandbox.control.setPolicy({ proration: 'remaining_difference', resetBillingDates: false });
    const preview = await client.subscriptions.previewChangePlan(
      id,
      to('prod_pro_plan', 'prorated_immediately'),
    );
    expect(preview.immediate_charge.summary.total_amount).toBe(2500);
    expect(preview.new_plan.next_billing_date).toBe('2026-04-01T00:00:00.000Z');
  });

  test.each([
    [
      'scheduled to be cancelled',
      'PLAN_CHANGE_NOT_ALLOWED_FOR_SCHEDULED_CANCELLATION',
      { cancel_at_next_billing_date: true },
    ],
    ['cancelled', 'INACTIVE_SUBSCRIPTION_PLAN_CHANGE_NOT_SUPPORTED', { status: 'cancelled' }],
    ['paused', 'INACTIVE_SUBSCRIPTION_PLAN_CHANGE_NOT_SUPPORTED', { status: 'paused' }],
  ] as const)('is refused while the subscription is %s', async (_state, code, patch) => {
    const { client, id } = await halfWay();
    await client.subscriptions.update(id, patch);
    const change = client.subscriptions.changePlan(id, to('prod_pro_plan', 'full_immediately'));
    expect(await refusal(change)).toEqual({ status: 422, code });
  });

  test('is refused for a one-time product, and while another charge has no outcome', async () => {
    const { sandbox, client, bought, id } = await halfWay();
    const oneTime = client.subscriptions.changePlan(id, to('prod_team_license', 'full_immediately'));
    expect((await refusal(oneTime)).status).toBe(422);
    await sandbox.control.nextCharges(bought.customer_id, { status: 'processing' });
    await sandbox.control.renew(id);
    const change = client.subscriptions.changePlan(id, to('prod_pro_plan', 'full_immediately'));
    expect(await refusal(change)).toEqual({ status: 422, code: 'PREVIOUS_PAYMENT_PENDING' });
  });
});

describe('a plan change whose charge is declined', () => {
  test('stays pending with prevent_change: the old plan, and 409 for further changes', async () => {
    const setting = await halfWay('prod_basic_plan', DECLINES_LATER);
    const { sandbox, client, id } = setting;
    await client.subscriptions.changePlan(id, to('prod_pro_plan', 'full_immediately'));

    expect(await client.subscriptions.retrieve(id)).toMatchObject({
      product_id: 'prod_basic_plan',
      status: 'active',
    });
    expect(sandbox.books.moneyReceived()).toBe(2900);
    const again = client.subscriptions.changePlan(id, to('prod_pro_plan', 'full_immediately'));
    expect(await refusal(again)).toEqual({ status: 409, code: 'PENDING_PLAN_CHANGE_EXISTS' });
    expect(eventTypes(setting)).not.toContain('subscription.plan_changed');

    await sandbox.control.clearPendingChange(id);
    await client.subscriptions.changePlan(id, to('prod_pro_plan', 'do_not_bill'));
    expect((await client.subscriptions.retrieve(id)).product_id).toBe('prod_pro_plan');
  });

  test('can be tried again after a new card was entered', async () => {
    const { sandbox, client, id } = await halfWay('prod_basic_plan', DECLINES_LATER);
    await client.subscriptions.changePlan(id, to('prod_pro_plan', 'full_immediately'));
    const update = await client.subscriptions.updatePaymentMethod(id, { payment_method: { type: 'new' } });
    expect(update.payment_link).toContain('/update-payment-method/');

    await sandbox.control.payLink(update.payment_id ?? '');
    await client.subscriptions.changePlan(id, to('prod_pro_plan', 'full_immediately'));

    expect((await client.subscriptions.retrieve(id)).product_id).toBe('prod_pro_plan');
    expect(sandbox.books.moneyReceived()).toBe(2900 + 7900);
    expect(await client.payments.retrieve(update.payment_id ?? '')).toMatchObject({
      is_update_payment_method: true,
      total_amount: 0,
      status: 'succeeded',
    });
  });

  test('takes effect unpaid with apply_change, and the subscription goes on hold', async () => {
    const setting = await halfWay('prod_basic_plan', DECLINES_LATER);
    const { client, sandbox, id } = setting;
    await client.subscriptions.changePlan(
      id,
      to('prod_pro_plan', 'full_immediately', { on_payment_failure: null }),
    );

    expect(await client.subscriptions.retrieve(id)).toMatchObject({
      product_id: 'prod_pro_plan',
      status: 'on_hold',
    });
    expect(eventTypes(setting)).toEqual(
      expect.arrayContaining(['payment.failed', 'subscription.plan_changed', 'subscription.on_hold']),
    );
    const card = await sandbox.control.addCard(setting.bought.customer_id);
    await client.subscriptions.updatePaymentMethod(id, {
      payment_method: { type: 'existing', payment_method_id: card.payment_method_id },
    });
    expect((await client.subscriptions.retrieve(id)).status).toBe('active');
    expect(sandbox.books.moneyReceived()).toBe(2900 + 7900);
  });

  test('is decided when the bank settles the charge', async () => {
    const { sandbox, client, bought, id } = await halfWay();
    await sandbox.control.nextCharges(bought.customer_id, { status: 'processing' });
    await client.subscriptions.changePlan(id, to('prod_pro_plan', 'full_immediately'));
    expect((await client.subscriptions.retrieve(id)).product_id).toBe('prod_basic_plan');

    const [, payment] = sandbox.books.payments({ subscriptionId: id });
    await sandbox.control.settlePayment(payment?.payment_id ?? '', { status: 'succeeded' });

    expect((await client.subscriptions.retrieve(id)).product_id).toBe('prod_pro_plan');
  });

  test('can be settled by a payment link if the business may use one', async () => {
    const { sandbox, client, id } = await halfWay('prod_basic_plan', DECLINES_LATER);
    const link = to('prod_pro_plan', 'full_immediately', { collect_via_payment_link: true });
    expect((await refusal(client.subscriptions.changePlan(id, link))).status).toBe(422);
    await sandbox.control.setPolicy({ planChangeViaPaymentLink: true });
    await client.subscriptions.changePlan(id, to('prod_pro_plan', 'full_immediately'));

    const handles = await client.subscriptions.changePlan(id, link);
    expect(handles.payment_link).toContain(handles.payment_id);
    expect((await client.subscriptions.retrieve(id)).product_id).toBe('prod_basic_plan');
    expect((await refusal(client.subscriptions.changePlan(id, link))).code).toBe(
      'PENDING_PLAN_CHANGE_EXISTS',
    );
    await sandbox.control.payLink(handles.payment_id ?? '');

    expect((await client.subscriptions.retrieve(id)).product_id).toBe('prod_pro_plan');
    expect(sandbox.books.moneyReceived()).toBe(2900 + 7900);
  });

  describe('on its payment link', () => {
    const link = to('prod_pro_plan', 'full_immediately', {
      collect_via_payment_link: true,
      return_url: 'https://shop.example/plans',
    });

    async function declinedLink(policy: Parameters<Running['sandbox']['control']['setPolicy']>[0] = {}) {
      const setting = await halfWay();
      await setting.sandbox.control.setPolicy({ planChangeViaPaymentLink: true, ...policy });
      const { payment_id, payment_link } = await setting.client.subscriptions.changePlan(setting.id, link);
      const declined = await fetch(payment_link ?? '', {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams({ card_number: DECLINES, expiry: '06/32', cvc: '123' }),
      });
      return { ...setting, payment_id: payment_id ?? '', declined };
    }

    test('leads back to the return URL, leaves the old plan in place, and allows another request', async () => {
      const { sandbox, client, id, payment_id, declined } = await declinedLink();
      const back = new URL(declined.headers.get('location') ?? '');
      expect(back.origin + back.pathname).toBe('https://shop.example/plans');
      expect(Object.fromEntries(back.searchParams)).toMatchObject({
        subscription_id: id,
        payment_id,
        status: 'failed',
      });
      expect(await client.subscriptions.retrieve(id)).toMatchObject({
        status: 'active',
        product_id: 'prod_basic_plan',
      });

      const again = await client.subscriptions.changePlan(id, link);
      await sandbox.control.payLink(again.payment_id ?? '');

      expect((await client.subscriptions.retrieve(id)).product_id).toBe('prod_pro_plan');
      expect(sandbox.books.moneyReceived()).toBe(2900 + 7900);
    });

    test('stays pending until the link is paid if the policy says so', async () => {
      const { sandbox, client, id, payment_id, declined } = await declinedLink({
        declinedPlanChangeLink: 'stays_pending',
      });
      expect(await declined.text()).toContain('You can try another card');
      expect(await refusal(client.subscriptions.changePlan(id, link))).toEqual({
        status: 409,
        code: 'PENDING_PLAN_CHANGE_EXISTS',
      });

      await sandbox.control.payLink(payment_id);

      expect((await client.subscriptions.retrieve(id)).product_id).toBe('prod_pro_plan');
    });
  });

  test('an unpaid link is replaced on request, unless its payment is in progress', async () => {
    const { sandbox, client, bought, id } = await halfWay();
    await sandbox.control.setPolicy({ planChangeViaPaymentLink: true });
    const first = await client.subscriptions.changePlan(
      id,
      to('prod_pro_plan', 'full_immediately', { collect_via_payment_link: true }),
    );
    const smaller = to('prod_pro_lite', 'full_immediately', {
      collect_via_payment_link: true,
      cancel_older_payment_link: true,
    });

    const second = await client.subscriptions.changePlan(id, smaller);

    expect((await client.payments.retrieve(first.payment_id ?? '')).status).toBe('cancelled');
    await expect(sandbox.control.payLink(first.payment_id ?? '')).rejects.toThrow('has been used');
    await sandbox.control.nextCharges(bought.customer_id, { status: 'processing' });
    await sandbox.control.payLink(second.payment_id ?? '');
    expect(await refusal(client.subscriptions.changePlan(id, smaller))).toEqual({
      status: 409,
      code: 'PENDING_PLAN_CHANGE_EXISTS',
    });
    await sandbox.control.settlePayment(second.payment_id ?? '', { status: 'succeeded' });
    expect((await client.subscriptions.retrieve(id)).product_id).toBe('prod_pro_lite');
  });

  test('a return URL is only accepted with a payment link', async () => {
    const { client, id } = await halfWay();
    const change = to('prod_pro_plan', 'full_immediately', { return_url: 'https://shop.example/' });
    expect(await refusal(client.subscriptions.changePlan(id, change))).toEqual({
      status: 422,
      code: 'INVALID_REQUEST_PARAMETERS',
    });
  });

  test('leaves a scheduled change in place until another one applies', async () => {
    const { sandbox, client, id } = await halfWay('prod_pro_plan', DECLINES_LATER);
    await client.subscriptions.changePlan(
      id,
      to('prod_basic_plan', 'full_immediately', { effective_at: 'next_billing_date' }),
    );
    const instead = to('prod_pro_lite', 'full_immediately', { cancel_scheduled_change_plan: true });
    await client.subscriptions.changePlan(id, instead);
    expect((await client.subscriptions.retrieve(id)).scheduled_change?.product_id).toBe('prod_basic_plan');

    const [failed] = sandbox.books.payments({ subscriptionId: id, status: 'failed' });
    await sandbox.control.payAgain(failed?.payment_id ?? '');

    expect(await client.subscriptions.retrieve(id)).toMatchObject({
      product_id: 'prod_pro_lite',
      scheduled_change: null,
    });
  });

  test('closes its payment page when the change is dropped', async () => {
    const { sandbox, client, id } = await halfWay();
    await sandbox.control.setPolicy({ planChangeViaPaymentLink: true });
    const link = to('prod_pro_plan', 'full_immediately', { collect_via_payment_link: true });
    const { payment_id } = await client.subscriptions.changePlan(id, link);

    await client.subscriptions.update(id, { status: 'cancelled' });

    await expect(sandbox.control.payLink(payment_id ?? '')).rejects.toThrow('has been used: cancelled');
    expect(sandbox.books.moneyReceived()).toBe(2900);
  });
});

describe('a plan change at the next billing date', () => {
  const later = to('prod_basic_plan', 'full_immediately', { effective_at: 'next_billing_date' });

  test('costs nothing now, and takes effect with the renewal', async () => {
    const setting = await halfWay('prod_pro_plan');
    const { sandbox, client, id } = setting;
    const preview = await client.subscriptions.previewChangePlan(id, later);
    expect(preview.immediate_charge).toMatchObject({
      effective_at: '2026-04-01T00:00:00.000Z',
      line_items: [],
      summary: { total_amount: 0, customer_credits: 0 },
    });
    await client.subscriptions.changePlan(id, later);
    expect(await client.subscriptions.retrieve(id)).toMatchObject({
      product_id: 'prod_pro_plan',
      scheduled_change: { product_id: 'prod_basic_plan', product_name: 'Basic plan' },
    });
    expect(await refusal(client.subscriptions.changePlan(id, later))).toEqual({
      status: 409,
      code: 'SCHEDULED_PLAN_CHANGE_EXISTS',
    });

    setting.clock.advance(15.5);
    await client.subscriptions.update(id, { next_billing_date: setting.clock.now().toISOString() });

    expect(await client.subscriptions.retrieve(id)).toMatchObject({
      product_id: 'prod_basic_plan',
      scheduled_change: null,
      next_billing_date: '2026-05-01T00:00:00.000Z',
    });
    expect(sandbox.books.moneyReceived()).toBe(7900 + 2900);
  });

  test('accepts only full_immediately, unless the policy says otherwise', async () => {
    const { sandbox, client, id } = await halfWay('prod_pro_plan');
    const prorated = { ...later, proration_billing_mode: 'prorated_immediately' as const };
    expect(await refusal(client.subscriptions.changePlan(id, prorated))).toEqual({
      status: 422,
      code: 'INVALID_PRORATION_MODE_WITH_NEXT_BILLING_DATE',
    });
    await sandbox.control.setPolicy({ nextBillingDateModes: 'lenient' });
    await client.subscriptions.changePlan(id, prorated);
    expect((await client.subscriptions.retrieve(id)).scheduled_change?.product_id).toBe('prod_basic_plan');
  });

  test('can be cancelled and replaced', async () => {
    const { client, id } = await halfWay('prod_pro_plan');
    await client.subscriptions.changePlan(id, later);
    await client.subscriptions.changePlan(id, {
      ...later,
      product_id: 'prod_pro_lite',
      cancel_scheduled_change_plan: true,
    });
    expect((await client.subscriptions.retrieve(id)).scheduled_change?.product_id).toBe('prod_pro_lite');
    await client.subscriptions.cancelChangePlan(id);
    expect((await client.subscriptions.retrieve(id)).scheduled_change).toBeNull();
    expect(await refusal(client.subscriptions.cancelChangePlan(id))).toEqual({
      status: 404,
      code: 'SCHEDULED_PLAN_CHANGE_NOT_FOUND',
    });
  });
});
