/** The page at `/thank-you`: thanks first, then the offer, if there is one, and its outcome. */
import { html, type Html } from '../../src/html.js';
import type { ShopProduct } from './products.js';
import { layout } from './layout.js';

export interface ThankYou {
  /** The product bought, if it was bought in this browser. */
  good?: ShopProduct;
  /** The status in the checkout's redirect: a hint for the wording, never proof of a payment. */
  paymentStatus?: string;
  /** The offer to look for, or the one that the customer returns from paying for. */
  offer?: { purchase: string } | { presentation: string };
}

export function thankYouPage({ good, paymentStatus, offer }: ThankYou): Html {
  const returned = offer !== undefined && 'presentation' in offer;
  const { title, words, tone } = returned ? WELCOME_BACK : greeting(good, paymentStatus);
  return layout({
    title,
    main: html`
      <section class="thanks">
        <span class="mark ${tone}" aria-hidden="true"></span>
        <h1>${title}</h1>
        <p>${words}</p>
        <noscript><p>Your order is complete. Turn on JavaScript to see the rest of this page.</p></noscript>
      </section>
      ${offerOf(offer, paymentStatus)}
      <p class="onward"><a class="link" href="/">Back to the shop</a></p>
    `,
    footer: html`<div id="behind" hidden>
      Behind the scenes:
      <ul>
        <li hidden><a data-link="run" href="#">follow this purchase in the Temporal UI</a></li>
        <li hidden><a data-link="customer" href="#">see this customer on the dashboard</a></li>
      </ul>
    </div>`,
  });
}

interface Greeting {
  title: string;
  words: string;
  tone: 'good' | 'muted';
}

const WELCOME_BACK: Greeting = {
  title: 'Thank you for your order',
  words: 'Your order is complete. The rest of this page is about the extra offer.',
  tone: 'good',
};

function greeting(good: ShopProduct | undefined, paymentStatus: string | undefined): Greeting {
  switch (paymentStatus) {
    case 'failed':
    case 'cancelled':
      return {
        title: 'That payment did not go through',
        words: 'Nothing was charged. You can try again whenever you like.',
        tone: 'muted',
      };
    case 'processing':
      return {
        title: 'Thank you!',
        words: 'Your payment is being processed. We will email you as soon as it is complete.',
        tone: 'good',
      };
    default:
      return {
        title: 'Thank you!',
        words: `${good?.thanks ?? 'Your order is complete.'} A receipt is on its way to your inbox.`,
        tone: 'good',
      };
  }
}

/** Webhook, evaluation and prices take a moment; until then the page shows nothing of it. */
const PATIENCE = '15000';

function offerOf(offer: ThankYou['offer'], paymentStatus = ''): Html | undefined {
  if (offer === undefined) return undefined;
  return 'purchase' in offer
    ? html`<dodo-offer src="/shop/offer?purchase=${offer.purchase}" wait="${PATIENCE}"></dodo-offer>`
    : html`<dodo-offer
        presentation-id="${offer.presentation}"
        wait="${PATIENCE}"
        returned="${paymentStatus}"
      ></dodo-offer>`;
}
