/** `/api/purchases`: registers a purchase before payment, and shows any purchase or trigger. */
import { Router } from 'express';
import { requireBackend } from '../auth.js';
import type { ApiDeps } from '../deps.js';
import { wantedLocales } from '../locale.js';
import { Problem } from '../problem.js';
import { findPurchase, purchaseViewOf, startingView } from '../purchase-view.js';
import { registerPurchase } from '../registration.js';
import { purchaseBody } from '../schemas.js';
import { ids, jsonBody, parseBody, parseParam, readIdempotencyKey } from '../validate.js';

export function purchaseRoutes(deps: ApiDeps): Router {
  const router = Router();

  router.post('/api/purchases', requireBackend, jsonBody(), async (req, res) => {
    const body = parseBody(purchaseBody, req.body);
    const registered = await registerPurchase(deps, body, readIdempotencyKey(req));
    res.status(201).location(`/api/purchases/${registered.purchaseId}`).json(registered);
  });

  router.get('/api/purchases/:purchaseId', requireBackend, async (req, res) => {
    const purchaseId = parseParam(ids.event, 'purchaseId', req.params.purchaseId);
    const known = await findPurchase(deps, purchaseId);
    const view = known
      ? await purchaseViewOf(deps, known, wantedLocales(req))
      : await startingView(deps, purchaseId);
    if (!view) throw new Problem('purchase_not_found', { detail: 'No purchase or trigger has this id.' });
    res.json(view);
  });

  return router;
}
