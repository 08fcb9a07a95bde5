import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  buyInShop,
  chromiumPath,
  enterCard,
  launchBrowser,
  newCustomer,
  payAtCheckout,
  type Customer,
} from '../support/browser.js';
import { createOrders } from '../../sandbox/shop/order-cookie.js';
import type { Registration } from '../../src/http/registration.js';
import { eventually } from '../support/eventually.js';
import { testStack, type TestStack } from '../support/stack.js';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder.js';
import { CARD } from '../support/purchases.js';

/** The shortest window that a catalog may have. */
const SHORT_WINDOW = '10s';

let stack: TestStack;
let browser: Browser;
let folder: string;
let customer: Customer;
/** A customer whose offer expires while the other tests run. */
let hesitant: Customer;

beforeAll(async () => {
  if (chromiumPath() === undefined) return;
  folder = await makeTemporaryFolder('shop');
  const catalog = join(folder, 'offers.yaml');
  const example = await readFile('offers.yaml', 'utf8');
  await writeFile(catalog, example.replace('window: 2h', `window: ${SHORT_WINDOW}`));
  [stack, browser] = await Promise.all([testStack({ CATALOG: catalog }), launchBrowser()]);
  hesitant = await newCustomer(browser, stack.url);
  await buyThroughApi(hesitant, 'prod_team_license');
  await offer(hesitant).waitFor();
});

afterAll(async () => {
  await browser?.close();
  await stack?.stop();
  if (folder) await removeFolder(folder);
});

beforeEach(async () => {
  if (browser) customer = await newCustomer(browser, stack.url);
});

afterEach(async () => {
  if (!browser) return;
  expect(customer.complaints).toEqual([]);
  await customer.leave();
});

/** Buys products that are not on the shop's front page. */
async function buyThroughApi(buyer: Customer, productId: string): Promise<void> {
  const { body } = await stack.http.post<Registration>('/api/purchases', { productId });
  const value = createOrders(stack.apiKey).signed([[body.purchaseId, productId]]);
  await buyer.page.context().addCookies([{ name: 'shop_order', value, url: stack.url }]);
  await buyer.page.goto(body.checkoutUrl ?? '');
  await payAtCheckout(buyer);
  await buyer.page.waitForURL('**/thank-you?**');
}

const offer = ({ page }: Customer) => page.locator('dodo-offer[data-phase=open] article');
const accept = ({ page }: Customer) => page.locator('dodo-offer .primary');
const decline = ({ page }: Customer) => page.locator('dodo-offer .quiet');

/** Waits for an outcome. If it does not come, the error quotes the page. */
async function outcome({ page }: Customer, heading: string): Promise<void> {
  const expected = page.locator('dodo-offer').getByRole('heading', { name: heading });
  await expected.waitFor().catch(async (error: Error) => {
    throw new Error(`No "${heading}" on the page, but:\n${await page.locator('main').innerText()}`, {
      cause: error,
    });
  });
}

function customerId({ email }: Customer): string {
  const found = stack.sandbox.books.customers().find((one) => one.email === email);
  if (!found) throw new Error(`Dodo knows no customer ${email}.`);
  return found.customer_id;
}

/** Returns the customer's payments in minor units, oldest first. */
function paid(buyer: Customer): number[] {
  return stack.sandbox.books
    .payments({ customerId: customerId(buyer), status: 'succeeded' })
    .map((payment) => payment.total_amount)
    .filter((amount) => amount > 0);
}

function plans(buyer: Customer, status = 'active'): string[] {
  return stack.sandbox.books
    .subscriptions({ customerId: customerId(buyer) })
    .filter((subscription) => subscription.status === status)
    .map((subscription) => subscription.product_id);
}

describe.skipIf(chromiumPath() === undefined)('the demo shop in a browser (CHROMIUM_PATH)', () => {
  it('upgrades a plan with one click, shows the charge, and charges once', async () => {
    const { page } = customer;
    await buyInShop(customer, 'Basic plan');
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Thank you!');
    await page.getByText('Your Basic plan is active.').waitFor();

    await offer(customer).waitFor();
    const shown = await offer(customer).innerText();
    expect(shown).toContain('Get more out of your plan with Pro plan');
    expect(shown).toContain('$50.00');
    expect(shown).toContain('$79.00 / month');
    expect(shown).toContain('+$50.00');
    expect(shown).toContain('Visa •••• 4242');
    expect(shown).toMatch(/Ends in (30:00|29:\d\d)/);
    expect(await accept(customer).innerText()).toBe('Upgrade for $50.00');

    await accept(customer).click();
    await outcome(customer, 'All set: Pro plan');
    expect(paid(customer)).toEqual([2900, 5000]);
    expect(plans(customer)).toEqual(['prod_pro_plan']);

    // No codes or secrets on the page, and only the purchase in the address.
    expect(await page.locator('body').innerText()).not.toMatch(/(prs|pur|pay|sub|cus|prod)_|[a-z]_[a-z]/);
    expect(await page.content()).not.toContain(stack.apiKey);
    expect(page.url()).not.toContain('example.com');

    await page.reload();
    await outcome(customer, 'All set: Pro plan');
    expect(paid(customer)).toEqual([2900, 5000]);
  });

  it('shows a smaller offer after a decline, and none after the second', async () => {
    const { page } = customer;
    await buyInShop(customer, 'Basic plan');
    await offer(customer).waitFor();
    const [yes, no] = await Promise.all([accept(customer).boundingBox(), decline(customer).boundingBox()]);
    expect(no).toMatchObject({ width: yes?.width, height: yes?.height });

    await decline(customer).click();
    await page.getByRole('heading', { name: 'A smaller step is Pro Lite plan' }).waitFor();
    await decline(customer).click();
    await outcome(customer, 'No problem');

    await page.reload();
    await outcome(customer, 'No problem');
    expect(await offer(customer).count()).toBe(0);
    expect(paid(customer)).toEqual([2900]);
    expect(plans(customer)).toEqual(['prod_basic_plan']);
  });

  it('recovers the sale at the checkout when the saved card declines', async () => {
    const { page } = customer;
    await buyInShop(customer, 'Basic plan', { card: CARD.declinesLater });
    await accept(customer).click();
    await outcome(customer, 'The payment did not go through');
    expect(await page.locator('dodo-offer article').innerText()).toContain('You were not charged');

    // A new card alone buys nothing: the customer decides again, at the checkout.
    await page.getByRole('link', { name: 'Update payment method' }).click();
    await page.waitForURL('**/update-payment-method/**');
    await enterCard(page, CARD.works);
    await page.waitForURL(/\/thank-you\?(.*&)?presentation=/);
    await outcome(customer, 'The payment did not go through');
    expect(paid(customer)).toEqual([2900]);

    await page.getByRole('link', { name: 'Pay at the checkout' }).click();
    await page.waitForURL('**/checkout/**');
    await payAtCheckout(customer);
    await page.waitForURL(/\/thank-you\?(.*&)?presentation=/);
    await outcome(customer, 'All set: Pro plan');
    expect(paid(customer)).toEqual([2900, 7900]);
    // The page is told at once; the plan that was replaced ends a moment later.
    await eventually('the end of the old plan', async () => plans(customer).length === 1);
    expect(plans(customer)).toEqual(['prod_pro_plan']);
    expect(plans(customer, 'cancelled')).toEqual(['prod_basic_plan']);
  });

  it('charges a course bundle once, however often the button is clicked', async () => {
    await buyInShop(customer, 'Starter course');
    await offer(customer).waitFor();
    await accept(customer).dblclick();
    await outcome(customer, 'All set: Complete bundle');
    expect(paid(customer)).toEqual([4900, 14900]);
  });

  it('can be used with the keyboard alone, and shows the tax of the country', async () => {
    const { page } = customer;
    await buyInShop(customer, 'Single license', { country: 'DE' });
    await offer(customer).waitFor();
    expect(await offer(customer).innerText()).toContain('including $75.81 tax');
    expect(await page.getByRole('status').innerText()).toBe('New offer: Bring your team with Team license');

    const focused = () =>
      page.evaluate<string>(
        `(document.activeElement.shadowRoot?.activeElement ?? document.activeElement).innerText`,
      );
    const reached: string[] = [];
    while (reached.at(-1) !== 'Get the team license for $474.81' && reached.length < 10) {
      await page.keyboard.press('Tab');
      reached.push(await focused());
    }
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('No thanks, I work alone');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await outcome(customer, 'All set: Team license');
    expect(await focused()).toBe('All set: Team license');
    expect(paid(customer)).toEqual([11781, 47481]);
  });

  it('asks again if the price has moved since it was shown', async () => {
    const { page } = customer;
    await buyInShop(customer, 'Starter course');
    await offer(customer).waitFor();
    await stack.sandbox.control.updateProduct('prod_complete_bundle', { price: 15900 });
    try {
      await accept(customer).click();
      await page.getByRole('alert').waitFor();
      expect(await page.getByRole('alert').innerText()).toContain('The price is now $159.00');
      expect(paid(customer)).toEqual([4900]);
      expect(await accept(customer).innerText()).toBe('Add the bundle for $159.00');
      await accept(customer).click();
      await outcome(customer, 'All set: Complete bundle');
      expect(paid(customer)).toEqual([4900, 15900]);
    } finally {
      await stack.sandbox.control.updateProduct('prod_complete_bundle', { price: 14900 });
    }
  });

  it('leads through 3-D Secure and follows the payment to its end', async () => {
    const { page } = customer;
    await buyInShop(customer, 'Starter course');
    await offer(customer).waitFor();
    await stack.sandbox.control.nextCharges(customerId(customer), { status: 'requires_customer_action' });
    await accept(customer).click();
    await outcome(customer, 'One more step');
    expect(paid(customer)).toEqual([4900]);
    await page.getByRole('link', { name: 'Confirm the payment' }).click();
    await page.waitForURL('**/3ds/**');
    await page.click('#approve');
    await page.waitForURL(/\/thank-you\?(.*&)?presentation=/);
    await outcome(customer, 'All set: Complete bundle');
    expect(paid(customer)).toEqual([4900, 14900]);
  });

  it('says when the offer has ended, and charges nothing', async () => {
    await outcome(hesitant, 'This offer has ended');
    expect(await offer(hesitant).count()).toBe(0);
    expect(paid(hesitant)).toEqual([39900]);
    expect(hesitant.complaints).toEqual([]);
  });

  it('only says thank you if there is no offer', async () => {
    const { page } = customer;
    const searched = page.waitForResponse(
      async (response) =>
        response.url().includes('/shop/offer') && (await response.text()).includes('"none"'),
    );
    await buyThroughApi(customer, 'prod_course_workbook');
    await searched;
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Thank you!');
    expect(await page.locator('main').innerText()).not.toMatch(/offer/i);
  });

  it('reveals nothing to another browser', async () => {
    const { page } = customer;
    await buyInShop(customer, 'Basic plan');
    await offer(customer).waitFor();
    const presentation = await eventually('the offer', async () => {
      const { body } = await stack.http.get<{ presentation?: { id: string } }>(
        `/api/upsell/${customerId(customer)}`,
      );
      return body.presentation;
    });

    const stranger = await newCustomer(browser, stack.url);
    await stranger.page.goto(`/thank-you?presentation=${presentation.id}&status=succeeded`);
    await stranger.page.getByText('Your order is complete.').waitFor();
    expect(await stranger.page.locator('dodo-offer').isVisible()).toBe(false);
    // A returning customer's other purchase does not open this offer either.
    const other = await stack.http.post<{ purchaseId: string }>('/api/purchases', {
      productId: 'prod_starter_course',
    });
    const asked = await page.request.get(`/shop/offer?purchase=${other.body.purchaseId}`);
    expect(await asked.json()).not.toHaveProperty('presentation');
    await stranger.leave();
  });
});
