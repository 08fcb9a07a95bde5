/** The catalog in force, what runs on which version, and the evaluations that another catalog can be tried on. */
import { Router } from 'express';
import { z } from 'zod';
import { requireOperator } from '../auth.js';
import type { ApiDeps } from '../deps.js';
import { parseQuery } from '../validate.js';

const MAX_PAGE = 500;
const DEFAULT_PAGE = 100;

const evaluationsQuery = z.strictObject({
  since: z.iso.datetime({ offset: true, error: 'must be a time such as 2026-12-01T00:00:00Z' }).optional(),
  cursor: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,500}$/, { error: 'must be the cursor of an earlier answer' })
    .transform(readCursor)
    .refine((cursor) => cursor !== undefined, { error: 'must be the cursor of an earlier answer' })
    .optional(),
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, { error: `must be a whole number from 1 to ${MAX_PAGE}` })
    .transform(Number)
    .refine((limit) => limit <= MAX_PAGE, { error: `must be a whole number from 1 to ${MAX_PAGE}` })
    .default(DEFAULT_PAGE),
});

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
    const { since, cursor, limit } = parseQuery(evaluationsQuery, req.query);
    const evaluations = await ledger.evaluations({ since, after: cursor, limit });
    const last = evaluations.length === limit ? evaluations.at(-1) : undefined;
    res.json({
      evaluations,
      ...(last && { cursor: writeCursor({ at: last.at, purchaseId: last.purchaseId }) }),
    });
  });

  return router;
}

interface Cursor {
  at: string;
  purchaseId: string;
}

function writeCursor({ at, purchaseId }: Cursor): string {
  return Buffer.from(`${at} ${purchaseId}`).toString('base64url');
}

function readCursor(text: string): Cursor | undefined {
  const [at = '', purchaseId] = Buffer.from(text, 'base64url').toString().split(' ');
  return purchaseId === undefined || Number.isNaN(Date.parse(at)) ? undefined : { at, purchaseId };
}
