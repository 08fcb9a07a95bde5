import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PresentationView } from '../../src/http/presentation-view.js';
import { testStack, type TestStack } from '../support/stack.js';
import { buy, openOffer } from '../support/purchases.js';

const NBSP = '\u00a0';

const CATALOG = `
version: 1
offers:
  pro:
    type: upsell
    action: { kind: change_plan, product_id: prod_pro_plan }
    copy:
      headline: Go Pro
      body: "{dueNow} now ({tax} tax), {recurring} from {nextBillingAt}, {difference} more"
      accept: Upgrade for {dueNow}
      decline: No thanks
      locales:
        de:
          headline: Jetzt Pro
          body: "Heute {dueNow} (davon {tax} Steuer), ab {nextBillingAt} {recurring}, {difference} mehr"
          accept: Für {dueNow} wechseln
          decline: Nein danke
  lite:
    type: downsell
    action: { kind: change_plan, product_id: prod_pro_lite }
    copy: { headline: Go Lite, accept: "Switch for {dueNow}", decline: No thanks }
funnels:
  basic-to-pro:
    trigger: purchase
    when: { product_id: prod_basic_plan }
    steps:
      - { id: pro, offer: pro, on: { decline: lite } }
      - { id: lite, offer: lite }
`;

let stack: TestStack;
beforeAll(async () => {
  stack = await testStack({}, CATALOG);
});
afterAll(async () => {
  await stack.stop();
});

describe('an offer in the language of its reader', () => {
  it('has the copy, amounts and dates of that language', async () => {
    const { customer_id } = await buy(stack, 'prod_basic_plan');
    const shown = await openOffer(stack, customer_id);
    const read = async (query: string, headers: Record<string, string> = {}) => {
      const response = await fetch(`${stack.url}/api/presentations/${shown.id}${query}`, {
        headers: { authorization: `Bearer ${shown.token}`, ...headers },
      });
      return { status: response.status, body: (await response.json()) as PresentationView };
    };

    const german = (await read('?locale=de')).body;
    expect(german.copy).toMatchObject({ headline: 'Jetzt Pro', accept: `Für 50,00${NBSP}$ wechseln` });
    expect(german.display).toMatchObject({
      locale: 'de',
      dueNow: `50,00${NBSP}$`,
      recurring: `79,00${NBSP}$ / Monat`,
      difference: `50,00${NBSP}$`,
    });
    expect(german.copy.body).toContain(`ab ${german.display.nextBillingAt} 79,00`);
    expect(german.price).toEqual(shown.price);

    const austrian = (await read('', { 'accept-language': 'fr;q=0.2, de-AT, de;q=0.9' })).body;
    expect(austrian.display.locale).toBe('de-AT');
    expect(austrian.copy.headline).toBe('Jetzt Pro');

    const french = (await read('', { 'accept-language': 'fr' })).body;
    expect(french.display).toMatchObject({ locale: 'en', dueNow: '$50.00' });
    expect(french.copy.accept).toBe('Upgrade for $50.00');

    // The query overrides the browser's preference. An invalid language is an error.
    const named = await read('?locale=en', { 'accept-language': 'de' });
    expect(named.body.copy.headline).toBe('Go Pro');
    expect(await read('?locale=no_language')).toMatchObject({
      status: 400,
      body: { code: 'invalid_parameter' },
    });
  });

  it('has answers in it too: a moved price in German, and a next offer without German copy in its own language', async () => {
    const { customer_id } = await buy(stack, 'prod_basic_plan');
    await openOffer(stack, customer_id);
    const path = `/api/upsell/${customer_id}`;
    await stack.sandbox.control.updateProduct('prod_pro_plan', { price: 8900 });
    const moved = await stack.http.post<{ presentation: PresentationView }>(`${path}/accept?locale=de`);
    await stack.sandbox.control.updateProduct('prod_pro_plan', { price: 7900 });
    expect(moved.status).toBe(409);
    expect(moved.body.presentation.copy.accept).toBe(`Für 60,00${NBSP}$ wechseln`);

    const declined = await stack.http.post<{ next: PresentationView }>(`${path}/decline?locale=de`);
    expect(declined.body.next.copy.accept).toMatch(/^Switch for \$\d/);
    expect(declined.body.next.display.locale).toBe('en');
  });
});
