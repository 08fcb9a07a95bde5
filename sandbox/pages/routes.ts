import express from 'express';
import type { Request, Response, Router } from 'express';
import { checkoutOf, payableCheckout } from '../dodo/checkouts.js';
import { customerMessage } from '../dodo/declines.js';
import type { PayResult } from '../dodo/hosted.js';
import { payableLink, payCheckout, payLink } from '../dodo/hosted.js';
import { enterNewCard } from '../dodo/method-update.js';
import { settlePayment } from '../dodo/outcomes.js';
import { paymentOf } from '../dodo/payments.js';
import { countrySchema, emailSchema } from '../api/schemas.js';
import { whenAnswered } from '../api/serve.js';
import type { Engine } from '../engine.js';
import { ApiError, parse } from '../errors.js';
import type { PaymentRow } from '../model.js';
import { priceSession } from '../dodo/checkouts.js';
import { cardEntry } from './card-form.js';
import { checkoutFormSchema, initialForm, sendCheckoutPage } from './checkout-page.js';
import type { CheckoutForm } from './checkout-page.js';
import { html } from './html.js';
import { sendNotice, sendPage } from './layout.js';
import { linkFormSchema, sendLinkPage } from './link-page.js';
import { formatMoney } from './money.js';
import { sendPortalPage } from './portal-page.js';
import { sendBack } from './return.js';

type Page = (request: Request, response: Response, id: string) => void | Promise<void>;

/** The pages customers see: checkout, payment links, new cards, 3-D Secure, the portal. */
export function pageRoutes(engine: Engine): Router {
  const { world } = engine;
  const router = express.Router();
  const form = express.urlencoded({ extended: false });

  /** A page whose refusals are told in words. */
  function guarded(page: Page): (request: Request, response: Response) => Promise<void> {
    return async (request, response) => {
      try {
        await page(request, response, String(request.params['id']));
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        sendNotice(response, 'This page cannot be used', `${error.message} (${error.code})`, error.status);
      }
    };
  }

  /** Makes a change whose webhooks leave after the page has. */
  async function change<T>(request: Request, response: Response, work: () => T): Promise<T> {
    const { value, outbox } = engine.execute(work);
    await engine.durable();
    whenAnswered(request, response, () => void engine.release(outbox));
    return value;
  }

  /** After a card was entered: on to 3-D Secure, back to the merchant, or the page again with what is wrong. */
  function proceed(response: Response, result: PayResult, again: (error: string) => void): void {
    if (!result.ok) again(customerMessage(result.error_code));
    else if (result.payment.status === 'failed') again(tryAgain(result.payment));
    else if (result.payment.status === 'requires_customer_action') {
      response.redirect(303, `/3ds/${result.payment.payment_id}`);
    } else sendBack(response, world, result.payment, result.payment.return_url);
  }

  router.get(
    '/checkout/:id',
    guarded((request, response, id) => {
      const session = payableCheckout(world, id);
      const { country } = request.query;
      const chosen = typeof country === 'string' ? parse(countrySchema, country) : undefined;
      const declined = session.payment_id === null ? undefined : paymentOf(world, session.payment_id);
      const error = declined?.status === 'failed' ? tryAgain(declined) : null;
      sendCheckoutPage(response, world, session, initialForm(session, chosen), error);
    }),
  );

  router.post(
    '/checkout/:id',
    form,
    guarded(async (request, response, id) => {
      const session = payableCheckout(world, id);
      const entered = parse(checkoutFormSchema, request.body ?? {});
      const mistake = mistakeIn(entered);
      const priced = priceSession(world, session, mistake === null ? entered.country : undefined);
      const unseen =
        mistake === null && entered.shown_total !== String(priced.total)
          ? `The total for your country is ${formatMoney(priced.total, priced.currency)}. Please look at it again.`
          : null;
      if (mistake !== null || unseen !== null) {
        const country = countrySchema.safeParse(entered.country).success ? entered.country : 'US';
        sendCheckoutPage(response, world, session, { ...entered, country }, mistake ?? unseen);
        return;
      }
      const result = await change(request, response, () =>
        payCheckout(world, id, {
          email: entered.email,
          name: entered.name,
          billing: { country: parse(countrySchema, entered.country), zipcode: entered.zipcode },
          card: cardEntry(entered, entered.name),
        }),
      );
      proceed(response, result, (error) => {
        sendCheckoutPage(response, world, checkoutOf(world, id), entered, error);
      });
    }),
  );

  for (const path of ['/pay/:id', '/update-payment-method/:id']) {
    router.get(
      path,
      guarded((_request, response, id) => {
        sendLinkPage(response, world, payableLink(world, id), linkFormSchema.parse({}));
      }),
    );
    router.post(
      path,
      form,
      guarded(async (request, response, id) => {
        const payment = payableLink(world, id);
        const entered = parse(linkFormSchema, request.body ?? {});
        const card = cardEntry(entered, null);
        const isUpdate = payment.purpose.kind === 'method_update';
        const result = await change(request, response, () =>
          isUpdate ? enterNewCard(world, id, card) : payLink(world, id, card),
        );
        const saved = paymentOf(world, id);
        if (isUpdate && saved.status === 'succeeded') {
          // The card is saved, whatever became of the dues: the page has done its work.
          sendBack(response, world, result.ok ? result.payment : saved, saved.return_url);
          return;
        }
        proceed(response, result, (error) => {
          sendLinkPage(response, world, saved, entered, error);
        });
      }),
    );
  }

  router.get(
    '/3ds/:id',
    guarded((_request, response, id) => {
      const payment = awaitingCustomer(paymentOf(world, id));
      sendPage(response, {
        title: 'Your bank wants to know it is you',
        body: html`<form class="card" method="post">
          <p>
            Payment of <strong id="total">${formatMoney(payment.total_amount, payment.currency)}</strong>.
          </p>
          <button class="primary" id="approve" name="answer" value="approve">Confirm the payment</button>
          <p><button id="refuse" name="answer" value="refuse">Refuse</button></p>
        </form>`,
      });
    }),
  );

  router.post(
    '/3ds/:id',
    form,
    guarded(async (request, response, id) => {
      const { payment_id } = awaitingCustomer(paymentOf(world, id));
      const approved = (request.body as { answer?: unknown } | undefined)?.answer === 'approve';
      const payment = await change(request, response, () =>
        settlePayment(
          world,
          payment_id,
          approved ? { status: 'succeeded' } : { status: 'failed', error_code: 'AUTHENTICATION_FAILURE' },
        ),
      );
      const page = payment.status === 'failed' && payment.retriable ? pageOf(payment) : null;
      if (page !== null) response.redirect(303, page);
      else sendBack(response, world, payment, payment.return_url);
    }),
  );

  router.get(
    '/portal/:id',
    guarded((_request, response, id) => {
      const session = world.tables.portals.get(id);
      if (!session || new Date(session.expires_at) <= world.now()) {
        throw new ApiError(404, 'NOT_FOUND', 'This portal link is unknown or has expired');
      }
      sendPortalPage(response, world, session);
    }),
  );

  router.get(
    '/invoices/payments/:id',
    guarded((_request, response, id) => {
      const { invoice_id, lines, total_amount, currency } = paymentOf(world, id);
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
    }),
  );

  return router;
}

function tryAgain({ error_code }: PaymentRow): string {
  return `${customerMessage(error_code ?? 'GENERIC_DECLINE')} Nothing was charged. You can try another card.`;
}

function awaitingCustomer(payment: PaymentRow): PaymentRow {
  if (payment.status === 'requires_customer_action') return payment;
  throw new ApiError(
    409,
    'INVALID_REQUEST_PARAMETERS',
    `This payment waits for nobody: it is ${payment.status}`,
  );
}

/** Where another card can be tried for a payment. */
function pageOf({ checkout_session_id, payment_id, purpose }: PaymentRow): string {
  if (checkout_session_id !== null) return `/checkout/${checkout_session_id}`;
  return purpose.kind === 'method_update' ? `/update-payment-method/${payment_id}` : `/pay/${payment_id}`;
}

function mistakeIn({ email, name, country, zipcode }: CheckoutForm): string | null {
  if (!emailSchema.safeParse(email).success)
    return 'Please enter your e-mail address, such as jo@example.com.';
  if (name.trim() === '') return 'Please enter your name.';
  if (!countrySchema.safeParse(country).success) return 'Please choose your country.';
  return zipcode.trim() === '' ? 'Please enter your ZIP or postal code.' : null;
}
