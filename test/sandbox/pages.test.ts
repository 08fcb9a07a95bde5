import { describe, expect, test } from 'vitest';
import { AUTHENTICATES_LATER, DECLINES, oneClick, running } from './support.js';
import type { Running } from './support.js';

const FORM = {
  email: 'jo@example.com',
  name: 'Jo',
  country: 'US',
  zipcode: '10001',
  card_number: '4242 4242 4242 4242',
  expiry: '06/32',
  cvc: '123',
};

interface Answer {
  status: number;
  text: string;
  location: string | null;
}

async function get(url: string): Promise<Answer> {
  return answer(await fetch(url, { redirect: 'manual' }));
}

async function submit(url: string, fields: Record<string, string>): Promise<Answer> {
  return answer(await fetch(url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' }));
}

async function answer(response: Response): Promise<Answer> {
  return { status: response.status, text: await response.text(), location: response.headers.get('location') };
}

/** The checkout page of a product, with the total it shows. */
async function checkout({ client }: Running, product_id: string, more: object = {}) {
  const { checkout_url, session_id } = await client.checkoutSessions.create({
    product_cart: [{ product_id, quantity: 1 }],
    return_url: 'https://shop.example/thanks?from=here',
    ...more,
  });
  const url = checkout_url ?? '';
  const page = await get(url);
  const shown_total = /id="shown_total"[^>]*value="(\d+)"/.exec(page.text)?.[1] ?? '';
  return { url, session_id, page, fields: { ...FORM, shown_total } };
}

describe('the checkout page', () => {
  test('shows the order, takes the payment and sends the customer back with the status', async () => {
    const setting = await running();
    const { url, page, fields } = await checkout(setting, 'prod_team_license', {
      discount_codes: ['TEAM20'],
    });
    for (const part of ['Team license', '$399.00', '−$79.80', '$319.20', 'TEAM20', 'id="pay"']) {
      expect(page.text).toContain(part);
    }
    for (const name of ['email', 'name', 'country', 'zipcode', 'card_number', 'expiry', 'cvc']) {
      expect(page.text).toMatch(new RegExp(`id="${name}"\\s+name="${name}"`));
    }

    const paid = await submit(url, fields);

    const [payment] = setting.sandbox.books.payments();
    expect(paid.status).toBe(303);
    const back = new URL(paid.location ?? '');
    expect(back.origin + back.pathname).toBe('https://shop.example/thanks');
    expect(Object.fromEntries(back.searchParams)).toEqual({
      from: 'here',
      payment_id: payment?.payment_id,
      status: 'succeeded',
      email: 'jo@example.com',
    });
    expect(payment).toMatchObject({ total_amount: 31920, customer: { name: 'Jo' }, card_holder_name: 'Jo' });
    const again = await submit(url, fields);
    expect([again.status, again.text]).toEqual([409, expect.stringContaining('CHECKOUT_SESSION_CONSUMED')]);
    expect(setting.sandbox.books.moneyReceived()).toBe(31920);
  });

  test('names a bought subscription in the return URL', async () => {
    const setting = await running();
    const { url, fields } = await checkout(setting, 'prod_basic_plan');
    const { location } = await submit(url, fields);
    const [subscription] = setting.sandbox.books.subscriptions();
    expect(location).toContain(`subscription_id=${subscription?.subscription_id}&status=active`);
  });

  test('reports a declined card, keeps the entries, and takes another card', async () => {
    const setting = await running();
    const { url, fields } = await checkout(setting, 'prod_starter_course');

    const declined = await submit(url, { ...fields, card_number: DECLINES });
    expect(declined.status).toBe(200);
    expect(declined.text).toContain('Your card was declined. Nothing was charged.');
    expect(declined.text).toContain('value="jo@example.com"');
    expect((await get(url)).text).toContain('You can try another card');

    expect((await submit(url, fields)).status).toBe(303);
    expect(setting.sandbox.books.moneyReceived()).toBe(4900);
  });

  test.each([
    ['no email address', { email: 'jo' }, 'Please enter your email address'],
    ['an unknown card number', { card_number: '4111' }, 'This card number is not valid'],
    ['an impossible expiry', { expiry: '13/32' }, 'Enter it as MM/YY'],
    ['no country', { country: 'xx' }, 'Please choose your country'],
  ])('reports %s and charges nothing', async (_what, change, message) => {
    const setting = await running();
    const { url, fields } = await checkout(setting, 'prod_starter_course');
    const refused = await submit(url, { ...fields, ...change });
    expect(refused.text).toContain(message);
    expect(setting.sandbox.books.payments()).toEqual([]);
  });

  test('shows the total for another country before charging it', async () => {
    const setting = await running();
    const { url, fields } = await checkout(setting, 'prod_starter_course');
    const german = { ...fields, country: 'DE' };

    const shown = await submit(url, german);
    expect(shown.text).toContain('The total for your country is $58.31');
    expect(setting.sandbox.books.payments()).toEqual([]);
    expect((await get(`${url}?country=DE`)).text).toContain('$58.31');

    await submit(url, { ...german, shown_total: '5831' });
    expect(setting.sandbox.books.payments()).toMatchObject([
      { total_amount: 5831, tax: 931, billing: { country: 'DE' } },
    ]);
  });

  test('keeps the customer the merchant named', async () => {
    const setting = await running();
    const { customer } = await setting.sandbox.control.createCustomer({
      email: 'known@example.com',
      name: 'Known',
    });
    const { url, page, fields } = await checkout(setting, 'prod_starter_course', {
      customer: { customer_id: customer.customer_id },
    });
    expect(page.text).toMatch(/value="known@example.com"\s+readonly/);
    await submit(url, { ...fields, email: 'thief@example.com' });
    expect(setting.sandbox.books.customers()).toHaveLength(1);
    expect(setting.sandbox.books.paymentMethods(customer.customer_id)).toHaveLength(1);
  });

  test('escapes names and entries', async () => {
    const setting = await running();
    await setting.sandbox.control.createProduct({
      product_id: 'prod_bad',
      name: '<script>alert(1)</script>',
      price: 500,
    });
    const { page, url, fields } = await checkout(setting, 'prod_bad');
    expect(page.text).toContain('&lt;script&gt;alert(1)');
    const refused = await submit(url, { ...fields, email: '"><img src=x>' });
    expect(refused.text).not.toContain('<img');
  });

  test('is 404 for an unknown session', async () => {
    const { sandbox } = await running();
    expect((await get(`${sandbox.url}/checkout/cks_none`)).status).toBe(404);
  });
});

describe('3-D Secure', () => {
  test('is confirmed on the bank’s page before the customer goes back', async () => {
    const setting = await running();
    const { url, fields } = await checkout(setting, 'prod_starter_course', { force_3ds: true });
    const { location } = await submit(url, fields);
    expect(location).toMatch(/^\/3ds\/pay_/);
    const bank = setting.sandbox.url + (location ?? '');
    expect((await get(bank)).text).toContain('$49.00');
    expect(setting.sandbox.books.payments()).toMatchObject([
      { status: 'requires_customer_action', payment_link: bank },
    ]);
    expect(setting.sandbox.books.moneyReceived()).toBe(0);

    const back = await submit(bank, { answer: 'approve' });

    expect(back.location).toContain('status=succeeded');
    expect(setting.sandbox.books.moneyReceived()).toBe(4900);
    expect((await submit(bank, { answer: 'approve' })).status).toBe(409);
  });

  test('leads back to the checkout page after a refusal, where another card can be tried', async () => {
    const setting = await running();
    const { url, fields } = await checkout(setting, 'prod_starter_course', { force_3ds: true });
    const { location } = await submit(url, fields);
    const refused = await submit(setting.sandbox.url + (location ?? ''), { answer: 'refuse' });
    expect(refused.location).toBe(new URL(url).pathname);
    expect((await get(url)).text).toContain('Your bank could not confirm it was you.');
  });

  test('can be left without an answer: the customer returns to the shop, and the link still works', async () => {
    const setting = await running();
    const { sandbox, client } = setting;
    const buyer = await sandbox.control.purchase({
      product_id: 'prod_single_license',
      card: AUTHENTICATES_LATER,
    });
    const { payment_id } = await client.checkoutSessions.create(
      oneClick(buyer, 'prod_team_license', { return_url: 'https://shop.example/thanks' }),
    );
    const { payment_link } = await client.payments.retrieve(payment_id ?? '');

    const left = await submit(payment_link ?? '', { answer: 'leave' });

    expect(left.location).toContain('https://shop.example/thanks?');
    expect(left.location).toContain('status=requires_customer_action');
    expect(sandbox.books.moneyReceived()).toBe(9900);
    const confirmed = await submit(payment_link ?? '', { answer: 'approve' });
    expect(confirmed.location).toContain('status=succeeded');
    expect(sandbox.books.moneyReceived()).toBe(9900 + 39900);
    const again = await get(payment_link ?? '');
    expect([again.status, again.text]).toEqual([409, expect.stringContaining('https://shop.example/thanks')]);
  });

  test('leads from a plan-change link back to its return URL', async () => {
    const { sandbox, client } = await running();
    await sandbox.control.setPolicy({ planChangeViaPaymentLink: true });
    const { customer_id, subscription_id } = await sandbox.control.purchase({
      product_id: 'prod_basic_plan',
    });
    const { payment_link } = await client.subscriptions.changePlan(subscription_id ?? '', {
      product_id: 'prod_pro_plan',
      quantity: 1,
      proration_billing_mode: 'full_immediately',
      on_payment_failure: 'prevent_change',
      collect_via_payment_link: true,
      ...{ return_url: 'https://shop.example/plans' },
    });
    await sandbox.control.nextCharges(customer_id, { status: 'requires_customer_action' });
    const bank = sandbox.url + ((await submit(payment_link ?? '', FORM)).location ?? '');

    const back = new URL((await submit(bank, { answer: 'approve' })).location ?? '');

    expect(back.origin + back.pathname).toBe('https://shop.example/plans');
    expect(back.searchParams.get('status')).toBe('succeeded');
    expect((await client.subscriptions.retrieve(subscription_id ?? '')).product_id).toBe('prod_pro_plan');
  });

  test('leads from a plan change by one click back to where the subscription was bought', async () => {
    const setting = await running();
    const { sandbox, client } = setting;
    const { url, fields } = await checkout(setting, 'prod_basic_plan');
    const bought =
      new URL((await submit(url, fields)).location ?? '').searchParams.get('subscription_id') ?? '';
    const { customer } = await client.subscriptions.retrieve(bought);
    await sandbox.control.nextCharges(customer.customer_id, { status: 'requires_customer_action' });
    await client.subscriptions.changePlan(bought, {
      product_id: 'prod_pro_plan',
      quantity: 1,
      proration_billing_mode: 'full_immediately',
      on_payment_failure: 'prevent_change',
    });
    const payment = sandbox.books
      .payments({ customerId: customer.customer_id })
      .find(({ status }) => status === 'requires_customer_action');

    const { location } = await submit(payment?.payment_link ?? '', { answer: 'approve' });

    const back = new URL(location ?? '');
    expect(back.origin + back.pathname).toBe('https://shop.example/thanks');
    expect(Object.fromEntries(back.searchParams)).toMatchObject({ from: 'here', status: 'succeeded' });
    expect((await client.subscriptions.retrieve(bought)).product_id).toBe('prod_pro_plan');
  });

  test('can be required by a one-click charge, and a refusal fails it', async () => {
    const setting = await running();
    const { sandbox, client } = setting;
    const buyer = await sandbox.control.purchase({ product_id: 'prod_single_license' });
    await sandbox.control.nextCharges(buyer.customer_id, { status: 'requires_customer_action' });
    const { payment_id } = await client.checkoutSessions.create({
      product_cart: [{ product_id: 'prod_team_license', quantity: 1 }],
      customer: { customer_id: buyer.customer_id },
      payment_method_id: buyer.payment_method_id,
      confirm: true,
      minimal_address: true,
      billing_address: { country: 'US', zipcode: '1' },
      return_url: 'https://shop.example/',
    });
    const { payment_link } = await client.payments.retrieve(payment_id ?? '');
    const refused = await submit(payment_link ?? '', { answer: 'refuse' });
    expect(refused.location).toContain('status=failed');
    expect(await client.payments.retrieve(payment_id ?? '')).toMatchObject({
      status: 'failed',
      error_code: 'AUTHENTICATION_FAILURE',
    });
  });
});

describe('other pages', () => {
  test('a new card is entered on its own page and pays the dues', async () => {
    const { sandbox, client } = await running();
    const bought = await sandbox.control.purchase({
      product_id: 'prod_basic_plan',
      card: '4000000000000341',
    });
    const id = bought.subscription_id ?? '';
    await sandbox.control.renew(id);
    const { payment_link } = await client.subscriptions.updatePaymentMethod(id, {
      payment_method: { type: 'new', return_url: 'https://shop.example/account' },
    });
    expect((await get(payment_link ?? '')).text).toContain('$29.00 (before tax) will be charged');

    const saved = await submit(payment_link ?? '', FORM);

    expect(saved.location).toContain('https://shop.example/account?subscription_id=');
    expect((await client.subscriptions.retrieve(id)).status).toBe('active');
    expect((await get(payment_link ?? '')).status).toBe(422);
  });

  test('the portal shows the customer’s cards, subscriptions and payments', async () => {
    const { sandbox, client } = await running();
    const { customer_id } = await sandbox.control.purchase({ product_id: 'prod_basic_plan', name: 'Jo' });
    const { link } = await client.customers.customerPortal.create(customer_id, {
      return_url: 'https://shop.example/',
    });
    const { text } = await get(link);
    for (const part of [
      'Hello, Jo',
      'VISA ending in 4242',
      'Basic plan',
      '$29.00',
      'https://shop.example/',
    ]) {
      expect(text).toContain(part);
    }
    expect((await get(`${sandbox.url}/portal/ptl_none`)).status).toBe(404);
  });
});
