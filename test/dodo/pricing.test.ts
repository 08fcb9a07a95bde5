import type DodoPayments from 'dodopayments';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDodo, type Dodo } from '../../src/dodo/client.js';
import {
  addressForDodo,
  planChangeBody,
  previewCharge,
  previewPlanChange,
  readProduct,
  type ChangePlanAction,
} from '../../src/dodo/pricing.js';
import { aCartPreview, aPlanChangePreview, aProduct, aSubscription } from './examples.js';
import { json, refusal, startRawServer, type RawServer } from './raw-server.js';

let server: RawServer;
let dodo: Dodo;
beforeAll(async () => {
  server = await startRawServer();
  dodo = createDodo('dodo_test_key', { baseURL: server.url });
});
beforeEach(() => server.clear());
afterAll(() => server.close());

/** The requests to Dodo: route, and body where there is one. */
const sent = () =>
  server.requests.map(({ method, path, body }): [string, unknown] => [
    `${method} ${path}`,
    body === '' ? undefined : (JSON.parse(body) as unknown),
  ]);

const MONTHLY = { interval: 'Month', count: 1 } as const;

describe('readProduct', () => {
  const monthly = {
    type: 'recurring_price',
    price: 7900,
    currency: 'USD',
    discount: 0,
    payment_frequency_count: 3,
    payment_frequency_interval: 'Month',
    purchasing_power_parity: false,
    subscription_period_count: 10,
    subscription_period_interval: 'Year',
    tax_inclusive: null,
    trial_period_days: 0,
  } satisfies DodoPayments.Price;

  it('reads the name of a one-time product', async () => {
    server.answer = json(200, aProduct());
    expect(await readProduct(dodo, 'prod_team_license')).toEqual({
      name: 'Team license',
      isRecurring: false,
    });
    expect(sent()).toEqual([['GET /products/prod_team_license', undefined]]);
  });

  it('reads the billing period of a plan', async () => {
    server.answer = json(200, aProduct({ name: 'Pro plan', price: monthly, is_recurring: true }));
    expect(await readProduct(dodo, 'prod_pro_plan')).toEqual({
      name: 'Pro plan',
      isRecurring: true,
      every: { interval: 'Month', count: 3 },
    });
  });

  it.each([null, undefined, ''])('uses the id when the name at Dodo is %j', async (name) => {
    server.answer = json(200, aProduct({ name }));
    const id = `prod_named_${String(name)}`;
    expect(await readProduct(dodo, id)).toEqual({ name: id, isRecurring: false });
  });

  it('reads a product once within minutes', async () => {
    server.answer = json(200, {
      name: 'Kept',
      price: { type: 'one_time_price', price: 1, currency: 'USD' },
    });
    expect(await readProduct(dodo, 'prod_kept')).toMatchObject({ name: 'Kept' });
    server.answer = refusal(500, 'INTERNAL_SERVER_ERROR');
    expect(await readProduct(dodo, 'prod_kept')).toMatchObject({ name: 'Kept' });
  });

  it('returns undefined for a product that does not exist, and throws when Dodo does not answer', async () => {
    server.answer = refusal(404, 'NOT_FOUND');
    expect(await readProduct(dodo, 'prod_gone')).toBeUndefined();
    server.answer = refusal(500, 'INTERNAL_SERVER_ERROR');
    await expect(readProduct(dodo, 'prod_gone')).rejects.toMatchObject({ status: 500 });
  });
});

describe('the name of a product', () => {
  const line = { product_id: 'prod_previewed', name: 'Previewed', is_subscription: false };
  const preview = (named: object) =>
    json(200, { currency: 'USD', current_breakup: { total_amount: 1 }, product_cart: [named] });
  const charge = {
    action: { productId: 'prod_previewed', quantity: 1 },
    customerId: 'cus_1',
    billing: { country: 'US' },
    currency: 'USD',
  };

  it('is asked for in every language, and where a preview tells no name or a subscription', async () => {
    for (const told of [
      { ...line, name: null },
      { ...line, is_subscription: true },
    ]) {
      server.answer = preview(told);
      await previewCharge(dodo, charge);
    }
    server.answer = json(200, aProduct({ name: 'Read' }));
    expect(await readProduct(dodo, 'prod_previewed', 'de')).toMatchObject({ name: 'Read' });
    expect(await readProduct(dodo, 'prod_previewed')).toMatchObject({ name: 'Read' });
  });

  it('is known from a preview of a charge', async () => {
    server.answer = preview({ ...line, product_id: 'prod_told' });
    await previewCharge(dodo, { ...charge, action: { productId: 'prod_told', quantity: 1 } });
    server.answer = refusal(500, 'INTERNAL_SERVER_ERROR');
    expect(await readProduct(dodo, 'prod_told')).toEqual({ name: 'Previewed', isRecurring: false });
  });
});

describe('previewCharge', () => {
  const input = {
    action: { productId: 'prod_team_license', quantity: 2 },
    customerId: 'cus_1',
    billing: { country: 'US', zipcode: '10001' },
    currency: 'USD',
  };

  it('sends the cart, the customer, the address, the currency and the code', async () => {
    server.answer = json(200, aCartPreview());
    await previewCharge(dodo, { ...input, discountCode: 'TEAM20' });
    const body = {
      product_cart: [{ product_id: 'prod_team_license', quantity: 2 }],
      customer: { customer_id: 'cus_1' },
      billing_address: { country: 'US', zipcode: '10001' },
      billing_currency: 'USD',
      discount_codes: ['TEAM20'],
    } satisfies DodoPayments.CheckoutSessionPreviewParams;
    expect(sent()).toEqual([['POST /checkouts/preview', body]]);
  });

  it('sends neither a currency nor a code unless given', async () => {
    server.answer = json(200, aCartPreview());
    await previewCharge(dodo, { ...input, currency: undefined });
    const [[, body] = []] = sent();
    expect(Object.keys(body as object)).toEqual(['product_cart', 'customer', 'billing_address']);
  });

  it('returns the total due now, in the currency of the preview', async () => {
    server.answer = json(
      200,
      aCartPreview({
        currency: 'EUR',
        current_breakup: { subtotal: 39_900, discount: 7_980, tax: 6_065, total_amount: 37_985 },
        total_price: 1,
      }),
    );
    expect(await previewCharge(dodo, input)).toEqual({
      currency: 'EUR',
      dueNow: 37_985,
      tax: 6_065,
      hash: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
    });
  });

  it('returns no tax when Dodo names none, and a tax of zero as zero', async () => {
    server.answer = json(200, aCartPreview());
    expect(await previewCharge(dodo, input)).not.toHaveProperty('tax');
    server.answer = json(
      200,
      aCartPreview({ current_breakup: { subtotal: 1, discount: 0, tax: 0, total_amount: 1 } }),
    );
    expect(await previewCharge(dodo, input)).toMatchObject({ tax: 0 });
  });

  it('returns the recurring price of a plan, its period and the next billing date', async () => {
    server.answer = json(
      200,
      aCartPreview({
        recurring_breakup: { subtotal: 7900, discount: 0, tax: 700, total_amount: 8600 },
        next_billing_date: '2026-12-23T12:00:00.000Z',
      }),
    );
    expect(await previewCharge(dodo, { ...input, every: MONTHLY })).toMatchObject({
      recurring: { amount: 7900, interval: 'Month', count: 1 },
      nextBillingAt: '2026-12-23T12:00:00.000Z',
    });
  });

  it('returns no recurring price for a one-time product', async () => {
    server.answer = json(200, aCartPreview());
    const price = await previewCharge(dodo, { ...input, every: MONTHLY });
    expect(price).not.toHaveProperty('recurring');
    expect(price).not.toHaveProperty('nextBillingAt');
  });
});

const UPGRADE: ChangePlanAction = {
  kind: 'change_plan',
  productId: 'prod_pro_plan',
  prorationBillingMode: 'difference_immediately',
  effectiveAt: 'immediately',
};

describe('planChangeBody', () => {
  const seats = aSubscription({
    quantity: 3,
    addons: [
      { addon_id: 'adn_storage', quantity: 2 },
      { addon_id: 'adn_support', quantity: 1 },
    ],
  });

  it('carries over the quantity and the add-ons, which Dodo would remove', () => {
    expect(planChangeBody(seats, UPGRADE)).toEqual({
      product_id: 'prod_pro_plan',
      quantity: 3,
      proration_billing_mode: 'difference_immediately',
      effective_at: 'immediately',
      on_payment_failure: 'prevent_change',
      addons: [
        { addon_id: 'adn_storage', quantity: 2 },
        { addon_id: 'adn_support', quantity: 1 },
      ],
    } satisfies DodoPayments.SubscriptionChangePlanParams);
  });

  it("uses the offer's quantity and add-ons if it names them, even an empty list of add-ons", () => {
    const named = { ...UPGRADE, quantity: 5, addons: [{ addonId: 'adn_support', quantity: 4 }] };
    expect(planChangeBody(seats, named)).toMatchObject({
      quantity: 5,
      addons: [{ addon_id: 'adn_support', quantity: 4 }],
    });
    expect(planChangeBody(seats, { ...UPGRADE, addons: [] })).toMatchObject({ quantity: 3, addons: [] });
  });

  it('sends an empty list for a subscription without add-ons', () => {
    expect(planChangeBody(aSubscription(), UPGRADE).addons).toEqual([]);
  });

  it('sends only the id and quantity of an add-on, whatever else Dodo returns', () => {
    const addon = { addon_id: 'adn_storage', quantity: 2, name: 'Storage' };
    expect(planChangeBody(aSubscription({ addons: [addon] }), UPGRADE).addons).toEqual([
      { addon_id: 'adn_storage', quantity: 2 },
    ]);
  });

  it.each(['prorated_immediately', 'full_immediately', 'difference_immediately', 'do_not_bill'] as const)(
    'always prevents the change when the payment fails: %s',
    (prorationBillingMode) => {
      for (const effectiveAt of ['immediately', 'next_billing_date'] as const) {
        expect(planChangeBody(seats, { ...UPGRADE, prorationBillingMode, effectiveAt })).toMatchObject({
          on_payment_failure: 'prevent_change',
          proration_billing_mode: prorationBillingMode,
          effective_at: effectiveAt,
        });
      }
    },
  );

  it('names the discount code if there is one, and otherwise leaves discounts as they are', () => {
    expect(planChangeBody(seats, UPGRADE, 'TEAM20')).toMatchObject({ discount_codes: ['TEAM20'] });
    expect(planChangeBody(seats, UPGRADE)).not.toHaveProperty('discount_codes');
  });
});

describe('previewPlanChange', () => {
  const preview = (action = UPGRADE, subscription = aSubscription()) =>
    previewPlanChange(dodo, subscription, action);

  it('previews exactly the body that would be sent', async () => {
    server.answer = json(200, aPlanChangePreview());
    const subscription = aSubscription({ quantity: 3, addons: [{ addon_id: 'adn_storage', quantity: 2 }] });
    await previewPlanChange(dodo, subscription, UPGRADE, 'TEAM20');
    expect(sent()).toEqual([
      ['POST /subscriptions/sub_1/change-plan/preview', planChangeBody(subscription, UPGRADE, 'TEAM20')],
    ]);
  });

  it('returns what an upgrade costs now and per period, and the difference', async () => {
    server.answer = json(200, aPlanChangePreview({ total_amount: 5400, tax: 400 }));
    expect(await preview()).toEqual({
      currency: 'USD',
      dueNow: 5400,
      tax: 400,
      recurring: { amount: 7900, interval: 'Month', count: 1 },
      difference: 5000,
      effectiveAt: '2026-11-23T12:00:00.000Z',
      nextBillingAt: '2026-12-23T12:00:00.000Z',
      hash: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
    });
  });

  it('returns the credit of a downgrade, and a negative difference', async () => {
    server.answer = json(
      200,
      aPlanChangePreview({ total_amount: 0, customer_credits: 5000 }, { recurring_pre_tax_amount: 900 }),
    );
    expect(await preview()).toMatchObject({ dueNow: 0, credit: 5000, difference: -2000 });
  });

  it('compares a year with twelve months', async () => {
    const monthly = aSubscription({ recurring_pre_tax_amount: 3000 });
    const yearly = { recurring_pre_tax_amount: 30_000, payment_frequency_interval: 'Year' as const };
    server.answer = json(200, aPlanChangePreview({}, yearly));
    expect(await preview(UPGRADE, monthly)).toMatchObject({
      difference: -6000,
      differencePer: { interval: 'Year', count: 1 },
    });
  });

  it.each([
    ['weeks and months', { payment_frequency_interval: 'Week' as const }],
    ['two currencies', { currency: 'EUR' as const }],
  ])('names no difference between %s', async (_, plan) => {
    server.answer = json(200, aPlanChangePreview({}, plan));
    const price = await preview();
    expect(price).not.toHaveProperty('difference');
    expect(price).not.toHaveProperty('differencePer');
  });

  it('shows the recurring price and the credit in currencies of their own', async () => {
    const credits = { customer_credits: 700, customer_credits_currency: 'EUR' };
    server.answer = json(200, aPlanChangePreview(credits, { currency: 'GBP' }));
    expect(await preview()).toMatchObject({
      currency: 'USD',
      recurring: { currency: 'GBP' },
      credit: 700,
      creditCurrency: 'EUR',
    });
  });

  it('names the currency of the credit only where it is another one', async () => {
    server.answer = json(
      200,
      aPlanChangePreview({ customer_credits: 700, ...{ customer_credits_currency: 'USD' } }),
    );
    expect(await preview()).not.toHaveProperty('creditCurrency');
  });

  it.each([0, -1200])(
    'shows no credit when the credits are %d: used credit is in what is due',
    async (credits) => {
      server.answer = json(200, aPlanChangePreview({ customer_credits: credits }));
      expect(await preview()).not.toHaveProperty('credit');
    },
  );

  it('is due zero now when the change waits for the next billing date', async () => {
    server.answer = json(200, aPlanChangePreview({ total_amount: 5400, tax: 400 }));
    const price = await preview({ ...UPGRADE, effectiveAt: 'next_billing_date' });
    expect(price).toMatchObject({ dueNow: 0, recurring: { amount: 7900 } });
    expect(price).not.toHaveProperty('tax');
  });
});

describe('the hash of a price', () => {
  async function hashOf(
    summary: Parameters<typeof aPlanChangePreview>[0] = {},
    plan: Parameters<typeof aPlanChangePreview>[1] = {},
    effective_at = '2026-11-23T12:00:00.000Z',
  ): Promise<string> {
    const answer = aPlanChangePreview(summary, plan);
    server.answer = json(200, {
      ...answer,
      immediate_charge: { ...answer.immediate_charge, effective_at },
    } satisfies DodoPayments.SubscriptionPreviewChangePlanResponse);
    return (await previewPlanChange(dodo, aSubscription(), UPGRADE)).hash;
  }

  it('is the same for the same amounts, whatever the time', async () => {
    const later = await hashOf({}, { next_billing_date: '2027-01-01T00:00:00Z' }, '2026-11-24T00:00:00Z');
    expect(later).toBe(await hashOf());
  });

  it('changes with anything that the customer agrees to', async () => {
    const hashes = [await hashOf()];
    for (const one of [
      await hashOf({ total_amount: 5001 }),
      await hashOf({ currency: 'EUR' }),
      await hashOf({ customer_credits: 1 }),
      await hashOf({}, { recurring_pre_tax_amount: 7901 }),
      await hashOf({}, { payment_frequency_interval: 'Year' }),
      await hashOf({}, { payment_frequency_count: 2 }),
    ]) {
      expect(hashes).not.toContain(one);
      hashes.push(one);
    }
  });
});

it('an address is sent to Dodo field by field', () => {
  const address = { country: 'DE', street: 'Hauptstr. 1', city: 'Berlin', state: 'BE', zipcode: '10115' };
  expect(addressForDodo(address)).toEqual(address);
  expect(addressForDodo({ country: 'DE' })).toEqual({ country: 'DE' });
});
