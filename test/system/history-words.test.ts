/** What the histories of runs hold of an offer's words. */
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { jsonClient } from '../../sandbox/demo/http.js';
import { eventually } from '../support/eventually.js';
import { buy, CARD, openOffer, settled } from '../support/purchases.js';
import { testStack, type TestStack } from '../support/stack.js';
import { testClient } from '../support/temporal.js';

/** Every word begins with the tag. */
const catalog = (tag: string) => `
version: 1
offers:
  pro:
    type: upsell
    action: { kind: change_plan, product_id: prod_pro_plan }
    copy: &words
      headline: "${tag} headline"
      body: "${tag} body {recurring}"
      accept: "${tag} accept {dueNow}"
      decline: "${tag} decline"
      locales: { de: { headline: "${tag} Titel", accept: "${tag} ja", decline: "${tag} nein" } }
  license:
    type: cross_sell
    action: { kind: charge, product_id: prod_team_license }
    copy: *words
  workbook:
    type: cross_sell
    action: { kind: charge, product_id: prod_course_workbook }
    copy: *words
funnels:
  basic:
    trigger: purchase
    when: { product_id: prod_basic_plan }
    steps:
      - { id: license, offer: license, on: { accept: pro } }
      - { id: pro, offer: pro, on: { accept: workbook } }
      - { id: workbook, offer: workbook }
`;

let stack: TestStack;
beforeAll(async () => {
  stack = await testStack({}, catalog('FIRST'));
});
afterAll(async () => {
  await stack.stop();
});

/** Returns a run's history with its payloads as text. */
async function historyOf(workflowId: string): Promise<string> {
  const { client } = await testClient();
  const history = await client.workflow.getHandle(workflowId).fetchHistory();
  return JSON.stringify(history).replace(/"data":"([^"]*)"/g, (_, data: string) =>
    Buffer.from(data, 'base64').toString('utf8'),
  );
}

it('no history holds the words of an offer: charged, refused and handed to the checkout, or a changed plan', async () => {
  const { customer_id, payment_id, subscription_id } = await buy(stack, 'prod_basic_plan');
  const accept = (id: string) => stack.http.post(`/api/presentations/${id}/accept`);
  const shown = (offerId: string) =>
    eventually(offerId, async () => {
      const offer = await openOffer(stack, customer_id);
      return offer.offerId === offerId && offer;
    });
  const license = await shown('license');
  expect(license.copy.headline).toBe('FIRST headline');

  await writeFile(stack.catalogPath, catalog('SECOND'));
  const operator = jsonClient(stack.url, stack.operatorKey);
  await eventually('another catalog in force', async () => {
    const { body } = await operator.get<{ content: { offers: { pro: { copy: { headline: string } } } } }>(
      '/api/catalog',
    );
    return body.content.offers.pro.copy.headline === 'SECOND headline';
  });

  expect(await accept(license.id)).toMatchObject({ status: 200 });
  const pro = await shown('pro');
  expect(pro.copy).toMatchObject({ headline: 'FIRST headline', accept: 'FIRST accept $50.00' });
  expect(await accept(pro.id)).toMatchObject({ status: 200 });
  const workbook = await shown('workbook');
  await stack.sandbox.control.nextCharges(customer_id, {
    status: 'failed',
    error_code: 'INSUFFICIENT_FUNDS',
  });
  const refused = await stack.http.post<{ checkoutUrl: string }>(`/api/presentations/${workbook.id}/accept`);
  expect(refused.status).toBe(402);
  const session = new URL(refused.body.checkoutUrl).pathname.split('/').at(-1) ?? '';
  await stack.sandbox.control.payCheckout(session, { card: { number: CARD.works } });
  await settled(stack, payment_id);

  const run = await historyOf(`purchase/${payment_id}`);
  const change = await historyOf(`plan-change/${subscription_id}`);
  // Product ids are found in the same places, so words would be.
  for (const id of ['prod_team_license', 'prod_course_workbook']) expect(run.includes(id)).toBe(true);
  expect(change.includes('prod_pro_plan')).toBe(true);
  for (const history of [run, change])
    expect(history.match(/FIRST|SECOND|headline|locales/)?.[0]).toBeUndefined();
});
