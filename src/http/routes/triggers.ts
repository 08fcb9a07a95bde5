/** `POST /api/triggers`: starts a run for an event other than a purchase. */
import { Router } from 'express';
import { triggerPurchaseId } from '../../domain/ids.js';
import { requireBackend } from '../auth.js';
import type { ApiDeps } from '../deps.js';
import { keyScope, underKey } from '../idempotency.js';
import { triggerBody } from '../schemas.js';
import { jsonBody, parseBody, readIdempotencyKey } from '../validate.js';

export function triggerRoutes(deps: ApiDeps): Router {
  const router = Router();
  router.post('/api/triggers', requireBackend, jsonBody(), async (req, res) => {
    const body = parseBody(triggerBody, req.body);
    const { eventId, type, facts, ...event } = body;
    const keyed = { scope: keyScope(res), request: ['trigger', body] };
    const runId = await underKey(deps, { ...keyed, key: readIdempotencyKey(req) }, () =>
      underKey(deps, { ...keyed, key: eventId, name: 'eventId' }, async () => {
        if (facts) {
          const { customerId } = event;
          const recordedAt = deps.now().toISOString();
          // Before the run, which reads it when it is evaluated.
          await deps.ledger.recordTriggerFacts({
            ...{ purchaseId: triggerPurchaseId(eventId), customerId },
            ...{ facts, recordedAt },
          });
        }
        return deps.runs.trigger(eventId, type, event);
      }),
    );
    res
      .status(202)
      .location(`/api/purchases/${encodeURIComponent(eventId)}`)
      .json({ runId });
  });
  return router;
}
