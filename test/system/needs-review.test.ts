import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { jsonClient } from '../../sandbox/demo/http.js';
import { testStack, type TestStack } from '../support/stack.js';
import { buyWithOffer, payLink, settled, type PurchaseReply } from '../support/purchases.js';
import { testClient } from '../support/temporal.js';
import { expectAccount, expectOneLivePlan, laterPayments, moneyRequests } from './account.js';
import { accept, presentationIs } from './customer-actions.js';
import { OFFER_KINDS, type OfferKind } from './offer-kinds.js';

let stack: TestStack;
beforeAll(async () => {
  stack = await testStack({ POLL_INTERVAL: '3s', RECONCILE_WINDOW: '3s' });
});
afterAll(() => stack.stop());

const offered = async (offer: OfferKind) => ({ ...(await buyWithOffer(stack, offer.productId)), offer });
type Offered = Awaited<ReturnType<typeof offered>>;

describe('an attempt that cannot be proven either way', () => {
  const asOperator = (presentationId: string, body: Record<string, unknown>) =>
    jsonClient(stack.url, stack.operatorKey).post(`/api/presentations/${presentationId}/resolve`, body);

  let happened: Offered[];
  let neverHappened: Offered[];
  let provenAfterAll: Offered[];
  beforeAll(async () => {
    const three = () => Promise.all(OFFER_KINDS.map(offered));
    [happened, neverHappened, provenAfterAll] = await Promise.all([three(), three(), three()]);
    const all = [...happened, ...neverHappened, ...provenAfterAll];
    const { control } = stack.sandbox;
    await control.setWebhookPolicy({ drop: 'all' });
    const replies = all.map((bought) => {
      const kind = neverHappened.includes(bought) ? 'drop_before' : 'drop_after';
      control.addFault({ match: bought.offer.request(bought), kind });
      return accept(stack, bought);
    });
    await eventually('all sent', async () =>
      all.every((bought) => moneyRequests(stack, bought).length === 1),
    );
    // Before the first look-up.
    const unreadable = { match: { method: 'GET', path: '^/payments$' }, kind: 'status_before' } as const;
    control.addFault({ ...unreadable, status: 500, times: 10_000 });
    for (const reply of await Promise.all(replies)) expect(reply.status).toBe(202);
    for (const { presentationId } of all) await presentationIs(stack, presentationId, 'needs_review');
    control.clearFaults();
    await control.setWebhookPolicy({ drop: [] });
  });

  it('can be found by its state, and the customer is told so', async () => {
    const { client } = await testClient();
    for (const { payment_id, customer_id, presentationId } of [...happened, ...neverHappened]) {
      await eventually('the state in the search attributes', async () => {
        const { searchAttributes } = await client.workflow.getHandle(`purchase/${payment_id}`).describe();
        const { OfferState, ReviewKind } = searchAttributes;
        return OfferState?.[0] === 'needs_review' && ReviewKind?.[0] === 'unproven_attempt';
      });
      expect(await accept(stack, { customer_id }, { presentationId })).toMatchObject({
        status: 202,
        body: { status: 'needs_review' },
      });
    }
  });

  it('can be resolved only by operators, with a reason', async () => {
    const [{ presentationId } = { presentationId: '' }] = happened;
    const asBackend = { paid: true, reason: 'I say so.' };
    expect(await stack.http.post(`/api/presentations/${presentationId}/resolve`, asBackend)).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    });
    expect(await asOperator(presentationId, { paid: true })).toMatchObject({
      status: 400,
      body: { code: 'invalid_body' },
    });
  });

  it('is converted when the operator says it was paid', async () => {
    await Promise.all(
      happened.map(async (bought) => {
        const { presentationId } = bought;
        const paymentId = laterPayments(stack, bought)[0]?.payment_id;
        const reason = 'It is in the dashboard.';
        const reply = await asOperator(presentationId, { paid: true, paymentId, reason });
        expect(reply).toMatchObject({ status: 200 });
        const purchase = await settled(stack, bought.payment_id);
        expect(purchase).toMatchObject({ outcome: 'converted' });
        const { timeline } = await eventually('the reason in the timeline', async () => {
          const view = await purchaseOf(bought);
          return view.timeline.some(({ type }) => type === 'resolved') && view;
        });
        expect(timeline).toContainEqual(
          expect.objectContaining({ type: 'resolved', detail: { presentationId, paid: true, reason } }),
        );
        await expectAccount(stack, bought, { charges: [bought.offer.amount] });
      }),
    );
  });

  it('goes to the checkout when the operator says it was not', async () => {
    await Promise.all(
      neverHappened.map(async (bought) => {
        const reason = 'Nothing is in the dashboard.';
        expect(await asOperator(bought.presentationId, { paid: false, reason })).toMatchObject({
          status: 200,
        });
        const { checkoutUrl } = await presentationIs(stack, bought.presentationId, 'fallback');
        const paid = await payLink(stack.sandbox, checkoutUrl);
        expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'recovered' });
        await expectOneLivePlan(stack, bought, bought.offer);
        await expectAccount(stack, bought, { charges: [amountOf(bought, paid.payment_id)] });
      }),
    );
  });

  it('is settled by a late proof, after which an operator can no longer resolve it', async () => {
    await Promise.all(
      provenAfterAll.map(async (bought) => {
        await redeliverLost(bought);
        expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'converted' });
        const reply = await asOperator(bought.presentationId, { paid: false, reason: 'Too late.' });
        expect(reply).toMatchObject({ status: 409, body: { code: 'not_in_review' } });
        await expectAccount(stack, bought, { charges: [bought.offer.amount] });
      }),
    );
  });

  async function redeliverLost(bought: Offered): Promise<void> {
    const about = [bought.subscription_id, ...laterPayments(stack, bought).map((one) => one.payment_id)];
    const lost = stack.sandbox.books
      .deliveries({ status: 'dropped' })
      .filter(({ subject }) => 'id' in subject && about.includes(subject.id));
    expect(lost).not.toEqual([]);
    for (const { id } of lost) await stack.sandbox.control.redeliver(id);
  }
});

async function purchaseOf({ payment_id }: Offered): Promise<PurchaseReply> {
  return (await stack.http.get<PurchaseReply>(`/api/purchases/${payment_id}`)).body;
}

function amountOf(bought: Offered, paymentId: string): number {
  return laterPayments(stack, bought).find((one) => one.payment_id === paymentId)?.total_amount ?? NaN;
}
