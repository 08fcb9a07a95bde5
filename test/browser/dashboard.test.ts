import { createServer, type Server } from 'node:http';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openShop, type Shop } from '../activities/shop.js';
import { chromiumPath, launchBrowser } from '../support/browser.js';
import { operatorApp, OPERATOR } from '../support/dashboard.js';
import { writeBooks, type Books } from '../support/dashboard-books.js';
import { closeServer, listenOnLoopback } from '../support/loopback.js';

/** A folder to write a picture of every page to. */
const { DASHBOARD_SCREENSHOTS } = process.env;

let shop: Shop;
let books: Books;
let server: Server;
let url: string;
let browser: Browser;
let axe: string;

beforeAll(async () => {
  if (chromiumPath() === undefined) return;
  shop = await openShop();
  books = await writeBooks(shop);
  server = createServer(operatorApp(shop));
  url = `http://127.0.0.1:${await listenOnLoopback(server)}`;
  browser = await launchBrowser();
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  if (DASHBOARD_SCREENSHOTS) await mkdir(DASHBOARD_SCREENSHOTS, { recursive: true });
});
afterAll(async () => {
  await browser?.close();
  if (server) await closeServer(server);
  await shop?.close();
});

const SCREENS: Record<string, BrowserContextOptions> = {
  light: { viewport: { width: 1280, height: 900 }, colorScheme: 'light' },
  dark: { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' },
  narrow: { viewport: { width: 390, height: 844 }, colorScheme: 'light' },
  // What a window of 1280 pixels shows at 200 %.
  enlarged: { viewport: { width: 640, height: 450 }, colorScheme: 'dark', deviceScaleFactor: 2 },
};

const addresses = (): Record<string, string> => ({
  today: '/dashboard',
  purchase: `/dashboard/purchases/${books.paid.payment_id}`,
  open: `/dashboard/purchases/${books.open.payment_id}`,
  ineligible: `/dashboard/purchases/${books.ineligible}`,
  customer: `/dashboard/customers/${books.paid.customer_id}`,
  reviews: '/dashboard/reviews',
  review: `/dashboard/reviews/${books.inReview.reviewId}`,
  offers: '/dashboard/offers',
  funnels: '/dashboard/funnels',
  rows: '/dashboard/rows?figure=paid',
  recurring: '/dashboard/recurring-rows?figure=closing&currency=USD',
  experiments: '/dashboard/experiments',
  catalog: '/dashboard/catalog',
  notifications: '/dashboard/notifications',
  bulk: '/dashboard/bulk',
  recall: `/dashboard/bulk/${books.bulkId}`,
  audit: '/dashboard/audit',
  nothing: '/dashboard/search?q=cus_nobody',
  mistake: '/dashboard/offers?from=yesterday',
});

/** A browser without JavaScript of the page's own: axe is put in from outside. */
async function open(
  options: BrowserContextOptions = {},
): Promise<{ context: BrowserContext; page: Page; complaints: string[] }> {
  const context = await browser.newContext({ baseURL: url, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  return { context, page, complaints };
}

async function signIn(page: Page): Promise<void> {
  await page.goto('/dashboard');
  await page.getByLabel('Operator key').fill(OPERATOR);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Today' }).waitFor();
}

interface Violation {
  id: string;
  nodes: { html: string; failureSummary: string }[];
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const found = await page.evaluate<{ violations: Violation[] }>('axe.run()');
  return found.violations.map(
    ({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''} ${nodes[0]?.failureSummary ?? ''}`,
  );
}

describe.skipIf(chromiumPath() === undefined)('the dashboard in a browser', () => {
  it.each(Object.keys(SCREENS))(
    'has no accessibility violation, no sideways scrolling and no blocked content (%s)',
    async (screen) => {
      const { context, page, complaints } = await open(SCREENS[screen]);
      await page.goto('/dashboard');
      expect(await violations(page)).toEqual([]);
      await signIn(page);
      for (const [name, address] of Object.entries(addresses())) {
        await page.goto(address);
        if (DASHBOARD_SCREENSHOTS)
          await page.screenshot({
            path: join(DASHBOARD_SCREENSHOTS, `${name}-${screen}.png`),
            fullPage: true,
          });
        // The rules look at the same elements on every screen, in one of two colour schemes.
        if (screen === 'light' || screen === 'dark')
          expect({ name, violations: await violations(page) }).toEqual({ name, violations: [] });
        const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
        expect({ name, overflow: await page.evaluate(overflow) }).toEqual({ name, overflow: 0 });
      }
      expect(complaints).toEqual([]);
      await context.close();
    },
    120_000,
  );

  it('works without JavaScript: from the key to the decision on a review, and out again', async () => {
    const { context, page } = await open({ javaScriptEnabled: false });
    await page.goto('/dashboard/reviews');
    await page.getByLabel('Operator key').fill('not-a-key-of-anybody-at-all');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This is not an operator key.').waitFor();
    await page.getByLabel('Operator key').fill(OPERATOR);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('link', { name: 'Unproven attempt' }).click();

    await page.getByLabel('It was paid:').check();
    await page.getByLabel('Reason').fill('The payment is at Dodo, with our proof.');
    await page.getByRole('button', { name: 'Resolve this review' }).click();
    await page.getByText('Resolved as paid').waitFor();
    expect(await shop.context.ledger.review(books.inReview.reviewId)).toMatchObject({ status: 'resolved' });

    await page.getByRole('link', { name: 'Audit trail' }).click();
    await page.getByRole('cell', { name: 'The payment is at Dodo, with our proof.' }).first().waitFor();

    const [cookie] = await context.cookies(`${url}/dashboard`);
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
    const kept = await context.cookies();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    // The cookie of a session that was signed out is worth nothing to whoever has kept it.
    await context.addCookies(kept);
    await page.goto('/dashboard');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await context.close();
  });

  it('finds every kind of id from the one box', async () => {
    const { context, page } = await open({ javaScriptEnabled: false });
    await signIn(page);
    const { paid, inReview } = books;
    const purchase = `/dashboard/purchases/${paid.payment_id}`;
    const found: [string, string][] = [
      [paid.customer_id, `/dashboard/customers/${paid.customer_id}`],
      [paid.payment_id, purchase],
      [paid.presentationId, `${purchase}#${paid.presentationId}`],
      [paid.attemptId, `${purchase}#${paid.presentationId}`],
      [inReview.reviewId, `/dashboard/reviews/${inReview.reviewId}`],
      [books.notificationId, purchase],
    ];
    for (const [id, address] of found) {
      await page.getByRole('searchbox').fill(` ${id} `);
      await page.getByRole('button', { name: 'Find' }).click();
      await page.waitForURL(url + address);
    }
    await page.getByRole('searchbox').fill('pay_of_nobody');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByText('Nothing is known of pay_of_nobody').waitFor();
    await context.close();
  });
});
