import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openShop, type Shop } from '../shop.js';

const MINUTE = 60_000;
const COPY = 'copy: { headline: "{product}", accept: "Yes", decline: "No" }';
const selling = (productId: string) => `
version: 1
offers:
  more: { type: upsell, action: { kind: charge, product_id: ${productId} }, window: 30m, ${COPY} }
funnels:
  starter: { trigger: purchase, when: { product_id: prod_starter_course }, steps: [{ id: s, offer: more }] }
`;

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

describe('a run that is evaluated a second time', () => {
  it('continues the window that began the first time', async () => {
    shop.sell(selling('prod_complete_bundle'));
    const { payment_id } = await shop.buy('prod_starter_course');
    await shop.evaluate(payment_id);
    const [shown] = (await shop.purchase(payment_id)).presentations;
    shop.pass(10 * MINUTE);
    expect(await shop.evaluate(payment_id)).toMatchObject({
      kind: 'presented',
      presented: { presentationId: shown?.id, endsAt: shown?.expiresAt },
    });
    // It can no longer be accepted, and a later click does not count as one in time.
    shop.pass(40 * MINUTE);
    expect(await shop.evaluate(payment_id)).toMatchObject({
      presented: { windowMs: 0, endsAt: shown?.expiresAt },
    });
  });

  it('does not sell what the catalog has since put in place of what was shown', async () => {
    shop.sell(selling('prod_complete_bundle'));
    const { payment_id } = await shop.buy('prod_starter_course');
    await shop.evaluate(payment_id);
    shop.sell(selling('prod_course_workbook'));
    expect(await shop.evaluate(payment_id)).toEqual({ kind: 'ineligible', reason: 'product_unavailable' });
    const { considered } = await shop.purchase(payment_id);
    expect(considered[0]?.detail).toBe('offer more has changed since it was shown');
  });

  it('leaves no open offer behind when it ends without one', async () => {
    shop.sell(selling('prod_complete_bundle'));
    const { payment_id, customer_id } = await shop.buy('prod_starter_course');
    await shop.evaluate(payment_id);
    shop.sell(selling('prod_course_workbook'));
    await shop.evaluate(payment_id);
    const { presentations, timeline } = await shop.purchase(payment_id);
    expect(presentations).toMatchObject([{ status: 'withdrawn', decision: 'withdrawn' }]);
    expect(timeline).toContainEqual(
      expect.objectContaining({
        type: 'withdrawn',
        detail: { presentationId: presentations[0]?.id, reason: 'run_was_reset' },
      }),
    );
    const again = await shop.buy('prod_starter_course', { customer_id });
    expect(await shop.evaluate(again.payment_id)).toMatchObject({ kind: 'presented' });
  });

  it('leaves no open offer behind when it shows another one', async () => {
    shop.sell(selling('prod_complete_bundle'));
    const { payment_id } = await shop.buy('prod_starter_course');
    await shop.evaluate(payment_id);
    shop.sell(selling('prod_course_workbook').replace('id: s,', 'id: other,'));
    expect(await shop.evaluate(payment_id)).toMatchObject({ kind: 'presented' });
    const { presentations } = await shop.purchase(payment_id);
    expect(presentations.map(({ step, status }) => [step, status]).sort()).toEqual([
      ['other', 'open'],
      ['s', 'withdrawn'],
    ]);
  });

  it('leaves what was accepted alone', async () => {
    shop.sell(selling('prod_complete_bundle'));
    const { payment_id } = await shop.buy('prod_starter_course');
    await shop.evaluate(payment_id);
    const [shown] = (await shop.purchase(payment_id)).presentations;
    await shop.context.ledger.updatePresentation(shown?.id ?? '', {
      status: 'reconciling',
      decision: 'accepted',
    });
    shop.sell(selling('prod_course_workbook'));
    await shop.evaluate(payment_id);
    expect((await shop.purchase(payment_id)).presentations).toMatchObject([{ status: 'reconciling' }]);
  });
});
