/**
 * Everything an offer can look like, as templates: the script clones one and fills its slots. An element whose slot
 * (`data-slot`, or `data-href` for links) has no value is left out, and with it the `data-row` around it, unless the
 * slot is `data-optional`.
 */
import { html, type Html } from '../pages/html.js';

export function stateTemplates(): Html {
  return html`
    <template id="state-open">
      <article class="panel offer" aria-labelledby="offer-heading">
        <p class="badge" data-slot="badge"></p>
        <h2 id="offer-heading" tabindex="-1" data-slot="headline"></h2>
        <p class="body" data-slot="body"></p>
        <p class="notice" role="alert" data-slot="note"></p>
        <dl class="price">
          <div data-row class="due">
            <dt>Due now</dt>
            <dd><strong data-slot="dueNow"></strong> <span data-slot="taxLine" data-optional></span></dd>
          </div>
          <div data-row>
            <dt>From then on</dt>
            <dd>
              <span data-slot="recurring"></span>
              <span class="aside" data-slot="recurringNote" data-optional></span>
            </dd>
          </div>
          <div data-row>
            <dt>Compared with now</dt>
            <dd data-slot="difference"></dd>
          </div>
          <div data-row>
            <dt>Credit to your account</dt>
            <dd data-slot="credit"></dd>
          </div>
          <div data-row>
            <dt>Starts</dt>
            <dd data-slot="starts"></dd>
          </div>
          <div data-row>
            <dt>Next billing date</dt>
            <dd data-slot="nextBilling"></dd>
          </div>
          <div data-row>
            <dt>Pay with</dt>
            <dd>
              <span class="card-mark" aria-hidden="true"></span><span data-slot="method"></span>
              <span class="aside" data-slot="expiry" data-optional></span>
            </dd>
          </div>
        </dl>
        <div class="choice">
          <button
            type="button"
            class="button primary"
            data-action="accept"
            aria-describedby="offer-terms"
            data-slot="accept"
          ></button>
          <button type="button" class="button quiet" data-action="decline" data-slot="decline"></button>
        </div>
        <p class="terms" id="offer-terms" data-slot="terms"></p>
        <p class="window">
          Open until <span data-slot="until"></span> (<span role="timer" data-slot="left"></span> left)
        </p>
      </article>
    </template>

    ${notice({
      id: 'paid',
      tone: 'good',
      heading: 'headline',
      body: html`<p data-slot="body"></p>
        ${receipt()}`,
    })}
    ${notice({
      id: 'fallback',
      tone: 'care',
      title: 'The payment did not go through',
      body: html`
        <p data-slot="message"></p>
        <p>
          You were not charged for <span data-slot="product"></span>, and your card will not be tried again.
          Your order is complete either way.
        </p>
        <p class="notice" data-slot="note"></p>
        <div class="choice">
          <a class="button primary" data-href="checkoutUrl" data-slot="payLabel"></a>
          <a class="button quiet" data-href="updatePaymentMethodUrl">Update payment method</a>
        </div>
        <p class="terms">At the checkout you can pay with any card.</p>
      `,
    })}
    ${notice({
      id: 'charging',
      tone: 'busy',
      title: 'Your payment is on its way',
      body: html`<p>
        This usually takes a few seconds. You can leave this page: the payment goes on, once, and you will get
        an e-mail.
      </p>`,
    })}
    ${notice({
      id: 'accepted',
      tone: 'busy',
      title: 'We have noted your yes',
      body: html`<p>
        The payment cannot be made at this moment. We make it as soon as possible, once. You do not have to do
        anything.
      </p>`,
    })}
    ${notice({
      id: 'reconciling',
      tone: 'busy',
      title: 'We are confirming your payment',
      body: html`<p data-slot="message"></p>`,
    })}
    ${notice({
      id: 'confirming',
      tone: 'busy',
      title: 'We are confirming your payment',
      body: html`<p>You have just come back from the payment page. This usually takes a few seconds.</p>`,
    })}
    ${notice({
      id: 'requires_action',
      tone: 'care',
      title: 'One step is left',
      body: html`
        <p data-slot="message"></p>
        <div class="choice">
          <a class="button primary" data-href="checkoutUrl" data-slot="actionLabel"></a>
        </div>
        <p class="terms">Nothing is charged before you have done this. This page follows by itself.</p>
      `,
    })}
    ${notice({
      id: 'needs_review',
      tone: 'care',
      title: 'We are looking into this payment',
      body: html`<p>
        We cannot see yet whether your payment went through, so a person is checking it. You will not be
        charged twice. We will write to you by e-mail.
      </p>`,
    })}
    ${notice({
      id: 'declined',
      tone: 'plain',
      title: 'No problem',
      body: html`<p>Nothing changes and nothing was charged. Enjoy what you bought.</p>`,
    })}
    ${notice({
      id: 'expired',
      tone: 'plain',
      title: 'This offer has ended',
      body: html`<p>Nothing was charged. Your order is complete either way.</p>`,
    })}
    ${notice({
      id: 'withdrawn',
      tone: 'plain',
      title: 'This offer is no longer available',
      body: html`<p>Nothing was charged. Your order is complete either way.</p>`,
    })}
    ${notice({
      id: 'failed',
      tone: 'plain',
      title: 'This did not work out',
      body: html`<p data-slot="message"></p>
        <p>Your order is complete either way.</p>`,
    })}
    ${notice({
      id: 'unknown',
      tone: 'plain',
      title: 'Your order is complete',
      body: html`<p>
        To see how an extra offer ended, open this page in the browser window in which you decided on it, or
        look for the receipt in your e-mail.
      </p>`,
    })}
  `;
}

/** One outcome: a mark, a heading (fixed, or from a slot) and what there is to say. */
function notice(state: {
  id: string;
  tone: 'good' | 'care' | 'busy' | 'plain';
  title?: string;
  heading?: string;
  body: Html;
}): Html {
  return html`
    <template id="state-${state.id}">
      <article class="panel outcome ${state.tone}" aria-labelledby="outcome-heading">
        <span class="mark ${state.tone}" aria-hidden="true"></span>
        ${
          state.heading === undefined
            ? html`<h2 id="outcome-heading" tabindex="-1">${state.title}</h2>`
            : html`<h2 id="outcome-heading" tabindex="-1" data-slot="${state.heading}"></h2>`
        }
        ${state.body}
      </article>
    </template>
  `;
}

function receipt(): Html {
  return html`<dl class="price">
    <div data-row class="due">
      <dt>Charged</dt>
      <dd><strong data-slot="dueNow"></strong> <span data-slot="taxLine" data-optional></span></dd>
    </div>
    <div data-row>
      <dt>Paid with</dt>
      <dd><span class="card-mark" aria-hidden="true"></span><span data-slot="method"></span></dd>
    </div>
    <div data-row>
      <dt>From then on</dt>
      <dd>
        <span data-slot="recurring"></span>
        <span class="aside" data-slot="recurringNote" data-optional></span>
      </dd>
    </div>
    <div data-row>
      <dt>Credit to your account</dt>
      <dd data-slot="credit"></dd>
    </div>
    <div data-row>
      <dt>Next billing date</dt>
      <dd data-slot="nextBilling"></dd>
    </div>
  </dl>`;
}
