/** `/api/upsell/{customerId}`: the merchant's backend asks what to show, and passes on its customer's decision. */
import { Router, type Request } from 'express';
import { requireBackend } from '../auth.js';
import { acceptanceMeant, currentUpsell, presentationMeant } from '../current-offer.js';
import { acceptPresentation, declinePresentation } from '../decide.js';
import { answerDecision, type Reader } from '../decision-answer.js';
import type { ApiDeps } from '../deps.js';
import { keyScope, underKey } from '../idempotency.js';
import { wantedLocales } from '../locale.js';
import { acceptUpsellBody, declineUpsellBody } from '../schemas.js';
import { ids, jsonBody, parseBody, parseParam, readIdempotencyKey } from '../validate.js';

export function upsellRoutes(deps: ApiDeps): Router {
  const router = Router();
  const customerOf = (req: Request) => parseParam(ids.customer, 'customerId', req.params.customerId);
  const readerOf = (req: Request): Reader => ({ withToken: true, locales: wantedLocales(req) });

  router.get('/api/upsell/:customerId', requireBackend, async (req, res) => {
    res.json(await currentUpsell(deps, customerOf(req), wantedLocales(req)));
  });

  router.post('/api/upsell/:customerId/accept', requireBackend, jsonBody(), async (req, res) => {
    const customerId = customerOf(req);
    const { presentationId, ...body } = parseBody(acceptUpsellBody, req.body);
    const key = readIdempotencyKey(req);
    const reader = readerOf(req);
    const record = await acceptanceMeant(deps, customerId, presentationId, reader.locales);
    const keyed = { scope: keyScope(res), key, request: ['upsell/accept', customerId, record.id, body] };
    await underKey(deps, keyed, async () => {
      const result = await acceptPresentation(deps, record, body, { locales: reader.locales });
      await answerDecision(deps, res, result, reader);
    });
  });

  router.post('/api/upsell/:customerId/decline', requireBackend, jsonBody(), async (req, res) => {
    const customerId = customerOf(req);
    const { presentationId } = parseBody(declineUpsellBody, req.body);
    const key = readIdempotencyKey(req);
    const reader = readerOf(req);
    const record = await presentationMeant(deps, customerId, presentationId);
    const keyed = { scope: keyScope(res), key, request: ['upsell/decline', customerId, record.id] };
    await underKey(deps, keyed, async () =>
      answerDecision(deps, res, await declinePresentation(deps, record), reader),
    );
  });

  return router;
}
