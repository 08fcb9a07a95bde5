import { fileURLToPath } from 'node:url';
import type DodoPayments from 'dodopayments';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadCatalog } from '../../src/catalog/file/load.js';
import type { Catalog } from '../../src/domain/offers.js';
import { createProofs } from '../../src/dodo/proof.js';
import { decideClaim, legacyClaim, routeEvent, type Evidence, type Route } from '../../src/webhooks/route.js';
import { attemptId, workflowId } from '../../src/domain/ids.js';
import { aPayment, aSubscription } from '../dodo/examples.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = new Date('2026-11-23T12:00:00.000Z');

const catalog = await loadCatalog(fileURLToPath(new URL('../../offers.yaml', import.meta.url)));
const withoutFunnels: Catalog = { ...catalog, funnels: [] };

/** Metadata of ours bears this proof. */
const PROOF = 'ours';
const proves = ({ upsell_proof }: Record<string, unknown>, customerId?: string) =>
  upsell_proof === PROOF && customerId === 'cus_1';

const ago = (ms: number) => new Date(NOW.getTime() - ms).toISOString();

/** Routes a `payment.*` event for a purchase a minute ago, with these fields replaced. */
function routePayment(
  fields: Partial<DodoPayments.Payment> | Record<string, unknown> = {},
  { type = 'payment.succeeded', inCatalog = catalog }: { type?: string; inCatalog?: Catalog } = {},
): Route {
  const data = { payload_type: 'Payment', ...aPayment({ created_at: ago(MINUTE) }), ...fields };
  return routeEvent(
    { business_id: 'bus_1', type, timestamp: NOW.toISOString(), data },
    inCatalog,
    NOW,
    evidence,
  );
}

function routeSubscription(
  fields: Partial<DodoPayments.Subscription> | Record<string, unknown> = {},
  type = 'subscription.plan_changed',
): Route {
  const data = { payload_type: 'Subscription', ...aSubscription(), ...fields };
  return routeEvent(
    { business_id: 'bus_1', type, timestamp: NOW.toISOString(), data },
    catalog,
    NOW,
    evidence,
  );
}

const ignored = (why: string) => ({ kind: 'ignored', why });
const attempt = (id: unknown) => ({ metadata: { upsell_attempt_id: id, upsell_proof: PROOF } });
const claim = (id: unknown) => ({ metadata: { upsell_attempt_id: id } });
const proofs = createProofs(Buffer.alloc(32, 7));
const evidence: Evidence = {
  provesPurchase: (purchaseId, proof) => proofs.provesPurchase(purchaseId, proof),
  provesAttempt: proves,
};
const registered = (id: unknown) => ({
  metadata: {
    upsell_registration: id,
    upsell_proof: typeof id === 'string' ? proofs.ofPurchase(id) : 'none',
  },
});

describe('a purchase', () => {
  it('starts a run under the id of its payment, with no personal data', () => {
    expect(routePayment()).toEqual({
      kind: 'purchase',
      purchaseId: 'pay_1',
      event: {
        paymentId: 'pay_1',
        status: 'succeeded',
        customerId: 'cus_1',
        amount: 4900,
        currency: 'USD',
        createdAt: ago(MINUTE),
        errorCode: undefined,
        subscriptionId: undefined,
        sessionId: 'cks_1',
      },
      productId: 'prod_starter_course',
      guess: {
        funnelId: 'starter-to-bundle',
        offerId: 'complete-bundle',
        catalogHash: catalog.hash,
        windowMs: 30 * MINUTE,
      },
    });
  });

  it('that was registered starts or signals the run under its own id', () => {
    expect(routePayment(registered('order-77'))).toMatchObject({
      kind: 'purchase',
      purchaseId: 'order-77',
      registration: 'order-77',
      event: { paymentId: 'pay_1' },
    });
  });

  it.each([
    ['a slash', 'purchase/x'],
    ['a space', 'order 7'],
    ['other alphabets', 'заказ-7'],
    ['a leading dash', '-7'],
    ['129 characters', 'x'.repeat(129)],
    ['600 characters', 'x'.repeat(600)],
    ['no characters', ''],
    ['a number', 77],
    ['null', null],
    ['an object', { id: 'order-77' }],
  ])('registered under an id with %s counts as not registered', (_, id) => {
    expect(routePayment(registered(id))).toMatchObject({ kind: 'purchase', purchaseId: 'pay_1' });
  });

  it("bears the merchant's own purchase_id, which means nothing to us", () => {
    for (const payment_id of ['pay_1', 'pay_2']) {
      const route = routePayment({ payment_id, metadata: { purchase_id: 'spring-sale' } });
      expect(route).toMatchObject({ kind: 'purchase', purchaseId: payment_id });
      expect(route).not.toHaveProperty('registration');
    }
  });

  it.each([
    ['no proof', {}],
    ['a proof that is a guess', { upsell_proof: 'x'.repeat(43) }],
    ['the proof of another purchase', { upsell_proof: proofs.ofPurchase('order-78') }],
    [
      'the proof of an installation with another key',
      { upsell_proof: createProofs(Buffer.alloc(32, 8)).ofPurchase('order-77') },
    ],
  ])('that claims to be registered with %s is one of its own', (_, proof) => {
    const metadata = { upsell_registration: 'order-77', ...proof };
    expect(routePayment({ metadata })).toMatchObject({ kind: 'purchase', purchaseId: 'pay_1' });
  });

  it('registered before there were proofs counts if the ledger bears its session out, and only then', () => {
    const purchaseId = `pur_${'0a'.repeat(16)}`;
    const data = { ...aPayment({ created_at: ago(MINUTE) }), metadata: { purchase_id: purchaseId } };
    const body = { type: 'payment.succeeded', data };
    expect(legacyClaim(body)).toEqual({ purchaseId, sessionId: 'cks_1' });
    expect(routeEvent(body, catalog, NOW, evidence)).toMatchObject({ purchaseId: 'pay_1' });
    const borneOut = routeEvent(body, catalog, NOW, { ...evidence, legacyPurchaseId: purchaseId });
    expect(borneOut).toMatchObject({ purchaseId, registration: purchaseId });
  });

  it.each([
    ["a merchant's order number", { metadata: { purchase_id: 'spring-sale' } }],
    ['an id in capitals', { metadata: { purchase_id: `pur_${'0A'.repeat(16)}` } }],
    ['no session', { metadata: { purchase_id: `pur_${'0a'.repeat(16)}` }, checkout_session_id: null }],
    ['both keys', { metadata: { purchase_id: `pur_${'0a'.repeat(16)}`, upsell_registration: 'order-77' } }],
  ])('claims nothing in the old manner with %s', (_, fields) => {
    expect(legacyClaim({ data: { ...aPayment(), ...fields } })).toBeUndefined();
  });

  it.each(['renewal', 'plan_change'])(
    'that Dodo calls a %s starts nothing, registered or not',
    (charge_type) => {
      for (const metadata of [{}, registered('order-77').metadata])
        expect(routePayment({ charge_type, metadata })).toMatchObject({ kind: 'ignored' });
    },
  );

  it.each(['new', 'on_demand', 'checkout', null, 7])(
    'of the charge type %j may start a run',
    (charge_type) => {
      expect(routePayment({ charge_type })).toMatchObject({ kind: 'purchase' });
    },
  );

  it('of a product in no funnel starts nothing', () => {
    const cart = { product_cart: [{ product_id: 'prod_unheard_of', quantity: 1 }] };
    expect(routePayment(cart)).toEqual({
      ...ignored('no funnel matches the purchase'),
      unknownProducts: ['prod_unheard_of'],
    });
  });

  it('of a product in no funnel still reaches the run that waits for it', () => {
    const cart = { product_cart: [{ product_id: 'prod_unheard_of', quantity: 1 }] };
    expect(routePayment({ ...cart, ...registered('order-77') })).toMatchObject({
      kind: 'payment',
      workflowId: 'purchase/order-77',
      event: { paymentId: 'pay_1', status: 'succeeded' },
    });
  });

  it('starts nothing while the catalog has no funnels', () => {
    expect(routePayment({}, { inCatalog: withoutFunnels })).toMatchObject(
      ignored('no funnel matches the purchase'),
    );
  });

  it('starts nothing when a known fact rules out every funnel', () => {
    const subscribed = { product_cart: [{ product_id: 'prod_basic_plan', quantity: 1 }] };
    expect(routePayment({ ...subscribed, total_amount: 999 })).toMatchObject({ kind: 'ignored' });
    expect(routePayment({ ...subscribed, total_amount: 1000 })).toMatchObject({ kind: 'purchase' });
    expect(routePayment({ ...subscribed, billing: { country: 'XX' } })).toMatchObject({ kind: 'ignored' });
  });

  it('of several products starts a run if one of them is in a funnel', () => {
    const cart = ['prod_unheard_of', 'prod_single_license'].map((product_id) => ({
      product_id,
      quantity: 1,
    }));
    expect(routePayment({ product_cart: cart })).toMatchObject({
      kind: 'purchase',
      guess: { funnelId: 'single-to-team', offerId: 'team-license' },
    });
  });

  it('that is delivered twice goes to the same run twice', () => {
    expect(routePayment()).toEqual(routePayment());
  });
});

describe('the purchase of a plan', () => {
  const plan = { subscription_id: 'sub_1', subscription_ids: ['sub_1'] };

  it.each([null, undefined, []])(
    'with the cart %j may start a run: the webhook does not name the plan',
    (cart) => {
      const route = routePayment({ ...plan, product_cart: cart });
      expect(route).toMatchObject({
        kind: 'purchase',
        purchaseId: 'pay_1',
        event: { subscriptionId: 'sub_1' },
      });
      expect(route).not.toHaveProperty('productId');
      // The first funnel that no known fact rules out. The run corrects it once it knows the plan.
      expect(route).toHaveProperty('guess.funnelId', 'basic-to-pro');
    },
  );

  it('may start a run when several subscriptions were bought at once', () => {
    const several = {
      is_multi_subscription: true,
      subscription_id: null,
      subscription_ids: ['sub_1', 'sub_2'],
      product_cart: null,
    };
    const route = routePayment(several);
    expect(route).toMatchObject({ kind: 'purchase', purchaseId: 'pay_1' });
    expect(route).toHaveProperty('event.subscriptionId', undefined);
  });

  it('looks like its renewal: only the subscription tells them apart, when the run evaluates', () => {
    const renewal = { ...plan, payment_id: 'pay_renewal', product_cart: null, checkout_session_id: null };
    expect(routePayment(renewal)).toMatchObject({ kind: 'purchase', purchaseId: 'pay_renewal' });
  });

  it('that was registered passes its id on to renewals, which therefore reach the run of the purchase', () => {
    const renewal = { ...plan, payment_id: 'pay_renewal', product_cart: null, ...registered('order-77') };
    expect(routePayment(renewal)).toMatchObject({ kind: 'purchase', purchaseId: 'order-77' });
  });
});

describe('a payment of our own', () => {
  it.each([
    ['a purchase', 'purchase/pay_0', 'team'],
    ['a registered purchase', 'purchase/order-77', 'team'],
    ['a trigger', 'trigger/evt-1', 'team'],
    ['a trigger with colons in its id', 'trigger/usage:2026:11', 'team'],
    ['a plan change', 'plan-change/sub_1', 'prs_0123456789abcdef01234567'],
  ])('goes to the run of %s', (_, run, step) => {
    const id = attemptId(run, step, 1);
    const route = routePayment(attempt(id));
    expect(route).toMatchObject({
      kind: 'payment',
      workflowId: run,
      event: { attemptId: id, paymentId: 'pay_1', proven: true, productIds: ['prod_starter_course'] },
    });
  });

  it('goes to its run and starts none, even if it is registered and its product is in a funnel', () => {
    const metadata = { ...registered('order-77').metadata, ...attempt('purchase/pay_0:team:1').metadata };
    expect(routePayment({ metadata })).toMatchObject({ kind: 'payment', workflowId: 'purchase/pay_0' });
  });

  it.each([
    ['failed', 'payment.failed', 'INSUFFICIENT_FUNDS'],
    ['processing', 'payment.processing', null],
    ['requires_customer_action', 'payment.processing', null],
    ['cancelled', 'payment.cancelled', null],
  ])('goes to its run when it is %s', (status, type, error_code) => {
    const route = routePayment({ ...attempt('purchase/pay_0:team:2'), status, error_code }, { type });
    expect(route).toMatchObject({ kind: 'payment', workflowId: 'purchase/pay_0', event: { status } });
    expect(route).toHaveProperty('event.errorCode', error_code ?? undefined);
  });

  it('goes to its run even if its amount is zero and it is old', () => {
    const fields = { ...attempt('plan-change/sub_1:prs_1:1'), total_amount: 0, created_at: ago(1000 * HOUR) };
    expect(routePayment(fields)).toMatchObject({ kind: 'payment', workflowId: 'plan-change/sub_1' });
  });

  it.each([
    ['no run', 'team:1'],
    ['a run of another kind', 'reversal/ref_1:team:1'],
    ['no number', 'purchase/pay_0:team'],
    ['a number that is not numeric', 'purchase/pay_0:team:x'],
    ['too large a number', 'purchase/pay_0:team:12345'],
    ['no step', 'purchase/pay_0::1'],
    ['no purchase', 'purchase/:team:1'],
    ['a space', 'purchase/pay 0:team:1'],
    ['a trailing line break', 'purchase/pay_0:team:1\n'],
    ['other alphabets', 'purchase/заказ:team:1'],
    ['too long a run id', `purchase/${'x'.repeat(201)}:team:1`],
    ['more than 500 characters', `purchase/${'x'.repeat(500)}:team:1`],
    ['no characters', ''],
    ['a numeric value', 7],
    ['the value true', true],
    ['the value null', null],
  ])('with an attempt id that has %s is an ordinary purchase', (_, id) => {
    const route = routePayment(attempt(id));
    expect(decideClaim(route, undefined)).toMatchObject({ kind: 'purchase', purchaseId: 'pay_1' });
    // It is counted among those that name an attempt which is not ours; nobody has to look for it.
    if (id === null) expect(route.kind).toBe('purchase');
    else expect(route).toMatchObject({ kind: 'claim', attemptId: undefined });
  });

  it('says what kind of charge it is, and of which subscriptions', () => {
    const fields = {
      ...attempt('purchase/pay_0:team:1'),
      charge_type: 'checkout',
      subscription_ids: ['sub_1', 7],
      product_cart: null,
    };
    const route = routePayment(fields);
    expect(route).toMatchObject({ event: { chargeType: 'checkout', subscriptionIds: ['sub_1'] } });
    expect(route).not.toHaveProperty('event.productIds');
  });
});

describe('a payment that names an attempt of ours and does not prove it', () => {
  const id = 'purchase/pay_0:team:1';
  const ordinary = () => routePayment({ metadata: {} });

  it.each([
    ['no proof', claim(id)],
    ['another proof', { metadata: { upsell_attempt_id: id, upsell_proof: 'theirs' } }],
    ['the proof of another customer', { ...attempt(id), customer: { customer_id: 'cus_2' } }],
  ])('is an ordinary purchase: %s', (_, fields) => {
    const route = routePayment(fields);
    const { customer = { customer_id: 'cus_1' } } = fields as { customer?: object };
    expect(decideClaim(route, undefined)).toEqual(routePayment({ metadata: {}, customer }));
    expect(decideClaim(route, { proof: true })).toEqual(decideClaim(route, undefined));
  });

  it('goes to its run, with no word of a proof, when the ledger has that attempt without one', () => {
    const route = routePayment(claim(id));
    const ours = decideClaim(route, {});
    expect(ours).toMatchObject({
      kind: 'payment',
      workflowId: 'purchase/pay_0',
      event: { attemptId: id, paymentId: 'pay_1', productIds: ['prod_starter_course'] },
    });
    expect(ours).not.toHaveProperty('event.proven');
  });

  it('starts nothing where an ordinary purchase would not', () => {
    const route = routePayment({ ...claim(id), status: 'failed' });
    expect(decideClaim(route, undefined)).toEqual(ignored('payment has not succeeded'));
    expect(decideClaim(ordinary(), {})).toEqual(ordinary());
  });
});

describe('a renewal', () => {
  it.each([
    ['of any subscription', {}],
    ['of one that an attempt created', attempt('purchase/pay_0:team:1')],
    ['of one that an attempt without a proof created', claim('purchase/pay_0:team:1')],
    ['of one that was bought in a registered purchase', registered('order-77')],
  ])('reaches nobody and starts nothing: %s', (_, fields) => {
    expect(routePayment({ ...fields, charge_type: 'renewal' })).toEqual(ignored('renewal'));
  });
});

describe('what must not start an offer', () => {
  it.each(['failed', 'processing', 'cancelled', 'requires_customer_action', 'something_new'])(
    'is a payment that is %s',
    (status) => expect(routePayment({ status })).toEqual(ignored('payment has not succeeded')),
  );

  it('is a failed payment, registered or not', () => {
    const failed = { status: 'failed', ...registered('order-77') };
    expect(routePayment(failed, { type: 'payment.failed' })).toEqual(ignored('payment has not succeeded'));
  });

  it('is a payment without a status in an event other than payment.succeeded', () => {
    expect(routePayment({ status: null }, { type: 'payment.processing' })).toMatchObject({ kind: 'ignored' });
  });

  it('is a payment-method update, whatever else it contains', () => {
    const update = { is_update_payment_method: true, ...registered('order-77') };
    expect(routePayment(update)).toEqual(ignored('payment-method update'));
    expect(routePayment({ ...update, total_amount: 0 })).toEqual(ignored('payment-method update'));
  });

  it.each([0, -1, null, '4900', 49.5, Number.MAX_SAFE_INTEGER + 1])('is a payment of %j', (total_amount) => {
    expect(routePayment({ total_amount })).toEqual(ignored('no amount was paid'));
  });

  it('is a payment more than three days old', () => {
    expect(routePayment({ created_at: ago(72 * HOUR) })).toMatchObject({ kind: 'purchase' });
    expect(routePayment({ created_at: ago(72 * HOUR + 1) })).toEqual(ignored('payment is too old'));
  });

  it('is an old payment of a registered purchase, which only reaches a run that still waits', () => {
    const old = { created_at: ago(80 * HOUR), ...registered('order-77') };
    expect(routePayment(old)).toMatchObject({
      kind: 'payment',
      workflowId: workflowId.purchase('order-77'),
      event: { paymentId: 'pay_1', status: 'succeeded' },
    });
  });
});

describe('the state of a payment', () => {
  it('comes from its data: a late payment.processing may report a success', () => {
    expect(routePayment({ status: 'succeeded' }, { type: 'payment.processing' })).toMatchObject({
      kind: 'purchase',
      event: { status: 'succeeded' },
    });
  });

  it('comes from its data: payment.succeeded may arrive after the payment was undone', () => {
    const route = routePayment({ ...attempt('purchase/pay_0:team:1'), status: 'failed' });
    expect(route).toMatchObject({ kind: 'payment', event: { status: 'failed' } });
  });

  it.each([null, undefined, 7])('is succeeded when payment.succeeded has the status %j', (status) => {
    expect(routePayment({ status })).toMatchObject({ kind: 'purchase', event: { status: 'succeeded' } });
  });

  it('is unknown when another event has none', () => {
    const route = routePayment(
      { ...attempt('purchase/pay_0:team:1'), status: null },
      { type: 'payment.failed' },
    );
    expect(route).toMatchObject({ kind: 'payment', event: { status: null } });
  });
});

describe('a purchase of which nothing is paid', () => {
  const free: Catalog = {
    ...catalog,
    funnels: catalog.funnels.map((funnel) => ({ ...funnel, freePurchases: true as const })),
  };

  it('starts a run only where a funnel says so', () => {
    expect(routePayment({ total_amount: 0 }, { inCatalog: free })).toMatchObject({ kind: 'purchase' });
    expect(routePayment({ total_amount: 0 })).toEqual(ignored('no amount was paid'));
  });

  it('is none when it updates a payment method', () => {
    const update = { total_amount: 0, is_update_payment_method: true };
    expect(routePayment(update, { inCatalog: free })).toEqual(ignored('payment-method update'));
  });
});

it('starts a run for a purchase that only funnels in shadow are for, and guesses no offer of theirs', () => {
  const inShadow: Catalog = {
    ...catalog,
    funnels: catalog.funnels.map((funnel) => ({ ...funnel, mode: 'shadow' as const })),
  };
  const route = routePayment({}, { inCatalog: inShadow });
  expect(route).toMatchObject({ kind: 'purchase' });
  expect(route).not.toHaveProperty('guess');
});

it.each([{ subscription_id: 'sub_1' }, { subscription_ids: ['sub_1', 'sub_2'] }])(
  'a cart beside a subscription does not say which products were bought: %j',
  (bought) => {
    const product_cart = [{ product_id: 'prod_of_no_funnel', quantity: 1 }];
    expect(routePayment({ product_cart, ...bought })).toMatchObject({ kind: 'purchase' });
    expect(routePayment({ product_cart })).toEqual({
      ...ignored('no funnel matches the purchase'),
      unknownProducts: ['prod_of_no_funnel'],
    });
  },
);

describe('the event of a subscription', () => {
  it('goes to the plan change of that subscription', () => {
    expect(routeSubscription({ product_id: 'prod_pro_plan', quantity: 3 })).toEqual({
      kind: 'subscription',
      workflowId: 'plan-change/sub_1',
      event: {
        subscriptionId: 'sub_1',
        type: 'subscription.plan_changed',
        status: 'active',
        productId: 'prod_pro_plan',
        quantity: 3,
        addons: [],
        scheduledProductId: undefined,
      },
    });
  });

  it.each(['active', 'renewed', 'on_hold', 'past_due', 'updated', 'cancelled', 'of_a_new_kind'])(
    'goes there whatever its type: subscription.%s',
    (what) => {
      expect(routeSubscription({}, `subscription.${what}`)).toMatchObject({
        kind: 'subscription',
        event: { type: `subscription.${what}` },
      });
    },
  );

  it.each([
    ['cancelled', 'compensation/end_subscription/sub_1'],
    ['expired', 'compensation/end_subscription/sub_1'],
    ['failed', 'compensation/end_subscription/sub_1'],
    ['on_hold', undefined],
  ])('tells the run that wanted its end when it is %s', (what, compensation) => {
    const route = routeSubscription({}, `subscription.${what}`);
    expect(route).toHaveProperty('kind', 'subscription');
    expect('compensations' in route ? route.compensations : undefined).toEqual(
      compensation && [compensation],
    );
  });

  it('reports the add-ons', () => {
    const addons = [{ addon_id: 'adn_storage', quantity: 2 }];
    expect(routeSubscription({ addons })).toMatchObject({
      event: { addons: [{ addonId: 'adn_storage', quantity: 2 }] },
    });
  });

  it('says nothing of add-ons that it does not know', () => {
    const route = routeSubscription({ addons: null as unknown as [] });
    expect(route.kind === 'subscription' && route.event).not.toHaveProperty('addons');
  });

  it('reports a scheduled change', () => {
    const scheduled_change = {
      id: 'chg_1',
      addons: [{ addon_id: 'adn_storage', quantity: 2, name: 'Storage' }],
      created_at: NOW.toISOString(),
      effective_at: '2026-12-23T12:00:00.000Z',
      product_id: 'prod_pro_plan',
      quantity: 1,
    } satisfies DodoPayments.ScheduledPlanChange;
    expect(routeSubscription({ scheduled_change })).toMatchObject({
      event: {
        productId: 'prod_basic_plan',
        scheduledProductId: 'prod_pro_plan',
        scheduledQuantity: 1,
        scheduledAddons: [{ addonId: 'adn_storage', quantity: 2 }],
      },
    });
  });

  it('defaults to one seat and an unknown state', () => {
    expect(routeSubscription({ quantity: null, status: null })).toMatchObject({
      event: { quantity: 1, status: '' },
    });
  });

  it.each([
    ['no id', { subscription_id: null }],
    ['an id that is a number', { subscription_id: 7 }],
    ['an id with a slash', { subscription_id: 'sub/1' }],
    ['an id in another alphabet', { subscription_id: 'подписка' }],
    ['an id of 600 characters', { subscription_id: 's'.repeat(600) }],
    ['no product', { product_id: undefined }],
    ['a product of 600 characters', { product_id: 'p'.repeat(600) }],
  ])('is ignored with %s', (_, fields) => {
    expect(routeSubscription(fields)).toEqual(ignored('event does not identify a subscription'));
  });
});

describe('the event of a refund or dispute', () => {
  const refund = {
    refund_id: 'ref_1',
    payment_id: 'pay_2',
    brand_id: 'bus_1',
    business_id: 'bus_1',
    created_at: NOW.toISOString(),
    customer: aPayment().customer,
    is_partial: false,
    metadata: {},
    status: 'succeeded',
    amount: null,
    currency: null,
    reason: null,
  } satisfies DodoPayments.Refund;
  const dispute = {
    dispute_id: 'dsp_1',
    payment_id: 'pay_2',
    business_id: 'bus_1',
    created_at: NOW.toISOString(),
    amount: '39900',
    currency: 'USD',
    dispute_stage: 'dispute',
    dispute_status: 'dispute_lost',
    is_resolved_by_rdr: null,
    remarks: null,
  } satisfies DodoPayments.Dispute;
  const route = (type: string, data: Record<string, unknown>) =>
    routeEvent({ type, data }, catalog, NOW, evidence);

  it('starts or signals a run of its own: a refund', () => {
    expect(route('refund.succeeded', refund)).toEqual({
      kind: 'reversal',
      workflowId: 'reversal/ref_1',
      event: { kind: 'refund', id: 'ref_1', paymentId: 'pay_2', type: 'refund.succeeded' },
      compensations: ['compensation/refund/pay_2', 'compensation/refund_part/pay_2'],
    });
  });

  it.each([
    [
      { amount: 1900, currency: 'USD' },
      { amount: 1900, currency: 'USD' },
    ],
    [{ amount: 1900 }, {}],
    [{ amount: 0, currency: 'USD' }, {}],
    [{ amount: 12.5, currency: 'USD' }, {}],
    [{ amount: '-5', currency: 'USD' }, {}],
    [{ amount: '19.00', currency: 'USD' }, {}],
  ])('carries its amount where it says one: %j', (says, carried) => {
    expect(route('refund.succeeded', { ...refund, ...says })).toMatchObject({
      event: { kind: 'refund', id: 'ref_1', paymentId: 'pay_2', type: 'refund.succeeded', ...carried },
    });
    const { event } = route('refund.succeeded', { ...refund, ...says }) as { event: object };
    expect(Object.keys(event)).toHaveLength(4 + Object.keys(carried).length);
  });

  it.each(['opened', 'expired', 'accepted', 'cancelled', 'challenged', 'won', 'lost'])(
    'starts or signals a run of its own: dispute.%s',
    (what) => {
      expect(route(`dispute.${what}`, dispute)).toEqual({
        kind: 'reversal',
        workflowId: 'reversal/dsp_1',
        event: {
          kind: 'dispute',
          id: 'dsp_1',
          paymentId: 'pay_2',
          type: `dispute.${what}`,
          amount: 39_900,
          currency: 'USD',
        },
        compensations: ['compensation/refund_part/pay_2'],
      });
    },
  );

  it('tells of a failed refund only the runs that may have wanted it', () => {
    expect(route('refund.failed', { ...refund, status: 'failed' })).toEqual({
      kind: 'compensation',
      paymentId: 'pay_2',
      compensations: ['compensation/refund/pay_2', 'compensation/refund_part/pay_2'],
    });
  });

  it.each([null, undefined, 7, '', 'a/b', 'возврат', 'x'.repeat(129), 'x'.repeat(600)])(
    'starts nothing when one of its ids is %j',
    (id) => {
      const noRefund = ignored('event does not identify a refund and its payment');
      const noDispute = ignored('event does not identify a dispute and its payment');
      expect(route('refund.succeeded', { ...refund, refund_id: id })).toEqual(noRefund);
      expect(route('refund.succeeded', { ...refund, payment_id: id })).toEqual(noRefund);
      expect(route('dispute.opened', { ...dispute, dispute_id: id })).toEqual(noDispute);
      expect(route('dispute.opened', { ...dispute, payment_id: id })).toEqual(noDispute);
    },
  );
});

describe('unusable', () => {
  it.each([
    'license_key.created',
    'dunning.started',
    'entitlement_grant.created',
    'something.new',
    'payment',
    'PAYMENT.SUCCEEDED',
    '',
  ])('is an event of the type "%s", which no run handles', (type) => {
    expect(routePayment({}, { type })).toEqual(ignored('no run handles this event type'));
  });

  it.each([
    ['missing', undefined],
    ['null', null],
    ['a list', []],
    ['text', 'pay_1'],
    ['a number', 7],
  ])('is an event whose data is %s', (_, data) => {
    expect(routeEvent({ type: 'payment.succeeded', data }, catalog, NOW, evidence)).toEqual(
      ignored('event has no data'),
    );
  });

  it.each([
    ['missing', undefined],
    ['null', null],
    ['a number', 7],
    ['empty', ''],
    ['with a slash', 'pay/1'],
    ['with dots', '../pay_1'],
    ['in another alphabet', 'платёж'],
    ['of 129 characters', 'p'.repeat(129)],
    ['of 600 characters', 'p'.repeat(600)],
  ])('is a payment whose id is %s', (_, payment_id) => {
    expect(routePayment({ payment_id })).toEqual(ignored('event does not identify a payment'));
    expect(routePayment({ payment_id, ...attempt('purchase/pay_0:team:1') })).toMatchObject({
      kind: 'ignored',
    });
  });

  it.each([
    ['metadata', { metadata: null }, {}],
    ['customer', { customer: 'cus_1' }, { customerId: undefined }],
    ['customer id', { customer: { customer_id: 'c'.repeat(600) } }, { customerId: undefined }],
    ['currency', { currency: 7 }, { currency: undefined }],
    ['time', { created_at: 7 }, { createdAt: undefined }],
    ['billing', { billing: [] }, {}],
    ['update flag', { is_update_payment_method: 'no' }, {}],
    ['list of subscriptions', { subscription_ids: 7 }, {}],
    ['cart', { product_cart: 'prod_starter_course' }, {}],
    ['item of the cart', { product_cart: [null, 7, { product_id: 7 }, { quantity: {} }] }, {}],
  ])('does not affect the rest: a malformed %s', (_, fields, event) => {
    const route = routePayment(fields);
    expect(route).toMatchObject({ kind: 'purchase', purchaseId: 'pay_1' });
    expect(route).toHaveProperty('event', expect.objectContaining(event));
  });
});

describe('with any input', () => {
  const types = fc.constantFrom(
    'payment.succeeded',
    'payment.failed',
    'payment.processing',
    'subscription.plan_changed',
    'refund.succeeded',
    'dispute.opened',
  );
  const KINDS = ['ignored', 'purchase', 'payment', 'subscription', 'reversal', 'compensation'];
  const RUN_ID = /^(purchase|trigger|plan-change|reversal|compensation)\/[\x21-\x7e]+$/;

  function check(route: Route): void {
    if (route.kind === 'claim') {
      check(route.older);
      check(route.foreign);
      return;
    }
    expect(KINDS).toContain(route.kind);
    if (route.kind === 'ignored') expect(route.why).not.toBe('');
    else if (route.kind === 'purchase') expect(route.purchaseId).toMatch(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/);
    else if (route.kind !== 'compensation') expect(route.workflowId).toMatch(RUN_ID);
    if ('compensations' in route) for (const run of route.compensations ?? []) expect(run).toMatch(RUN_ID);
  }

  it('routing never throws for a JSON object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (body) =>
        check(routeEvent(body as Record<string, unknown>, catalog, NOW, evidence)),
      ),
    );
  });

  it('routing never throws for events with arbitrary data', () => {
    fc.assert(
      fc.property(types, fc.jsonValue(), (type, data) =>
        check(routeEvent({ type, data }, catalog, NOW, evidence)),
      ),
    );
  });

  it('routing never throws for payments and subscriptions with arbitrary fields', () => {
    const good: Record<string, unknown> = { ...aSubscription(), ...aPayment({ created_at: ago(MINUTE) }) };
    const fields = fc.dictionary(fc.constantFrom(...Object.keys(good)), fc.jsonValue(), { minKeys: 1 });
    fc.assert(
      fc.property(types, fields, (type, wrong) =>
        check(routeEvent({ type, data: { ...good, ...wrong } }, catalog, NOW, evidence)),
      ),
      { numRuns: 500 },
    );
  });

  it('attempt ids lead back to their run', () => {
    const run = fc
      .tuple(
        fc.constantFrom('purchase', 'trigger', 'plan-change'),
        fc.stringMatching(/^[A-Za-z0-9._:/-]{1,60}$/),
      )
      .map(([kind, id]) => `${kind}/${id}`);
    const step = fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/);
    fc.assert(
      fc.property(run, step, fc.integer({ min: 1, max: 9999 }), (of, at, n) => {
        expect(routePayment(attempt(attemptId(of, at, n)))).toMatchObject({
          kind: 'payment',
          workflowId: of,
        });
      }),
    );
  });
});
