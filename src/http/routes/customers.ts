/** `/api/customers/{id}/data`: everything about a customer, and its erasure, for operators. */
import { Router } from 'express';
import { requireOperator } from '../auth.js';
import { eraseCustomer, exportCustomer } from '../customer-data.js';
import type { ApiDeps } from '../deps.js';
import { eraseBody } from '../schemas.js';
import { ids, jsonBody, parseBody, parseParam } from '../validate.js';

export function customerRoutes(deps: ApiDeps): Router {
  const router = Router();
  router.get('/api/customers/:customerId/data', requireOperator, async (req, res) => {
    const customerId = parseParam(ids.customer, 'customerId', req.params.customerId);
    const data = await exportCustomer(deps, customerId);
    res.attachment(`customer-${customerId}.json`).json(data);
  });

  router.delete('/api/customers/:customerId/data', requireOperator, jsonBody(), async (req, res) => {
    const customerId = parseParam(ids.customer, 'customerId', req.params.customerId);
    // Some clients and proxies send no body with DELETE.
    const { reason } = parseBody(eraseBody, req.body === undefined ? req.query : req.body);
    res.json({ customerId, ...(await eraseCustomer(deps, res, customerId, reason)) });
  });
  return router;
}
