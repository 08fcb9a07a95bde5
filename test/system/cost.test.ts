import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { costOf } from '../support/billed-actions.js';
import { eventually } from '../support/eventually.js';
import { testStack, type TestStack } from '../support/stack.js';
import { buy, openOffer, settled } from '../support/purchases.js';
import { testClient } from '../support/temporal.js';

/** Returns the example catalog with one offer whose window ends while a test waits. */
async function impatientCatalog(): Promise<string> {
  const text = await readFile('offers.yaml', 'utf8');
  return text.replace(/(\n {2}team-license:[^]*?window:) 30m/, '$1 10s');
}

let stack: TestStack;
beforeAll(async () => {
  // As in production: webhooks come before the first poll.
  stack = await testStack({ POLL_INTERVAL: '10s', RECONCILE_WINDOW: '20m' }, await impatientCatalog());
});
afterAll(() => stack.stop());

async function costOfRun(...workflowIds: string[]) {
  const { client } = await testClient();
  const costs = await Promise.all(workflowIds.map((id) => costOf(client, id)));
  return costs.reduce((sum, one) => ({
    actions: sum.actions + one.actions,
    events: sum.events + one.events,
    bytes: sum.bytes + one.bytes,
  }));
}

describe('what a run costs at Temporal', () => {
  it('is nothing for a purchase that matches no funnel: no workflow is started', async () => {
    const bought = await buy(stack, 'prod_setup_session');
    await eventually('the webhook delivered', async () =>
      stack.sandbox.books
        .deliveries()
        .find(({ type, status }) => type === 'payment.succeeded' && status === 'delivered'),
    );
    const { client } = await testClient();
    await expect(client.workflow.getHandle(`purchase/${bought.payment_id}`).describe()).rejects.toThrow(
      /not found/i,
    );
  });

  it('is at most 11 actions and 12 KB of history for a one-click charge that is accepted', async () => {
    const bought = await buy(stack, 'prod_starter_course');
    await openOffer(stack, bought.customer_id);
    await stack.http.post(`/api/upsell/${bought.customer_id}/accept`);
    expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'converted' });
    const cost = await costOfRun(`purchase/${bought.payment_id}`);
    // One of them marks that its payment was judged.
    expect(cost.actions).toBeLessThanOrEqual(11);
    expect(cost.bytes).toBeLessThanOrEqual(12 * 1024);
  });

  it('is at most 14 actions for a plan change that is accepted, its child included', async () => {
    const bought = await buy(stack, 'prod_basic_plan');
    await openOffer(stack, bought.customer_id);
    await stack.http.post(`/api/upsell/${bought.customer_id}/accept`);
    expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'converted' });
    const cost = await costOfRun(`purchase/${bought.payment_id}`, `plan-change/${bought.subscription_id}`);
    // Two of them mark which version of the code has decided.
    expect(cost.actions).toBeLessThanOrEqual(14);
  });

  it('is at most 9 actions for an offer and its downsell both declined', async () => {
    const bought = await buy(stack, 'prod_starter_course');
    await openOffer(stack, bought.customer_id);
    await stack.http.post(`/api/upsell/${bought.customer_id}/decline`);
    await stack.http.post(`/api/upsell/${bought.customer_id}/decline`);
    expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'declined' });
    expect((await costOfRun(`purchase/${bought.payment_id}`)).actions).toBeLessThanOrEqual(9);
  });

  it('is at most 5 actions for an offer that expires', async () => {
    const bought = await buy(stack, 'prod_single_license');
    await openOffer(stack, bought.customer_id);
    expect(await settled(stack, bought.payment_id)).toMatchObject({ outcome: 'expired' });
    expect((await costOfRun(`purchase/${bought.payment_id}`)).actions).toBeLessThanOrEqual(5);
  });
});
