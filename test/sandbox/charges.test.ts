import { describe, expect, test } from 'vitest';
import { DECLINES, DECLINES_LATER, NO_FUNDS, oneClick, refusal, running } from './support.js';

describe('a one-click charge', () => {
  test('replies without a status, and the payment can be retrieved', async () => {
    const { sandbox, client } = await running();
    const buyer = await sandbox.control.purchase({ product_id: 'prod_single_license' });

    const session = await client.checkoutSessions.create(
      oneClick(buyer, 'prod_team_license', { metadata: { attempt: 'a:1' } }),
    );

    expect(session).toMatchObject({
      checkout_url: null,
      payment_id: expect.stringMatching(/^pay_/) as string,
    });
    const payment = await client.payments.retrieve(session.payment_id ?? '');
    expect(payment).toMatchObject({
      status: 'succeeded',
      total_amount: 39900,
      checkout_session_id: session.session_id,
      payment_method_id: buyer.payment_method_id,
      product_cart: [{ product_id: 'prod_team_license', quantity: 1 }],
      metadata: { attempt: 'a:1' },
      subscription_id: null,
    });
    expect(await client.checkoutSessions.retrieve(session.session_id)).toMatchObject({
      payment_id: session.payment_id,
      payment_status: 'succeeded',
      customer_email: 'customer@example.com',
    });
    expect(sandbox.books.moneyReceived(buyer.customer_id)).toBe(9900 + 39900);
  });

  test('is declined on card 0341, which paid while the customer was present', async () => {
    const { sandbox, client } = await running();
    const buyer = await sandbox.control.purchase({ product_id: 'prod_single_license', card: DECLINES_LATER });
    expect(buyer.status).toBe('succeeded');

    const session = await client.checkoutSessions.create(oneClick(buyer, 'prod_team_license'));

    const payment = await client.payments.retrieve(session.payment_id ?? '');
    expect(payment).toMatchObject({ status: 'failed', error_code: 'GENERIC_DECLINE' });
    expect(payment.error_message).toContain('declined');
    expect(sandbox.books.moneyReceived()).toBe(9900);
  });

  test('returns 422 for a declined card if the policy says so', async () => {
    const { sandbox, client } = await running();
    await sandbox.control.setPolicy({ declinedConfirm: 'rejected' });
    const buyer = await sandbox.control.purchase({ product_id: 'prod_single_license', card: DECLINES_LATER });

    const refused = await refusal(client.checkoutSessions.create(oneClick(buyer, 'prod_team_license')));

    expect(refused).toEqual({ status: 422, code: 'GENERIC_DECLINE' });
    expect(sandbox.books.payments({ status: 'failed' })).toHaveLength(1);
  });

  test.each([
    ['another customer owns the method', { owner: 'other' as const }, 'INVALID_REQUEST_PARAMETERS'],
    ['confirm is missing', { confirm: false }, 'INVALID_REQUEST_PARAMETERS'],
    ['the billing address is missing', { billing_address: null }, 'INVALID_REQUEST_PARAMETERS'],
    [
      'only a ZIP code is given without minimal_address',
      { minimal_address: false },
      'INVALID_REQUEST_PARAMETERS',
    ],
    ['the cart is empty', { product_cart: [] }, 'PRODUCT_CART_EMTPY'],
    [
      'a quantity is zero',
      { product_cart: [{ product_id: 'prod_team_license', quantity: 0 }] },
      'INVALID_REQUEST_BODY',
    ],
    ['the discount code is unknown', { discount_codes: ['NOPE'] }, 'INVALID_DISCOUNT_CODE'],
  ])(
    'is refused with 422 when %s, and nothing is charged',
    async (_what, { owner, ...change }: { owner?: 'other' } & object, code) => {
      const { sandbox, client } = await running();
      const buyer = await sandbox.control.purchase({ product_id: 'prod_single_license' });
      const other = await sandbox.control.createCustomer({
        email: 'other@example.com',
        cards: ['4242424242424242'],
      });
      const method = owner === 'other' ? (other.payment_method_ids[0] ?? null) : buyer.payment_method_id;

      const body = { ...oneClick({ ...buyer, payment_method_id: method }, 'prod_team_license'), ...change };

      expect(await refusal(client.checkoutSessions.create(body))).toEqual({ status: 422, code });
      expect(sandbox.books.payments()).toHaveLength(1);
      expect(sandbox.books.checkouts()).toHaveLength(1);
    },
  );

  test('is refused for a currency the method cannot pay in', async () => {
    const { sandbox, client } = await running();
    await sandbox.control.createProduct({
      product_id: 'prod_yen',
      name: 'Yen',
      price: 5000,
      currency: 'JPY',
    });
    const { customer, payment_method_ids } = await sandbox.control.createCustomer({
      email: 'usd@example.com',
      cards: [{ currencies: ['USD'] }],
    });
    const body = oneClick({ ...customer, payment_method_id: payment_method_ids[0] ?? null }, 'prod_yen');

    expect(await refusal(client.checkoutSessions.create(body))).toEqual({
      status: 422,
      code: 'NO_ELIGIBLE_PAYMENT_METHODS',
    });
  });

  test('fails with any decline code on request, once', async () => {
    const { sandbox, client } = await running();
    const buyer = await sandbox.control.purchase({ product_id: 'prod_single_license' });
    await sandbox.control.nextCharges(buyer.customer_id, { status: 'failed', error_code: 'STOLEN_CARD' });

    const first = await client.checkoutSessions.create(oneClick(buyer, 'prod_team_license'));
    const second = await client.checkoutSessions.create(oneClick(buyer, 'prod_team_license'));

    expect(await client.payments.retrieve(first.payment_id ?? '')).toMatchObject({
      status: 'failed',
      error_code: 'STOLEN_CARD',
    });
    expect((await client.payments.retrieve(second.payment_id ?? '')).status).toBe('succeeded');
  });

  test('stays in processing until it is settled, which works only once', async () => {
    const { sandbox, client } = await running();
    const buyer = await sandbox.control.purchase({ product_id: 'prod_single_license' });
    await sandbox.control.nextCharges(buyer.customer_id, { status: 'processing' });
    const { payment_id } = await client.checkoutSessions.create(oneClick(buyer, 'prod_team_license'));
    const id = payment_id ?? '';
    expect((await client.payments.retrieve(id)).status).toBe('processing');
    expect(sandbox.books.moneyReceived()).toBe(9900);

    await sandbox.control.settlePayment(id, { status: 'succeeded' });

    expect((await client.payments.retrieve(id)).status).toBe('succeeded');
    expect(sandbox.books.moneyReceived()).toBe(9900 + 39900);
    await expect(sandbox.control.settlePayment(id, { status: 'succeeded' })).rejects.toThrow(
      'has already ended',
    );
    expect(sandbox.books.moneyReceived()).toBe(9900 + 39900);
  });

  test('declines an expired card, and one without a mandate', async () => {
    const { sandbox, client } = await running();
    const buyer = await sandbox.control.purchase({ product_id: 'prod_single_license' });
    const method = buyer.payment_method_id ?? '';
    await sandbox.control.updateMethod(buyer.customer_id, method, { recurring_enabled: false });
    const first = await client.checkoutSessions.create(oneClick(buyer, 'prod_team_license'));
    await sandbox.control.updateMethod(buyer.customer_id, method, { expiry_year: '2020' });
    const second = await client.checkoutSessions.create(oneClick(buyer, 'prod_team_license'));

    expect((await client.payments.retrieve(first.payment_id ?? '')).error_code).toBe('MANDATE_REQUIRED');
    expect((await client.payments.retrieve(second.payment_id ?? '')).error_code).toBe('EXPIRED_CARD');
    const { items } = await client.customers.retrievePaymentMethods(buyer.customer_id);
    expect(items[0]).toMatchObject({
      recurring_enabled: false,
      card: { expiry_month: '06', expiry_year: '2020' },
    });
  });

  test('starts a subscription with the session’s metadata', async () => {
    const { sandbox, client } = await running();
    const buyer = await sandbox.control.purchase({ product_id: 'prod_single_license' });
    const { payment_id } = await client.checkoutSessions.create(
      oneClick(buyer, 'prod_basic_plan', { metadata: { attempt: 'b' } }),
    );

    const payment = await client.payments.retrieve(payment_id ?? '');
    expect(payment).toMatchObject({ product_cart: null, metadata: { attempt: 'b' } });
    const subscription = await client.subscriptions.retrieve(payment.subscription_id ?? '');
    expect(subscription).toMatchObject({
      status: 'active',
      product_id: 'prod_basic_plan',
      recurring_pre_tax_amount: 2900,
      payment_method_id: buyer.payment_method_id,
      metadata: { attempt: 'b' },
    });
  });
});

describe('payments.create', () => {
  test('charges one-time products to a saved method', async () => {
    const { sandbox, client } = await running();
    const buyer = await sandbox.control.purchase({ product_id: 'prod_starter_course' });

    const created = await client.payments.create({
      billing: { country: 'US' },
      customer: { customer_id: buyer.customer_id },
      product_cart: [{ product_id: 'prod_course_workbook', quantity: 2 }],
      payment_method_id: buyer.payment_method_id,
    });

    expect(created.total_amount).toBe(3800);
    expect((await client.payments.retrieve(created.payment_id)).status).toBe('succeeded');
  });

  test('refuses a body without billing, and subscription products', async () => {
    const { sandbox, client } = await running();
    const { customer_id } = await sandbox.control.purchase({ product_id: 'prod_starter_course' });
    const cart = [{ product_id: 'prod_basic_plan', quantity: 1 }];

    const withoutBilling = client.post('/payments', { body: { customer_id, product_cart: cart } });
    const plan = client.payments.create({
      billing: { country: 'US' },
      customer: { customer_id },
      product_cart: cart,
    });

    expect(await refusal(withoutBilling)).toEqual({ status: 422, code: 'INVALID_REQUEST_BODY' });
    expect(await refusal(plan)).toEqual({ status: 422, code: 'INVALID_REQUEST_PARAMETERS' });
  });

  test('returns a link on request, whose page takes a card', async () => {
    const { sandbox, client } = await running();
    const created = await client.payments.create({
      billing: { country: 'GB' },
      customer: { email: 'link@example.com', name: 'Link' },
      product_cart: [{ product_id: 'prod_course_workbook', quantity: 1 }],
      payment_link: true,
    });
    expect(created.payment_link).toContain(created.payment_id);

    await sandbox.control.payLink(created.payment_id);

    expect(await client.payments.retrieve(created.payment_id)).toMatchObject({
      status: 'succeeded',
      tax: 380,
    });
    await expect(sandbox.control.payLink(created.payment_id)).rejects.toThrow('has been used');
  });
});

describe('the price of a cart', () => {
  test.each([
    ['US', 0],
    ['DE', 7581],
    ['GB', 7980],
    ['IN', 7182],
    ['FR', 0],
  ] as const)('includes tax on top for %s', async (country, tax) => {
    const { client } = await running();
    const body = {
      product_cart: [{ product_id: 'prod_team_license', quantity: 1 }],
      billing_address: { country },
    };

    const preview = await client.checkoutSessions.preview(body);

    expect(preview).toMatchObject({
      billing_country: country,
      current_breakup: { subtotal: 39900, discount: 0, tax, total_amount: 39900 + tax },
      recurring_breakup: null,
    });
  });

  test('is charged exactly as previewed, with discount and tax', async () => {
    const { sandbox, client } = await running();
    const buyer = await sandbox.control.purchase({ product_id: 'prod_single_license' });
    const body = oneClick(buyer, 'prod_team_license', {
      billing_address: { country: 'DE', zipcode: '10115' },
      discount_codes: ['team20'],
    });
    const preview = await client.checkoutSessions.preview(body);
    expect(preview.current_breakup).toEqual({
      subtotal: 39900,
      discount: 7980,
      tax: 6065,
      total_amount: 37985,
    });

    const { payment_id } = await client.checkoutSessions.create(body);

    const payment = await client.payments.retrieve(payment_id ?? '');
    expect(payment).toMatchObject({ total_amount: 37985, tax: 6065, discount_id: 'dsc_team20' });
    expect(payment.discounts).toMatchObject([{ code: 'TEAM20', amount: 2000 }]);
    expect((await client.discounts.retrieveByCode('TEAM20')).times_used).toBe(1);
  });

  test('is in the minor units of its currency', async () => {
    const { sandbox, client } = await running();
    await sandbox.control.createProduct({
      product_id: 'prod_kwd',
      name: 'Dinar',
      price: 12345,
      currency: 'KWD',
    });
    await sandbox.control.createProduct({
      product_id: 'prod_jpy',
      name: 'Yen',
      price: 5000,
      currency: 'JPY',
    });
    const bought = await sandbox.control.purchase({ product_id: 'prod_kwd' });
    await sandbox.control.purchase({ product_id: 'prod_jpy' });

    expect(await client.payments.retrieve(bought.payment_id)).toMatchObject({
      currency: 'KWD',
      total_amount: 12345,
    });
    expect(sandbox.books.moneyReceived(undefined, 'KWD')).toBe(12345);
    expect(sandbox.books.moneyReceived(undefined, 'JPY')).toBe(5000);
    expect(sandbox.books.moneyReceived()).toBe(0);
  });

  test('respects flat codes, minimums, usage limits and restrictions', async () => {
    const { sandbox, client } = await running();
    const flat = { currency: 'USD', max_amount_possible: 1000, minimum_subtotal: 5000 };
    await sandbox.control.createDiscount({
      code: 'TEN',
      type: 'flat',
      currency_options: [flat],
      usage_limit: 1,
    });
    await sandbox.control.createDiscount({
      code: 'HALF',
      amount: 5000,
      restricted_to: ['prod_team_license'],
    });
    const preview = (product_id: string, code: string) =>
      client.checkoutSessions.preview({
        product_cart: [{ product_id, quantity: 1 }],
        discount_codes: [code],
      });

    expect((await preview('prod_complete_bundle', 'TEN')).current_breakup.discount).toBe(1000);
    expect((await refusal(preview('prod_starter_course', 'TEN'))).code).toBe(
      'DISCOUNT_MINIMUM_SUBTOTAL_NOT_MET',
    );
    expect((await refusal(preview('prod_starter_course', 'HALF'))).code).toBe(
      'DISCOUNT_NOT_AVAILABLE_FOR_PRODUCT',
    );
    await sandbox.control.purchase({ product_id: 'prod_complete_bundle', discount_codes: ['TEN'] });
    expect((await refusal(preview('prod_complete_bundle', 'TEN'))).code).toBe(
      'DISCOUNT_CODE_USAGE_LIMIT_EXCEEDED',
    );
  });
});

describe('a purchase on the checkout page', () => {
  test('moves no money when declined, and the session can then be paid with another card', async () => {
    const { sandbox, client } = await running();
    const { session_id } = await client.checkoutSessions.create({
      product_cart: [{ product_id: 'prod_basic_plan', quantity: 1 }],
      customer: { email: 'second@example.com', name: 'Second Try' },
    });

    const declined = await sandbox.control.payCheckout(session_id, { card: NO_FUNDS });
    expect(declined).toMatchObject({ status: 'failed', error_code: 'INSUFFICIENT_FUNDS' });
    expect(sandbox.books.paymentMethods(declined.customer_id)).toEqual([]);
    const paid = await sandbox.control.payCheckout(session_id);

    expect(paid).toMatchObject({ status: 'succeeded', payment_id: declined.payment_id });
    expect(sandbox.books.moneyReceived()).toBe(2900);
    expect(sandbox.books.subscriptions()).toMatchObject([{ status: 'active' }]);
    await expect(sandbox.control.payCheckout(session_id)).rejects.toThrow('already been consumed');
  });

  test('uses the tax of the country given in the successful attempt', async () => {
    const { sandbox, client } = await running();
    const { session_id } = await client.checkoutSessions.create({
      product_cart: [{ product_id: 'prod_starter_course', quantity: 1 }],
    });
    await sandbox.control.payCheckout(session_id, {
      card: DECLINES,
      billing: { country: 'DE', zipcode: '1' },
    });

    const paid = await sandbox.control.payCheckout(session_id, { billing: { country: 'GB', zipcode: '2' } });

    expect(await client.payments.retrieve(paid.payment_id)).toMatchObject({ total_amount: 5880, tax: 980 });
  });

  test('recognises a customer by email address, unless a new customer is requested', async () => {
    const { sandbox, client } = await running();
    const first = await sandbox.control.purchase({
      product_id: 'prod_starter_course',
      email: 'jo@example.com',
    });
    const again = await sandbox.control.purchase({
      product_id: 'prod_starter_course',
      email: 'Jo@example.com',
    });
    const { session_id } = await client.checkoutSessions.create({
      product_cart: [{ product_id: 'prod_starter_course', quantity: 1 }],
      customer: { email: 'jo@example.com' },
      feature_flags: { always_create_new_customer: true },
    });
    const fresh = await sandbox.control.payCheckout(session_id);

    expect(again.customer_id).toBe(first.customer_id);
    expect(again.payment_method_id).toBe(first.payment_method_id);
    expect(fresh.customer_id).not.toBe(first.customer_id);
  });

  test('expires after a day, or after 15 minutes if confirmed', async () => {
    let now = new Date('2026-03-01T00:00:00Z');
    const { sandbox, client } = await running({ now: () => now });
    const cart = [{ product_id: 'prod_starter_course', quantity: 1 }];
    const link = await client.checkoutSessions.create({ product_cart: cart });
    const confirmed = await client.checkoutSessions.create({
      product_cart: cart,
      confirm: true,
      customer: { email: 'c@example.com' },
      minimal_address: true,
      billing_address: { country: 'US', zipcode: '1' },
    });
    expect(confirmed.payment_id).toMatch(/^pay_/);
    now = new Date('2026-03-01T00:16:00Z');

    await expect(sandbox.control.payCheckout(confirmed.session_id)).rejects.toThrow('expired');
    expect((await sandbox.control.payCheckout(link.session_id)).status).toBe('succeeded');
  });

  test('can combine one-time products and several subscriptions', async () => {
    const { sandbox, client } = await running();
    const bought = await sandbox.control.purchase({
      product_cart: [
        {
          product_id: 'prod_basic_plan',
          quantity: 1,
          addons: [{ addon_id: 'adn_extra_storage', quantity: 2 }],
        },
        { product_id: 'prod_pro_lite', quantity: 1 },
        { product_id: 'prod_setup_session', quantity: 1 },
      ],
    });

    const payment = await client.payments.retrieve(bought.payment_id);
    expect(payment).toMatchObject({
      is_multi_subscription: true,
      subscription_id: null,
      total_amount: 2900 + 1000 + 4900 + 5900,
      product_cart: [{ product_id: 'prod_setup_session', quantity: 1 }],
    });
    expect(payment.subscription_ids).toHaveLength(2);
  });
});

describe('access', () => {
  test('is refused to the right key: 403 for writes when read-only, 401 for everything when rejected', async () => {
    const { sandbox, client } = await running();
    const buyer = await sandbox.control.purchase({ product_id: 'prod_single_license' });
    const order = oneClick(buyer, 'prod_team_license');

    await sandbox.control.setPolicy({ apiKey: 'read_only' });
    expect((await client.payments.retrieve(buyer.payment_id)).status).toBe('succeeded');
    expect(await refusal(client.checkoutSessions.preview(order))).toEqual({ status: 403, code: 'FORBIDDEN' });
    expect(await refusal(client.checkoutSessions.create(order))).toEqual({ status: 403, code: 'FORBIDDEN' });

    await sandbox.control.setPolicy({ apiKey: 'rejected' });
    expect((await refusal(client.payments.retrieve(buyer.payment_id))).status).toBe(401);
    expect((await refusal(client.checkoutSessions.create(order))).status).toBe(401);
    expect(sandbox.books.moneyReceived()).toBe(9900);

    await sandbox.control.setPolicy({ apiKey: 'accepted' });
    await client.checkoutSessions.create(order);
    expect(sandbox.books.moneyReceived()).toBe(9900 + 39900);
  });

  test('is 401 with a wrong key, 404 for an unknown id or route', async () => {
    const { sandbox, client } = await running();
    const stranger = client.withOptions({ bearerToken: 'dodo_test_wrong' });

    expect(await refusal(stranger.payments.list())).toEqual({ status: 401, code: 'UNAUTHORIZED' });
    expect(await refusal(client.payments.retrieve('pay_none'))).toEqual({ status: 404, code: 'NOT_FOUND' });
    expect(await refusal(client.get('/no/such/route'))).toEqual({ status: 404, code: 'NOT_FOUND' });
    const broken = await fetch(`${sandbox.url}/checkouts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sandbox.apiKey}`, 'content-type': 'application/json' },
      body: '{"product_cart": [',
    });
    expect([broken.status, await broken.json()]).toMatchObject([400, { code: 'INVALID_REQUEST_BODY' }]);
  });
});
