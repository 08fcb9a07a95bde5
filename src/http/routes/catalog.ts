/** The catalog in force, the runs on each version, and the evaluations that another catalog can be tried on. */
import { Router } from 'express';
import { requireOperator } from '../auth.js';
import type { ApiDeps } from '../deps.js';
import { evaluationsPage, evaluationsQuery } from '../evaluations.js';
import { parseQuery } from '../validate.js';

export function catalogRoutes({ ledger, catalogState }: ApiDeps): Router {
  const router = Router();

  router.get('/api/catalog', requireOperator, async (_req, res) => {
    const { catalog, loadedAt, path, refused } = catalogState();
    const { running, waiting } = await ledger.runningByCatalog();
    res.json({
      hash: catalog.hash,
      loadedAt,
      ...(path !== undefined && { path }),
      content: catalog,
      ...(refused && { problem: { at: refused.at, lines: refused.problems } }),
      running,
      waiting,
    });
  });

  router.get('/api/reports/evaluations', requireOperator, async (req, res) => {
    res.json(await evaluationsPage({ ledger }, parseQuery(evaluationsQuery, req.query)));
  });

  return router;
}
