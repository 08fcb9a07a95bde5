/** The frame of every shop page. */
import { SCRIPT, STYLE_SHEET } from './assets.js';
import { html, type Html } from '../../src/html.js';

export const SHOP_NAME = 'Larkspur';

export function layout(page: { title: string; main: Html; footer?: Html }): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${page.title} · ${SHOP_NAME}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="${STYLE_SHEET.path}" />
        <script type="module" src="/elements/dodo-offer.js"></script>
        <script type="module" src="${SCRIPT.path}"></script>
      </head>
      <body>
        <a class="skip" href="#main">Skip to content</a>
        <header class="top">
          <a class="brand" href="/"><span class="petal" aria-hidden="true"></span>${SHOP_NAME}</a>
          <span class="demo">Demo shop: no real payments</span>
        </header>
        <main id="main">${page.main}</main>
        <footer class="bottom">${page.footer}</footer>
      </body>
    </html>`;
}

/** Returns a page with a message and a link back to the shop. */
export function messagePage(heading: string, words: string): Html {
  return layout({
    title: heading,
    main: html`<section class="panel message">
      <h1>${heading}</h1>
      <p>${words}</p>
      <p><a class="button quiet" href="/">Back to the shop</a></p>
    </section>`,
  });
}
