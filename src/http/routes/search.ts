/** `GET /api/search`: where the story of an id is told, for operators. */
import { Router } from 'express';
import { z } from 'zod';
import { shownPurchaseId } from '../../domain/ids.js';
import { requireOperator } from '../auth.js';
import type { ApiDeps } from '../deps.js';
import { Problem } from '../problem.js';
import { line, parseQuery } from '../validate.js';

const MAX_ID = 300;
const MOST_PURCHASES = 100;

/** The query of `GET /api/search`. */
export const searchQuery = z.strictObject({ q: line(MAX_ID, 'is an id') });

export function searchRoutes({ ledger }: Pick<ApiDeps, 'ledger'>): Router {
  const router = Router();
  router.get('/api/search', requireOperator, async (req, res) => {
    const { q } = parseQuery(searchQuery, req.query);
    const place = await ledger.placeOf(q);
    if (!place) throw new Problem('nothing_found', { detail: 'Nothing is known of this id.' });
    switch (place.kind) {
      case 'customer': {
        const purchases = await ledger.purchasesOf(place.customerId, MOST_PURCHASES);
        res.json({
          ...place,
          purchases: purchases.map((one) => ({ ...one, purchaseId: shownPurchaseId(one.purchaseId) })),
        });
        return;
      }
      case 'purchase':
        res.json({ ...place, purchaseId: shownPurchaseId(place.purchaseId) });
        return;
      case 'review':
        res.json(place);
    }
  });
  return router;
}
