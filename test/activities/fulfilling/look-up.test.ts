import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lookUpActivities } from '../../../activities/fulfilling/look-up.js';
import { metadataOf, openAttempt, type OpenAttempt } from '../attempts.js';
import { openShop, type Shop } from '../shop.js';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const lookUp = ({ input }: OpenAttempt, paymentId?: string) =>
  lookUpActivities(shop.context).lookUpPayment({
    attemptId: input.attemptId,
    presentationId: input.presentationId,
    customerId: input.customerId,
    since: input.acceptedAt,
    paymentId,
  });

describe('looking for the payment of an attempt', () => {
  it('finds the one that bears its proof, and records it', async () => {
    const attempt = await openAttempt(shop);
    const { payment_id } = await attempt.pay();
    expect(await lookUp(attempt)).toMatchObject({
      kind: 'payment',
      dueNow: attempt.input.price.dueNow,
      payment: {
        paymentId: payment_id,
        status: 'succeeded',
        proven: true,
        attemptId: attempt.input.attemptId,
        productIds: ['prod_complete_bundle'],
      },
    });
    expect(await shop.context.ledger.payment(payment_id)).toMatchObject({
      attemptId: attempt.input.attemptId,
      presentationId: attempt.input.presentationId,
      proven: true,
      status: 'succeeded',
      verdict: 'undecided',
      source: 'look_up',
    });
  });

  it('finds it in a row that leaves its customer out', async () => {
    const attempt = await openAttempt(shop);
    const { payment_id } = await attempt.pay();
    shop.sandbox.control.overrideRows({ kind: 'payment', id: payment_id, fields: { customer: null } });
    expect(await lookUp(attempt)).toMatchObject({ kind: 'payment', payment: { paymentId: payment_id } });
    shop.sandbox.control.clearFaults();
  });

  it('finds nothing in a purchase whose metadata only names the attempt', async () => {
    const attempt = await openAttempt(shop);
    const { payment_id } = await attempt.pay({
      metadata: { upsell_attempt_id: attempt.input.attemptId },
    });
    expect(await lookUp(attempt)).toEqual({ kind: 'absent' });
    expect(await shop.context.ledger.payment(payment_id)).toBeUndefined();
  });

  it('finds nothing in a purchase whose proof was made for another customer', async () => {
    const [attempt, other] = [await openAttempt(shop), await openAttempt(shop)];
    await attempt.pay({
      metadata: metadataOf(shop, {
        ...attempt.input,
        customerId: other.input.customerId,
      }),
    });
    expect(await lookUp(attempt)).toEqual({ kind: 'absent' });
  });

  it('takes what names an attempt from before there were proofs, and says nothing of a proof', async () => {
    const attempt = await openAttempt(shop, { proof: false });
    const { payment_id } = await attempt.pay({ metadata: { upsell_attempt_id: attempt.input.attemptId } });
    const found = await lookUp(attempt);
    expect(found).toMatchObject({ kind: 'payment', payment: { paymentId: payment_id } });
    expect(found).not.toHaveProperty('payment.proven');
  });

  it('takes the payment that Dodo’s reply named, whatever its metadata says', async () => {
    const attempt = await openAttempt(shop);
    const { payment_id } = await attempt.pay({ metadata: {} });
    expect(await lookUp(attempt, payment_id)).toMatchObject({
      kind: 'payment',
      payment: { paymentId: payment_id, proven: true, attemptId: attempt.input.attemptId },
    });
  });
});

describe('looking for a plan change', () => {
  async function paidChange() {
    const attempt = await openAttempt(shop, { kind: 'change_plan' });
    const { customer_id } = attempt.bought;
    const { subscription_id } = await shop.buy('prod_basic_plan', { customer_id });
    const { attemptId, presentationId, acceptedAt: since } = attempt.input;
    const subscriptionId = subscription_id ?? '';
    const look = (dueNow = attempt.input.price.dueNow) =>
      lookUpActivities(shop.context).lookUpPlanChange({
        ...{ attemptId, presentationId, customerId: customer_id, since, dueNow },
        ...{ subscriptionId, productId: 'prod_pro_plan', quantity: 1 },
      });
    const change = () =>
      shop.context.dodo.subscriptions.changePlan(subscriptionId, {
        product_id: 'prod_pro_plan',
        quantity: 1,
        proration_billing_mode: 'do_not_bill',
      });
    return { attempt, look, change };
  }

  it('is not done while it is paid and the plan is still the old one', async () => {
    const { attempt, look, change } = await paidChange();
    const { payment_id: paymentId } = await attempt.pay();
    expect(await look()).toMatchObject({ kind: 'payment', payment: { paymentId, status: 'processing' } });
    await change();
    expect(await look()).toMatchObject({
      kind: 'done',
      payment: { paymentId, status: 'succeeded' },
      // What was asked for, in case the reply that would have told was lost.
      dueNow: attempt.input.price.dueNow,
    });
  });

  it.each([
    ['less, as proration by the clock may come to', -1, 'processing'],
    ['more than was accepted', 1, 'succeeded'],
  ] as const)('tells of a payment before the plan is changed where it is %s: %i', async (_, more, status) => {
    const { attempt, look } = await paidChange();
    const amount = attempt.input.price.dueNow + more;
    await shop.sandbox.control.nextCharges(attempt.bought.customer_id, { amount });
    const { payment_id: paymentId } = await attempt.pay();
    expect(await look()).toMatchObject({ kind: 'payment', payment: { paymentId, amount, status } });
  });

  it('is absent while nothing was paid or changed, whether something is due or not', async () => {
    const { look } = await paidChange();
    expect(await look()).toEqual({ kind: 'absent' });
    expect(await look(0)).toEqual({ kind: 'absent' });
  });

  it('is done when the plan is changed and no payment of ours is found: credit may have covered it', async () => {
    const { look, change } = await paidChange();
    await change();
    expect(await look()).toEqual({ kind: 'done', payment: undefined });
  });

  it('is not done while its payment is under way, although the plan shows it; with nothing due it is', async () => {
    const { attempt, look, change } = await paidChange();
    await shop.sandbox.control.nextCharges(attempt.bought.customer_id, { status: 'processing' });
    await attempt.pay();
    await change();
    expect(await look()).toMatchObject({ kind: 'payment', payment: { status: 'processing' } });
    expect(await look(0)).toMatchObject({ kind: 'done' });
  });
});
