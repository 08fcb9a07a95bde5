/** `/api/purchases`: register a purchase before payment, and see what became of any purchase. */
import { createHash, randomUUID } from 'node:crypto';
import { Router } from 'express';
import { PURCHASE_METADATA_KEY, workflowId } from '../../domain/ids.js';
import { classify } from '../../dodo/errors.js';
import { waitIn } from '../../ledger/index.js';
import { requireBackend } from '../auth.js';
import type { ApiDeps } from '../deps.js';
import { viewOf } from '../presentation-view.js';
import { wantedLocales } from '../locale.js';
import { Problem } from '../problem.js';
import { checkReturnUrl } from '../return-url.js';
import { purchaseBody } from '../schemas.js';
import { ids, jsonBody, parseBody, parseParam, readIdempotencyKey } from '../validate.js';

export function purchaseRoutes(deps: ApiDeps): Router {
  const { dodo, ledger, runs, appUrl } = deps;
  const router = Router();

  router.post('/api/purchases', requireBackend, jsonBody(), async (req, res) => {
    const body = parseBody(purchaseBody, req.body);
    const key = readIdempotencyKey(req);
    const purchaseId = `pur_${key === undefined ? randomUUID().replaceAll('-', '') : digest(key)}`;
    const customer = body.customerId === undefined ? body.customer : { customerId: body.customerId };
    const cart = body.productCart ?? [{ productId: body.productId ?? '', quantity: body.quantity ?? 1 }];
    const returnUrl = returnUrlOf(body.returnUrl ?? `/thank-you?purchase=${purchaseId}`, appUrl);

    let session;
    try {
      session = await dodo.checkoutSessions.create({
        product_cart: cart.map(({ productId, quantity }) => ({ product_id: productId, quantity })),
        ...(customer && {
          customer:
            'customerId' in customer
              ? { customer_id: customer.customerId }
              : { email: customer.email, ...(customer.name && { name: customer.name }) },
        }),
        return_url: returnUrl,
        metadata: { ...body.metadata, [PURCHASE_METADATA_KEY]: purchaseId },
      });
    } catch (error) {
      throw checkoutProblem(error);
    }
    // The session charges nobody by itself; should the run not start, the paid webhook starts it.
    const productIds = cart.map(({ productId }) => productId);
    const customerId = customer && 'customerId' in customer ? customer.customerId : undefined;
    const checkoutSessionId = session.session_id;
    await ledger.recordPurchase(
      {
        purchaseId,
        workflowId: workflowId.purchase(purchaseId),
        trigger: 'purchase',
        customerId,
        checkoutSessionId,
        productIds,
      },
      'awaiting_payment',
    );
    await runs.registerPurchase(purchaseId, {
      checkoutSessionId,
      customerId,
      productId: productIds[0] ?? '',
    });
    res
      .status(201)
      .location(`/api/purchases/${purchaseId}`)
      .json({ purchaseId, checkoutUrl: session.checkout_url });
  });

  router.get('/api/purchases/:purchaseId', requireBackend, async (req, res) => {
    const purchaseId = parseParam(ids.event, 'purchaseId', req.params.purchaseId);
    const view = await ledger.purchase(purchaseId);
    if (!view) {
      // Taken by Temporal, not yet by a worker.
      const run = await firstKnown(workflowId.purchase(purchaseId), workflowId.trigger(purchaseId));
      if (run === undefined) {
        throw new Problem('purchase_not_found', { detail: 'There is no run for this purchase.' });
      }
      res.json({ purchaseId, status: 'evaluating', presentations: [], timeline: [], links: links(run) });
      return;
    }
    const { status, outcome, reason, funnelId, catalogHash, considered, presentations, timeline, purchase } =
      view;
    const waiting = status === 'waiting' ? waitIn(timeline) : undefined;
    res.json({
      purchaseId,
      status,
      ...(waiting && { waiting }),
      ...(outcome && { outcome }),
      ...(reason && { reason }),
      ...(purchase.customerId && { customerId: purchase.customerId }),
      ...(funnelId && { funnelId }),
      ...(catalogHash && { catalogHash }),
      considered,
      presentations: await Promise.all(
        presentations.map(async (shown) => ({
          ...(await viewOf(deps, shown, { withToken: false, locales: wantedLocales(req) })),
          ...(shown.catalogHash !== undefined && { catalogHash: shown.catalogHash }),
        })),
      ),
      timeline,
      links: links(purchase.workflowId),
    });
  });

  async function firstKnown(...candidates: string[]): Promise<string | undefined> {
    for (const run of candidates) if ((await runs.status(run)) !== 'unknown') return run;
    return undefined;
  }

  function links(run: string) {
    return { temporal: deps.temporalLink(run) ?? null };
  }

  return router;
}

function returnUrlOf(input: string, appUrl: string): string {
  const checked = checkReturnUrl(input, appUrl);
  if (checked.ok) return checked.url;
  throw new Problem('invalid_body', {
    detail: 'The body was refused; `errors` lists every mistake.',
    members: { errors: [{ pointer: '#/returnUrl', detail: checked.reason }] },
  });
}

function checkoutProblem(error: unknown): Problem {
  const failure = classify(error);
  if (failure.kind === 'rejected') {
    return failure.code.startsWith('PRODUCT') || failure.status === 404
      ? new Problem('product_unavailable', { detail: failure.message, cause: error })
      : new Problem('dodo_rejected', { detail: failure.message, cause: error });
  }
  return new Problem('dodo_unavailable', { detail: failure.message, cause: error });
}

function digest(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 32);
}
