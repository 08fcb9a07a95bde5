import type { Response } from 'express';
import { z } from 'zod';
import { priceSession } from '../dodo/checkouts.js';
import type { CheckoutRow } from '../model.js';
import type { PricedCart, PricedLine } from '../money/cart.js';
import type { World } from '../world.js';
import { cardFields, cardInputs, testCards } from './card-form.js';
import type { Html } from '../../src/html.js';
import { html, raw } from '../../src/html.js';
import { sendPage } from './layout.js';
import { formatMoney } from './money.js';

const COUNTRIES: Record<string, string> = {
  US: 'United States',
  GB: 'United Kingdom',
  DE: 'Germany',
  IN: 'India',
  AT: 'Austria',
  AU: 'Australia',
  BR: 'Brazil',
  CA: 'Canada',
  CH: 'Switzerland',
  ES: 'Spain',
  FR: 'France',
  IT: 'Italy',
  JP: 'Japan',
  KW: 'Kuwait',
  NL: 'Netherlands',
  PL: 'Poland',
  SE: 'Sweden',
  SG: 'Singapore',
};

export const checkoutFormSchema = z.object({
  email: z.string().default(''),
  name: z.string().default(''),
  country: z.string().default('US'),
  zipcode: z.string().default(''),
  /** The total shown to the customer. */
  shown_total: z.string().default(''),
  ...cardFields,
});
export type CheckoutForm = z.output<typeof checkoutFormSchema>;

/** Returns the form with the details the merchant has already given. */
export function initialForm(session: CheckoutRow, country?: string): CheckoutForm {
  return checkoutFormSchema.parse({
    email: session.email ?? '',
    name: session.name ?? '',
    country: country ?? session.billing?.country,
    zipcode: session.billing?.zipcode ?? '',
  });
}

export function sendCheckoutPage(
  response: Response,
  world: World,
  session: CheckoutRow,
  form: CheckoutForm,
  error: string | null = null,
): void {
  const priced = priceSession(world, session, form.country);
  const known = session.customer_id !== null;
  sendPage(response, {
    title: 'Checkout',
    body: html`
      <div class="columns">
        <div>${summary(priced)} ${testCards()}</div>
        <form class="card" method="post" action="/checkout/${session.session_id}">
          ${error !== null && html`<p class="error" role="alert" id="error">${error}</p>`}
          <h2>Your details</h2>
          <label for="email">Email</label>
          <input
            id="email"
            name="email"
            type="email"
            autocomplete="email"
            required
            value="${form.email}"
            ${known && raw('readonly')}
          />
          <label for="name">Name</label>
          <input
            id="name"
            name="name"
            autocomplete="name"
            required
            value="${form.name}"
            ${known && raw('readonly')}
          />
          <div class="pair">
            <div>
              <label for="country">Country</label>
              <select id="country" name="country" autocomplete="country">
                ${countryOptions(form.country)}
              </select>
            </div>
            <div>
              <label for="zipcode">ZIP or postal code</label>
              <input
                id="zipcode"
                name="zipcode"
                autocomplete="postal-code"
                required
                value="${form.zipcode}"
              />
            </div>
          </div>
          ${cardInputs(form)}
          <input type="hidden" id="shown_total" name="shown_total" value="${priced.total}" />
          <button class="primary" id="pay" type="submit">
            Pay ${formatMoney(priced.total, priced.currency)}
          </button>
          ${session.cancel_url !== null && html`<p class="muted"><a id="cancel" href="${session.cancel_url}">Go back</a></p>`}
        </form>
      </div>
      ${COUNTRY_SCRIPT}
    `,
  });
}

/** Fetches the amounts for another country, so that nobody pays a total they have not seen. */
const COUNTRY_SCRIPT = raw(`<script>
  const country = document.getElementById('country');
  country.addEventListener('change', async () => {
    const pay = document.getElementById('pay');
    pay.disabled = true;
    const response = await fetch(location.pathname + '?country=' + country.value);
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    document.getElementById('summary').replaceWith(page.getElementById('summary'));
    document.getElementById('shown_total').value = page.getElementById('shown_total').value;
    pay.textContent = page.getElementById('pay').textContent;
    pay.disabled = false;
  });
</script>`);

function countryOptions(selected: string): Html[] {
  const all = selected in COUNTRIES ? COUNTRIES : { ...COUNTRIES, [selected]: selected };
  return Object.entries(all).map(
    ([code, name]) => html`<option value="${code}" ${code === selected && raw('selected')}>${name}</option>`,
  );
}

function summary({ lines, currency, subtotal, discount, discounts, tax, total }: PricedCart): Html {
  return html`
    <section class="card" id="summary">
      <h2>Your order</h2>
      <table>
        ${lines.map((line) => summaryLine(line, currency))}
        <tr>
          <td class="muted">Subtotal</td>
          <td>${formatMoney(subtotal, currency)}</td>
        </tr>
        ${
          discount > 0 &&
          html`<tr>
            <td class="muted">Discount ${discounts.map((one) => one.code).join(', ')}</td>
            <td id="discount">−${formatMoney(discount, currency)}</td>
          </tr>`
        }
        <tr>
          <td class="muted">Tax</td>
          <td id="tax">${formatMoney(tax, currency)}</td>
        </tr>
        <tr class="total">
          <td>Due today</td>
          <td id="total">${formatMoney(total, currency)}</td>
        </tr>
      </table>
    </section>
  `;
}

function summaryLine(
  { product, quantity, list, recurring, addons, trial_days }: PricedLine,
  currency: string,
): Html {
  const { price } = product;
  const details = [
    ...addons.map((addon) => `with ${addon.quantity} × ${addon.name}`),
    ...(trial_days > 0 ? [`free for ${trial_days} days`] : []),
    ...(recurring && price.type === 'recurring_price'
      ? [`then ${formatMoney(recurring.total, currency)} every ${every(price)}`]
      : []),
  ];
  return html`<tr>
    <td>
      ${quantity > 1 && `${quantity} × `}${product.name}
      ${details.map((detail) => html`<br /><span class="muted">${detail}</span>`)}
    </td>
    <td>${formatMoney(list, currency)}</td>
  </tr>`;
}

function every(price: { payment_frequency_count: number; payment_frequency_interval: string }): string {
  const { payment_frequency_count: count, payment_frequency_interval: interval } = price;
  const unit = interval.toLowerCase();
  return count === 1 ? unit : `${count} ${unit}s`;
}
