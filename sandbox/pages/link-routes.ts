import type { Router } from 'express';
import { payLink } from '../dodo/hosted-payments.js';
import { enterNewCard } from '../dodo/method-update.js';
import { payableLink } from '../dodo/payment-links.js';
import { paymentOf } from '../dodo/payments.js';
import { parse } from '../errors.js';
import type { World } from '../world.js';
import { cardEntry } from './card-form.js';
import { linkFormSchema, sendLinkPage } from './link-page.js';
import type { PageServer } from './page-server.js';
import { sendBack } from './send-back.js';

/** Adds the pages of payment links and of new cards. */
export function addLinkPages(router: Router, world: World, server: PageServer): void {
  const { form, guarded, change, proceed } = server;
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
          // The card is saved whether or not the dues were paid: the page has done its work.
          sendBack(response, world, result.ok ? result.payment : saved, saved.return_url);
          return;
        }
        proceed(response, result, (error) => {
          sendLinkPage(response, world, saved, entered, error);
        });
      }),
    );
  }
}
