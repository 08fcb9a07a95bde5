/** The two routes a shop needs, for Hono: the handlers of requests, as they are. */
import { Hono } from 'hono';
import type { OffersClient } from '../src/index.js';
import { offerRoute, webhookRoute } from './route-handlers.js';

export interface Shop {
  offers: OffersClient;
  /** Who is signed in, as your session says. */
  customerOf: (request: Request) => string | undefined;
  grant: (customerId: string | undefined, productId: string | undefined) => void;
  webhookSecret: string;
}

export function shopApp({ offers, customerOf, grant, webhookSecret }: Shop): Hono {
  const offer = offerRoute(offers, customerOf);
  const webhook = webhookRoute(webhookSecret, grant);
  return new Hono()
    .get('/offer', ({ req }) => offer(req.raw))
    .post('/offer-webhooks', ({ req }) => webhook(req.raw));
}
