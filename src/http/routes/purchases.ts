/** `/api/purchases`: registers a purchase before payment, and shows any purchase or trigger. */
import { Router } from 'express';
import { requireBackend, requireOperator } from '../auth.js';
import type { ApiDeps } from '../deps.js';
import { keyScope, underKey } from '../idempotency.js';
import { wantedLocales } from '../locale.js';
import { operatorCommands } from '../operator-commands.js';
import { Problem } from '../problem.js';
import { findPurchase, purchaseViewOf, startingView } from '../purchase-view.js';
import { registerPurchase } from '../registration.js';
import { closeBody, evaluateAgainBody, purchaseBody } from '../schemas.js';
import { ids, jsonBody, parseBody, parseParam, readIdempotencyKey } from '../validate.js';

export function purchaseRoutes(deps: ApiDeps): Router {
  const commands = operatorCommands(deps);
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
    const closed = await commands.close(res, purchaseId, reason);
    res.json(
      closed
        ? await purchaseViewOf(deps, closed, wantedLocales(req))
        : { ...(await startingView(deps, purchaseId)), status: 'settled' },
    );
  });

  router.post('/api/purchases/:purchaseId/evaluate', requireOperator, jsonBody(), async (req, res) => {
    const purchaseId = parseParam(ids.event, 'purchaseId', req.params.purchaseId);
    const { reason } = parseBody(evaluateAgainBody, req.body);
    const known = await findPurchase(deps, purchaseId);
    if (!known) throw new Problem('purchase_not_found', { detail: 'No purchase or trigger has this id.' });
    await commands.evaluateAgain(res, known, reason);
    const view = (await findPurchase(deps, purchaseId)) ?? known;
    res.status(202).json(await purchaseViewOf(deps, view, wantedLocales(req)));
  });

  return router;
}
