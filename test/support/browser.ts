/** A headless Chromium, and what customers do in it. */
import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';
import { CARD } from './purchases.js';

/** Returns `CHROMIUM_PATH`, or the first of the usual places that has a browser. Undefined if there is none. */
export function chromiumPath(): string | undefined {
  const { CHROMIUM_PATH } = process.env;
  if (CHROMIUM_PATH !== undefined) return CHROMIUM_PATH;
  return ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
    existsSync(path),
  );
}

export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A customer in a browser window of their own. */
export interface Customer {
  page: Page;
  email: string;
  /** Complaints of the browser: uncaught errors and blocked content. */
  complaints: string[];
  leave(): Promise<void>;
}

const PATIENCE = 15_000;

export async function newCustomer(browser: Browser, baseURL: string): Promise<Customer> {
  const context = await browser.newContext({ baseURL, reducedMotion: 'reduce', locale: 'en-US' });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // A refused accept is answered with its HTTP status, which browsers log as an error.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      complaints.push(message.text());
    }
  });
  return { page, email: `${crypto.randomUUID()}@example.com`, complaints, leave: () => context.close() };
}

/** Fills in the checkout page, and pays. */
export async function payAtCheckout(
  { page, email }: Customer,
  { card = CARD.works, country = 'US' }: { card?: string; country?: string } = {},
): Promise<void> {
  if (await page.locator('#email').isEditable()) {
    await page.fill('#email', email);
    await page.fill('#name', 'Jo Miller');
  }
  if ((await page.inputValue('#country')) !== country) {
    const priced = page.waitForResponse((response) => response.url().includes('country='));
    await page.selectOption('#country', country);
    await priced;
  }
  await page.fill('#zipcode', '10115');
  await enterCard(page, card);
}

/** Fills in a card form, and submits it. */
export async function enterCard(page: Page, card: string): Promise<void> {
  await page.fill('#card_number', card);
  await page.fill('#expiry', '06/32');
  await page.fill('#cvc', '123');
  await page.locator('#pay:enabled').click();
}

/** Buys a product, from the shop's front page through the checkout to the thank-you page. */
export async function buyInShop(
  customer: Customer,
  product: string,
  payment?: Parameters<typeof payAtCheckout>[1],
): Promise<void> {
  const { page } = customer;
  await page.goto('/');
  await page.getByRole('button', { name: `Buy the ${product}` }).click();
  await page.waitForURL('**/checkout/**');
  await payAtCheckout(customer, payment);
  await page.waitForURL('**/thank-you?**');
}
