/** Pausing offers and funnels everywhere, for operators. */
import { Router } from 'express';
import type { Pause } from '../../domain/pause.js';
import { requireOperator } from '../auth.js';
import type { ApiDeps } from '../deps.js';
import { operatorCommands } from '../operator-commands.js';
import { pauseBody } from '../schemas.js';
import { ids, jsonBody, parseBody, parseParam } from '../validate.js';

export function pauseRoutes(deps: ApiDeps): Router {
  const { ledger } = deps;
  const commands = operatorCommands(deps);
  const router = Router();

  router.get('/api/pauses', requireOperator, async (_req, res) => {
    res.json({ pauses: await ledger.pauses() });
  });

  for (const [kind, folder] of [
    ['offer', 'offers'],
    ['funnel', 'funnels'],
  ] satisfies [Pause['kind'], string][]) {
    for (const paused of [true, false]) {
      const path = `/api/${folder}/:id/${paused ? 'pause' : 'unpause'}`;
      router.post(path, requireOperator, jsonBody(), async (req, res) => {
        const id = parseParam(ids.offer, 'id', req.params.id);
        const { reason } = parseBody(pauseBody, req.body);
        await commands.setPaused(res, kind, id, { paused, reason });
        res.json({ pauses: await ledger.pauses() });
      });
    }
  }

  return router;
}
