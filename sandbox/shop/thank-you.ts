/** The page at `/thank-you`: thanks first, then the offer the script finds, and its outcome. */
import { currencyDigits, CURRENCIES } from '../../src/catalog/codes.js';
import { html, type Html } from '../../src/html.js';
import type { ShopProduct } from './products.js';
import { layout } from './layout.js';
import { stateTemplates } from './states.js';

export interface ThankYou {
  /** The product bought, if it was bought in this browser. */
  good?: ShopProduct;
  /** The status in the checkout's redirect: a hint for the wording, never proof of a payment. */
  paymentStatus?: string;
  /** The customer returns from paying for an offer, not from the first purchase. */
  returned: boolean;
}

export function thankYouPage({ good, paymentStatus, returned }: ThankYou): Html {
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
      <div id="outcome" class="stage"></div>
      <div id="offer" class="stage"></div>
      <p id="announcement" class="unseen" role="status" aria-live="polite"></p>
      <p class="onward"><a class="link" href="/">Back to the shop</a></p>
      ${stateTemplates()}
      <template id="currency-digits" data-digits="${unusualDigits()}"></template>
    `,
    footer: html`<p id="run" hidden>
      Behind the scenes: <a href="#">follow this purchase in the Temporal UI</a>
    </p>`,
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

/** Returns the decimals of currencies that do not have two. Browsers follow local usage, payments ISO 4217. */
function unusualDigits(): string {
  const unusual = [...CURRENCIES]
    .map((code) => [code, currencyDigits(code)] as const)
    .filter(([, digits]) => digits !== 2);
  return JSON.stringify(Object.fromEntries(unusual));
}
