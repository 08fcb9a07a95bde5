import type { Response } from 'express';
import { customerOf } from '../dodo/customers.js';
import { methodsOf } from '../dodo/payment-methods.js';
import type { PortalSessionRow } from '../model.js';
import type { World } from '../world.js';
import type { Html } from '../../src/html.js';
import { html } from '../../src/html.js';
import { sendPage } from './layout.js';
import { formatDate, formatMoney } from './money.js';

/** Sends the customer portal: saved cards, subscriptions, payments. */
export function sendPortalPage(
  response: Response,
  world: World,
  { customer_id, return_url }: PortalSessionRow,
): void {
  const customer = customerOf(world, customer_id);
  sendPage(response, {
    title: `Hello, ${customer.name}`,
    body: html`
      ${list('Payment methods', methods(world, customer_id))}
      ${list('Subscriptions', subscriptions(world, customer_id))}
      ${list('Payments', payments(world, customer_id))}
      ${return_url !== null && html`<p><a id="return" href="${return_url}">Back to the shop</a></p>`}
    `,
  });
}

function list(title: string, rows: Html[]): Html {
  return html`<section class="card">
    <h2>${title}</h2>
    ${
      rows.length > 0
        ? html`<table>
            ${rows}
          </table>`
        : html`<p class="muted">None.</p>`
    }
  </section>`;
}

function methods(world: World, customerId: string): Html[] {
  return methodsOf(world, customerId).map(
    ({ card }) =>
      html`<tr>
        <td>${card.network} ending in ${card.last4}</td>
        <td>${card.expiry_month}/${card.expiry_year.slice(-2)}</td>
      </tr>`,
  );
}

function subscriptions(world: World, customerId: string): Html[] {
  return world.tables.subscriptions
    .all()
    .filter((one) => one.customer_id === customerId)
    .map(
      ({ product_id, quantity, status, next_billing_date }) =>
        html`<tr>
          <td>
            ${quantity > 1 && `${quantity} × `}${world.tables.products.get(product_id)?.name ?? product_id}<br />
            <span class="muted">next payment ${formatDate(next_billing_date)}</span>
          </td>
          <td>${status.replaceAll('_', ' ')}</td>
        </tr>`,
    );
}

function payments(world: World, customerId: string): Html[] {
  return world.tables.payments
    .all()
    .filter((one) => one.customer_id === customerId)
    .map(
      ({ lines, created_at, status, total_amount, currency }) =>
        html`<tr>
          <td>
            ${lines.map((line) => line.name).join(', ') || 'Card check'}<br />
            <span class="muted">${formatDate(created_at)}, ${status.replaceAll('_', ' ')}</span>
          </td>
          <td>${formatMoney(total_amount, currency)}</td>
        </tr>`,
    )
    .reverse();
}
