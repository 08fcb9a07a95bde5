/**
 * A template for each state of an offer: the script clones one and fills its slots. An element whose slot
 * (`data-slot`, or `data-href` for links) has no value is left out together with the `data-row` around it, unless the
 * slot is `data-optional`.
 */
import { html, type Html } from '../../src/html.js';

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
            <dt>After that</dt>
            <dd>
              <span data-slot="recurring"></span>
              <span class="aside" data-slot="recurringNote" data-optional></span>
            </dd>
          </div>
          <div data-row>
            <dt>Change from your current plan</dt>
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
          You were not charged for <span data-slot="product"></span>, and we will not try your card again.
          Your original order is not affected.
        </p>
        <p class="notice" data-slot="note"></p>
        <div class="choice">
          <a class="button primary" data-href="checkoutUrl" data-slot="payLabel"></a>
          <a class="button quiet" data-href="updatePaymentMethodUrl">Update payment method</a>
        </div>
        <p class="terms">You can use any card at the checkout.</p>
      `,
    })}
    ${notice({
      id: 'charging',
      tone: 'busy',
      title: 'Your payment is being processed',
      body: html`<p>
        This usually takes a few seconds. You can leave this page: you will be charged once, and we will email
        you.
      </p>`,
    })}
    ${notice({
      id: 'accepted',
      tone: 'busy',
      title: "We've saved your choice",
      body: html`<p>
        We cannot make the payment right now. We will make it as soon as possible, and only once. There is
        nothing you need to do.
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
      body: html`<p>Thanks for completing the payment page. This usually takes a few seconds.</p>`,
    })}
    ${notice({
      id: 'requires_action',
      tone: 'care',
      title: 'One more step',
      body: html`
        <p data-slot="message"></p>
        <div class="choice">
          <a class="button primary" data-href="checkoutUrl" data-slot="actionLabel"></a>
        </div>
        <p class="terms">Nothing is charged until you do this. This page updates automatically.</p>
      `,
    })}
    ${notice({
      id: 'needs_review',
      tone: 'care',
      title: 'We are checking this payment',
      body: html`<p>
        We do not know yet whether your payment went through, so a member of our team is checking it. You will
        not be charged twice. We will email you.
      </p>`,
    })}
    ${notice({
      id: 'declined',
      tone: 'plain',
      title: 'No problem',
      body: html`<p>Nothing changes, and nothing was charged. Enjoy your purchase.</p>`,
    })}
    ${notice({
      id: 'expired',
      tone: 'plain',
      title: 'This offer has ended',
      body: html`<p>Nothing was charged, and your original order is not affected.</p>`,
    })}
    ${notice({
      id: 'withdrawn',
      tone: 'plain',
      title: 'This offer is no longer available',
      body: html`<p>Nothing was charged, and your original order is not affected.</p>`,
    })}
    ${notice({
      id: 'failed',
      tone: 'plain',
      title: 'This offer could not be completed',
      body: html`<p data-slot="message"></p>
        <p>Your original order is not affected.</p>`,
    })}
    ${notice({
      id: 'unknown',
      tone: 'plain',
      title: 'Your order is complete',
      body: html`<p>
        To see the result of an extra offer, open this page in the browser window where you responded to it,
        or check your email for the receipt.
      </p>`,
    })}
  `;
}

/** Returns the template of an outcome: a mark, a heading (fixed, or from a slot) and a body. */
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
      <dt>After that</dt>
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
