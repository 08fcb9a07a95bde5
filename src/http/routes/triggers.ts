/** `POST /api/triggers`: starts a run for an event other than a purchase. */
import { Router } from 'express';
import { requireBackend } from '../auth.js';
import type { ApiDeps } from '../deps.js';
import { triggerBody } from '../schemas.js';
import { jsonBody, parseBody } from '../validate.js';

export function triggerRoutes({ runs }: ApiDeps): Router {
  const router = Router();
  router.post('/api/triggers', requireBackend, jsonBody(), async (req, res) => {
    const { eventId, type, ...event } = parseBody(triggerBody, req.body);
    const runId = await runs.trigger(eventId, type, event);
    res
      .status(202)
      .location(`/api/purchases/${encodeURIComponent(eventId)}`)
      .json({ runId });
  });
  return router;
}
