import { randomUUID } from 'node:crypto';
import type DodoPayments from 'dodopayments';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { evaluateActivities } from '../../../activities/offering/evaluate.js';
import { createDodo } from '../../../src/dodo/client.js';
import type { ReasonCode } from '../../../src/domain/words.js';
import { aPayment } from '../../dodo/examples.js';
import { json, startRawServer } from '../../dodo/raw-server.js';
import { CATALOG, openShop, type Shop } from '../shop.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
beforeEach(() => {
  shop.sell(CATALOG);
  shop.sandbox.control.clearFaults();
  shop.pass(SECOND);
});
afterAll(() => shop.close());

/** Evaluates a payment that must lead to no offer, and returns how the funnels fared. */
async function refused(paymentId: string, reason: ReasonCode) {
  expect(await shop.evaluate(paymentId)).toEqual({ kind: 'ineligible', reason });
  const view = await shop.purchase(paymentId);
  expect(view).toMatchObject({ status: 'settled', outcome: 'ineligible', reason, presentations: [] });
  // The clauses are left to the rules' tests.
  return view.considered.map(({ clauses: _, ...rest }) => rest);
}

/** Evaluates a payment that must lead to an offer. */
async function shown(paymentId: string) {
  const evaluation = await shop.evaluate(paymentId);
  if (evaluation.kind !== 'presented') throw new Error(`No offer was shown: ${JSON.stringify(evaluation)}.`);
  return evaluation.presented;
}

/** Declines an offer for its customer. */
async function decline(presentationId: string): Promise<void> {
  await shop.context.ledger.updatePresentation(presentationId, {
    status: 'declined',
    decision: 'declined',
    decidedAt: shop.now().toISOString(),
  });
}

const withOffer = (offer: 'bundle' | 'pro', line: string) =>
  CATALOG.replace(`  ${offer}:\n`, `  ${offer}:\n    ${line}\n`);

describe('the purchases in these tests', () => {
  it('lead to an offer: a product', async () => {
    const { payment_id, customer_id } = await shop.buy('prod_starter_course');
    expect(await shown(payment_id)).toMatchObject({
      offerId: 'bundle',
      customerId: customer_id,
      dueNow: 14_900,
    });
    expect(await shop.purchase(payment_id)).toMatchObject({
      status: 'offering',
      funnelId: 'starter',
      presentations: [{ status: 'open', offerId: 'bundle' }],
    });
  });

  it('lead to an offer: a plan, although its payment does not name it', async () => {
    const { payment_id, subscription_id } = await shop.buy('prod_basic_plan');
    expect(await shown(payment_id)).toMatchObject({
      offerId: 'pro',
      subscriptionId: subscription_id,
      dueNow: 5000,
    });
  });

  it('lead to the same offer when the activity is repeated', async () => {
    const { payment_id } = await shop.buy('prod_starter_course');
    const first = await shown(payment_id);
    shop.pass(MINUTE);
    const again = await shown(payment_id);
    const { presentations } = await shop.purchase(payment_id);
    expect(presentations).toHaveLength(1);
    expect(again).toEqual({ ...first, windowMs: 29 * MINUTE, endsAt: presentations[0]?.expiresAt });
  });
});

describe('a payment that is not a purchase', () => {
  it('of a renewal starts no offer', async () => {
    const { subscription_id } = await shop.buy('prod_basic_plan');
    shop.pass(30 * DAY);
    const renewal = await shop.sandbox.control.renew(subscription_id ?? '');
    expect(await refused(renewal?.payment_id ?? '', 'no_matching_funnel')).toEqual([]);
  });

  it('of a renewal starts no offer, even if it is evaluated before the first payment', async () => {
    const { payment_id, subscription_id } = await shop.buy('prod_basic_plan');
    shop.pass(SECOND);
    const renewal = await shop.sandbox.control.renew(subscription_id ?? '');
    await refused(renewal?.payment_id ?? '', 'no_matching_funnel');
    await shown(payment_id);
  });

  it('of a renewal that carries the id of a registered purchase does not change that purchase', async () => {
    const metadata = { purchase_id: 'order-77' };
    const { payment_id, subscription_id } = await shop.buy('prod_basic_plan', { metadata });
    await shop.evaluate(payment_id, 'order-77');
    await shop.context.ledger.settle({
      purchaseId: 'order-77',
      outcome: 'declined',
      at: shop.now().toISOString(),
      timeline: [],
    });
    const before = await shop.purchase('order-77');
    shop.pass(30 * DAY);
    const renewal = await shop.sandbox.control.renew(subscription_id ?? '');
    expect(renewal?.metadata).toEqual(metadata);
    expect(await shop.evaluate(renewal?.payment_id, 'order-77')).toMatchObject({ kind: 'ineligible' });
    expect(await shop.purchase('order-77')).toMatchObject({
      outcome: 'declined',
      purchase: before.purchase,
      presentations: before.presentations,
    });
  });

  it('of a plan change made elsewhere starts no offer', async () => {
    const { subscription_id, payment_id } = await shop.buy('prod_pro_lite');
    shop.pass(SECOND);
    await shop.context.dodo.subscriptions.changePlan(subscription_id ?? '', {
      product_id: 'prod_basic_plan',
      quantity: 2,
      proration_billing_mode: 'full_immediately',
      on_payment_failure: 'prevent_change',
    });
    const [change] = shop.sandbox.books
      .payments({ subscriptionId: subscription_id ?? '', status: 'succeeded' })
      .filter((payment) => payment.payment_id !== payment_id);
    expect(change?.total_amount).toBeGreaterThan(0);
    await refused(change?.payment_id ?? '', 'no_matching_funnel');
  });

  it('of zero, as for a trial, starts no offer', async () => {
    const { payment_id } = await shop.buy('prod_basic_plan', {
      subscription_data: { trial_period_days: 14 },
    });
    expect(shop.sandbox.books.payments().find((one) => one.payment_id === payment_id)?.total_amount).toBe(0);
    await refused(payment_id, 'no_matching_funnel');
  });

  it('of a payment-method update starts no offer', async () => {
    const { subscription_id } = await shop.buy('prod_basic_plan');
    const { payment_id } = await shop.context.dodo.subscriptions.updatePaymentMethod(subscription_id ?? '', {
      payment_method: { type: 'new' },
    });
    await shop.sandbox.control.payLink(payment_id ?? '');
    expect(await shop.context.dodo.payments.retrieve(payment_id ?? '')).toMatchObject({
      status: 'succeeded',
      is_update_payment_method: true,
    });
    await refused(payment_id ?? '', 'no_matching_funnel');
  });

  it('of an attempt of our own starts no offer', async () => {
    const { customer } = await shop.sandbox.control.createCustomer({ email: 'ours@example.com' });
    const { customer_id } = customer;
    const attemptId = 'purchase/pay_0:team:1';
    const proof = shop.context.proofs.ofAttempt({ attemptId, customerId: customer_id, productId: 'prod_x' });
    const metadata = { upsell_attempt_id: attemptId, upsell_proof: proof, upsell_product_id: 'prod_x' };
    const { payment_id } = await shop.buy('prod_starter_course', { customer_id, metadata });
    await refused(payment_id, 'no_matching_funnel');
  });

  it('of an attempt from before there were proofs starts no offer', async () => {
    const attemptId = 'purchase/pay_0:old:1';
    await shop.context.ledger.recordAttempt(
      {
        attemptId,
        presentationId: 'prs_old',
        workflowId: 'purchase/pay_0',
        kind: 'charge',
        status: 'submitted',
        amount: 4900,
        currency: 'USD',
        createdAt: shop.now().toISOString(),
      },
      {},
      [],
    );
    const { payment_id } = await shop.buy('prod_starter_course', {
      metadata: { upsell_attempt_id: attemptId },
    });
    await refused(payment_id, 'no_matching_funnel');
  });

  it.each(['purchase/pay_0:team:1', 'not an id of ours', 7])(
    'that names an attempt (%j) which we did not send is a purchase like any other',
    async (id) => {
      const { payment_id } = await shop.buy('prod_starter_course', { metadata: { upsell_attempt_id: id } });
      await shown(payment_id);
    },
  );

  it.each<[string, Partial<DodoPayments.Payment>]>([
    ['of a payment-method update that took money', { is_update_payment_method: true }],
    ['of a negative amount', { total_amount: -4900 }],
  ])('%s starts no offer', async (_, fields) => {
    const payment = aPayment({ created_at: shop.now().toISOString(), payment_id: randomUUID(), ...fields });
    const server = await startRawServer(json(200, payment));
    const dodo = createDodo('dodo_test_key', { baseURL: server.url });
    const evaluation = await evaluateActivities({ ...shop.context, dodo }).evaluate({
      purchaseId: payment.payment_id,
      workflowId: `purchase/${payment.payment_id}`,
      trigger: 'purchase',
      paymentId: payment.payment_id,
    });
    await server.close();
    expect(evaluation).toEqual({ kind: 'ineligible', reason: 'no_matching_funnel' });
    expect(server.requests).toHaveLength(1);
  });

  it('that is missing starts no offer', async () => {
    expect(await shop.evaluate(undefined)).toEqual({ kind: 'ineligible', reason: 'no_matching_funnel' });
  });
});

describe('purchase_too_old', () => {
  it('is the reason for a purchase more than three days ago', async () => {
    const { payment_id } = await shop.buy('prod_starter_course');
    shop.pass(72 * HOUR + 1);
    expect(await refused(payment_id, 'purchase_too_old')).toEqual([]);
  });

  it('is not the reason for a purchase exactly three days ago', async () => {
    const { payment_id } = await shop.buy('prod_starter_course');
    shop.pass(72 * HOUR);
    await shown(payment_id);
  });
});

describe('no_matching_funnel', () => {
  it('says for each funnel what did not match', async () => {
    const { payment_id } = await shop.buy('prod_single_license');
    expect(await refused(payment_id, 'no_matching_funnel')).toEqual([
      {
        funnelId: 'starter',
        reason: 'no_matching_funnel',
        detail: 'product_id [prod_single_license] is not prod_starter_course',
      },
      {
        funnelId: 'basic',
        reason: 'no_matching_funnel',
        detail: 'product_id [prod_single_license] is not prod_basic_plan',
      },
    ]);
  });

  it('is the reason when the rule wants a customer of some tenure', async () => {
    shop.sell(CATALOG.replace('[prod_starter_course] }', '[prod_starter_course], tenure_days: { gte: 1 } }'));
    const { payment_id, customer_id } = await shop.buy('prod_starter_course');
    await refused(payment_id, 'no_matching_funnel');
    shop.pass(DAY);
    await shown((await shop.buy('prod_starter_course', { customer_id })).payment_id);
  });

  it('is the reason for a first purchase when the rule wants a second', async () => {
    shop.sell(
      CATALOG.replace('[prod_starter_course] }', '[prod_starter_course], purchase_count: { gte: 2 } }'),
    );
    const { payment_id, customer_id } = await shop.buy('prod_starter_course');
    await refused(payment_id, 'no_matching_funnel');
    await shown((await shop.buy('prod_starter_course', { customer_id })).payment_id);
  });
});

describe('no_payment_method and method_expired', () => {
  const forget = ({ customer_id, payment_method_id }: Awaited<ReturnType<typeof shop.buy>>) =>
    shop.context.dodo.customers.deletePaymentMethod(payment_method_id ?? '', { customer_id });
  const expire = ({ customer_id, payment_method_id }: Awaited<ReturnType<typeof shop.buy>>) =>
    shop.sandbox.control.updateMethod(customer_id, payment_method_id ?? '', {
      expiry_month: '10',
      expiry_year: '2026',
    });

  it.each([
    ['no_payment_method', forget],
    ['method_expired', expire],
  ] as const)('%s: no one-click offer without a card that can be charged', async (reason, change) => {
    const bought = await shop.buy('prod_starter_course');
    await change(bought);
    expect(await refused(bought.payment_id, reason)).toEqual([
      { funnelId: 'starter', reason, detail: expect.stringMatching(/payment method/) as string },
      expect.objectContaining({ funnelId: 'basic' }),
    ]);
  });

  it('an offer that may be paid at a checkout is still shown', async () => {
    shop.sell(withOffer('bundle', 'if_no_payment_method: checkout'));
    const bought = await shop.buy('prod_starter_course');
    await expire(bought);
    const presented = await shown(bought.payment_id);
    expect(presented.mode).toBe('checkout');
    expect(presented).not.toHaveProperty('paymentMethodId');
  });

  it('a card that is not enabled for recurring charges may be charged all the same', async () => {
    const bought = await shop.buy('prod_starter_course');
    await shop.sandbox.control.updateMethod(bought.customer_id, bought.payment_method_id ?? '', {
      recurring_enabled: false,
    });
    const presented = await shown(bought.payment_id);
    expect(presented).toMatchObject({ mode: 'one_click', paymentMethodId: bought.payment_method_id });
  });
});

describe('currency_mismatch', () => {
  it('is the reason when Dodo prices the offer in another currency than the purchase', async () => {
    const { product_id } = await shop.sandbox.control.createProduct({
      name: 'Bundle for Europe',
      price: 12_900,
      currency: 'EUR',
    });
    shop.sell(CATALOG.replace('prod_complete_bundle', product_id));
    const { payment_id } = await shop.buy('prod_starter_course');
    expect(await refused(payment_id, 'currency_mismatch')).toContainEqual({
      funnelId: 'starter',
      reason: 'currency_mismatch',
      detail: 'the purchase was in USD, the offer is in EUR',
    });
  });
});

describe('already_owned', () => {
  it('is the reason for a product that was bought before, through us or not', async () => {
    const { customer_id } = await shop.buy('prod_complete_bundle');
    const { payment_id } = await shop.buy('prod_starter_course', { customer_id });
    await refused(payment_id, 'already_owned');
  });

  it('is not the reason for a product that was refunded in full', async () => {
    const bundle = await shop.buy('prod_complete_bundle');
    await shop.context.dodo.refunds.create({ payment_id: bundle.payment_id });
    const { payment_id } = await shop.buy('prod_starter_course', { customer_id: bundle.customer_id });
    await shown(payment_id);
  });

  it('does not matter to an offer that allows it', async () => {
    shop.sell(withOffer('bundle', 'if_owned: allow'));
    const { customer_id } = await shop.buy('prod_complete_bundle');
    await shown((await shop.buy('prod_starter_course', { customer_id })).payment_id);
  });

  it('is the reason when the subscription is already on the plan', async () => {
    shop.sell(CATALOG.replace('[prod_basic_plan]', '[prod_pro_plan]'));
    await refused((await shop.buy('prod_pro_plan')).payment_id, 'already_owned');
  });

  it('is the reason when this run’s offer was paid before the run was reset', async () => {
    const { payment_id } = await shop.buy('prod_starter_course');
    const { presentationId } = await shown(payment_id);
    await shop.context.ledger.updatePresentation(presentationId, { status: 'paid', decision: 'accepted' });
    expect(await shop.evaluate(payment_id)).toEqual({ kind: 'ineligible', reason: 'already_owned' });
  });
});

describe('declined_before and cooldown', () => {
  async function declinedOnce() {
    const { payment_id, customer_id } = await shop.buy('prod_starter_course');
    await decline((await shown(payment_id)).presentationId);
    return { payment_id, customer_id };
  }
  const buyAgain = async (customer_id: string) =>
    (await shop.buy('prod_starter_course', { customer_id })).payment_id;

  it('declined_before: an offer that was declined is not shown again', async () => {
    const { customer_id } = await declinedOnce();
    shop.pass(400 * DAY);
    await refused(await buyAgain(customer_id), 'declined_before');
  });

  it('declined_before: not even in the same run after a reset', async () => {
    const { payment_id } = await declinedOnce();
    expect(await shop.evaluate(payment_id)).toEqual({ kind: 'ineligible', reason: 'declined_before' });
  });

  it('declined_before: another customer is still shown the offer', async () => {
    await declinedOnce();
    await shown((await shop.buy('prod_starter_course')).payment_id);
  });

  it('cooldown: an offer with a waiting time after a decline is shown when that is over', async () => {
    shop.sell(withOffer('bundle', 'after_decline: 30d'));
    const { customer_id } = await declinedOnce();
    shop.pass(30 * DAY - 1);
    await refused(await buyAgain(customer_id), 'cooldown');
    shop.pass(1);
    await shown(await buyAgain(customer_id));
  });
});

describe('offer_already_open', () => {
  it('is the reason for a second purchase while the first one’s offer is open', async () => {
    const first = await shop.buy('prod_starter_course');
    await shown(first.payment_id);
    const second = await shop.buy('prod_starter_course', { customer_id: first.customer_id });
    expect(await refused(second.payment_id, 'offer_already_open')).toEqual([
      { funnelId: 'starter', reason: 'offer_already_open', detail: 'another offer is open' },
    ]);
  });

  it('lets one of two purchases at the same moment through', async () => {
    const first = await shop.buy('prod_starter_course');
    const second = await shop.buy('prod_starter_course', { customer_id: first.customer_id });
    const both = await Promise.all([first, second].map(({ payment_id }) => shop.evaluate(payment_id)));
    expect(both.map(({ kind }) => kind).sort()).toEqual(['ineligible', 'presented']);
  });
});

describe('product_unavailable', () => {
  it('is the reason when Dodo does not have the product', async () => {
    shop.sell(CATALOG.replace('prod_complete_bundle', 'prod_gone'));
    const { payment_id } = await shop.buy('prod_starter_course');
    expect(await refused(payment_id, 'product_unavailable')).toContainEqual({
      funnelId: 'starter',
      reason: 'product_unavailable',
      detail: 'Dodo has no product prod_gone',
    });
  });

  it('is the reason for a plan change without a subscription', async () => {
    shop.sell(CATALOG.replace('offer: bundle', 'offer: pro'));
    await refused((await shop.buy('prod_starter_course')).payment_id, 'product_unavailable');
  });

  it('is the reason for a plan change of a subscription that is about to end', async () => {
    const { payment_id, subscription_id } = await shop.buy('prod_basic_plan');
    await shop.context.dodo.subscriptions.update(subscription_id ?? '', {
      cancel_at_next_billing_date: true,
    });
    await refused(payment_id, 'product_unavailable');
  });

  it('is the reason for a plan change of a subscription that is not active', async () => {
    const { payment_id, subscription_id } = await shop.buy('prod_basic_plan');
    await shop.context.dodo.subscriptions.update(subscription_id ?? '', { status: 'cancelled' });
    expect(await refused(payment_id, 'product_unavailable')).toContainEqual({
      funnelId: 'basic',
      reason: 'product_unavailable',
      detail: `subscription ${subscription_id} is cancelled`,
    });
  });
});

describe('pricing_unavailable', () => {
  it('is the reason when Dodo refuses to price the product', async () => {
    const { product_id } = await shop.sandbox.control.createProduct({ name: 'Discontinued', price: 900 });
    await shop.sandbox.control.updateProduct(product_id, { archived: true });
    shop.sell(CATALOG.replace('prod_complete_bundle', product_id));
    await refused((await shop.buy('prod_starter_course')).payment_id, 'pricing_unavailable');
  });

  it('is the reason when Dodo does not know the discount code', async () => {
    shop.sell(withOffer('bundle', 'discount_code: GONE'));
    await refused((await shop.buy('prod_starter_course')).payment_id, 'pricing_unavailable');
  });

  it('is the reason when no address of the customer is known', async () => {
    const { customer } = await shop.sandbox.control.createCustomer({ email: 'new@example.com', cards: [{}] });
    shop.sell(CATALOG.replace(/limit:(.*)offer: pro/s, 'limit:$1offer: bundle'));
    const { customer_id: customerId } = customer;
    const { eventId } = await shop.evaluateTrigger('limit_approaching', { customerId });
    expect(await shop.purchase(eventId)).toMatchObject({
      outcome: 'ineligible',
      reason: 'pricing_unavailable',
    });
  });

  it.each([500, 429, 401])(
    'is not the reason when a preview fails with %d: the activity is tried again',
    async (status) => {
      const { payment_id } = await shop.buy('prod_starter_course');
      shop.sandbox.control.addFault({ match: { path: '/checkouts/preview' }, kind: 'status_before', status });
      await expect(shop.evaluate(payment_id)).rejects.toMatchObject({ status });
      expect(await shop.purchase(payment_id)).toMatchObject({ status: 'evaluating' });
      await shown(payment_id);
    },
  );
});

describe('a trigger', () => {
  it('offers to change the customer’s only subscription', async () => {
    const { customer_id, subscription_id } = await shop.buy('prod_basic_plan');
    expect(await shop.evaluateTrigger('limit_approaching', { customerId: customer_id })).toMatchObject({
      kind: 'presented',
      presented: { offerId: 'pro', subscriptionId: subscription_id },
    });
  });

  it('that names another customer’s subscription does not offer to change it', async () => {
    const { customer_id: customerId } = await shop.buy('prod_starter_course');
    const { subscription_id } = await shop.buy('prod_basic_plan');
    expect(
      await shop.evaluateTrigger('limit_approaching', { customerId, subscriptionId: subscription_id ?? '' }),
    ).toMatchObject({ kind: 'ineligible', reason: 'product_unavailable' });
  });

  it('that asks for a plan offers that plan without a funnel', async () => {
    const { customer_id: customerId } = await shop.buy('prod_basic_plan');
    expect(
      await shop.evaluateTrigger('upgrade_requested', { customerId, productId: 'prod_pro_plan' }),
    ).toMatchObject({
      kind: 'presented',
      presented: { productId: 'prod_pro_plan', dueNow: 5000, windowMs: 3_600_000 },
    });
  });
});

describe('several funnels', () => {
  const TWO = CATALOG.replace(
    'funnels:\n',
    `funnels:
  first:
    trigger: purchase
    priority: 10
    when: { product_id: [prod_starter_course] }
    steps: [{ id: pro, offer: pro }]
`,
  );

  it('the next one is shown if the first is not for this customer, and both are explained', async () => {
    shop.sell(TWO);
    const { payment_id } = await shop.buy('prod_starter_course');
    expect(await shown(payment_id)).toMatchObject({ offerId: 'bundle' });
    expect((await shop.purchase(payment_id)).considered).toMatchObject([
      {
        funnelId: 'first',
        reason: 'product_unavailable',
        detail: 'there is no subscription whose plan could change',
      },
      { funnelId: 'starter' },
    ]);
  });

  it('the reason is that of the first one that matched the purchase', async () => {
    shop.sell(TWO);
    const { customer_id } = await shop.buy('prod_complete_bundle');
    const { payment_id } = await shop.buy('prod_starter_course', { customer_id });
    const considered = await refused(payment_id, 'product_unavailable');
    expect(considered.map(({ reason }) => reason)).toEqual([
      'product_unavailable',
      'already_owned',
      'no_matching_funnel',
    ]);
  });
});
