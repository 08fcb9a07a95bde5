/** `/api/reviews`: money or access in doubt, for operators. */
import { Router, type Request } from 'express';
import type { ReviewRecord } from '../../domain/accounting.js';
import { requireOperator } from '../auth.js';
import type { ApiDeps } from '../deps.js';
import { operatorCommands } from '../operator-commands.js';
import { Problem } from '../problem.js';
import { candidatesOrReason, subjectOf } from '../reviews/candidates.js';
import { reviewView, reviewsPage, reviewsQuery } from '../reviews/list.js';
import { resolveBody } from '../schemas.js';
import { ids, jsonBody, parseBody, parseParam, parseQuery } from '../validate.js';

export function reviewRoutes(deps: ApiDeps): Router {
  const { ledger } = deps;
  const commands = operatorCommands(deps);
  const router = Router();

  async function named(req: Request): Promise<ReviewRecord> {
    const review = await ledger.review(parseParam(ids.review, 'id', req.params.id));
    if (!review) throw new Problem('review_not_found', { detail: 'No review has this id.' });
    return review;
  }

  router.get('/api/reviews', requireOperator, async (req, res) => {
    res.json(await reviewsPage(deps, parseQuery(reviewsQuery, req.query)));
  });

  router.get('/api/reviews/:id', requireOperator, async (req, res) => {
    const review = await named(req);
    const candidates = await candidatesOrReason(deps, await subjectOf(deps, review));
    res.json({ ...(await reviewView(deps, review)), ...candidates });
  });

  router.post('/api/reviews/:id/resolve', requireOperator, jsonBody(), async (req, res) => {
    const word = parseBody(resolveBody, req.body);
    const review = await named(req);
    await commands.resolve(res, review, word);
    res.json(await reviewView(deps, await named(req)));
  });

  return router;
}
