import type { Response } from 'express';
import { z } from 'zod';
import { limitedCustomerView } from '../dodo/customers.js';
import { subscriptionOf } from '../dodo/subscriptions.js';
import type { PaymentRow } from '../model.js';
import type { World } from '../world.js';
import { cardFields, cardInputs, testCards } from './card-form.js';
import type { Html } from '../../src/html.js';
import { html } from '../../src/html.js';
import { sendPage } from './layout.js';
import { formatMoney } from './money.js';

export const linkFormSchema = z.object(cardFields);
export type LinkForm = z.output<typeof linkFormSchema>;

/** Sends the page of a payment link: customer and amount are known, only the card is missing. */
export function sendLinkPage(
  response: Response,
  world: World,
  payment: PaymentRow,
  form: LinkForm,
  error: string | null = null,
): void {
  const update = payment.purpose.kind === 'method_update';
  const { email } = limitedCustomerView(world, payment.customer_id);
  sendPage(response, {
    title: update ? 'Update your payment method' : 'Pay',
    body: html`
      <div class="columns">
        <div>
          <section class="card" id="summary">
            ${update ? updateSummary(world, payment) : amounts(payment)}
          </section>
          ${testCards()}
        </div>
        <form class="card" method="post">
          ${error !== null && html`<p class="error" role="alert" id="error">${error}</p>`}
          <h2>${update ? 'Your new card' : 'Your card'}</h2>
          <p class="muted">${email}</p>
          ${cardInputs(form)}
          <button class="primary" id="pay" type="submit">${update ? 'Save card' : payLabel(payment)}</button>
        </form>
      </div>
    `,
  });
}

function payLabel({ total_amount, currency }: PaymentRow): string {
  return `Pay ${formatMoney(total_amount, currency)}`;
}

function amounts({ lines, tax, total_amount, currency }: PaymentRow): Html {
  return html`
    <h2>Your order</h2>
    <table>
      ${lines.map(
        (line) =>
          html`<tr>
            <td>${line.name}</td>
            <td>${formatMoney(line.amount - line.tax, currency)}</td>
          </tr>`,
      )}
      <tr>
        <td class="muted">Tax</td>
        <td id="tax">${formatMoney(tax, currency)}</td>
      </tr>
      <tr class="total">
        <td>Due today</td>
        <td id="total">${formatMoney(total_amount, currency)}</td>
      </tr>
    </table>
  `;
}

function updateSummary(world: World, { purpose }: PaymentRow): Html {
  if (purpose.kind !== 'method_update') return html``;
  const { product_id, dues, currency } = subscriptionOf(world, purpose.subscription_id);
  const name = world.tables.products.get(product_id)?.name ?? product_id;
  return html`
    <h2>${name}</h2>
    <p>
      ${
        dues > 0
          ? `Your last payment failed. ${formatMoney(dues, currency)} (before tax) will be charged to the new card.`
          : 'Future payments will use the new card. Nothing is charged today.'
      }
    </p>
  `;
}
