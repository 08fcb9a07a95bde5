/** The page at `/`: three products, and what to try with them. */
import { formatMoney } from '../../src/catalog/money.js';
import { CURRENCY, PRODUCTS, type ShopProduct } from './products.js';
import { html, type Html } from '../../src/html.js';
import { layout } from './layout.js';

export function storefront({ temporalUiUrl }: { temporalUiUrl?: string }): Html {
  return layout({
    title: 'Small tools for focused work',
    main: html`
      <section class="hero">
        <h1>Small tools for focused work</h1>
        <p>Buy something, and see the offer on the page after the checkout.</p>
      </section>
      <ul class="wares">
        ${PRODUCTS.map(card)}
      </ul>
      <section class="try" aria-labelledby="try-heading">
        <h2 id="try-heading">What to try</h2>
        <dl>
          <div>
            <dt><code>4242 4242 4242 4242</code></dt>
            <dd>This card works: accept the offer, and it is paid with one click.</dd>
          </div>
          <div>
            <dt><code>4000 0000 0000 0341</code></dt>
            <dd>
              This card pays once and then declines: accept the offer to see how you can still pay at the
              checkout.
            </dd>
          </div>
          <div>
            <dt>No, thanks</dt>
            <dd>
              Decline the first offer to see a smaller one. Decline that one too, and you will see no more.
            </dd>
          </div>
        </dl>
        <p class="hint">
          Use any name, any future expiry date and any security code. The checkout page lists more test cards.
        </p>
      </section>
    `,
    footer: html`<p>
      ${
        temporalUiUrl !== undefined &&
        html`<a href="${temporalUiUrl}">Watch the workflows in the Temporal UI</a> · `
      }<a href="/dashboard">The operators’ dashboard</a> ·
      <a href="/openapi.json">The API this shop uses</a>
    </p>`,
  });
}

function card(good: ShopProduct): Html {
  const { productId, name, price, period, tagline, points } = good;
  return html`<li class="ware panel">
    <h2>${name}</h2>
    <p class="tagline">${tagline}</p>
    <p class="price">
      <strong>${formatMoney(price, CURRENCY)}</strong>
      <span>${period === undefined ? 'once' : `/ ${period}`}</span>
    </p>
    <ul class="points">
      ${points.map((point) => html`<li>${point}</li>`)}
    </ul>
    <form method="post" action="/shop/buy" data-buy>
      <input type="hidden" name="productId" value="${productId}" />
      <button class="button primary" type="submit">Buy <span class="unseen">the ${name}</span></button>
    </form>
  </li>`;
}
