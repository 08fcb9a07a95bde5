import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createDodo } from '../../src/dodo/client.js';
import type { QuoteView } from '../../src/http/choices.js';
import type { PresentationView } from '../../src/http/presentation-view.js';
import { checkInvariants } from '../lab/invariants/check.js';
import { gatherEvidence } from '../lab/invariants/gather-evidence.js';
import { eventually } from '../support/eventually.js';
import { jsonClient } from '../../sandbox/demo/http.js';
import { testStack, type TestStack } from '../support/stack.js';
import { buy, openOffer, settled, CARD, payLink } from '../support/purchases.js';
import { testClient } from '../support/temporal.js';
import { expectAccount, expectLive, laterPayments, type Bought } from './account.js';
import { accept, presentationIs, type Decided } from './customer-actions.js';

const COPY = 'copy: { headline: "{product}", accept: "Pay {dueNow}", decline: "No" }';

const CATALOG = `
version: 1
policy: { one_click_limit: { USD: 50000 } }
offers:
  course:
    type: upsell
    options:
      - { id: all, label: Everything, action: { kind: charge, product_id: prod_complete_bundle } }
      - id: workbook
        label: The workbook
        action: { kind: charge, product_id: prod_course_workbook, quantity: { min: 1, max: 5 } }
      - { id: session, label: An hour with us, action: { kind: payment, product_id: prod_setup_session } }
    ${COPY}
  packs:
    type: upsell
    action: { kind: charge, product_id: prod_two_seat_pack, quantity: { min: 1, max: 10, default: 2 } }
    ${COPY}
  seats:
    type: upsell
    action: { kind: change_plan, product_id: prod_pro_plan, quantity: { min: 1, max: 20 } }
    ${COPY}
  storage:
    type: cross_sell
    action: { kind: charge, product_id: prod_pro_lite, addons: [{ addon_id: adn_extra_storage, quantity: 2 }] }
    ${COPY}
funnels:
  course: { trigger: purchase, when: { product_id: [prod_starter_course] }, steps: [{ id: s, offer: course }] }
  packs: { trigger: purchase, when: { product_id: [prod_single_license] }, steps: [{ id: s, offer: packs }] }
  seats: { trigger: purchase, when: { product_id: [prod_basic_plan] }, steps: [{ id: s, offer: seats }] }
  storage: { trigger: purchase, when: { product_id: [prod_team_license] }, steps: [{ id: s, offer: storage }] }
`;
/** Minor units. */
const PACK = 14_900;
const PRO = 7900;
const BASIC = 2900;

let stack: TestStack;
beforeAll(async () => {
  stack = await testStack({ POLL_INTERVAL: '300ms', RECONCILE_WINDOW: '2s' }, CATALOG);
});
afterEach(async () => {
  await stack.sandbox.control.updateProduct('prod_two_seat_pack', { price: PACK });
});
afterAll(async () => {
  await stack.stop();
});

async function offered(productId: string, input: Parameters<typeof buy>[2] = {}) {
  const bought = await buy(stack, productId, input);
  return { ...bought, shown: await openOffer(stack, bought.customer_id) };
}

type Offered = Awaited<ReturnType<typeof offered>>;

/** Asks for a quote as the customer's browser does, with its token. */
function quote({ shown }: Offered, body: Record<string, unknown>) {
  const browser = jsonClient(stack.url, shown.token);
  return browser.post<QuoteView & { code?: string; errors?: { pointer: string }[] }>(
    `/api/presentations/${shown.id}/quote`,
    body,
  );
}

function acceptByToken({ shown }: Offered, body: Record<string, unknown>): Promise<Decided> {
  return jsonClient(stack.url, shown.token).post(`/api/presentations/${shown.id}/accept`, body);
}

async function expectSold(bought: Bought, sold: Partial<PresentationView>, charged: number): Promise<void> {
  const view = await settled(stack, bought.payment_id);
  expect(view).toMatchObject({ outcome: 'converted', presentations: [{ status: 'paid', ...sold }] });
  await expectAccount(stack, bought, { charges: [charged] });
}

describe('an offer with options', () => {
  it('shows each with its own price, the first one preselected', async () => {
    const { shown } = await offered('prod_starter_course');
    expect(shown).toMatchObject({
      option: 'all',
      product: { id: 'prod_complete_bundle' },
      quantity: 1,
      price: { dueNow: 14_900 },
    });
    expect(shown.choices?.quantity).toBeUndefined();
    expect(shown.choices?.options).toMatchObject([
      { id: 'all', label: 'Everything', product: { name: 'Complete bundle' }, price: { dueNow: 14_900 } },
      { id: 'workbook', quantity: 1, quantities: { min: 1, max: 5 }, price: { dueNow: 1900 } },
      { id: 'session', label: 'An hour with us', price: { dueNow: 5900 } },
    ]);
    expect(shown).not.toHaveProperty('terms');
  });

  it('charges the chosen one, and records it everywhere', async () => {
    const bought = await offered('prod_starter_course');
    const listed = bought.shown.choices?.options?.find(({ id }) => id === 'session')?.price.hash;
    const reply = await accept(stack, bought, { option: 'session', priceHash: listed });
    expect(reply).toMatchObject({
      status: 200,
      body: { success: true, presentation: { option: 'session' } },
    });
    const product = { id: 'prod_setup_session', name: 'Setup session' };
    await expectSold(bought, { option: 'session', quantity: 1, product, paidAmount: 5900 }, 5900);
    expect(laterPayments(stack, bought)).toMatchObject([
      { product_cart: [{ product_id: 'prod_setup_session', quantity: 1 }] },
    ]);
    expect(await stack.ledger.hasBought(bought.customer_id, 'prod_setup_session')).toBe(true);
    expect(await stack.ledger.hasBought(bought.customer_id, 'prod_complete_bundle')).toBe(false);
  });

  it('charges the one shown if none is chosen', async () => {
    const bought = await offered('prod_starter_course');
    expect((await acceptByToken(bought, {})).status).toBe(200);
    await expectSold(bought, { option: 'all', product: bought.shown.product }, 14_900);
  });

  it('accepts a quantity for the option that has bounds', async () => {
    const bought = await offered('prod_starter_course');
    const { status, body } = await quote(bought, { option: 'workbook', quantity: 4 });
    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        presentationId: bought.shown.id,
        option: 'workbook',
        quantity: 4,
        product: { id: 'prod_course_workbook' },
        price: { dueNow: 7600 },
        payment: { mode: 'one_click' },
        copy: { headline: 'Course workbook', accept: 'Pay $76.00' },
      },
    });
    const choice = { option: 'workbook', quantity: 4 };
    expect((await acceptByToken(bought, { ...choice, priceHash: body.price.hash })).status).toBe(200);
    await expectSold(bought, { ...choice, price: body.price }, 7600);
  });

  it('leaves out what the customer owns', async () => {
    const { customer_id } = await buy(stack, 'prod_complete_bundle');
    const { shown } = await offered('prod_starter_course', { customer_id, email: undefined });
    expect(shown).toMatchObject({ option: 'workbook', product: { id: 'prod_course_workbook' } });
    expect(shown.choices?.options?.map(({ id }) => id)).toEqual(['workbook', 'session']);
  });

  it('refuses unknown options and quantities', async () => {
    const bought = await offered('prod_starter_course');
    for (const body of [{ option: 'none' }, { option: 'session', quantity: 2 }, { quantity: 2 }]) {
      const pointer = body.option === 'none' ? '#/option' : '#/quantity';
      const refused = { status: 400, body: { code: 'invalid_body', errors: [{ pointer }] } };
      expect(await quote(bought, body)).toMatchObject(refused);
      expect(await accept(stack, bought, body)).toMatchObject(refused);
    }
    await expectAccount(stack, bought, { posts: 0, charges: [] });
  });
});

describe('an offer with a quantity to choose', () => {
  it('has its own default and bounds, whatever the first purchase was', async () => {
    const { shown } = await offered('prod_single_license', { quantity: 5 });
    expect(shown).toMatchObject({
      quantity: 2,
      choices: { quantity: { min: 1, max: 10 } },
      price: { dueNow: 2 * PACK },
    });
  });

  it('is charged at the price that was quoted', async () => {
    const bought = await offered('prod_single_license');
    const { body } = await quote(bought, { quantity: 3 });
    expect(body.price.dueNow).toBe(3 * PACK);
    const reply = await acceptByToken(bought, { quantity: 3, priceHash: body.price.hash });
    expect(reply).toMatchObject({ status: 200, body: { presentation: { quantity: 3 } } });
    await expectSold(bought, { quantity: 3, price: body.price }, 3 * PACK);
    expect(laterPayments(stack, bought)).toMatchObject([{ product_cart: [{ quantity: 3 }] }]);
  });

  it('is priced at the click for a backend, while a browser has to name the price it showed', async () => {
    const bought = await offered('prod_single_license');
    expect(await acceptByToken(bought, { quantity: 1 })).toMatchObject({
      status: 400,
      body: { code: 'invalid_body', errors: [{ pointer: '#/priceHash' }] },
    });
    expect((await accept(stack, bought, { quantity: 1 })).status).toBe(200);
    await expectSold(bought, { quantity: 1 }, PACK);
  });

  it('is refused at a price of another quantity, with the current one', async () => {
    const bought = await offered('prod_single_license');
    const priceHash = bought.shown.price.hash;
    const refused = await accept(stack, bought, { quantity: 3, priceHash });
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'price_changed', quote: { quantity: 3, price: { dueNow: 3 * PACK } } },
    });
    const { quote: now } = refused.body as { quote?: QuoteView };
    const reply = await accept(stack, bought, { quantity: 3, priceHash: now?.price.hash });
    expect(reply.status).toBe(200);
    await expectSold(bought, { quantity: 3 }, 3 * PACK);
  });

  it('is offered again in that quantity if its price has moved since the quote', async () => {
    const bought = await offered('prod_single_license');
    const { body } = await quote(bought, { quantity: 3 });
    await stack.sandbox.control.updateProduct('prod_two_seat_pack', { price: PACK + 100 });
    const dueNow = 3 * (PACK + 100);
    const choice = { quantity: 3, priceHash: body.price.hash };
    const refused = await acceptByToken(bought, choice);
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'price_changed', presentation: { status: 'open', quantity: 3, price: { dueNow } } },
    });
    expect((await acceptByToken(bought, choice)).status).toBe(409);
    await expectAccount(stack, bought, { posts: 0, charges: [] });
    const priceHash = refused.body.presentation?.price.hash;
    expect((await acceptByToken(bought, { quantity: 3, priceHash })).status).toBe(200);
    await expectSold(bought, { quantity: 3 }, dueNow);
  });

  it('is charged once for repeated clicks, and another choice is too late', async () => {
    const bought = await offered('prod_single_license');
    const { body } = await quote(bought, { quantity: 3 });
    const choice = { quantity: 3, priceHash: body.price.hash };
    const replies = await Promise.all([1, 2, 3].map(() => acceptByToken(bought, choice)));
    for (const reply of replies) expect(reply).toMatchObject({ status: 200, body: { success: true } });
    const late = await accept(stack, bought, { presentationId: bought.shown.id, quantity: 1 });
    expect(late).toMatchObject({
      status: 409,
      body: { code: 'already_decided', presentation: { quantity: 3 } },
    });
    await expectSold(bought, { quantity: 3 }, 3 * PACK);
    expect(await quote(bought, { quantity: 1 })).toMatchObject({
      status: 409,
      body: { code: 'already_decided' },
    });
  });

  it('goes to one of two choices clicked at once', async () => {
    const bought = await offered('prod_single_license');
    const [one, other] = await Promise.all([
      accept(stack, bought, { quantity: 1 }),
      accept(stack, bought, { quantity: 3 }),
    ]);
    expect([one.status, other.status].sort()).toEqual([200, 409]);
    const quantity = one.status === 200 ? 1 : 3;
    await expectSold(bought, { quantity }, quantity * PACK);
  });

  it('falls back to a checkout for the same quantity', async () => {
    const bought = await offered('prod_single_license', { card: CARD.declinesLater });
    const declined = await accept(stack, bought, { quantity: 3 });
    expect(declined).toMatchObject({ status: 402, body: { presentation: { quantity: 3 } } });
    await payLink(stack.sandbox, declined.body.checkoutUrl);
    expect(await settled(stack, bought.payment_id)).toMatchObject({
      outcome: 'recovered',
      presentations: [{ quantity: 3, paidAmount: 3 * PACK }],
    });
    await expectAccount(stack, bought, { charges: [3 * PACK] });
  });
});

describe('a price above the one-click limit', () => {
  it('is paid at the checkout, for the chosen quantity', async () => {
    const bought = await offered('prod_single_license');
    expect(bought.shown.payment.mode).toBe('one_click');
    const { body } = await quote(bought, { quantity: 4 });
    expect(body).toMatchObject({ price: { dueNow: 4 * PACK }, payment: { mode: 'checkout' } });
    const reply = await acceptByToken(bought, { quantity: 4, priceHash: body.price.hash });
    expect(reply).toMatchObject({
      status: 202,
      body: { status: 'requires_action', presentation: { quantity: 4, payment: { mode: 'checkout' } } },
    });
    await expectAccount(stack, bought, { posts: 0, charges: [] });
    await payLink(stack.sandbox, reply.body.presentation?.checkoutUrl);
    expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'converted' });
    await expectAccount(stack, bought, { posts: 0, charges: [4 * PACK] });
  });

  it('is not charged with one click if the price rose above the limit after it was shown', async () => {
    const bought = await offered('prod_single_license');
    const { body } = await quote(bought, { quantity: 3 });
    await stack.sandbox.control.updateProduct('prod_two_seat_pack', { price: 17_000 });
    const refused = await acceptByToken(bought, { quantity: 3, priceHash: body.price.hash });
    expect(refused).toMatchObject({
      status: 409,
      body: { presentation: { price: { dueNow: 51_000 }, payment: { mode: 'checkout' } } },
    });
    // An accept without a choice refers to the first one shown.
    expect(await accept(stack, bought)).toMatchObject({ status: 409, body: { code: 'price_changed' } });
    const priceHash = refused.body.presentation?.price.hash;
    const reply = await accept(stack, bought, { quantity: 3, priceHash });
    expect(reply).toMatchObject({ status: 202, body: { status: 'requires_action' } });
    await payLink(stack.sandbox, reply.body.presentation?.checkoutUrl);
    await settled(stack, bought.payment_id);
    await expectAccount(stack, bought, { posts: 0, charges: [51_000] });
  });

  it.each([
    { state: { cancel_at_next_billing_date: true }, message: 'about to end' },
    { state: { status: 'paused' as const }, message: 'not active at the moment' },
  ])('is no plan sold beside a subscription that is $message', async ({ state, message }) => {
    const bought = await offered('prod_basic_plan');
    const { body } = await quote(bought, { quantity: 8 });
    expect(body.payment).toEqual({ mode: 'checkout' });
    const dodo = createDodo(stack.sandbox.apiKey, { baseURL: stack.sandbox.url });
    await dodo.subscriptions.update(bought.subscription_id ?? '', state);
    const reply = await acceptByToken(bought, { quantity: 8, priceHash: body.price.hash });
    expect(reply).toMatchObject({
      status: 402,
      body: { detail: expect.stringContaining(message) as string, checkoutUrl: null },
    });
    await settled(stack, bought.payment_id);
    await expectLive(stack, bought, [{ product_id: 'prod_basic_plan', ...state }]);
  });
});

describe('seats', () => {
  it('default to those of the subscription, and change the price when chosen', async () => {
    const bought = await offered('prod_basic_plan', { quantity: 2 });
    expect(bought.shown).toMatchObject({
      quantity: 2,
      choices: { quantity: { min: 1, max: 20 } },
      price: { dueNow: 2 * (PRO - BASIC), recurring: { amount: 2 * PRO } },
    });
    const { body } = await quote(bought, { quantity: 5 });
    const dueNow = 5 * PRO - 2 * BASIC;
    expect(body.price).toMatchObject({ dueNow, recurring: { amount: 5 * PRO } });
    expect((await acceptByToken(bought, { quantity: 5, priceHash: body.price.hash })).status).toBe(200);
    await expectSold(bought, { quantity: 5 }, dueNow);
    await expectLive(stack, bought, [
      { product_id: 'prod_pro_plan', quantity: 5, recurring_pre_tax_amount: 5 * PRO },
    ]);
  });
});

describe('add-ons of a charge', () => {
  it('are previewed and bought with it', async () => {
    const bought = await offered('prod_team_license');
    expect(bought.shown).toMatchObject({ price: { dueNow: 5900, recurring: { amount: 5900 } } });
    expect((await accept(stack, bought)).status).toBe(200);
    await expectSold(bought, {}, 5900);
    await expectLive(stack, bought, [
      { product_id: 'prod_pro_lite', addons: [{ addon_id: 'adn_extra_storage', quantity: 2 }] },
    ]);
  });

  it('are in the fallback checkout after a decline, too', async () => {
    const bought = await offered('prod_team_license', { card: CARD.declinesLater });
    const declined = await accept(stack, bought);
    expect(declined.status).toBe(402);
    await payLink(stack.sandbox, declined.body.checkoutUrl);
    await presentationIs(stack, bought.shown.id, 'paid');
    await expectAccount(stack, bought, { charges: [5900] });
  });
});

it('leaves every invariant intact', async () => {
  const { client } = await testClient();
  const evidence = await eventually('nothing is under way', async () => {
    const gathered = await gatherEvidence({
      catalog: stack.catalog,
      books: stack.sandbox.books,
      ledger: stack.ledger,
      client,
      taskQueue: stack.taskQueue,
      swept: false,
    });
    const offering = gathered.ledger.purchases.filter(({ presentations }) =>
      presentations.some(({ status }) => !['open', 'paid', 'failed'].includes(status)),
    );
    return offering.length === 0 && gathered;
  });
  expect(evidence.ledger.quotes?.length).toBeGreaterThan(5);
  expect(checkInvariants(evidence)).toEqual([]);
});
