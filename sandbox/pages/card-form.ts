import { z } from 'zod';
import { DEFAULT_CVC, TEST_CARDS } from '../dodo/cards.js';
import type { CardEntry } from '../dodo/cards.js';
import type { Html } from '../../src/html.js';
import { html, raw } from '../../src/html.js';

const DEFAULT_EXPIRY_TEXT = '06/32';

export const cardFields = {
  card_number: z.string().default(''),
  expiry: z.string().default(''),
  cvc: z.string().default(''),
};

/** Reads the card inputs of a posted form. */
export function cardEntry(
  form: { card_number: string; expiry: string; cvc: string },
  holder: string | null,
): CardEntry {
  const [month = '', year = ''] = form.expiry.split('/').map((part) => part.trim());
  return { number: form.card_number, expiry_month: month, expiry_year: year, cvc: form.cvc, holder };
}

/** Returns the card inputs, with earlier entries except the security code. */
export function cardInputs(values: { card_number: string; expiry: string }): Html {
  return html`
    <label for="card_number">Card number</label>
    <input
      id="card_number"
      name="card_number"
      inputmode="numeric"
      autocomplete="cc-number"
      required
      value="${values.card_number}"
    />
    <div class="pair">
      <div>
        <label for="expiry">Expiry (MM/YY)</label>
        <input
          id="expiry"
          name="expiry"
          autocomplete="cc-exp"
          placeholder="MM/YY"
          required
          value="${values.expiry}"
        />
      </div>
      <div>
        <label for="cvc">Security code</label>
        <input id="cvc" name="cvc" inputmode="numeric" autocomplete="cc-csc" required />
      </div>
    </div>
  `;
}

const FILL_SCRIPT = raw(`<script>
  for (const button of document.querySelectorAll('[data-card]')) {
    button.addEventListener('click', () => {
      document.getElementById('card_number').value = button.dataset.card;
      document.getElementById('expiry').value = '${DEFAULT_EXPIRY_TEXT}';
      document.getElementById('cvc').value = '${DEFAULT_CVC}';
    });
  }
</script>`);

/** Returns the test cards as buttons that fill in the card inputs. */
export function testCards(): Html {
  return html`
    <section class="card">
      <h2>Test cards</h2>
      <ul class="test-cards">
        ${TEST_CARDS.map(
          ({ number, note }) =>
            html`<li>
              <button type="button" data-card="${number}"><code>${number}</code> ${note}</button>
            </li>`,
        )}
      </ul>
      <p class="muted">Use any of them with ${DEFAULT_EXPIRY_TEXT} and ${DEFAULT_CVC}.</p>
    </section>
    ${FILL_SCRIPT}
  `;
}
