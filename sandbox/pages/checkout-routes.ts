import type { Router } from 'express';
import { checkoutBodySchema, countrySchema, emailSchema } from '../api/schemas.js';
import { checkoutOf, payableCheckout, priceSession } from '../dodo/checkouts.js';
import { createCheckout } from '../dodo/checkout-creation.js';
import { payCheckout } from '../dodo/hosted-payments.js';
import { paymentOf } from '../dodo/payments.js';
import { parse, unprocessable } from '../errors.js';
import type { World } from '../world.js';
import { cardEntry } from './card-form.js';
import { checkoutFormSchema, initialForm, sendCheckoutPage } from './checkout-page.js';
import type { CheckoutForm } from './checkout-page.js';
import { formatMoney } from './money.js';
import type { PageServer } from './page-server.js';
import { tryAgain } from './page-server.js';

const METADATA_PREFIX = 'metadata_';

/** Adds the checkout page, and the static payment link that leads to one. */
export function addCheckoutPages(router: Router, world: World, server: PageServer): void {
  const { form, guarded, change, proceed } = server;

  router.get(
    '/buy/:id',
    guarded(async (request, response, id) => {
      const body = linkedCheckout(id, request.query);
      const session = await change(request, response, () => createCheckout(world, body).body);
      if (!('session_id' in session)) throw unprocessable(session.code, session.message);
      response.redirect(303, `/checkout/${session.session_id}`);
    }),
  );

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
          ? `The total for your country is ${formatMoney(priced.total, priced.currency)}. Please check it before you pay.`
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
}

/** Reads a static payment link: anybody can write `quantity`, `redirect_url` and any `metadata_<key>` into its query. */
function linkedCheckout(productId: string, query: Record<string, unknown>) {
  const metadata = Object.fromEntries(
    Object.entries(query).flatMap(([key, value]) =>
      key.startsWith(METADATA_PREFIX) && typeof value === 'string'
        ? [[key.slice(METADATA_PREFIX.length), value]]
        : [],
    ),
  );
  return parse(checkoutBodySchema, {
    product_cart: [{ product_id: productId, quantity: Number(query['quantity'] ?? 1) }],
    return_url: query['redirect_url'],
    metadata,
  });
}

function mistakeIn({ email, name, country, zipcode }: CheckoutForm): string | null {
  if (!emailSchema.safeParse(email).success)
    return 'Please enter your email address, such as jo@example.com.';
  if (name.trim() === '') return 'Please enter your name.';
  if (!countrySchema.safeParse(country).success) return 'Please choose your country.';
  return zipcode.trim() === '' ? 'Please enter your ZIP or postal code.' : null;
}
