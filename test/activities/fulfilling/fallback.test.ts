import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ActivityContext } from '../../../activities/context.js';
import { fallbackActivities, type FallbackInput } from '../../../activities/fulfilling/fallback.js';
import { attemptId, workflowId } from '../../../src/domain/ids.js';
import { openAttempt } from '../attempts.js';
import { openShop, type Shop } from '../shop.js';

const MINUTE = 60_000;
/** Above this, the change is paid on a page of Dodo's. Minor units. */
const ONE_CLICK = 1000;

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  await shop.sandbox.control.setPolicy({ planChangeViaPaymentLink: true });
});
beforeEach(() => shop.sandbox.control.clearFaults());
afterAll(() => shop.close());

/** The fallback of a plan change that is too expensive for one click. */
async function tooExpensive(): Promise<FallbackInput> {
  const { payment_id, customer_id, subscription_id } = await shop.buy('prod_basic_plan');
  const evaluation = await shop.evaluate(payment_id);
  if (evaluation.kind !== 'presented') throw new Error(`No offer: ${JSON.stringify(evaluation)}.`);
  const { presented, snapshot } = evaluation;
  const offer = snapshot.offers.pro;
  if (offer?.action.kind !== 'change_plan') throw new Error('A plan change was expected.');
  const subscriptionId = subscription_id ?? '';
  const at = shop.now();
  return {
    attemptId: attemptId(workflowId.planChange(subscriptionId), presented.presentationId, 1),
    presentationId: presented.presentationId,
    purchaseId: payment_id,
    paymentId: payment_id,
    customerId: customer_id,
    subscriptionId,
    quantity: presented.quantity,
    oneClickLimit: ONE_CLICK,
    offer: { ...offer, action: offer.action },
    price: { currency: presented.currency, dueNow: presented.dueNow, hash: presented.priceHash },
    acceptedAt: at.toISOString(),
    sendBefore: at.getTime() + 15 * MINUTE,
    runStartedAt: at.toISOString(),
    failed: {},
    asked: true,
  };
}

const later = ({ customerId, paymentId }: FallbackInput) =>
  shop.sandbox.books.payments({ customerId }).filter(({ payment_id }) => payment_id !== paymentId);

/** Opens it again, as Temporal does when the first try has not answered. */
async function opensItsOwn(input: FallbackInput): Promise<void> {
  const opened = await fallbackActivities(shop.context).openFallback(input);
  const [link, ...more] = later(input);
  expect(more).toEqual([]);
  expect(opened).toEqual({ kind: 'payment_link', paymentId: link?.payment_id });
  expect(await shop.context.ledger.presentation(input.presentationId)).toMatchObject({
    status: 'requires_action',
    checkoutUrl: expect.stringContaining(link?.payment_id ?? '') as string,
  });
  // The plan was not sold a second time beside the subscription.
  expect(shop.sandbox.books.requests({ method: 'POST', path: '/checkouts' })).toEqual([]);
}

describe('a payment link for a plan change that an activity opened but could not record', () => {
  it('is handed over by the next try when Dodo’s answer was lost', async () => {
    const input = await tooExpensive();
    const path = `/subscriptions/${input.subscriptionId}/change-plan`;
    shop.sandbox.control.addFault({
      match: { method: 'POST', path: `^${path}$` },
      kind: 'drop_after',
      times: 1,
    });
    await expect(fallbackActivities(shop.context).openFallback(input)).rejects.toThrow();
    await opensItsOwn(input);
  });

  it('is handed over by the next try when the worker died before recording it', async () => {
    const input = await tooExpensive();
    const dies: ActivityContext = {
      ...shop.context,
      ledger: { ...shop.context.ledger, updateAttempt: () => Promise.reject(new Error('killed')) },
    };
    await expect(fallbackActivities(dies).openFallback(input)).rejects.toThrow('killed');
    await opensItsOwn(input);
  });

  it('is not confused with a pending change made by somebody else, which is left alone', async () => {
    const input = await tooExpensive();
    await shop.context.dodo.subscriptions.changePlan(input.subscriptionId ?? '', {
      product_id: 'prod_pro_lite',
      quantity: 1,
      proration_billing_mode: 'difference_immediately',
      on_payment_failure: 'prevent_change',
      collect_via_payment_link: true,
    });
    expect(await fallbackActivities(shop.context).openFallback(input)).toEqual({ kind: 'none' });
    const shown = await shop.context.ledger.presentation(input.presentationId);
    expect(shown).toMatchObject({ status: 'failed' });
    expect(shown?.message).toMatch(/already under way/);
  });
});

describe('the attempts before a fallback', () => {
  const opens = async (status: 'submitted' | 'requires_action', failed: FallbackInput['failed']) => {
    const attempt = await openAttempt(shop, { status });
    const { input } = attempt;
    await fallbackActivities(shop.context).openFallback({
      ...input,
      attemptId: input.attemptId.replace(/:1$/, ':2'),
      failed,
      asked: false,
    });
    return shop.context.ledger.attempt(input.attemptId);
  };

  it('have failed in the ledger too: whoever settles the offer without its run finds no money in doubt', async () => {
    const failed = { errorCode: 'INSUFFICIENT_FUNDS' };
    expect(await opens('submitted', failed)).toMatchObject({ status: 'failed', ...failed });
    expect(await opens('requires_action', {})).toMatchObject({ status: 'failed' });
  });

  it('are left as they are while the bank may still confirm them, and when nothing was sent', async () => {
    const failed = { errorCode: 'AUTHENTICATION_TIMEOUT' };
    expect(await opens('requires_action', failed)).toMatchObject({ status: 'requires_action' });
    expect(await opens('submitted', { unreachable: true })).toMatchObject({ status: 'submitted' });
  });
});

describe('an acceptance that is paid at the checkout from the start', () => {
  it('is recorded with its consents, once', async () => {
    const input = { ...(await tooExpensive()), consents: ['terms', 'no-withdrawal'] };
    await fallbackActivities(shop.context).openFallback(input);
    await fallbackActivities(shop.context).openFallback(input);
    const { timeline } = await shop.purchase(input.purchaseId);
    expect(timeline.filter(({ type }) => type === 'accepted')).toMatchObject([
      { at: input.acceptedAt, detail: { consents: 'terms, no-withdrawal' } },
    ]);
  });
});
