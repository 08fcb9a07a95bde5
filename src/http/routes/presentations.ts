/** `/api/presentations/{id}`: one presentation, for backends, for its own token, and for operators. */
import { Router, type Request, type Response } from 'express';
import { workflowOfAttempt } from '../../domain/ids.js';
import { statusAt, type PresentationRecord } from '../../domain/presentation.js';
import type { Answer } from '../../temporal/runs.js';
import { audit } from '../audit.js';
import { callerOf, requireBackendOrToken, requireOperator } from '../auth.js';
import { quoteChoice, wantedChoice } from '../choices.js';
import { acceptPresentation, declinePresentation } from '../decide.js';
import type { ApiDeps } from '../deps.js';
import { wantedLocales } from '../locale.js';
import { viewOf } from '../presentation-view.js';
import { Problem, presentationNotFound } from '../problem.js';
import { acceptBody, emptyBody, extendBody, quoteBody, resolveBody, withdrawBody } from '../schemas.js';
import { ids, jsonBody, parseBody, parseParam, readIdempotencyKey } from '../validate.js';

export function presentationRoutes(deps: ApiDeps): Router {
  const { ledger, runs, now, log } = deps;
  const router = Router();
  const owner = requireBackendOrToken('id');

  async function named(req: Request): Promise<PresentationRecord> {
    const record = await ledger.presentation(parseParam(ids.presentation, 'id', req.params.id));
    if (!record) throw presentationNotFound();
    return record;
  }
  const byToken = (res: Response) => {
    const caller = callerOf(res);
    return caller.kind === 'token' ? caller.claims : undefined;
  };
  const readerOf = (req: Request, res: Response) => ({
    withToken: byToken(res) === undefined,
    locales: wantedLocales(req),
  });
  const show = async (req: Request, res: Response, record: PresentationRecord) =>
    res.json(await viewOf(deps, record, readerOf(req, res)));

  router.get('/api/presentations/:id', owner, async (req, res) => {
    await show(req, res, await named(req));
  });

  router.post('/api/presentations/:id/accept', owner, jsonBody(), async (req, res) => {
    const body = parseBody(acceptBody, req.body);
    const claims = byToken(res);
    const decider = {
      ...readerOf(req, res),
      idempotencyKey: readIdempotencyKey(req),
      // A token stands for the price its customer was shown.
      tokenPrice: claims?.priceHash,
    };
    await acceptPresentation(deps, await named(req), body, decider, res);
  });

  router.post('/api/presentations/:id/quote', owner, jsonBody(), async (req, res) => {
    const body = parseBody(quoteBody, req.body);
    const record = await named(req);
    await unlessOpen(req, res, record);
    res.json(await quoteChoice(deps, record, wantedChoice(record, body), wantedLocales(req)));
  });

  async function unlessOpen(req: Request, res: Response, record: PresentationRecord): Promise<void> {
    const status = statusAt(record, now());
    if (status === 'open') return;
    const presentation = await viewOf(deps, record, readerOf(req, res));
    if (status === 'expired') {
      throw new Problem('presentation_expired', {
        detail: `The offer expired at ${record.expiresAt}.`,
        members: { presentation },
      });
    }
    if (status === 'withdrawn') throw new Problem('presentation_withdrawn', { members: { presentation } });
    const how = status === 'declined' ? 'declined' : 'accepted';
    throw new Problem('already_decided', {
      detail: `The offer was ${how} before.`,
      members: { presentation },
    });
  }

  router.post('/api/presentations/:id/decline', owner, jsonBody(), async (req, res) => {
    parseBody(emptyBody, req.body);
    const decider = { ...readerOf(req, res), idempotencyKey: readIdempotencyKey(req) };
    await declinePresentation(deps, await named(req), decider, res);
  });

  router.post('/api/presentations/:id/view', owner, jsonBody(), async (req, res) => {
    parseBody(emptyBody, req.body);
    const record = await named(req);
    if (record.status === 'open' && record.viewedAt === undefined) {
      const at = now().toISOString();
      const answer = await runs.view(record.workflowId, record.id, at);
      if (answer.kind === 'done') await ledger.markViewed(record.id, answer.value.viewedAt);
    }
    await show(req, res, record);
  });

  router.post('/api/presentations/:id/withdraw', requireOperator, jsonBody(), async (req, res) => {
    const { reason } = parseBody(withdrawBody, req.body);
    const record = await named(req);
    audit(log, res, 'withdraw', { presentationId: record.id }, reason);
    settled(await runs.withdraw(record.workflowId, record.id, reason), record);
    await show(req, res, await named(req));
  });

  router.post('/api/presentations/:id/extend', requireOperator, jsonBody(), async (req, res) => {
    const { until, reason } = parseBody(extendBody, req.body);
    const record = await named(req);
    audit(log, res, 'extend', { presentationId: record.id }, reason);
    const { expiresAt } = settled(await runs.extend(record.workflowId, record.id, until, reason), record);
    await ledger.updatePresentation(record.id, { expiresAt }, [
      {
        at: now().toISOString(),
        type: 'extended',
        detail: { presentationId: record.id, until: expiresAt, reason },
      },
    ]);
    await show(req, res, await named(req));
  });

  router.post('/api/presentations/:id/resolve', requireOperator, jsonBody(), async (req, res) => {
    const { paid, paymentId, reason } = parseBody(resolveBody, req.body);
    const record = await named(req);
    if (record.status !== 'needs_review') {
      throw new Problem('not_in_review', {
        detail: `The presentation is ${record.status}, not needs_review.`,
      });
    }
    audit(log, res, 'resolve', { presentationId: record.id }, reason);
    // A plan change is proven in a run of its own.
    const attempts = await ledger.purchase(record.purchaseId);
    const run = attempts?.timeline.findLast(
      ({ type, detail }) => type === 'attempt_needs_review' && detail?.presentationId === record.id,
    )?.detail?.attemptId;
    const owning = (typeof run === 'string' ? workflowOfAttempt(run) : undefined) ?? record.workflowId;
    settled(await runs.resolve(owning, { presentationId: record.id, paid, paymentId, reason }), record);
    await ledger.updatePresentation(record.id, {}, [
      { at: now().toISOString(), type: 'resolved', detail: { presentationId: record.id, paid, reason } },
    ]);
    await show(req, res, await named(req));
  });

  return router;
}

function settled<T>(answer: Answer<T>, record: PresentationRecord): T {
  switch (answer.kind) {
    case 'done':
      return answer.value;
    case 'refused':
      if (answer.code === 'presentation_expired')
        throw new Problem('presentation_expired', { detail: answer.message });
      if (answer.code === 'presentation_withdrawn')
        throw new Problem('presentation_withdrawn', { detail: answer.message });
      if (answer.code === 'invalid_body') throw new Problem('invalid_body', { detail: answer.message });
      throw new Problem('already_decided', { detail: answer.message });
    case 'gone':
      throw new Problem('already_decided', {
        detail: `The run of this presentation has ended; it is ${record.status}.`,
      });
    case 'pending':
    case 'unanswered':
      throw new Problem('temporarily_unavailable', {
        detail: 'No worker answered in time. Please try again.',
        headers: { 'Retry-After': '5' },
      });
  }
}
