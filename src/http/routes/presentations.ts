/** `/api/presentations/{id}`: one presentation, for backends, the holder of its token, and operators. */
import { Router, type Request, type Response } from 'express';
import type { PresentationRecord } from '../../domain/presentation.js';
import { callerOf, requireBackend, requireBackendOrToken, requireOperator } from '../auth.js';
import { quoteChoice, wantedChoice } from '../choices.js';
import { acceptPresentation, declinePresentation } from '../decide.js';
import { answerDecision, type Reader } from '../decision-answer.js';
import { closedReason } from '../decision-result.js';
import type { ApiDeps } from '../deps.js';
import { keyScope, underKey, type KeyedRequest } from '../idempotency.js';
import { wantedLocales } from '../locale.js';
import { viewWithNext } from '../next-offer.js';
import { operatorCommands } from '../operator-commands.js';
import { viewOf } from '../presentation-view.js';
import { presentationNotFound } from '../problem.js';
import { receiptOf } from '../receipts/receipt.js';
import { acceptBody, emptyBody, extendBody, quoteBody, resolveBody, withdrawBody } from '../schemas.js';
import { streamPresentation } from '../streams/presentation-stream.js';
import { ids, jsonBody, parseBody, parseParam, readIdempotencyKey } from '../validate.js';

export function presentationRoutes(deps: ApiDeps): Router {
  const { ledger, runs, now } = deps;
  const commands = operatorCommands(deps);
  const router = Router();
  const owner = requireBackendOrToken('id');

  async function named(req: Request): Promise<PresentationRecord> {
    const record = await ledger.presentation(parseParam(ids.presentation, 'id', req.params.id));
    if (!record) throw presentationNotFound();
    return record;
  }
  const claimsOf = (res: Response) => {
    const caller = callerOf(res);
    return caller.kind === 'token' ? caller.claims : undefined;
  };
  const readerOf = (req: Request, res: Response): Reader => ({
    withToken: claimsOf(res) === undefined,
    isBrowser: claimsOf(res) !== undefined,
    locales: wantedLocales(req),
  });
  const keyed = (req: Request, res: Response, request: unknown[]): KeyedRequest => ({
    scope: keyScope(res),
    key: readIdempotencyKey(req),
    request,
  });
  const show = async (req: Request, res: Response, record: PresentationRecord) =>
    res.json(await viewOf(deps, record, readerOf(req, res)));

  router.get('/api/presentations/:id', owner, async (req, res) => {
    res.json(await viewWithNext(deps, await named(req), readerOf(req, res)));
  });

  router.get('/api/presentations/:id/events', owner, async (req, res) => {
    await streamPresentation(deps, req, res, await named(req), readerOf(req, res));
  });

  router.get('/api/presentations/:id/receipt', requireBackend, async (req, res) => {
    const { id } = await named(req);
    res.json(await receiptOf(deps, id));
  });

  router.post('/api/presentations/:id/accept', owner, jsonBody(), async (req, res) => {
    const body = parseBody(acceptBody, req.body);
    const reader = readerOf(req, res);
    const decider = { locales: reader.locales, tokenPrice: claimsOf(res)?.priceHash };
    const record = await named(req);
    await underKey(deps, keyed(req, res, ['accept', record.id, body]), async () =>
      answerDecision(deps, res, await acceptPresentation(deps, record, body, decider), reader),
    );
  });

  router.post('/api/presentations/:id/quote', owner, jsonBody(), async (req, res) => {
    const body = parseBody(quoteBody, req.body);
    const record = await named(req);
    const reader = readerOf(req, res);
    const closed = closedReason(record, now());
    if (closed) return answerDecision(deps, res, closed, reader);
    res.json(await quoteChoice(deps, record, wantedChoice(record, body), reader.locales));
  });

  router.post('/api/presentations/:id/decline', owner, jsonBody(), async (req, res) => {
    parseBody(emptyBody, req.body);
    const reader = readerOf(req, res);
    const record = await named(req);
    await underKey(deps, keyed(req, res, ['decline', record.id]), async () =>
      answerDecision(deps, res, await declinePresentation(deps, record), reader),
    );
  });

  router.post('/api/presentations/:id/view', owner, jsonBody(), async (req, res) => {
    parseBody(emptyBody, req.body);
    const record = await named(req);
    if (record.status === 'open' && record.viewedAt === undefined) {
      const answer = await runs.view(record.workflowId, record.id, now().toISOString());
      if (answer.kind === 'done') await ledger.markViewed(record.id, answer.value.viewedAt);
    }
    await show(req, res, record);
  });

  router.post('/api/presentations/:id/withdraw', requireOperator, jsonBody(), async (req, res) => {
    const { reason } = parseBody(withdrawBody, req.body);
    const record = await named(req);
    await commands.withdraw(res, record, reason);
    await show(req, res, await named(req));
  });

  router.post('/api/presentations/:id/extend', requireOperator, jsonBody(), async (req, res) => {
    const body = parseBody(extendBody, req.body);
    const record = await named(req);
    await commands.extend(res, record, body);
    await show(req, res, await named(req));
  });

  router.post('/api/presentations/:id/resolve', requireOperator, jsonBody(), async (req, res) => {
    const body = parseBody(resolveBody, req.body);
    const record = await named(req);
    await commands.resolvePresentation(res, record, body);
    await show(req, res, await named(req));
  });

  return router;
}
