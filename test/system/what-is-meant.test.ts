import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runState } from '../../src/contract/messages.js';
import { workflowId } from '../../src/domain/ids.js';
import type { Registration } from '../../src/http/registration.js';
import { eventually } from '../support/eventually.js';
import { buy, openOffer, payLink, settled, type PurchaseReply } from '../support/purchases.js';
import { testStack, type TestStack } from '../support/stack.js';
import { testClient } from '../support/temporal.js';
import { accountOf, expectAccount } from './account.js';
import { accept } from './customer-actions.js';

const COPY = 'copy: { headline: "{product}", accept: "Yes {dueNow}", decline: "No" }';
const CATALOG = `
version: 1
offers:
  bundle: { type: upsell, action: { kind: charge, product_id: prod_complete_bundle }, window: 10s, ${COPY} }
  workbook: { type: downsell, action: { kind: charge, product_id: prod_course_workbook }, window: 5m, ${COPY} }
  session: { type: cross_sell, action: { kind: charge, product_id: prod_setup_session }, window: 5m, ${COPY} }
funnels:
  starter:
    trigger: purchase
    when: { product_id: [prod_starter_course] }
    steps: [{ id: bundle, offer: bundle, on: { expire: workbook } }, { id: workbook, offer: workbook }]
  license:
    trigger: purchase
    when: { product_id: [prod_single_license] }
    steps: [{ id: workbook, offer: workbook }]
  milestone:
    trigger: usage_milestone
    steps: [{ id: session, offer: session }]
`;

let stack: TestStack;
beforeAll(async () => {
  stack = await testStack({}, CATALOG);
});
afterAll(() => stack.stop());

const purchase = async (id: string) => (await stack.http.get<PurchaseReply>(`/api/purchases/${id}`)).body;

/** Waits until a run shows this offer, without the API handing it out. */
async function shows(run: string, offerId: string): Promise<string> {
  const { client } = await testClient();
  return eventually(
    `${run} shows ${offerId}`,
    async () => {
      const state = await client.workflow.getHandle(run).query(runState);
      return state.offerId === offerId && state.status === 'open' && state.presentationId;
    },
    60_000,
  );
}

describe('an acceptance that names nothing', () => {
  it('never buys the offer that has taken the place of the one on the page', async () => {
    const bought = await buy(stack, 'prod_starter_course');
    const onThePage = await openOffer(stack, bought.customer_id);
    expect(onThePage.offerId).toBe('bundle');
    const next = await shows(workflowId.purchase(bought.payment_id), 'workbook');

    const refused = await accept(stack, bought);
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'offer_changed', presentation: { id: next, offerId: 'workbook', status: 'open' } },
    });
    expect(await accountOf(stack, bought)).toMatchObject({ posts: 0, charges: [] });

    expect(await accept(stack, bought, { presentationId: next })).toMatchObject({ status: 200 });
    expect(await accept(stack, bought)).toMatchObject({ status: 200, body: { presentation: { id: next } } });
    await settled(stack, bought.payment_id);
    const price = refused.body.presentation?.price.dueNow ?? 0;
    await expectAccount(stack, bought, { posts: 1, charges: [price] });
  });
});

describe('a trigger', () => {
  it('whose eventId is that of a purchase is told apart from it everywhere', async () => {
    const bought = await buy(stack, 'prod_single_license');
    await openOffer(stack, bought.customer_id);
    await stack.http.post(`/api/upsell/${bought.customer_id}/decline`);
    const first = await settled(stack, bought.payment_id);
    expect(first).toMatchObject({ outcome: 'declined' });

    const eventId = bought.payment_id;
    const trigger = { eventId, type: 'usage_milestone', customerId: bought.customer_id };
    expect(await stack.http.post('/api/triggers', trigger)).toMatchObject({
      status: 202,
      body: { runId: `trigger/${eventId}` },
    });
    const shown = await openOffer(stack, bought.customer_id);
    expect(shown).toMatchObject({ offerId: 'session', purchaseId: eventId });
    expect(await accept(stack, bought)).toMatchObject({ status: 200, body: { success: true } });

    const ledgerId = `trigger/${eventId}`;
    await eventually(
      'the trigger settled',
      async () => (await stack.ledger.purchase(ledgerId))?.outcome === 'converted',
    );
    expect((await stack.ledger.purchase(ledgerId))?.presentations).toMatchObject([
      { id: shown.id, status: 'paid' },
    ]);
    const after = await purchase(bought.payment_id);
    expect(after).toMatchObject({ outcome: 'declined', timeline: first.timeline });
    expect(after.presentations).toHaveLength(1);
    expect(await accountOf(stack, bought)).toMatchObject({ posts: 1, charges: [shown.price.dueNow] });
  });

  it('is shown by its eventId', async () => {
    const bought = await buy(stack, 'prod_course_workbook');
    const eventId = crypto.randomUUID();
    await stack.http.post('/api/triggers', {
      eventId,
      type: 'usage_milestone',
      customerId: bought.customer_id,
    });
    await openOffer(stack, bought.customer_id);
    expect(await purchase(eventId)).toMatchObject({
      purchaseId: eventId,
      presentations: [{ offerId: 'session', purchaseId: eventId }],
    });
  });
});

describe('a registered purchase', () => {
  const register = async () =>
    (
      await stack.http.post<Registration>('/api/purchases', {
        productId: 'prod_single_license',
        customer: { email: `${crypto.randomUUID()}@example.com` },
        metadata: { purchase_id: 'spring-sale' },
      })
    ).body;

  it("of each customer has a run of its own, whatever the merchant's own metadata says", async () => {
    for (let customer = 0; customer < 2; customer += 1) {
      const { purchaseId, checkoutUrl } = await register();
      const { customer_id } = await payLink(stack.sandbox, checkoutUrl);
      expect(await openOffer(stack, customer_id)).toMatchObject({ offerId: 'workbook', purchaseId });
    }
    for (let customer = 0; customer < 2; customer += 1) {
      const bought = await buy(stack, 'prod_single_license', { metadata: { purchase_id: 'spring-sale' } });
      expect(await openOffer(stack, bought.customer_id)).toMatchObject({ purchaseId: bought.payment_id });
    }
  });

  it('that is paid when its run is gone has its offer all the same', async () => {
    const { client } = await testClient();
    const { purchaseId, checkoutUrl } = await register();
    await client.workflow.getHandle(workflowId.purchase(purchaseId)).terminate('the test ends it');
    const paid = await payLink(stack.sandbox, checkoutUrl);
    expect(await openOffer(stack, paid.customer_id)).toMatchObject({ offerId: 'workbook', purchaseId });
    expect((await accept(stack, paid)).status).toBe(200);
    expect(await settled(stack, purchaseId)).toMatchObject({
      outcome: 'converted',
      presentations: [{ status: 'paid' }],
    });
  });
});

describe('a reading that lags', () => {
  it('is repeated by the run, until the offer can be shown', async () => {
    stack.sandbox.control.lagReads({ kind: 'payment', reads: 2 });
    const bought = await buy(stack, 'prod_single_license');
    expect(await openOffer(stack, bought.customer_id)).toMatchObject({ offerId: 'workbook' });
    stack.sandbox.control.clearFaults();
  });
});
