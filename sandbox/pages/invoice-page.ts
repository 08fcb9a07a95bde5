import type { Response } from 'express';
import type { PaymentRow } from '../model.js';
import { html } from '../../src/html.js';
import { sendPage } from './layout.js';
import { formatMoney } from './money.js';

export function sendInvoicePage(
  response: Response,
  { invoice_id, lines, total_amount, currency }: PaymentRow,
): void {
  sendPage(response, {
    title: `Invoice ${invoice_id}`,
    body: html`<div class="card">
      <table>
        ${lines.map(
          (line) =>
            html`<tr>
              <td>${line.name}</td>
              <td>${formatMoney(line.amount, currency)}</td>
            </tr>`,
        )}
        <tr class="total">
          <td>Total</td>
          <td>${formatMoney(total_amount, currency)}</td>
        </tr>
      </table>
    </div>`,
  });
}
