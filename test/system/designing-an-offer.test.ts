/** Puts each catalog of docs/designing-an-offer.md in force, and checks that it does what the page says. */
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogWarnings, parseCatalog } from '../../src/catalog/file/load.js';
import type { PresentationView } from '../../src/http/presentation-view.js';
import { eventually } from '../support/eventually.js';
import { jsonClient } from '../../sandbox/demo/http.js';
import { testStack, type TestStack } from '../support/stack.js';
import { buy, openOffer, settled } from '../support/purchases.js';

const page = await readFile(new URL('../../docs/designing-an-offer.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/^## (\d)\. .*?^```yaml\n(.*?)^```$/gms)].map(([, number, text]) => ({
  number: Number(number),
  text: text ?? '',
}));

const TENTH_HELD_OUT = 40;

let stack: TestStack;
beforeAll(async () => {
  stack = await testStack({}, examples[0]?.text);
});
afterAll(async () => {
  await stack.stop();
});

/** Puts an example in force as a merchant does, by saving the file. */
async function inForce(number: number): Promise<void> {
  const text = examples.find((example) => example.number === number)?.text ?? '';
  const { hash } = parseCatalog(text, 'offers.yaml');
  await writeFile(stack.catalogPath, text);
  const operator = jsonClient(stack.url, stack.operatorKey);
  await eventually(`example ${number} in force`, async () => {
    const { body } = await operator.get<{ hash: string }>('/api/catalog');
    return body.hash === hash;
  });
}

const accept = (id: string, body: object = {}) =>
  stack.http.post<{ success: boolean; presentation: PresentationView }>(
    `/api/presentations/${id}/accept`,
    body,
  );
const decline = (id: string) =>
  stack.http.post<{ next?: PresentationView }>(`/api/presentations/${id}/decline`);

async function trigger(type: string, event: object): Promise<string> {
  const eventId = crypto.randomUUID();
  expect((await stack.http.post('/api/triggers', { eventId, type, ...event })).status).toBe(202);
  return eventId;
}

it('has five examples without errors or warnings', () => {
  expect(examples.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
  for (const { text } of examples) expect(catalogWarnings(parseCatalog(text, 'offers.yaml'))).toEqual([]);
});

describe('example', () => {
  it('1: an upgrade for the difference, in German, and a smaller step after a decline', async () => {
    await inForce(1);
    const { customer_id, payment_id } = await buy(stack, 'prod_basic_plan');
    const { id } = await openOffer(stack, customer_id);
    const german = await stack.http.get<PresentationView>(`/api/presentations/${id}?locale=de`);
    expect(german.body.copy.accept).toBe('Für 50,00\u00a0$ wechseln');
    const { next } = (await decline(id)).body;
    expect(next).toMatchObject({ offerId: 'lite', copy: { accept: 'Switch for $20.00' } });
    expect(await accept(next?.id ?? '')).toMatchObject({ status: 200, body: { success: true } });
    expect(await settled(stack, payment_id)).toMatchObject({ outcome: 'converted' });
  });

  it('2: two prices compared, with a holdout group', async () => {
    await inForce(2);
    const seen = await Promise.all(
      Array.from({ length: TENTH_HELD_OUT }, async () => {
        const { customer_id, payment_id } = await buy(stack, 'prod_starter_course');
        return eventually(`what ${customer_id} sees`, async () => {
          const { body } = await stack.http.get<{ presentation?: PresentationView }>(
            `/api/upsell/${customer_id}`,
          );
          if (body.presentation) return body.presentation;
          const purchase = await stack.http.get<{ reason?: string }>(`/api/purchases/${payment_id}`);
          return purchase.body.reason;
        });
      }),
    );
    const shown = seen.filter((one) => typeof one !== 'string');
    // With forty customers, the chance that all are in one arm, or none held out, is one in a hundred at most.
    expect(new Set(shown.map(({ variant }) => variant))).toEqual(new Set(['full', 'discounted']));
    for (const { variant, price } of shown) expect(price.dueNow).toBe(variant === 'full' ? 14_900 : 11_920);
    expect(seen.filter((one) => typeof one === 'string').every((reason) => reason === 'holdout')).toBe(true);
    const report = await jsonClient(stack.url, stack.operatorKey).get<{
      experiments: { name: string }[];
    }>('/api/reports/experiments');
    expect(report.body.experiments.map(({ name }) => name)).toContain('bundle-price');
  });

  it('3: a choice of two products and a quantity, and no one-click charge above the limit', async () => {
    await inForce(3);
    const { customer_id, payment_id } = await buy(stack, 'prod_single_license');
    const { id, choices, payment } = await openOffer(stack, customer_id);
    expect(choices?.options?.map((option) => option.id)).toEqual(['pair', 'team']);
    expect(payment.mode).toBe('one_click');
    const quoted = await stack.http.post<PresentationView>(`/api/presentations/${id}/quote`, {
      option: 'team',
      quantity: 2,
    });
    expect(quoted.body).toMatchObject({ price: { dueNow: 79_800 }, payment: { mode: 'one_click' } });
    const dear = await stack.http.post<PresentationView>(`/api/presentations/${id}/quote`, {
      option: 'team',
      quantity: 3,
    });
    expect(dear.body).toMatchObject({ price: { dueNow: 119_700 }, payment: { mode: 'checkout' } });
    const choice = { option: 'team', quantity: 2, priceHash: quoted.body.price.hash };
    expect(await accept(id, choice)).toMatchObject({ status: 200, body: { success: true } });
    expect((await settled(stack, payment_id)).presentations[0]).toMatchObject({ paidAmount: 79_800 });
  });

  it('4: an offer at the limit of the plan, and not again after a decline', async () => {
    await inForce(4);
    const { customer_id } = await buy(stack, 'prod_basic_plan');
    const elsewhere = await trigger('limit_approaching', { customerId: customer_id, facts: { usage: 0.5 } });
    expect(await settled(stack, elsewhere)).toMatchObject({ reason: 'no_matching_funnel' });
    await trigger('limit_approaching', { customerId: customer_id, facts: { usage: 0.82 } });
    const { id, copy } = await openOffer(stack, customer_id);
    expect(copy.badge).toBe('80% used');
    await decline(id);
    const again = await trigger('limit_approaching', { customerId: customer_id, facts: { projects: 9 } });
    expect(await settled(stack, again)).toMatchObject({ reason: 'cooldown' });
  });

  it('5: a pause offered before a downgrade, and then the downgrade', async () => {
    await inForce(5);
    const { customer_id, subscription_id } = await buy(stack, 'prod_pro_plan');
    const eventId = await trigger('downgrade_requested', {
      customerId: customer_id,
      subscriptionId: subscription_id,
      productId: 'prod_basic_plan',
    });
    const pause = await openOffer(stack, customer_id);
    expect(pause).toMatchObject({ offerId: 'pause-instead', price: { dueNow: 0 } });
    const { next } = (await decline(pause.id)).body;
    expect(next).toMatchObject({ product: { id: 'prod_basic_plan' }, price: { dueNow: 0 } });
    expect(next?.display.credit).toMatch(/^\$\d/);
    expect(await accept(next?.id ?? '')).toMatchObject({ status: 200, body: { success: true } });
    expect(await settled(stack, eventId)).toMatchObject({ outcome: 'converted' });
  });
});
