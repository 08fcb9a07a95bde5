import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PurchaseReply } from '../support/purchases.js';
import { eventually } from '../support/eventually.js';

import { buy, openOffer, settled, type UpsellReply } from '../support/purchases.js';
import type { PresentationView } from '../../src/http/presentation-view.js';
import { workflowId } from '../../src/domain/ids.js';
import { testClient } from '../support/temporal.js';
import { startMerchant, type Merchant } from '../support/merchant.js';
import { expectAccount, expectLive, type Bought } from './account.js';
import { accept } from './customer-actions.js';
import { restartableStack, type RestartableStack } from './restartable-stack.js';

const DAY = 24 * 60 * 60 * 1000;
const COPY = 'copy: { headline: "{product}", accept: "Yes {dueNow}", decline: "No" }';

const CATALOG = `
version: 1
offers:
  pro: { type: upsell, action: { kind: change_plan, product_id: prod_pro_plan }, ${COPY} }
  bundle: { type: cross_sell, action: { kind: charge, product_id: prod_complete_bundle }, after_decline: 1s, ${COPY} }
  workbook: { type: downsell, action: { kind: charge, product_id: prod_course_workbook }, ${COPY} }
  pause: { type: downsell, action: { kind: pause, for: 1s }, ${COPY} }
  longer: { type: downsell, action: { kind: extend_trial, by: 14d }, ${COPY} }
funnels:
  milestone:
    trigger: usage_milestone
    when: { facts.projects: { gte: 10 } }
    steps: [{ id: now, offer: bundle, on: { decline: later } }, { id: later, offer: workbook, wait: 2s }]
  limit:
    trigger: limit_approaching
    when: { facts.usage: { gte: 0.8 }, plan: [prod_basic_plan] }
    steps: [{ id: pro, offer: pro }]
  onboarded:
    trigger: onboarding_completed
    when: { facts.wait: [true] }
    steps: [{ id: bundle, offer: bundle, wait: 3s }]
  trial:
    trigger: onboarding_completed
    steps: [{ id: longer, offer: longer }]
  leaving:
    trigger: cancel_requested
    steps: [{ id: pause, offer: pause }]
  downgrading:
    trigger: downgrade_requested
    when: { facts.reason: [price] }
    steps: [{ id: save, offer: pause, on: { decline: confirm } }, { id: confirm, offer: requested_plan }]
`;

let stack: RestartableStack;
let merchant: Merchant;
beforeAll(async () => {
  merchant = await startMerchant();
  stack = await restartableStack(merchant.env, CATALOG);
});
afterAll(async () => {
  await stack.stop();
  await merchant.close();
});

type Wish = Record<string, unknown>;

async function happens(type: string, bought: Bought, wish: Wish = {}): Promise<string> {
  const eventId = crypto.randomUUID();
  const body = { eventId, type, customerId: bought.customer_id, ...wish };
  const reply = await stack.http.post('/api/triggers', body);
  expect(reply).toMatchObject({ status: 202, body: { runId: `trigger/${eventId}` } });
  return eventId;
}

const decline = (shown: PresentationView) =>
  stack.http.post<{ success: boolean; next?: PresentationView }>(`/api/presentations/${shown.id}/decline`);
const upsell = async ({ customer_id }: Bought) =>
  (await stack.http.get<UpsellReply>(`/api/upsell/${customer_id}`)).body;
const purchase = async (id: string) =>
  (
    await stack.http.get<PurchaseReply & { waiting?: { step: string; until: string } }>(
      `/api/purchases/${id}`,
    )
  ).body;
const waiting = (id: string) =>
  eventually(`${id} waits`, async () => {
    const view = await purchase(id);
    return view.status === 'waiting' && view;
  });

describe('a trigger', () => {
  it('limit_approaching offers a plan if facts and plan match, and charges it', async () => {
    const bought = await buy(stack, 'prod_basic_plan');
    const eventId = await happens('limit_approaching', bought, { facts: { usage: 0.82 } });
    expect(await openOffer(stack, bought.customer_id)).toMatchObject({
      offerId: 'pro',
      price: { dueNow: 5000 },
    });
    expect(await accept(stack, bought)).toMatchObject({ status: 200 });
    expect(await settled(stack, eventId)).toMatchObject({ outcome: 'converted' });
    await expectAccount(stack, { ...bought, purchaseId: eventId }, { charges: [5000] });
  });

  it('whose facts do not match makes no offer, and names the clause that failed', async () => {
    const bought = await buy(stack, 'prod_basic_plan');
    const eventId = await happens('limit_approaching', bought, { facts: { usage: 0.5 } });
    const { reason, considered } = await settled(stack, eventId);
    expect(reason).toBe('no_matching_funnel');
    expect(considered?.[0]?.detail).toContain('facts.usage');
  });

  it('that is sent twice is one run, and its id is refused to any other event', async () => {
    const bought = await buy(stack, 'prod_setup_session');
    const eventId = await happens('usage_milestone', bought, { facts: { projects: 10 } });
    const again = {
      eventId,
      type: 'usage_milestone',
      customerId: bought.customer_id,
      facts: { projects: 10 },
    };
    expect(await stack.http.post('/api/triggers', again)).toMatchObject({
      status: 202,
      body: { runId: `trigger/${eventId}` },
    });
    expect(await stack.http.post('/api/triggers', { ...again, type: 'cancel_requested' })).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
    expect(await openOffer(stack, bought.customer_id)).toMatchObject({ offerId: 'bundle' });
    expect((await purchase(eventId)).presentations).toHaveLength(1);
  });

  it('that names the subscription of another customer has no subscription', async () => {
    const [owner, other] = await Promise.all([buy(stack, 'prod_pro_plan'), buy(stack, 'prod_setup_session')]);
    const eventId = await happens('cancel_requested', other, { subscriptionId: owner.subscription_id });
    expect(await settled(stack, eventId)).toMatchObject({ reason: 'product_unavailable' });
    await expectLive(stack, owner, [{ status: 'active' }]);
  });

  it('of a customer with several subscriptions has to name one', async () => {
    const first = await buy(stack, 'prod_basic_plan');
    const second = await buy(stack, 'prod_pro_plan', { customer_id: first.customer_id, email: undefined });
    const unnamed = await happens('cancel_requested', first);
    expect(await settled(stack, unnamed)).toMatchObject({ reason: 'product_unavailable' });
    await happens('cancel_requested', first, { subscriptionId: second.subscription_id });
    expect(await openOffer(stack, first.customer_id)).toMatchObject({ product: { id: 'prod_pro_plan' } });
  });
});

describe('a requested plan', () => {
  it('as an upgrade shows charge, new price, difference and date, and is changed when confirmed', async () => {
    const bought = await buy(stack, 'prod_basic_plan');
    const eventId = await happens('upgrade_requested', bought, { productId: 'prod_pro_plan' });
    const shown = await openOffer(stack, bought.customer_id);
    expect(shown.price).toMatchObject({ dueNow: 5000, recurring: { amount: 7900 }, difference: 5000 });
    expect(Date.parse(shown.price.effectiveAt ?? '')).not.toBeNaN();
    expect(await accept(stack, bought)).toMatchObject({ status: 200 });
    await settled(stack, eventId);
    await expectLive(stack, bought, [{ product_id: 'prod_pro_plan' }]);
  });

  it('as a downgrade shows the credit, and needs no matching funnel', async () => {
    const bought = await buy(stack, 'prod_pro_plan');
    const eventId = await happens('downgrade_requested', bought, {
      productId: 'prod_basic_plan',
      facts: { reason: 'size' },
    });
    const shown = await openOffer(stack, bought.customer_id);
    expect(shown).toMatchObject({
      offerId: 'downgrade-requested',
      price: { dueNow: 0, credit: 5000, difference: -5000 },
    });
    expect(await accept(stack, bought)).toMatchObject({ status: 200 });
    await settled(stack, eventId);
    await expectLive(stack, bought, [{ product_id: 'prod_basic_plan' }]);
  });

  it('comes after a save offer that was declined', async () => {
    const bought = await buy(stack, 'prod_pro_plan');
    const wish = { productId: 'prod_basic_plan', facts: { reason: 'price' } };
    const eventId = await happens('downgrade_requested', bought, wish);
    const { body } = await decline(await openOffer(stack, bought.customer_id));
    expect(body.next).toMatchObject({
      offerId: 'requested_plan',
      product: { id: 'prod_basic_plan' },
      price: { credit: 5000 },
    });
    expect(await accept(stack, bought)).toMatchObject({ status: 200 });
    expect(await settled(stack, eventId)).toMatchObject({ outcome: 'converted' });
    await expectLive(stack, bought, [{ product_id: 'prod_basic_plan' }]);
  });

  it('is offered directly if the save offer before it is not possible', async () => {
    const bought = await buy(stack, 'prod_pro_plan');
    // Already paused once through this offer.
    const first = await happens('cancel_requested', bought);
    await openOffer(stack, bought.customer_id);
    expect(await accept(stack, bought)).toMatchObject({ status: 200 });
    await settled(stack, first);
    await eventually('the pause is over', async () => (await live(bought))[0]?.status === 'active');
    await happens('downgrade_requested', bought, {
      productId: 'prod_basic_plan',
      facts: { reason: 'price' },
    });
    expect(await openOffer(stack, bought.customer_id)).toMatchObject({ offerId: 'downgrade-requested' });
  });

  it('without a product ends the run after the save offer, and says why', async () => {
    const bought = await buy(stack, 'prod_pro_plan');
    const eventId = await happens('downgrade_requested', bought, { facts: { reason: 'price' } });
    const { body } = await decline(await openOffer(stack, bought.customer_id));
    expect(body).toEqual({ success: true });
    const { outcome, timeline } = await settled(stack, eventId);
    expect(outcome).toBe('declined');
    expect(timeline.find(({ type }) => type === 'step_skipped')?.detail).toEqual({
      step: 'confirm',
      reason: 'product_unavailable',
      detail: 'the trigger names no productId',
    });
  });
});

const live = async ({ customer_id }: Bought) =>
  stack.sandbox.books.subscriptions({ customerId: customer_id });

describe('a save offer', () => {
  it('pauses at no charge, notifies the merchant once, and resumes in time', async () => {
    const bought = await buy(stack, 'prod_basic_plan');
    const eventId = await happens('cancel_requested', bought);
    const shown = await openOffer(stack, bought.customer_id);
    expect(shown).toMatchObject({ offerId: 'pause', price: { dueNow: 0 }, payment: { mode: 'one_click' } });
    expect(await accept(stack, bought)).toMatchObject({ status: 200, body: { success: true } });
    const { outcome, timeline } = await settled(stack, eventId);
    expect(outcome).toBe('converted');
    expect(timeline.map(({ type }) => type)).toContain('subscription_paused');
    const told = await merchant.toldUntil(eventId, 'offer.fulfilled');
    expect(told.filter(({ type }) => type === 'offer.fulfilled')).toHaveLength(1);
    await expectAccount(stack, { ...bought, purchaseId: eventId }, { posts: 0, charges: [], revenue: 0 });
    await eventually('the pause is over', async () => (await live(bought))[0]?.status === 'active');
  });

  it('extends a trial by the time shown', async () => {
    const bought = await buy(stack, 'prod_basic_plan', { subscription_data: { trial_period_days: 7 } });
    const [before] = await live(bought);
    const eventId = await happens('onboarding_completed', bought);
    const shown = await openOffer(stack, bought.customer_id);
    const expected = Date.parse(before?.next_billing_date ?? '') + 14 * DAY;
    expect(Date.parse(shown.price.nextBillingAt ?? '')).toBe(expected);
    expect(await accept(stack, bought)).toMatchObject({ status: 200 });
    await settled(stack, eventId);
    expect(Date.parse((await live(bought))[0]?.next_billing_date ?? '')).toBe(expected);
  });
});

describe('a step that waits', () => {
  it('is visible in the API and in Temporal, makes no offer meanwhile, and comes in its time', async () => {
    const bought = await buy(stack, 'prod_setup_session');
    const eventId = await happens('onboarding_completed', bought, { facts: { wait: true } });
    const view = await waiting(eventId);
    expect(view.waiting?.step).toBe('bundle');
    expect(view.timeline).toMatchObject([{ type: 'waiting', detail: view.waiting }]);
    expect(await upsell(bought)).toMatchObject({ eligible: false, retry: true });
    expect(await accept(stack, bought)).toMatchObject({ status: 404, body: { code: 'no_open_offer' } });

    await stack.stopWorker();
    await stack.startWorker();
    const shown = await openOffer(stack, bought.customer_id);
    expect(shown.serverTime >= (view.waiting?.until ?? '')).toBe(true);
    // The address of the customer's last payment is used, so the charge goes through.
    expect(await accept(stack, bought)).toMatchObject({ status: 200 });
    expect(await settled(stack, eventId)).toMatchObject({ outcome: 'converted' });
  });

  it('after a decline does not delay its answer, which names no next offer', async () => {
    const bought = await buy(stack, 'prod_setup_session');
    const eventId = await happens('usage_milestone', bought, { facts: { projects: 12 } });
    const { status, body } = await decline(await openOffer(stack, bought.customer_id));
    expect({ status, body }).toEqual({ status: 200, body: { success: true } });
    expect(await purchase(eventId)).toMatchObject({
      status: 'waiting',
      presentations: [{ status: 'declined' }],
    });
    expect((await openOffer(stack, bought.customer_id)).offerId).toBe('workbook');
  });

  it('gives way to another offer that is open in its time', async () => {
    const bought = await buy(stack, 'prod_basic_plan');
    const eventId = await happens('onboarding_completed', bought, { facts: { wait: true } });
    await waiting(eventId);
    await happens('limit_approaching', bought, { facts: { usage: 0.9 } });
    expect(await openOffer(stack, bought.customer_id)).toMatchObject({ offerId: 'pro' });
    const { reason, considered } = await settled(stack, eventId);
    expect(reason).toBe('offer_already_open');
    expect(considered).toContainEqual(
      expect.objectContaining({ funnelId: 'onboarded', reason: 'offer_already_open' }),
    );
  });

  it('ends at once when its run is cancelled', async () => {
    const bought = await buy(stack, 'prod_setup_session');
    const eventId = await happens('onboarding_completed', bought, { facts: { wait: true } });
    await waiting(eventId);
    const { client } = await testClient();
    await client.workflow.getHandle(workflowId.trigger(eventId)).cancel();
    expect(await settled(stack, eventId)).toMatchObject({ outcome: 'withdrawn', presentations: [] });
  });
});
