/** The demo shop: a miniature merchant app, from the buy button to the offer after the purchase. */
import express, { type NextFunction, type Request, type Response, type Router } from 'express';
import { SCRIPT, STYLE_SHEET, type Asset } from './assets.js';
import { createBackend } from './backend.js';
import { productOf, type ShopProduct } from './products.js';
import type { Html } from '../../src/html.js';
import { pageHeaders } from '../../src/http/page-headers.js';
import { messagePage } from './layout.js';
import { createOrders } from './order-cookie.js';
import { storefront } from './storefront.js';
import { thankYouPage, type ThankYou } from './thank-you.js';

export interface ShopOptions {
  /** Returns the API's address; called for each request, because the port may not be known when the shop is created. */
  apiUrl: () => string;
  /** A backend key. It stays on the server. */
  apiKey: string;
  temporalUiUrl?: string;
}

const PURCHASE_ID = /^pur_[A-Za-z0-9_-]{1,100}$/;
const FORM_LIMIT = '4kb';
const ONE_YEAR = 365 * 24 * 60 * 60;

/**
 * Creates the shop's pages and its two calls: `GET /`, `GET /thank-you`, `POST /shop/buy`, `GET /shop/offer`.
 * It is mounted at `/` on the API's own server, so the browser decides offers at `/api/presentations/...` on the same
 * origin.
 */
export function createShop({ apiUrl, apiKey, temporalUiUrl }: ShopOptions): Router {
  const backend = createBackend({ apiUrl, apiKey });
  const orders = createOrders(apiKey);
  const router = express.Router();
  // No form-action: it would block the buy form's redirect to the checkout, whose origin only Dodo knows.
  const guarded = pageHeaders({ scriptSrc: ["'self'"], connectSrc: ["'self'"] });
  const fresh = (_req: Request, res: Response, next: NextFunction) => {
    res.set('Cache-Control', 'no-store');
    next();
  };

  router.get('/', guarded, fresh, (_req, res) => {
    sendPage(res, storefront({ temporalUiUrl }));
  });

  router.get('/thank-you', guarded, fresh, (req, res) => {
    const { purchase, status } = req.query;
    const good = isPurchaseId(purchase) ? orders.productOf(req, purchase) : undefined;
    const paymentStatus = typeof status === 'string' ? status : undefined;
    sendPage(res, thankYouPage({ good, paymentStatus, offer: offerIn(req, paymentStatus) }));
  });

  router.post(
    '/shop/buy',
    guarded,
    fresh,
    express.urlencoded({ extended: false, limit: FORM_LIMIT }),
    async (req, res) => {
      if (isForeign(req))
        return refuse(res, 403, 'Please order in the shop', 'This order came from a page of another site.');
      const good = productOf((req.body as Record<string, unknown> | undefined)?.productId);
      if (!good)
        return refuse(res, 404, 'Product not found', 'Please choose one of the products in the shop.');
      return buy(good, req, res);
    },
  );

  async function buy(good: ShopProduct, req: Request, res: Response): Promise<void> {
    try {
      const { purchaseId, checkoutUrl } = await backend.openCheckout(good.productId);
      orders.remember(req, res, purchaseId, good);
      res.redirect(303, checkoutUrl);
    } catch {
      const words = 'We could not open the checkout. Nothing was charged. Please try again in a moment.';
      refuse(res, 503, 'Something went wrong', words);
    }
  }

  /** Finds the offer of an order that was made in this browser, with the token that decides it. */
  router.get('/shop/offer', guarded, fresh, async (req, res) => {
    const { purchase } = req.query;
    if (!isPurchaseId(purchase)) {
      res.status(400).json({ state: 'none' });
      return;
    }
    if (!orders.has(req, purchase)) {
      res.status(403).json({ state: 'none' });
      return;
    }
    try {
      const found = await backend.findOffer(purchase);
      res.json({ ...found, ...(found.state === 'waiting' && { retry: true }) });
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

/** Browsers say where a form was sent from. */
function isForeign(req: Request): boolean {
  const site = req.get('sec-fetch-site');
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}

/** Finds which offer the page is about; none after a payment that failed. */
function offerIn({ query }: Request, paymentStatus: string | undefined): ThankYou['offer'] {
  const { purchase, presentation } = query;
  if (typeof presentation === 'string') return { presentation };
  const failed = paymentStatus === 'failed' || paymentStatus === 'cancelled';
  return isPurchaseId(purchase) && !failed ? { purchase } : undefined;
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
