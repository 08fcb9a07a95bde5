import express from 'express';
import type { Request, RequestHandler, Response } from 'express';
import { whenAnswered } from '../api/serve.js';
import { customerMessage } from '../dodo/declines.js';
import type { PayResult } from '../dodo/hosted-payments.js';
import type { Engine } from '../engine.js';
import { ApiError } from '../errors.js';
import type { PaymentRow } from '../model.js';
import { sendNotice } from './layout.js';
import { sendBack } from './send-back.js';

type Page = (request: Request, response: Response, id: string) => void | Promise<void>;

/** The functions that all pages are served with. */
export interface PageServer {
  /** Parses a posted form. */
  form: RequestHandler;
  /** Serves a page whose errors are shown in words, with the way back to the merchant if there is one. */
  guarded: (page: Page) => RequestHandler;
  /** Makes a change whose webhooks leave after the page has. */
  change: <T>(request: Request, response: Response, work: () => T) => Promise<T>;
  /** Leads on after a card was entered: to 3-D Secure, back to the merchant, or to the same page with an error. */
  proceed: (response: Response, result: PayResult, again: (error: string) => void) => void;
}

export function createPageServer(engine: Engine): PageServer {
  const { world } = engine;
  const { tables } = world;

  /** Returns where the customer of a page came from, by the id of its payment or session. */
  function returnUrlOf(id: string): string | null {
    return tables.payments.get(id)?.return_url ?? tables.checkouts.get(id)?.return_url ?? null;
  }

  return {
    form: express.urlencoded({ extended: false }),
    guarded: (page) => async (request, response) => {
      const id = String(request.params['id']);
      try {
        await page(request, response, id);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        const { message, code, status } = error;
        sendNotice(response, 'This page cannot be used', `${message} (${code})`, {
          status,
          backUrl: returnUrlOf(id),
        });
      }
    },
    async change(request, response, work) {
      const { value, outbox } = engine.execute(work);
      await engine.durable();
      whenAnswered(request, response, () => void engine.release(outbox));
      return value;
    },
    proceed(response, result, again) {
      if (!result.ok) {
        again(customerMessage(result.error_code));
        return;
      }
      const { payment } = result;
      if (payment.status === 'failed' && payment.retriable) again(tryAgain(payment));
      else if (payment.status === 'requires_customer_action') {
        response.redirect(303, `/3ds/${payment.payment_id}`);
      } else sendBack(response, world, payment, payment.return_url);
    },
  };
}

/** Returns what a page says after a decline. */
export function tryAgain({ error_code }: PaymentRow): string {
  return `${customerMessage(error_code ?? 'GENERIC_DECLINE')} Nothing was charged. You can try another card.`;
}
