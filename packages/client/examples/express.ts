/** The two routes a shop needs, for Express: one that the offer component asks, and one for webhooks. */
import express, { type Express, type Request } from 'express';
import { verifyWebhook, type OffersClient } from '../src/index.js';

export interface Shop {
  offers: OffersClient;
  /** Who is signed in, as your session says. */
  customerOf: (req: Request) => string | undefined;
  grant: (customerId: string | undefined, productId: string | undefined) => void;
  webhookSecret: string;
}

export function shopRoutes({ offers, customerOf, grant, webhookSecret }: Shop): Express {
  const app = express();

  // <dodo-offer src="/offer"></dodo-offer>
  app.get('/offer', async (req, res) => {
    const customerId = customerOf(req);
    if (customerId === undefined) return void res.json({ eligible: false });
    const locale = req.acceptsLanguages().find((tag) => tag !== '*');
    const result = await offers.getOffer(customerId, { locale });
    if (result.ok) res.json(result.data);
    else res.status(503).end(); // The component asks again for a moment, and then shows nothing.
  });

  app.post('/offer-webhooks', express.raw({ type: 'application/json' }), async (req, res) => {
    try {
      const { webhook } = await verifyWebhook(req.body as Buffer, req.headers, webhookSecret);
      if (webhook.type === 'offer.fulfilled') grant(webhook.data.customerId, webhook.data.product?.id);
      res.status(204).end();
    } catch {
      res.status(401).end();
    }
  });
  return app;
}
