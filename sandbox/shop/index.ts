/** The demo shop: a merchant's app in miniature, from the buy button to the offer after the purchase. */
import express, { type NextFunction, type Request, type Response, type Router } from 'express';
import helmet from 'helmet';
import { SCRIPT, STYLE_SHEET, type Asset } from './assets.js';
import { createBackend } from './backend.js';
import { goodOf, type Good } from './goods.js';
import type { Html } from '../pages/html.js';
import { messagePage } from './layout.js';
import { rememberedOrder, rememberOrder } from './order-cookie.js';
import { storefront } from './storefront.js';
import { thankYouPage } from './thank-you.js';

export interface ShopOptions {
  /** Where the API is; asked at every call, since the port may be known only after the shop is made. */
  apiUrl: () => string;
  /** A backend key. It stays on the server. */
  apiKey: string;
  temporalUiUrl?: string;
}

const PURCHASE_ID = /^pur_[A-Za-z0-9_-]{1,100}$/;
const FORM_LIMIT = '4kb';
const ONE_YEAR = 365 * 24 * 60 * 60;

/**
 * The shop's pages and its two calls: `GET /`, `GET /thank-you`, `POST /shop/buy`, `GET /shop/offer`.
 * Mounted at `/` of the API's own server: the browser decides offers at `/api/presentations/...` of the same origin.
 */
export function createShop({ apiUrl, apiKey, temporalUiUrl }: ShopOptions): Router {
  const backend = createBackend({ apiUrl, apiKey });
  const router = express.Router();
  const guarded = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        connectSrc: ["'self'"],
        imgSrc: ['data:'],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
        // No form-action: it would stop the buy form's redirect to the checkout, whose address only Dodo knows.
      },
    },
    // Plain http on this machine.
    strictTransportSecurity: false,
  });
  const fresh = (_req: Request, res: Response, next: NextFunction) => {
    res.set('Cache-Control', 'no-store');
    next();
  };

  router.get('/', guarded, fresh, (_req, res) => {
    sendPage(res, storefront({ temporalUiUrl }));
  });

  router.get('/thank-you', guarded, fresh, (req, res) => {
    const { purchase, presentation, status } = req.query;
    const good = isPurchaseId(purchase) ? rememberedOrder(req, purchase) : undefined;
    const paymentStatus = typeof status === 'string' ? status : undefined;
    sendPage(res, thankYouPage({ good, paymentStatus, returned: presentation !== undefined }));
  });

  router.post(
    '/shop/buy',
    guarded,
    fresh,
    express.urlencoded({ extended: false, limit: FORM_LIMIT }),
    async (req, res) => {
      const good = goodOf((req.body as Record<string, unknown> | undefined)?.productId);
      if (!good)
        return refuse(res, 404, 'We do not sell that', 'Please choose one of the products in the shop.');
      return buy(good, res);
    },
  );

  async function buy(good: Good, res: Response): Promise<void> {
    try {
      const { purchaseId, checkoutUrl } = await backend.openCheckout(good.productId);
      rememberOrder(res, purchaseId, good);
      res.redirect(303, checkoutUrl);
    } catch {
      const words =
        'The checkout could not be opened just now. Nothing was charged; please try again in a moment.';
      refuse(res, 503, 'That did not work', words);
    }
  }

  /** The purchase id is a secret between the shop and the browser that bought; a shop with sign-in would ask its session. */
  router.get('/shop/offer', guarded, fresh, async (req, res) => {
    const { purchase } = req.query;
    if (!isPurchaseId(purchase)) {
      res.status(400).json({ state: 'none' });
      return;
    }
    try {
      res.json(await backend.findOffer(purchase));
    } catch {
      res.status(503).json({ state: 'waiting' });
    }
  });

  for (const { path, type, body } of [STYLE_SHEET, SCRIPT] satisfies Asset[]) {
    router.get(path, guarded, (_req, res) => {
      res.set({ 'Content-Type': type, 'Cache-Control': `public, max-age=${ONE_YEAR}, immutable` }).send(body);
    });
  }
  return router;
}

function isPurchaseId(value: unknown): value is string {
  return typeof value === 'string' && PURCHASE_ID.test(value);
}

function refuse(res: Response, status: number, heading: string, words: string): void {
  res.status(status);
  sendPage(res, messagePage(heading, words));
}

function sendPage(res: Response, page: Html): void {
  res.type('html').send(page.markup);
}
