import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, launchBrowser } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { anOffer, offerPage, type OfferPage, type Shown } from './offer-page.js';

let api: OfferPage;
let browser: Browser;
let axe: string;
const open: Page[] = [];
const complaints: string[] = [];

beforeAll(async () => {
  if (chromiumPath() === undefined) return;
  [api, browser, axe] = await Promise.all([
    offerPage(),
    launchBrowser(),
    readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await api?.close();
});
afterEach(async () => {
  for (const page of open.splice(0)) await page.context().close();
  // Nothing was refused by the content security policy, and no error was thrown.
  expect(complaints.splice(0)).toEqual([]);
});

async function visit(query = '', options: BrowserContextOptions = {}, path = '/page'): Promise<Page> {
  const context = await browser.newContext({ baseURL: api.url, reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(10_000);
  return visitIn(await context.newPage(), query, path);
}

async function visitIn(page: Page, query = '', path = '/page'): Promise<Page> {
  open.push(page);
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    const text = message.text();
    // Browsers log answers that are errors, and the icon that the policy of the page blocks.
    if (message.type() === 'error' && !/Failed to load resource|data:,/.test(text)) complaints.push(text);
  });
  await page.goto(`${path}${query && `?${query}`}`);
  return page;
}

const accept = (page: Page) => page.locator('dodo-offer .primary');
const decline = (page: Page) => page.locator('dodo-offer .quiet');
const heading = (page: Page, name: string) => page.locator('dodo-offer').getByRole('heading', { name });
const posts = (action: string) => api.asked.filter(({ path }) => path.endsWith(`/${action}`));

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(`axe.run({ resultTypes: ['violations'] }).then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`);
}

const CHOICES: Partial<Shown> = {
  option: 'seats',
  quantity: 2,
  choices: {
    options: [
      {
        id: 'pack',
        label: 'Up to ten',
        product: { id: 'p1', name: 'Pack' },
        quantity: 1,
        price: anOffer().price,
      },
      {
        id: 'seats',
        label: 'Single seats',
        product: { id: 'p2', name: 'Seats' },
        quantity: 2,
        quantities: { min: 1, max: 3 },
        price: anOffer().price,
      },
    ],
  },
  copy: {
    ...anOffer().copy,
    consents: [
      { id: 'start', text: 'Begin at once.', required: true },
      { id: 'news', text: 'Send me news.', required: false },
    ],
  },
};

describe.skipIf(chromiumPath() === undefined)('<dodo-offer> (CHROMIUM_PATH)', () => {
  it('shows the offer, charges with one click, and tells the page', async () => {
    api.begin(
      anOffer({ price: { ...anOffer().price, tax: 800 }, display: { ...anOffer().display, tax: '$8.00' } }),
    );
    const page = await visit();
    const card = page.locator('dodo-offer article');
    await card.waitFor();
    const text = await card.innerText();
    for (const shown of [
      'Most popular upgrade',
      '$50.00',
      'including $8.00 tax',
      '+$50.00',
      '$79.00 / month',
      'December 28, 2026',
      'Visa •••• 4242',
    ])
      expect(text).toContain(shown);
    expect(text).toMatch(/Ends in (30:00|29:\d\d)/);
    await eventually('the view', async () => posts('view').length === 1);

    await page.evaluate(
      `window.told = []; for (const name of ['accepted', 'paid', 'ended']) document.addEventListener('offer-' + name, (event) => told.push(name + ' ' + event.detail.id))`,
    );
    await accept(page).click();
    await heading(page, 'All set: Pro plan').waitFor();
    expect(posts('accept').map(({ body }) => body)).toEqual([{ priceHash: 'sha256:a' }]);
    expect(await page.evaluate('told')).toEqual(['accepted prs_1', 'paid prs_1', 'ended prs_1']);
  });

  it('takes no space and shows nothing when no offer comes within 1.5 s, and the page does not wait', async () => {
    api.begin(undefined);
    api.wait(true);
    const page = await visit();
    const before = await page.locator('#after').boundingBox();
    await page.evaluate(
      `new Promise((resolve) => document.addEventListener('offer-none', () => resolve(performance.now())))`,
    );
    expect(await page.evaluate('performance.now()')).toBeLessThan(4000);
    expect(await page.locator('#after').boundingBox()).toEqual(before);
    expect(await page.locator('dodo-offer').isVisible()).toBe(false);
    // What comes later does not push the page about.
    api.begin(anOffer());
    expect(await page.locator('dodo-offer').isVisible()).toBe(false);
  });

  it.each(['light', 'dark'] as const)(
    'has no accessibility violation in any state (%s)',
    async (colorScheme) => {
      api.begin(anOffer(CHOICES));
      const page = await visit('', { colorScheme });
      await accept(page).waitFor();
      expect(await violations(page)).toEqual([]);
      for (const status of [
        'charging',
        'requires_action',
        'fallback',
        'needs_review',
        'scheduled',
        'paid',
      ] as const) {
        api.change({
          status,
          checkoutUrl: 'https://pay.example/1',
          updatePaymentMethodUrl: 'https://pay.example/2',
        });
        await page.locator(`dodo-offer [part~=${status}]`).waitFor();
        expect(await violations(page)).toEqual([]);
      }
    },
  );

  it('can be used with the keyboard, and tells screen readers what happens', async () => {
    api.begin(anOffer());
    const page = await visit();
    await accept(page).waitFor();
    expect(await page.getByRole('status').innerText()).toBe(
      'New offer: Get more out of your plan with Pro plan',
    );
    const focused = () =>
      page.evaluate<string>(`document.querySelector('dodo-offer').shadowRoot.activeElement?.textContent`);
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Upgrade for $50.00');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('No thanks, keep my plan');
    await page.keyboard.press('Enter');
    await heading(page, 'No problem').waitFor();
    expect(await focused()).toBe('No problem');
    expect(await page.getByRole('status').innerText()).toBe('No problem');
    expect(posts('decline')).toHaveLength(1);
  });

  it.each([
    ['320 px', { viewport: { width: 320, height: 640 } }, ''],
    ['right to left', { viewport: { width: 400, height: 800 } }, 'dir=rtl&lang=ar'],
  ])('fits: %s', async (_, options, query) => {
    api.begin(anOffer());
    const page = await visit(query, options);
    await accept(page).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    const [yes, no] = await Promise.all([accept(page).boundingBox(), decline(page).boundingBox()]);
    expect(no).toMatchObject({ width: yes?.width, height: yes?.height });
    // The button that accepts is on the screen without scrolling.
    expect((yes?.y ?? Infinity) + (yes?.height ?? 0)).toBeLessThan(options.viewport.height);
    // Twice the size of all text.
    await page.evaluate(`document.documentElement.style.fontSize = '200%'`);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  });

  it('decides once, however often it is clicked', async () => {
    api.begin(anOffer());
    const page = await visit();
    await accept(page).waitFor();
    await page.evaluate(
      `(() => { const buttons = document.querySelector('dodo-offer').shadowRoot.querySelectorAll('.actions button'); for (let i = 0; i < 5; i++) { buttons[0].click(); buttons[1].click(); } })()`,
    );
    await heading(page, 'All set').waitFor();
    expect([posts('accept').length, posts('decline').length]).toEqual([1, 0]);
  });

  it('shows in every tab what was decided in one', async () => {
    api.begin(anOffer());
    const one = await visit();
    const other = await visitIn(await one.context().newPage());
    await accept(other).waitFor();
    await eventually('both streams', async () => api.streams() === 2);
    await decline(one).click();
    await heading(other, 'No problem').waitFor();
  });

  it('asks again at the new price, and charges nothing meanwhile', async () => {
    api.begin(anOffer());
    const page = await visit();
    const dearer: Shown = anOffer({
      price: { ...anOffer().price, dueNow: 6000, hash: 'sha256:b' },
      display: { ...anOffer().display, dueNow: '$60.00' },
      copy: { ...anOffer().copy, accept: 'Upgrade for $60.00' },
    });
    api.answer('accept', () => {
      api.change(dearer);
      return {
        status: 409,
        body: { code: 'price_changed', presentation: { ...dearer, serverTime: new Date().toISOString() } },
      };
    });
    await accept(page).click();
    await page.locator('dodo-offer [role=alert]', { hasText: 'The price is now $60.00' }).waitFor();
    expect(await accept(page).innerText()).toBe('Upgrade for $60.00');
    await accept(page).click();
    await heading(page, 'All set').waitFor();
    expect(posts('accept').map(({ body }) => body?.priceHash)).toEqual(['sha256:a', 'sha256:b']);
  });

  it('says that an answer was lost, finds out, and lets the customer try again', async () => {
    api.begin(anOffer());
    const page = await visit();
    api.answer('accept', () => ({ status: 503, body: { code: 'temporarily_unavailable' } }));
    await accept(page).click();
    await page.locator('dodo-offer [role=alert]', { hasText: 'never be charged twice' }).waitFor();
    await accept(page).click();
    await heading(page, 'All set').waitFor();
  });

  it('follows an acceptance through the bank, the fallback and a review to its end, without a reload', async () => {
    api.begin(anOffer());
    const page = await visit();
    api.answer('accept', () => {
      api.change({ status: 'charging' });
      return {
        status: 202,
        body: { success: false, status: 'charging', presentation: { ...anOffer(), status: 'charging' } },
      };
    });
    await accept(page).click();
    await heading(page, 'Your payment is being processed').waitFor();
    api.change({ status: 'requires_action', checkoutUrl: 'https://bank.example/3ds' });
    await heading(page, 'One more step').waitFor();
    expect(await page.locator('dodo-offer a').getAttribute('href')).toBe('https://bank.example/3ds');
    api.change({ status: 'fallback', message: 'Your bank said no.', checkoutUrl: 'javascript:alert(1)' });
    await page.locator('dodo-offer', { hasText: 'Your bank said no.' }).waitFor();
    expect(await page.locator('dodo-offer a').count()).toBe(0);
    api.change({ status: 'needs_review' });
    await heading(page, 'Your payment is being checked').waitFor();
    api.change({ status: 'paid' });
    await heading(page, 'All set').waitFor();
  });

  it('goes on to the next offer after a decline, and to one that opens later', async () => {
    api.begin(anOffer());
    const page = await visit();
    const next = anOffer({
      id: 'prs_2',
      token: 'token-2',
      copy: { ...anOffer().copy, headline: 'A smaller step' },
    });
    api.answer('decline', () => ({ status: 200, body: { success: true, next } }));
    await decline(page).click();
    await heading(page, 'A smaller step').waitFor();

    api.begin(anOffer());
    const other = await visit();
    await accept(other).click();
    await heading(other, 'All set').waitFor();
    api.change({ status: 'paid', next: { ...next, status: 'open' } });
    await heading(other, 'A smaller step').waitFor();
    // The confirmation stays.
    expect(await heading(other, 'All set').isVisible()).toBe(true);
  });

  it('prices other choices, and asks for what must be ticked', async () => {
    api.begin(anOffer(CHOICES));
    const page = await visit();
    api.answer('quote', () => ({
      status: 200,
      body: {
        ...anOffer(),
        copy: CHOICES.copy,
        option: 'seats',
        quantity: 3,
        price: { ...anOffer().price, hash: 'sha256:c' },
        display: { ...anOffer().display, dueNow: '$75.00' },
      },
    }));
    await page.getByRole('button', { name: 'One more' }).click();
    await page.locator('dodo-offer .due', { hasText: '$75.00' }).waitFor();
    expect(posts('quote').map(({ body }) => body)).toEqual([{ option: 'seats', quantity: 3 }]);
    expect(await page.getByRole('button', { name: 'One more' }).isDisabled()).toBe(true);

    api.answer('accept', () => ({ status: 422, body: { code: 'consent_required', missing: ['start'] } }));
    await accept(page).click();
    await page.locator('dodo-offer [role=alert]', { hasText: 'Please tick' }).waitFor();
    await page.getByLabel('Begin at once.').check();
    await accept(page).click();
    await heading(page, 'All set').waitFor();
    expect(posts('accept').at(-1)?.body).toEqual({
      priceHash: 'sha256:c',
      option: 'seats',
      quantity: 3,
      consents: ['start'],
    });
  });

  it('is right again within two seconds of a restart of the API', async () => {
    api.begin(anOffer());
    const page = await visit();
    await accept(page).waitFor();
    await eventually('the stream', async () => api.streams() === 1);
    await api.kill();
    api.change({ status: 'withdrawn' });
    await api.start();
    const since = performance.now();
    await heading(page, 'This offer is no longer available').waitFor();
    expect(performance.now() - since).toBeLessThan(2000);
  });

  it('asks where a proxy holds streams back', async () => {
    api.begin(anOffer());
    api.buffer(true);
    const page = await visit();
    await accept(page).waitFor();
    api.change({ status: 'expired' });
    await heading(page, 'This offer has ended').waitFor({ timeout: 20_000 });
  });

  it('keeps its state when it is moved, and after a reload and the way back', async () => {
    api.begin(anOffer());
    const page = await visit();
    await accept(page).waitFor();
    await page.evaluate(`document.body.prepend(document.querySelector('dodo-offer'))`);
    await accept(page).click();
    await heading(page, 'All set').waitFor();
    expect(posts('accept')).toHaveLength(1);
    await page.reload();
    await heading(page, 'All set').waitFor();
    await page.goto(`${api.url}/elements/manifest.json`);
    await page.goBack();
    await heading(page, 'All set').waitFor();
    expect(posts('accept')).toHaveLength(1);
  });

  it('keeps a token in the tab until it has run out, and no longer', async () => {
    api.begin(anOffer());
    const page = await visit();
    await accept(page).waitFor();
    const kept = () => page.evaluate(`sessionStorage.getItem('dodo-offer:prs_1')`);
    expect(await kept()).toMatch(/token/);
    api.answer('accept', () => ({ status: 401, body: { code: 'unauthorized' } }));
    await accept(page).click();
    await expect.poll(kept, { timeout: 10_000 }).toBe('');
  });

  it.each([
    ['en', 'This offer has ended'],
    ['de', 'Dieses Angebot ist beendet'],
    ['es', 'Esta oferta ha terminado'],
    ['fr', 'Cette offre est terminée'],
    ['ja', 'このご提案は終了しました'],
    ['ko', '이 제안은 종료되었습니다'],
  ])('speaks %s', async (locale, title) => {
    api.begin(anOffer({ status: 'expired', display: { ...anOffer().display, locale } }));
    const page = await visit(`attributes=${encodeURIComponent('presentation-id="prs_1" token="token-1"')}`);
    await heading(page, title).waitFor();
  });

  it('is a page of its own for e-mails, which decides nothing by itself and leaves no token behind', async () => {
    api.begin(anOffer());
    const answer = await fetch(`${api.url}/o/prs_1`);
    expect(answer.headers.get('x-robots-tag')).toContain('noindex');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(api.asked).toEqual([]);

    const page = await visit('', {}, '/o/prs_1#token-1');
    await accept(page).waitFor();
    expect(page.url()).toBe(`${api.url}/o/prs_1`);
    expect([...posts('accept'), ...posts('decline')]).toEqual([]);
    expect(await page.title()).toBe('Get more out of your plan with Pro plan');
    expect(await violations(page)).toEqual([]);
    await accept(page).click();
    await heading(page, 'All set').waitFor();

    const payload = Buffer.from(JSON.stringify({ prs: 'prs_1' })).toString('base64url');
    await heading(await visit('', {}, `/o/e30.${payload}.x`), 'All set').waitFor();
    const stranger = await visit('', {}, '/o/prs_1');
    await stranger.getByText('This offer has ended').waitFor();
  });
});
