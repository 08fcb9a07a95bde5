/** What customers, payments and subscriptions at Dodo say beyond the ordinary purchase. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { evaluateActivities } from '../../../activities/offering/evaluate.js';
import { chargeActivities } from '../../../activities/fulfilling/charge.js';
import { fallbackActivities } from '../../../activities/fulfilling/fallback.js';
import { ownsProduct } from '../../../activities/offering/ownership.js';
import { workflowId } from '../../../src/domain/ids.js';
import type { Dodo } from '../../../src/dodo/client.js';
import { openAttempt } from '../attempts.js';
import { CATALOG, openShop, type Shop } from '../shop.js';

const PRO = 'prod_pro_plan';
const BASIC = 'prod_basic_plan';
const COURSE = 'prod_starter_course';
const BUNDLE = 'prod_complete_bundle';
const WORKBOOK = 'prod_course_workbook';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterEach(() => {
  shop.sell(CATALOG);
});
afterAll(() => shop.close());

/** Buys a whole cart. */
function buyAll(products: string[], more: Parameters<Shop['buy']>[1] = {}) {
  return shop.buy(undefined as unknown as string, {
    ...more,
    product_cart: products.map((product_id) => ({ product_id, quantity: 1 })),
  });
}

const sent = (path: RegExp) => shop.sandbox.books.requests({ method: 'POST', path }).at(-1)?.body;

function owns(customerId: string, id: string): Promise<boolean> {
  const subject = { workflowId: 'trigger/t', purchaseId: 't', customerId, readings: {} };
  return ownsProduct(shop.context, subject, { id, isRecurring: true });
}

describe('several products in one payment', () => {
  it('all count for rules: a subscription beside a product', async () => {
    const { payment_id, subscription_id } = await buyAll([WORKBOOK, BASIC]);
    expect(await shop.evaluate(payment_id)).toMatchObject({
      kind: 'presented',
      presented: { productId: PRO, subscriptionId: subscription_id },
    });
    const { purchase, facts } = await shop.purchase(payment_id);
    expect([...purchase.productIds].sort()).toEqual([BASIC, WORKBOOK]);
    expect(facts).toMatchObject({ product_id: [WORKBOOK, BASIC], quantity: 2, plan: BASIC });
  });

  it('all count for rules: the product beside a subscription', async () => {
    const { payment_id } = await buyAll([COURSE, BASIC]);
    expect(await shop.evaluate(payment_id)).toMatchObject({ presented: { productId: BUNDLE } });
  });

  it('several subscriptions: the offer is for the one that the rule names', async () => {
    const { payment_id } = await buyAll(['prod_pro_lite', BASIC]);
    const { subscription_ids } = await shop.context.dodo.payments.retrieve(payment_id);
    const evaluation = await shop.evaluate(payment_id);
    expect((await shop.purchase(payment_id)).facts).toMatchObject({
      product_id: ['prod_pro_lite', BASIC],
      plan: ['prod_pro_lite', BASIC],
      quantity: 2,
    });
    expect(evaluation).toMatchObject({ presented: { subscriptionId: subscription_ids[1] } });
  });

  it('are all owned', async () => {
    const { customer_id, payment_id } = await buyAll([WORKBOOK, BASIC]);
    await shop.evaluate(payment_id);
    for (const product of [WORKBOOK, BASIC]) expect(await owns(customer_id, product)).toBe(true);
    expect(await owns(customer_id, PRO)).toBe(false);
  });
});

describe('what went back', () => {
  it('is not owned: the one item of a cart', async () => {
    const { customer_id, payment_id } = await buyAll([WORKBOOK, COURSE]);
    await shop.context.dodo.refunds.create({ payment_id, items: [{ item_id: COURSE }] });
    expect([await owns(customer_id, COURSE), await owns(customer_id, WORKBOOK)]).toEqual([false, true]);
  });

  it('is owned while only a part of its price went back', async () => {
    const { customer_id, payment_id } = await buyAll([WORKBOOK, COURSE]);
    await shop.context.dodo.refunds.create({ payment_id, items: [{ item_id: COURSE, amount: 100 }] });
    expect(await owns(customer_id, COURSE)).toBe(true);
  });

  it('is not owned when it was lost in a dispute, and is while that is open or concerns a part', async () => {
    const whole = await shop.buy(WORKBOOK);
    const part = await shop.buy(WORKBOOK);
    const { dispute_id } = await shop.sandbox.control.openDispute({ payment_id: whole.payment_id });
    const other = await shop.sandbox.control.openDispute({ payment_id: part.payment_id, amount: 100 });
    expect(await owns(whole.customer_id, WORKBOOK)).toBe(true);
    await shop.sandbox.control.moveDispute(dispute_id, 'lost');
    await shop.sandbox.control.moveDispute(other.dispute_id, 'lost');
    expect([await owns(whole.customer_id, WORKBOOK), await owns(part.customer_id, WORKBOOK)]).toEqual([
      false,
      true,
    ]);
  });
});

describe('a purchase of which nothing is paid', () => {
  const trial = { subscription_data: { trial_period_days: 14 } };
  const withFree = () => {
    shop.sell(CATALOG.replace('  basic:\n', '  basic:\n    free_purchases: true\n'));
  };

  it('starts no offer', async () => {
    const { payment_id } = await shop.buy(BASIC, trial);
    expect(await shop.evaluate(payment_id)).toEqual({ kind: 'ineligible', reason: 'no_matching_funnel' });
    expect((await shop.purchase(payment_id)).considered).toContainEqual(
      expect.objectContaining({ detail: 'nothing was paid, and the funnel does not say free_purchases' }),
    );
  });

  it('starts the funnels that say so', async () => {
    withFree();
    const { payment_id } = await shop.buy(BASIC, trial);
    expect(await shop.evaluate(payment_id)).toMatchObject({ presented: { productId: PRO } });
  });

  it('without a card leads to no offer, and says so', async () => {
    withFree();
    const { payment_id } = await shop.buy(BASIC, trial);
    const { dodo } = shop.context;
    const cardless = Object.create(dodo, {
      subscriptions: {
        value: Object.assign(Object.create(dodo.subscriptions) as object, {
          retrieve: async (id: string) => ({
            ...(await dodo.subscriptions.retrieve(id)),
            has_payment_method: false,
            payment_method_id: null,
          }),
        }),
      },
    }) as Dodo;
    const { evaluate } = evaluateActivities({ ...shop.context, dodo: cardless });
    expect(
      await evaluate({
        purchaseId: payment_id,
        workflowId: workflowId.purchase(payment_id),
        trigger: 'purchase',
        paymentId: payment_id,
      }),
    ).toEqual({ kind: 'ineligible', reason: 'no_payment_method' });
  });
});

describe('the customer', () => {
  it('is offered nothing while blocked', async () => {
    const { customer_id, payment_id } = await shop.buy(COURSE);
    await shop.sandbox.control.updateCustomer(customer_id, { blocked: true });
    expect(await shop.evaluate(payment_id)).toEqual({ kind: 'ineligible', reason: 'customer_blocked' });
  });

  it('reads the name of the product in their language, where Dodo has it', async () => {
    const { product_id } = await shop.sandbox.control.createProduct({
      name: 'Handbook',
      price: 1000,
      translations: { de: 'Handbuch' },
    });
    shop.sell(CATALOG.replaceAll(BUNDLE, product_id));
    const named = async (preferred_locale: string | null) => {
      const { customer_id, payment_id } = await shop.buy(COURSE);
      await shop.sandbox.control.updateCustomer(customer_id, { preferred_locale });
      await shop.evaluate(payment_id);
      return (await shop.purchase(payment_id)).presentations[0]?.product.name;
    };
    expect([await named('de'), await named('fr'), await named(null)]).toEqual([
      'Handbuch',
      'Handbook',
      'Handbook',
    ]);
  });

  it('whose business has a tax id is charged with it', async () => {
    shop.sell(
      CATALOG.replaceAll(
        'action: { kind: change_plan, product_id: prod_pro_plan, proration_billing_mode: difference_immediately }',
        'action: { kind: charge, product_id: prod_complete_bundle }',
      ),
    );
    const { customer_id, payment_id } = await shop.buy(BASIC, { tax_id: 'ATU12345678' });
    const evaluation = await shop.evaluate(payment_id);
    expect(sent(/checkouts\/preview/)).toMatchObject({ tax_id: 'ATU12345678' });
    if (evaluation.kind !== 'presented') throw new Error('No offer.');
    const { presented } = evaluation;
    await chargeActivities(shop.context).charge({
      attemptId: `purchase/${payment_id}:${presented.step}:1`,
      presentationId: presented.presentationId,
      purchaseId: payment_id,
      customerId: customer_id,
      ...(presented.paymentMethodId !== undefined && { paymentMethodId: presented.paymentMethodId }),
      quantity: 1,
      offer: {
        action: { kind: 'charge', productId: BUNDLE, quantity: 1 },
        metadata: { upsell_source: 'post_purchase', original_order_id: '{purchaseId}' },
      },
      price: { currency: 'USD', dueNow: presented.dueNow, hash: presented.priceHash },
      acceptedAt: shop.now().toISOString(),
      sendBefore: shop.now().getTime() + 60_000,
      runStartedAt: shop.now().toISOString(),
    });
    expect(sent(/checkouts$/)).toMatchObject({
      tax_id: 'ATU12345678',
      billing_address: expect.not.objectContaining({ taxId: expect.anything() as unknown }) as object,
      metadata: { upsell_source: 'post_purchase', original_order_id: payment_id },
    });
  });
});

it('a fallback checkout shows saved methods, and leads back to the shop when it is left', async () => {
  const { input } = await openAttempt(shop);
  await fallbackActivities(shop.context).openFallback({
    ...input,
    attemptId: input.attemptId.replace(/1$/, '2'),
    failed: { errorCode: 'GENERIC_DECLINE' },
    asked: false,
  });
  const back = expect.stringContaining('https://shop.example/thank-you?presentation=') as string;
  expect(sent(/checkouts$/)).toMatchObject({
    show_saved_payment_methods: true,
    return_url: back,
    cancel_url: back,
  });
});
