/** `/api/upsell/{customerId}`: the merchant's backend asks what to show, and decides for its customer. */
import { Router, type Request } from 'express';
import { statusAt, type PresentationRecord } from '../../domain/presentation.js';
import { requireBackend } from '../auth.js';
import { acceptPresentation, declinePresentation } from '../decide.js';
import type { ApiDeps } from '../deps.js';
import { viewOf } from '../presentation-view.js';
import { wantedLocales } from '../locale.js';
import { Problem, presentationNotFound } from '../problem.js';
import { acceptUpsellBody, declineUpsellBody } from '../schemas.js';
import { ids, jsonBody, parseBody, parseParam, readIdempotencyKey } from '../validate.js';

/** A double click that comes after the outcome is still about this acceptance. */
const DOUBLE_CLICK_MS = 60_000;

export function upsellRoutes(deps: ApiDeps): Router {
  const { ledger, now } = deps;
  const router = Router();

  const customerOf = (req: Request) => parseParam(ids.customer, 'customerId', req.params.customerId);
  const currentOf = (customerId: string) =>
    ledger.currentPresentation(customerId, new Date(now().getTime() - DOUBLE_CLICK_MS).toISOString());

  async function meant(customerId: string, presentationId: string | undefined): Promise<PresentationRecord> {
    if (presentationId !== undefined) {
      const named = await ledger.presentation(presentationId);
      if (named?.customerId !== customerId) throw presentationNotFound();
      return named;
    }
    const current = await currentOf(customerId);
    if (!current) throw new Problem('no_open_offer', { detail: 'No offer is open for this customer.' });
    return current;
  }

  router.get('/api/upsell/:customerId', requireBackend, async (req, res) => {
    const customerId = customerOf(req);
    const current = await currentOf(customerId);
    if (current && statusAt(current, now()) === 'open') {
      const presentation = await viewOf(deps, current, { withToken: true, locales: wantedLocales(req) });
      const { product, price, payment } = presentation;
      res.json({
        eligible: true,
        product: { id: product.id, name: product.name, price: price.dueNow, currency: price.currency },
        paymentMethodId: payment.method?.id ?? null,
        presentation,
      });
      return;
    }
    const reason = current ? undefined : (await ledger.latestPurchase(customerId))?.reason;
    res.json({ eligible: false, ...(reason && { reason }) });
  });

  router.post('/api/upsell/:customerId/accept', requireBackend, jsonBody(), async (req, res) => {
    const customerId = customerOf(req);
    const { presentationId, ...body } = parseBody(acceptUpsellBody, req.body);
    const idempotencyKey = readIdempotencyKey(req);
    const decider = { withToken: true, locales: wantedLocales(req), idempotencyKey };
    const record = await meant(customerId, presentationId);
    await acceptPresentation(deps, record, body, decider, res);
  });

  router.post('/api/upsell/:customerId/decline', requireBackend, jsonBody(), async (req, res) => {
    const customerId = customerOf(req);
    const { presentationId } = parseBody(declineUpsellBody, req.body);
    const idempotencyKey = readIdempotencyKey(req);
    const decider = { withToken: true, locales: wantedLocales(req), idempotencyKey };
    const record = await meant(customerId, presentationId);
    await declinePresentation(deps, record, decider, res);
  });

  return router;
}
