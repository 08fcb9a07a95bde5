import { afterAll, beforeAll, expect, it } from 'vitest';
import { settleActivities, type Closing } from '../../../activities/afterwards/settle.js';
import { presentActivities } from '../../../activities/offering/present.js';
import { waitActivities } from '../../../activities/offering/wait.js';
import { workflowId } from '../../../src/domain/ids.js';
import { openAttempt, type OpenAttempt } from '../attempts.js';
import { CATALOG, openShop, type Shop } from '../shop.js';

const DAY = 24 * 60 * 60_000;

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  // After the bundle, its workbook.
  shop.sell(
    CATALOG.replace(
      'funnels:',
      `  workbook:
    type: cross_sell
    action: { kind: charge, product_id: prod_course_workbook, quantity: 1 }
    window: 30m
    copy: { headline: "{product}", accept: "Pay {dueNow}", decline: "No" }
funnels:`,
    ),
  );
});
afterAll(() => shop.close());

/** How a step leads to the next: what was paid is written with it. */
const NEXT: Record<string, (attempt: OpenAttempt, previous: Closing) => Promise<unknown>> = {
  'the end of the run': ({ input }, presentation) =>
    settleActivities(shop.context).settle({
      purchaseId: input.purchaseId,
      outcome: 'converted',
      at: shop.now().toISOString(),
      presentation,
    }),
  'a wait for the next step': ({ input }, previous) =>
    waitActivities(shop.context).startWait({
      purchaseId: input.purchaseId,
      funnelId: 'starter',
      step: 'workbook',
      until: new Date(shop.now().getTime() + DAY).toISOString(),
      previous,
    }),
  'the next step': ({ input }, previous) =>
    presentActivities(shop.context).present({
      purchaseId: input.purchaseId,
      workflowId: workflowId.purchase(input.purchaseId),
      funnelId: 'starter',
      step: 'workbook',
      offer: {
        id: 'workbook',
        type: 'cross_sell',
        action: { kind: 'charge', productId: 'prod_course_workbook', quantity: 1 },
        windowMs: DAY,
        ifNoPaymentMethod: 'skip',
        ifOwned: 'skip',
        afterDecline: 'never',
      },
      customerId: input.customerId,
      currency: 'USD',
      previous,
    }),
};

it.each(Object.keys(NEXT))('an attempt is paid, and its payment counts, before %s', async (what) => {
  const attempt = await openAttempt(shop);
  const { attemptId, presentationId, price } = attempt.input;
  const { payment_id: paymentId } = await attempt.pay();
  // Less than was accepted, as after a price that had fallen.
  const amount = price.dueNow - 100;
  const paidAt = shop.now().toISOString();
  await NEXT[what]?.(attempt, {
    presentationId,
    patch: { status: 'paid', decision: 'accepted', decidedAt: paidAt, paymentId, paidAmount: amount, paidAt },
    timeline: [{ at: paidAt, type: 'paid', detail: { presentationId, paymentId } }],
    paid: { attemptId, paymentId, amount, currency: 'USD' },
  });
  const { ledger } = shop.context;
  expect(await ledger.attempt(attemptId)).toMatchObject({ status: 'paid', paymentId, paidAmount: amount });
  expect(await ledger.payment(paymentId)).toMatchObject({ verdict: 'counts', presentationId, amount });
  expect(await ledger.presentation(presentationId)).toMatchObject({ status: 'paid', paidAmount: amount });
  const { timeline } = await shop.purchase(attempt.input.purchaseId);
  expect(timeline.map(({ type }) => type)).toContain('paid');
});
