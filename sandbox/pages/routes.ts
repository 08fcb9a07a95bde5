import express from 'express';
import type { Router } from 'express';
import { paymentOf } from '../dodo/payments.js';
import type { Engine } from '../engine.js';
import { ApiError } from '../errors.js';
import { addBankPages } from './bank-routes.js';
import { addCheckoutPages } from './checkout-routes.js';
import { sendInvoicePage } from './invoice-page.js';
import { addLinkPages } from './link-routes.js';
import { createPageServer } from './page-server.js';
import { sendPortalPage } from './portal-page.js';

/** The pages customers see: checkout, payment links, new cards, 3-D Secure, the portal, invoices. */
export function pageRoutes(engine: Engine): Router {
  const { world } = engine;
  const router = express.Router();
  const server = createPageServer(engine);
  addCheckoutPages(router, world, server);
  addLinkPages(router, world, server);
  addBankPages(router, world, server);

  router.get(
    '/portal/:id',
    server.guarded((_request, response, id) => {
      const session = world.tables.portals.get(id);
      if (!session || new Date(session.expires_at) <= world.now()) {
        throw new ApiError(404, 'NOT_FOUND', 'This portal link is unknown or has expired');
      }
      sendPortalPage(response, world, session);
    }),
  );
  router.get(
    '/invoices/payments/:id',
    server.guarded((_request, response, id) => {
      sendInvoicePage(response, paymentOf(world, id));
    }),
  );
  return router;
}
