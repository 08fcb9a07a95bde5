import type { PaidAction } from '../../../src/domain/offers.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AttemptInput } from '../../../src/domain/attempt.js';
import { chargeActivities } from '../../../activities/fulfilling/charge.js';
import { openShop, type Shop } from '../shop.js';

const COPY = 'copy: { headline: "{product}", accept: "Pay {dueNow}", decline: "No" }';

/** A catalog of one offer after the starter course, or after the basic plan. */
function selling(offer: string, policy = ''): string {
  return `
version: 1
${policy}
offers:
  one:
    type: upsell
    ${offer}
    ${COPY}
funnels:
  starter: { trigger: purchase, when: { product_id: [prod_starter_course] }, steps: [{ id: s, offer: one }] }
  basic: { trigger: purchase, when: { product_id: [prod_basic_plan] }, steps: [{ id: s, offer: one }] }
`;
}

const PACKS = 'action: { kind: charge, product_id: prod_two_seat_pack, quantity: { min: 2, max: 6 } }';
const TWO_OPTIONS = `options:
      - { id: all, label: All, action: { kind: charge, product_id: prod_complete_bundle } }
      - { id: part, label: Part, action: { kind: charge, product_id: prod_course_workbook } }`;
const seats = (product: string, more = '') =>
  `action: { kind: change_plan, product_id: ${product}, quantity: { min: 2, max: 4${more} } }`;

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

type More = Parameters<Shop['buy']>[1];

async function evaluated(product: string, more?: More) {
  const { payment_id } = await shop.buy(product, more);
  const evaluation = await shop.evaluate(payment_id);
  const view = await shop.purchase(payment_id);
  return { evaluation, view, shown: view.presentations[0] };
}

describe('the choices', () => {
  it('are bounds, with the lower one preselected whatever the purchase was for', async () => {
    shop.sell(selling(PACKS));
    const { shown, evaluation } = await evaluated('prod_starter_course', { quantity: 5 });
    expect(shown).toMatchObject({
      quantity: 2,
      choices: { quantity: { min: 2, max: 6 } },
      price: { dueNow: 29_800 },
      terms: { ways: [{ action: { productId: 'prod_two_seat_pack' } }] },
    });
    expect(evaluation).toMatchObject({
      presented: { quantity: 2, choices: { quantity: { min: 2, max: 6 } } },
    });
  });

  it('are left out if the catalog has none', async () => {
    shop.sell(selling('action: { kind: charge, product_id: prod_two_seat_pack, quantity: 3 }'));
    const { shown } = await evaluated('prod_starter_course');
    expect(shown).toMatchObject({ quantity: 3, price: { dueNow: 44_700 } });
    expect(shown).not.toHaveProperty('choices');
    expect(shown).not.toHaveProperty('terms');
  });

  it('leave out options that are not available; if none is, the first one’s reason counts', async () => {
    shop.sell(selling(TWO_OPTIONS.replace('prod_complete_bundle', 'prod_none')));
    const { shown } = await evaluated('prod_starter_course');
    expect(shown).toMatchObject({ option: 'part', product: { id: 'prod_course_workbook' } });
    expect(shown?.choices?.options).toHaveLength(1);

    const { customer_id } = await shop.buy('prod_complete_bundle');
    shop.sell(selling(TWO_OPTIONS.replace('prod_course_workbook', 'prod_none')));
    const { view } = await evaluated('prod_starter_course', { customer_id });
    expect(view).toMatchObject({ outcome: 'ineligible', reason: 'already_owned' });
  });
});

describe('seats without a default', () => {
  it.each([
    { bought: 3, product: 'prod_pro_plan', seats: 3 },
    { bought: 1, product: 'prod_pro_plan', seats: 2 },
    { bought: 9, product: 'prod_pro_plan', seats: 4 },
    { bought: 3, product: 'prod_basic_plan', seats: 4 },
  ])('are $seats of $product for $bought of the basic plan', async ({ bought, product, seats: expected }) => {
    shop.sell(selling(seats(product)));
    const { shown } = await evaluated('prod_basic_plan', { quantity: bought });
    expect(shown).toMatchObject({ quantity: expected });
  });

  it('are not offered when there are none to add', async () => {
    shop.sell(selling(seats('prod_basic_plan')));
    const { view } = await evaluated('prod_basic_plan', { quantity: 4 });
    expect(view).toMatchObject({ outcome: 'ineligible', reason: 'already_owned' });
  });
});

describe('the one-click limit', () => {
  it.each([
    { limit: 'USD: 29800', mode: 'one_click' },
    { limit: 'USD: 29799', mode: 'checkout' },
    // A currency that is not listed allows nothing.
    { limit: 'EUR: 90000', mode: 'checkout' },
  ])('of { $limit } sends an offer of 29800 USD through $mode', async ({ limit, mode }) => {
    shop.sell(selling(PACKS, `policy: { one_click_limit: { ${limit} } }`));
    const { shown, evaluation } = await evaluated('prod_starter_course');
    expect(shown?.payment.mode).toBe(mode);
    expect(evaluation).toMatchObject({ presented: { mode, paymentMethodId: expect.any(String) as string } });
  });

  it('is the offer’s own rather than the policy’s', async () => {
    shop.sell(
      selling(`one_click_limit: { USD: 99999 }\n    ${PACKS}`, 'policy: { one_click_limit: { USD: 1 } }'),
    );
    expect((await evaluated('prod_starter_course')).shown?.payment.mode).toBe('one_click');
  });

  it('does not matter when nothing is due', async () => {
    const later = 'action: { kind: change_plan, product_id: prod_pro_plan, effective_at: next_billing_date }';
    shop.sell(selling(later, 'policy: { one_click_limit: { USD: 0 } }'));
    const { shown } = await evaluated('prod_basic_plan');
    expect(shown).toMatchObject({ price: { dueNow: 0 }, payment: { mode: 'one_click' } });
  });
});

describe('an attempt for a choice', () => {
  let input: AttemptInput;
  let posts: () => unknown[];
  beforeEach(async () => {
    shop.sell(selling(PACKS));
    const { evaluation, shown, view } = await evaluated('prod_starter_course');
    if (evaluation.kind !== 'presented' || !shown) throw new Error('An offer was expected.');
    const offer = evaluation.snapshot.offers.one;
    if (!offer) throw new Error('A snapshot has its offer.');
    const { presented } = evaluation;
    input = {
      attemptId: `${shown.workflowId}:s:1`,
      presentationId: shown.id,
      purchaseId: shown.purchaseId,
      paymentId: view.purchase.paymentId,
      customerId: shown.customerId,
      paymentMethodId: presented.paymentMethodId,
      quantity: 3,
      choice: { quantity: 3 },
      offer: { ...offer, action: { ...(offer.action as PaidAction), quantity: 3 } },
      price: { currency: 'USD', dueNow: 44_700, hash: 'quoted' },
      acceptedAt: shop.now().toISOString(),
      sendBefore: shop.now().getTime() + 60_000,
      runStartedAt: shop.now().toISOString(),
    };
    const before = shop.sandbox.books.requests({ method: 'POST', path: '/checkouts' }).length;
    posts = () => shop.sandbox.books.requests({ method: 'POST', path: '/checkouts' }).slice(before);
  });

  it('moves the presentation to the choice, at the quoted price', async () => {
    const price = { currency: 'USD', dueNow: 44_700, hash: 'quoted' };
    const quotedAt = shop.now().toISOString();
    await shop.context.ledger.recordQuote({
      presentationId: input.presentationId,
      quantity: 3,
      price,
      quotedAt,
    });
    expect(await chargeActivities(shop.context).charge(input)).toMatchObject({ kind: 'submitted' });
    expect(await shop.context.ledger.presentation(input.presentationId)).toMatchObject({
      quantity: 3,
      price,
      copy: { accept: 'Pay $447.00' },
      payment: { mode: 'one_click', method: { id: input.paymentMethodId } },
    });
  });

  it('is not sent if it would cost more, and the choice is open again', async () => {
    const cheaper = { ...input, price: { ...input.price, dueNow: 40_000 } };
    expect(await chargeActivities(shop.context).charge(cheaper)).toMatchObject({
      kind: 'price_changed',
      price: { dueNow: 44_700 },
    });
    expect(posts()).toEqual([]);
    expect(await shop.context.ledger.presentation(input.presentationId)).toMatchObject({
      status: 'open',
      quantity: 3,
      price: { dueNow: 44_700 },
    });
  });

  it('is not sent above the one-click limit, whatever was accepted', async () => {
    const over = { ...input, oneClickLimit: 44_699, price: { ...input.price, dueNow: 50_000 } };
    expect(await chargeActivities(shop.context).charge(over)).toEqual({
      kind: 'rejected',
      code: 'ONE_CLICK_LIMIT',
    });
    expect(posts()).toEqual([]);
  });
});
