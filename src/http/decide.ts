/** Accepts and declines presentations by asking the run. `decision-answer.ts` writes the result as HTTP. */
import { randomUUID } from 'node:crypto';
import { wordsFor } from '../catalog/words.js';
import { missingConsents, requiredConsentsOf } from '../domain/receipt.js';
import { isUndecided, type PresentationRecord } from '../domain/presentation.js';
import type { PresentationStatus } from '../domain/words.js';
import { choiceOfClick, hasMoved, namesAnother } from './choices.js';
import {
  acceptResult,
  acceptedOtherwise,
  closedAs,
  statusAfter,
  unusableBy,
  type AcceptResult,
  type DeclineResult,
} from './decision-result.js';
import type { ApiDeps } from './deps.js';
import { followerOf } from './next-offer.js';
import { Problem } from './problem.js';
import { keepEvidence } from './receipts/evidence.js';

export interface AcceptBody {
  priceHash?: string;
  option?: string;
  quantity?: number;
  consents?: string[];
}

/** The circumstances of a decision, besides its body. */
export interface Decider {
  /** The price that the caller's token stands for; absent for backends. */
  tokenPrice?: string;
  /** The languages of a new quote, most preferred first. */
  locales: string[];
}

/**
 * Accepts a presentation, or returns the result of the decision that came first.
 *
 * @throws Problem `invalid_body` when the offer has no such choice, `price_changed` with a quote when the price it
 * names was never shown, `consent_required`, and `dodo_rejected` or `dodo_unavailable` when it cannot be priced
 */
export async function acceptPresentation(
  deps: ApiDeps,
  record: PresentationRecord,
  body: AcceptBody,
  decider: Decider,
): Promise<AcceptResult> {
  const isRetry = record.status === 'fallback';
  if (record.decision === 'accepted' && namesAnother(record, body)) return acceptedOtherwise(record);
  if (!isUndecided(record.status) && !isRetry) return acceptResult(record);
  const namesNothing =
    body.priceHash === undefined && body.option === undefined && body.quantity === undefined;
  // An accept without a choice refers to the first price shown.
  if (namesNothing && decider.tokenPrice === undefined && record.status === 'open' && hasMoved(record))
    return acceptResult(record);
  // Without a hash in the body, the price at the time of the click applies: the run may move to another one.
  const chosen = await choiceOfClick(deps, record, body, decider);
  const at = deps.now().toISOString();
  const first = record.decision === undefined;
  if (first) requireConsents(record, body, decider);
  const evidence = first
    ? await keepEvidence(deps, record, {
        at,
        ...chosen,
        consents: body.consents,
        locales: decider.locales,
        via: decider.tokenPrice === undefined ? 'backend' : 'browser',
      })
    : undefined;
  const request = {
    presentationId: record.id,
    at,
    ...(body.consents && { consents: body.consents }),
    ...(evidence !== undefined && { evidence }),
    ...chosen,
  };
  const ask = (updateId: string) =>
    deps.runs.accept(record.workflowId, request, { updateId, waitMs: deps.acceptWaitMs });
  let answer = await ask(isRetry ? anew('retry') : updateIdOf(record, chosen));
  // An answer to an earlier click on the same price, from when something stood in its way.
  if (answer.kind === 'refused' && answer.at !== undefined && answer.at < request.at)
    answer = await ask(anew('again'));
  if (answer.kind === 'unanswered') {
    // No worker is up. Temporal keeps the click, and the run decides later whether it was in time.
    await deps.runs.leaveAcceptance(record.workflowId, request);
    return acceptResult(record, 'accepted');
  }
  const after = (await deps.ledger.presentation(record.id)) ?? record;
  const unusable = unusableBy(answer);
  if (unusable) return unusable;
  const lost =
    answer.kind === 'refused'
      ? answer.code === 'already_decided' && answer.won === 'accepted'
      : answer.kind === 'gone' && after.decision === 'accepted' && namesAnother(after, body);
  if (lost) return acceptedOtherwise(after);
  return acceptResult(after, statusAfter(after, answer, after.status === 'open' ? 'accepted' : after.status));
}

/** @throws Problem `consent_required` when the offer asks for a consent that was not given */
function requireConsents(record: PresentationRecord, { consents }: AcceptBody, { locales }: Decider): void {
  const { words } = wordsFor(record.words ?? record.copy, locales);
  const missing = missingConsents(requiredConsentsOf(words), consents);
  if (missing.length === 0) return;
  throw new Problem('consent_required', {
    detail: 'The offer can only be accepted with the consents that are missing. Nothing was charged.',
    members: { missing },
  });
}

/** Declines a presentation, or returns the result of the decision that came first. */
export async function declinePresentation(deps: ApiDeps, record: PresentationRecord): Promise<DeclineResult> {
  if (!isUndecided(record.status)) return declineResult(deps, record);
  const at = deps.now().toISOString();
  const answer = await deps.runs.decline(record.workflowId, record.id, {
    updateId: `decline:${record.id}`,
    waitMs: deps.acceptWaitMs,
    at,
  });
  if (answer.kind === 'unanswered') {
    await deps.runs.leaveDecline(record.workflowId, record.id, at);
    // An accept may be queued before it, so only the run knows which was first.
    return { kind: 'in_flight', status: record.status, standing: { record } };
  }
  const after = (await deps.ledger.presentation(record.id)) ?? record;
  const unusable = unusableBy(answer);
  if (unusable) return unusable;
  const nextId = answer.kind === 'done' ? answer.value.nextPresentationId : undefined;
  return declineResult(deps, after, statusAfter(after, answer, 'declined'), nextId);
}

const anew = (why: string) => `${why}:${randomUUID()}`;

/**
 * Every click on the same choice at the same price is one acceptance. Clicks after a fallback get ids of their own: each
 * may be the retry that a new payment method earns, and the run knows which.
 */
function updateIdOf(
  { id }: PresentationRecord,
  { priceHash, option, quantity }: { priceHash: string; option?: string; quantity?: number },
): string {
  // Several choices may share a price.
  const choice = quantity === undefined ? '' : `:${option ?? ''}:${quantity}`;
  return `accept:${id}:${priceHash}${choice}`;
}

async function declineResult(
  deps: ApiDeps,
  record: PresentationRecord,
  status: PresentationStatus = record.status,
  nextId?: string,
): Promise<DeclineResult> {
  if (status !== 'declined') return closedAs(record, status);
  const next = nextId === undefined ? await followerOf(deps, record) : await deps.ledger.presentation(nextId);
  return { kind: 'declined', ...(next && { next }) };
}
