/** `/api/purchases`: registers a purchase before payment, and shows any purchase or trigger. */
import { Router } from 'express';
import { audited, keyOf } from '../audit.js';
import { requireBackend, requireOperator } from '../auth.js';
import { closePurchase } from '../close-purchase.js';
import type { ApiDeps } from '../deps.js';
import { keyScope, underKey } from '../idempotency.js';
import { wantedLocales } from '../locale.js';
import { Problem } from '../problem.js';
import { findPurchase, purchaseViewOf, startingView } from '../purchase-view.js';
import { registerPurchase } from '../registration.js';
import { closeBody, purchaseBody } from '../schemas.js';
import { ids, jsonBody, parseBody, parseParam, readIdempotencyKey } from '../validate.js';

export function purchaseRoutes(deps: ApiDeps): Router {
  const router = Router();

  router.post('/api/purchases', requireBackend, jsonBody(), async (req, res) => {
    const body = parseBody(purchaseBody, req.body);
    const key = readIdempotencyKey(req);
    const registered = await underKey(deps, { scope: keyScope(res), key, request: ['register', body] }, () =>
      registerPurchase(deps, body, key),
    );
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

  router.post('/api/purchases/:purchaseId/close', requireOperator, jsonBody(), async (req, res) => {
    const purchaseId = parseParam(ids.event, 'purchaseId', req.params.purchaseId);
    const { reason } = parseBody(closeBody, req.body);
    const closed = await audited(
      deps,
      res,
      { command: 'close', subject: purchaseId, reason },
      async () => {
        const found = await deps.ledger.purchase(purchaseId);
        return found && { status: found.status, outcome: found.outcome ?? null };
      },
      () => closePurchase(deps, purchaseId, { reason, by: keyOf(res) }),
    );
    res.json(
      closed
        ? await purchaseViewOf(deps, closed, wantedLocales(req))
        : { ...(await startingView(deps, purchaseId)), status: 'settled' },
    );
  });

  return router;
}
