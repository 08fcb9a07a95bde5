import type { Router } from 'express';
import { settlePayment } from '../dodo/outcomes.js';
import { cardPage } from '../dodo/payment-links.js';
import { paymentOf } from '../dodo/payments.js';
import { ApiError } from '../errors.js';
import type { PaymentRow } from '../model.js';
import type { World } from '../world.js';
import { html } from '../../src/html.js';
import { sendPage } from './layout.js';
import { formatMoney } from './money.js';
import type { PageServer } from './page-server.js';
import { sendBack } from './send-back.js';

/** Adds the bank's 3-D Secure page: confirm the payment, refuse it, or leave without an answer. */
export function addBankPages(router: Router, world: World, { form, guarded, change }: PageServer): void {
  router.get(
    '/3ds/:id',
    guarded((_request, response, id) => {
      const payment = awaitingCustomer(paymentOf(world, id));
      sendPage(response, {
        title: 'Your bank asks you to confirm this payment',
        body: html`<form class="card" method="post">
          <p>
            Payment of <strong id="total">${formatMoney(payment.total_amount, payment.currency)}</strong>.
          </p>
          <button class="primary" id="approve" name="answer" value="approve">Confirm the payment</button>
          <p><button id="refuse" name="answer" value="refuse">Refuse</button></p>
          <p><button id="leave" name="answer" value="leave">Leave without deciding</button></p>
        </form>`,
      });
    }),
  );

  router.post(
    '/3ds/:id',
    form,
    guarded(async (request, response, id) => {
      const waiting = awaitingCustomer(paymentOf(world, id));
      const { answer } = (request.body ?? {}) as { answer?: unknown };
      if (answer === 'leave') {
        sendBack(response, world, waiting, waiting.return_url);
        return;
      }
      const payment = await change(request, response, () =>
        settlePayment(
          world,
          id,
          answer === 'approve'
            ? { status: 'succeeded' }
            : { status: 'failed', error_code: 'AUTHENTICATION_FAILURE' },
        ),
      );
      if (payment.status === 'failed' && payment.retriable) response.redirect(303, cardPage(payment));
      else sendBack(response, world, payment, payment.return_url);
    }),
  );
}

function awaitingCustomer(payment: PaymentRow): PaymentRow {
  if (payment.status === 'requires_customer_action') return payment;
  throw new ApiError(
    409,
    'INVALID_REQUEST_PARAMETERS',
    `This payment is not waiting for confirmation: it is ${payment.status}`,
  );
}
