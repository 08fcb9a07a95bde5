/** Accepting and declining: ask the run, and answer with where the presentation stands. */
import { randomUUID } from 'node:crypto';
import type { Response } from 'express';
import { isUndecided, type PresentationRecord } from '../domain/presentation.js';
import type { PresentationStatus } from '../domain/words.js';
import type { Answer } from '../temporal/runs.js';
import type { DecisionReply } from '../contract/messages.js';
import { choiceOfClick, hasMoved, namesAnother } from './choices.js';
import type { ApiDeps } from './deps.js';
import { viewOf } from './presentation-view.js';
import { Problem, presentationNotFound } from './problem.js';

export interface Decider {
  withToken: boolean;
  /** The languages the answer is read in. */
  locales: string[];
  idempotencyKey?: string;
  /** What the caller's token stands for, where it was a token. */
  tokenPrice?: string;
}

export interface AcceptBody {
  priceHash?: string;
  option?: string;
  quantity?: number;
  consents?: string[];
}

const RETRY_AFTER_SECONDS = '2';

export async function acceptPresentation(
  deps: ApiDeps,
  record: PresentationRecord,
  body: AcceptBody,
  decider: Decider,
  res: Response,
): Promise<void> {
  const again = record.status === 'fallback';
  if (record.decision === 'accepted' && namesAnother(record, body))
    throw await otherWon(deps, record, decider);
  if (!isUndecided(record.status) && !again) return answerAccept(deps, record, decider, res);
  const unnamed = body.priceHash === undefined && body.option === undefined && body.quantity === undefined;
  // Whoever names nothing means what was shown first.
  if (unnamed && decider.tokenPrice === undefined && record.status === 'open' && hasMoved(record))
    return answerAccept(deps, record, decider, res);
  // Without a word on the price, the one that stands when the click arrives is meant: the run may move on meanwhile.
  const chosen = await choiceOfClick(deps, record, body, decider);
  const request = {
    presentationId: record.id,
    at: deps.now().toISOString(),
    ...(body.consents && { consents: body.consents }),
    ...chosen,
  };
  const answer = await deps.runs.accept(record.workflowId, request, {
    // Every click on the same choice at the same price is the same acceptance, unless the client tells its clicks
    // apart. Each one after the fallback may be the further try that a new payment method earns; the run knows which.
    updateId:
      decider.idempotencyKey ??
      (again ? `retry:${randomUUID()}` : `accept:${record.id}:${chosen.priceHash}${suffixOf(chosen)}`),
    waitMs: deps.acceptWaitMs,
  });
  if (answer.kind === 'unanswered') {
    // The click is kept although nobody is there to act on it. Whether it was in time is for the run to say.
    await deps.runs.leaveAcceptance(record.workflowId, request);
    return answerAccept(deps, record, decider, res, 'accepted');
  }
  const { record: after, status } = await afterwards(deps, record, answer);
  const lost =
    answer.kind === 'refused'
      ? answer.code === 'already_decided' && answer.won === 'accepted'
      : answer.kind === 'gone' && after.decision === 'accepted' && namesAnother(after, body);
  if (lost) throw await otherWon(deps, after, decider);
  return answerAccept(
    deps,
    after,
    decider,
    res,
    status ?? (answer.kind === 'pending' && after.status === 'open' ? 'accepted' : undefined),
  );
}

/** Tells the updates of one price apart where it is the price of several choices. */
function suffixOf({ option, quantity }: { option?: string; quantity?: number }): string {
  return quantity === undefined ? '' : `:${option ?? ''}:${quantity}`;
}

/** The first acceptance was for another choice: it stands. */
async function otherWon(deps: ApiDeps, record: PresentationRecord, decider: Decider): Promise<Problem> {
  return new Problem('already_decided', {
    detail: 'The offer was accepted before, with another choice.',
    members: { presentation: await viewOf(deps, record, decider) },
  });
}

async function answerAccept(
  deps: ApiDeps,
  record: PresentationRecord,
  { withToken, locales }: Decider,
  res: Response,
  status: PresentationStatus = record.status,
): Promise<void> {
  const presentation = await viewOf(deps, record, { withToken, status, locales });
  switch (status) {
    case 'paid':
      res.json({ success: true, ...(record.sessionId && { sessionId: record.sessionId }), presentation });
      return;
    case 'fallback':
    case 'failed':
      throw new Problem('payment_failed', {
        detail: record.message ?? 'The payment did not go through. You were not charged.',
        members: {
          checkoutUrl: record.checkoutUrl ?? null,
          updatePaymentMethodUrl: record.updatePaymentMethodUrl ?? null,
          presentation,
        },
      });
    case 'accepted':
    case 'charging':
    case 'reconciling':
    case 'requires_action':
    case 'needs_review':
      inFlight(res, record).json({ success: false, status, presentation });
      return;
    case 'open':
      throw new Problem('price_changed', {
        detail: 'The price has changed since it was shown. Nothing was charged; please decide again.',
        members: { presentation },
      });
    case 'declined':
      throw new Problem('already_decided', {
        detail: 'The offer was declined before.',
        members: { presentation },
      });
    case 'expired':
      throw new Problem('presentation_expired', {
        detail: `The offer expired at ${record.expiresAt}.`,
        members: { presentation },
      });
    case 'withdrawn':
      throw new Problem('presentation_withdrawn', { members: { presentation } });
  }
}

function inFlight(res: Response, { id }: PresentationRecord): Response {
  return res.status(202).set({ Location: `/api/presentations/${id}`, 'Retry-After': RETRY_AFTER_SECONDS });
}

export async function declinePresentation(
  deps: ApiDeps,
  record: PresentationRecord,
  decider: Decider,
  res: Response,
): Promise<void> {
  if (!isUndecided(record.status)) return answerDecline(deps, record, decider, res);
  const at = deps.now().toISOString();
  const answer = await deps.runs.decline(record.workflowId, record.id, {
    updateId: decider.idempotencyKey ?? `decline:${record.id}`,
    waitMs: deps.acceptWaitMs,
    at,
  });
  if (answer.kind === 'unanswered') {
    await deps.runs.leaveDecline(record.workflowId, record.id, at);
    // An accept may be waiting before it: only the run can say who was first.
    inFlight(res, record).json({
      success: false,
      status: record.status,
      presentation: await viewOf(deps, record, decider),
    });
    return;
  }
  const { record: after, status } = await afterwards(deps, record, answer);
  const nextId = answer.kind === 'done' ? answer.value.nextPresentationId : undefined;
  return answerDecline(
    deps,
    after,
    decider,
    res,
    status ?? (answer.kind === 'pending' ? 'declined' : undefined),
    nextId,
  );
}

async function answerDecline(
  deps: ApiDeps,
  record: PresentationRecord,
  { withToken, locales }: Decider,
  res: Response,
  status: PresentationStatus = record.status,
  nextId?: string,
): Promise<void> {
  const presentation = await viewOf(deps, record, { withToken, status, locales });
  switch (status) {
    case 'declined': {
      const next =
        nextId === undefined ? await followerOf(deps, record) : await deps.ledger.presentation(nextId);
      // The next offer is the same customer's, so whoever declined this one may decide that one.
      res.json({
        success: true,
        ...(next && { next: await viewOf(deps, next, { withToken: true, locales }) }),
      });
      return;
    }
    case 'expired':
      throw new Problem('presentation_expired', {
        detail: `The offer expired at ${record.expiresAt}.`,
        members: { presentation },
      });
    case 'withdrawn':
      throw new Problem('presentation_withdrawn', { members: { presentation } });
    default:
      throw new Problem('already_decided', {
        detail: 'The offer was accepted before.',
        members: { presentation },
      });
  }
}

/** The open offer that came after this one, for a decline that is repeated. */
async function followerOf(
  { ledger, now }: ApiDeps,
  record: PresentationRecord,
): Promise<PresentationRecord | undefined> {
  const current = await ledger.currentPresentation(record.customerId, now().toISOString());
  return current?.purchaseId === record.purchaseId && current.id !== record.id && current.status === 'open'
    ? current
    : undefined;
}

/** The ledger's record after a run has answered, and what the run said where the ledger is a moment behind. */
async function afterwards(
  { ledger }: ApiDeps,
  before: PresentationRecord,
  answer: Exclude<Answer<DecisionReply>, { kind: 'unanswered' }>,
): Promise<{ record: PresentationRecord; status?: PresentationStatus }> {
  const record = (await ledger.presentation(before.id)) ?? before;
  switch (answer.kind) {
    case 'done':
      return { record, status: answer.value.status };
    case 'pending':
      return { record };
    case 'gone':
      // The run has ended without a word in the ledger: it was terminated.
      return { record, status: record.status === 'open' ? 'expired' : undefined };
    case 'refused':
      switch (answer.code) {
        case 'price_changed':
          // Open again at another price, unless what was accepted meanwhile is under way.
          return { record };
        case 'presentation_expired':
          return { record, status: 'expired' };
        case 'presentation_withdrawn':
          return { record, status: 'withdrawn' };
        case 'already_decided':
          return { record, status: record.status === 'open' ? (answer.won ?? 'accepted') : record.status };
        case 'invalid_body':
          throw new Problem('invalid_body', { detail: answer.message });
        default:
          throw presentationNotFound();
      }
  }
}
