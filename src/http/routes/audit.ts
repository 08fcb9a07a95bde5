/** `GET /api/audit`: what operators ordered, for operators. */
import { Router } from 'express';
import { auditPage, auditQuery } from '../audit.js';
import { requireOperator } from '../auth.js';
import type { ApiDeps } from '../deps.js';
import { parseQuery } from '../validate.js';

export function auditRoutes({ ledger }: ApiDeps): Router {
  const router = Router();
  router.get('/api/audit', requireOperator, async (req, res) => {
    res.json(await auditPage({ ledger }, parseQuery(auditQuery, req.query)));
  });
  return router;
}
