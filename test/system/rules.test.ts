import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testStack, type TestStack } from '../support/stack.js';
import { buy, openOffer, settled, type UpsellReply } from '../support/purchases.js';

const SECOND = 1000;
const AFTER_DECLINE = SECOND;

const offer = (id: string, line: string) => `
  ${id}:
    type: upsell
    action: { kind: charge, product_id: prod_complete_bundle }
    if_owned: allow
    after_decline: ${AFTER_DECLINE / SECOND}s
    ${line}
    copy: { headline: "{product}", accept: "Pay {dueNow}", decline: "No" }`;

/** Each product leads to one offer, and each offer to one reason. */
const funnel = (id: string, product: string, offered: string, line = '') => `
  ${id}:
    trigger: purchase
    ${line}
    when: { any: [{ product_id: ${product}, amount: { gte: 1 } }] }
    steps: [{ id: one, offer: ${offered} }]`;

const CATALOG = `version: 1
offers:${offer('resting', 'paused: true')}${offer('later', 'schedule: { from: 2099-01-01T00:00:00Z }')}${offer('once', 'cap: { times: 1 }')}${offer('rarely', 'cooldown: 30d')}
funnels:${funnel('a', 'prod_starter_course', 'resting')}${funnel('b', 'prod_team_license', 'later')}${funnel('c', 'prod_complete_bundle', 'once')}${funnel('d', 'prod_basic_plan', 'rarely')}
`;

let stack: TestStack;
beforeAll(async () => {
  stack = await testStack({}, CATALOG);
});
afterAll(async () => {
  await stack.stop();
});

async function refused(payment_id: string, customer_id: string, reason: string) {
  const purchase = await settled(stack, payment_id);
  expect(purchase).toMatchObject({ outcome: 'ineligible', reason });
  const { body } = await stack.http.get<UpsellReply>(`/api/upsell/${customer_id}`);
  expect(body).toMatchObject({ eligible: false, reason });
  return purchase.considered?.find((one) => one.reason === reason);
}

it.each([
  ['prod_starter_course', 'paused'],
  ['prod_team_license', 'outside_schedule'],
])('a purchase of %s is ineligible: %s, with the clauses that held', async (product, reason) => {
  const { payment_id, customer_id } = await buy(stack, product);
  expect(await refused(payment_id, customer_id, reason)).toMatchObject({
    clauses: [
      { clause: `product_id in ${product}`, value: [product], holds: true, path: 'any[0]' },
      { clause: 'amount gte 1', fact: 'amount', holds: true, path: 'any[0]' },
    ],
  });
});

it.each([
  ['prod_complete_bundle', 'capped'],
  ['prod_basic_plan', 'cooldown'],
])('a second purchase of %s is ineligible: %s', async (product, reason) => {
  const first = await buy(stack, product);
  await openOffer(stack, first.customer_id);
  await stack.http.post(`/api/upsell/${first.customer_id}/decline`);
  await settled(stack, first.payment_id);
  // Until then the decline itself rules out the offer, and would be the reason.
  await sleep(AFTER_DECLINE);
  const { payment_id, customer_id } = await buy(stack, product, {
    customer_id: first.customer_id,
    email: undefined,
  });
  await refused(payment_id, customer_id, reason);
});
