/** `/api/bulk`: commands on many things at once, for operators. */
import { Router } from 'express';
import { requireOperator } from '../auth.js';
import { bulkBody, bulkCommands, bulkCsv, orderBody } from '../bulk.js';
import type { ApiDeps } from '../deps.js';
import { ids, jsonBody, parseBody, parseParam } from '../validate.js';

/** A selection of 20,000 ids. */
const BODY_LIMIT = 2 * 1024 * 1024;
const LISTED = 100;

export function bulkRoutes(deps: ApiDeps): Router {
  const { ledger } = deps;
  const commands = bulkCommands(deps);
  const router = Router();
  const idOf = (value: unknown) => parseParam(ids.bulk, 'id', value);

  router.get('/api/bulk', requireOperator, async (_req, res) => {
    const runs = await ledger.bulkRuns(LISTED);
    res.json({ bulk: runs.map(({ bulkId: id, ...run }) => ({ id, ...run })) });
  });

  router.post('/api/bulk', requireOperator, jsonBody(BODY_LIMIT), async (req, res) => {
    const { bulkId } = await commands.draft(res, parseBody(bulkBody, req.body));
    res
      .status(201)
      .location(`/api/bulk/${bulkId}`)
      .json(await commands.view(bulkId));
  });

  router.get('/api/bulk/:id', requireOperator, async (req, res) => {
    res.json(await commands.view(idOf(req.params.id)));
  });

  router.get('/api/bulk/:id/rows.csv', requireOperator, async (req, res) => {
    const { bulkId } = await commands.runNamed(idOf(req.params.id));
    res.type('text/csv').attachment(`${bulkId}.csv`);
    for await (const piece of bulkCsv(deps, bulkId)) res.write(piece);
    res.end();
  });

  for (const order of ['start', 'abort'] as const)
    router.post(`/api/bulk/:id/${order}`, requireOperator, jsonBody(), async (req, res) => {
      const bulkId = idOf(req.params.id);
      await commands[order](res, bulkId, parseBody(orderBody, req.body).reason);
      res.status(order === 'start' ? 202 : 200).json(await commands.view(bulkId));
    });

  return router;
}
