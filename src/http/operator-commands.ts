/** Every command that operators give, for the API and the dashboard alike. Each is audited before it has an effect. */
import type { Response } from 'express';
import { classify } from '../dodo/errors.js';
import { toPaymentEvent } from '../dodo/payments.js';
import type { ReviewRecord } from '../domain/accounting.js';
import { presentationState, type AuditState } from '../domain/audit.js';
import type { Pause } from '../domain/pause.js';
import type { PresentationRecord } from '../domain/presentation.js';
import type { PurchaseView } from '../domain/purchase.js';
import type { DeadNotification } from '../ledger/index.js';
import { audited, keyOf } from './audit.js';
import { closePurchase } from './close-purchase.js';
import { extendPresentation, withdrawPresentation } from './commands.js';
import type { ApiDeps } from './deps.js';
import { Problem, temporarilyUnavailable } from './problem.js';
import type { Word } from './reviews/check-word.js';
import { requireInReview, reviewOf } from './reviews/of-presentation.js';
import { resolveReview } from './reviews/resolve.js';

/** Returns the commands. Each is given by the caller behind a response, and throws a Problem when it is refused. */
export function operatorCommands(deps: ApiDeps) {
  const { ledger, runs, catalog, now } = deps;

  async function withdraw(res: Response, record: PresentationRecord, reason: string): Promise<void> {
    const { id } = record;
    await audited(
      deps,
      res,
      { command: 'withdraw', subject: id, reason },
      async () => presentationState(await ledger.presentation(id)),
      () => withdrawPresentation(deps, record, reason),
    );
  }

  async function extend(
    res: Response,
    record: PresentationRecord,
    change: { until: string; reason: string },
  ): Promise<void> {
    const { id } = record;
    await audited(
      deps,
      res,
      { command: 'extend', subject: id, reason: change.reason },
      async () => presentationState(await ledger.presentation(id)),
      () => extendPresentation(deps, record, change),
    );
  }

  async function resolve(res: Response, review: ReviewRecord, word: Word): Promise<void> {
    const { reviewId } = review;
    await audited(
      deps,
      res,
      { command: 'resolve', subject: reviewId, reason: word.reason },
      async () => {
        const { status, resolution } = (await ledger.review(reviewId)) ?? review;
        return { status, paid: resolution?.paid ?? null, paymentId: resolution?.paymentId ?? null };
      },
      () => resolveReview(deps, review, word, keyOf(res)),
    );
  }

  async function resolvePresentation(res: Response, record: PresentationRecord, word: Word): Promise<void> {
    requireInReview(record);
    const { id } = record;
    await audited(
      deps,
      res,
      { command: 'resolve', subject: id, reason: word.reason },
      async () => presentationState(await ledger.presentation(id)),
      async () => resolveReview(deps, await reviewOf(deps, record), word, keyOf(res)),
    );
  }

  const stateOfPurchase = async (purchaseId: string): Promise<AuditState | undefined> => {
    const found = await ledger.purchase(purchaseId);
    return found && { status: found.status, outcome: found.outcome ?? null };
  };

  function close(res: Response, purchaseId: string, reason: string): Promise<PurchaseView | undefined> {
    return audited(
      deps,
      res,
      { command: 'close', subject: purchaseId, reason },
      () => stateOfPurchase(purchaseId),
      () => closePurchase(deps, purchaseId, { reason, by: keyOf(res) }),
    );
  }

  /** Returns the run that sends it; undefined if it has been redelivered before. */
  async function retryNotification(
    res: Response,
    { id, notification, failedAt, redeliveredAt }: DeadNotification,
    reason: string,
  ): Promise<string | undefined> {
    if (redeliveredAt !== undefined) return undefined;
    return audited(
      deps,
      res,
      { command: 'redeliver', subject: id, reason },
      () => Promise.resolve({ failedAt }),
      () =>
        runs.redeliver({ id, notification, reason }, failedAt).catch((error: unknown) => {
          throw temporarilyUnavailable(
            'The notification could not be handed to Temporal. Please try again.',
            error,
          );
        }),
    );
  }

  async function setPaused(
    res: Response,
    kind: Pause['kind'],
    id: string,
    { paused, reason }: { paused: boolean; reason: string },
  ): Promise<void> {
    const isPaused = async () =>
      (await ledger.pauses()).some((pause) => pause.kind === kind && pause.id === id);
    const { offers, funnels } = catalog();
    const inCatalog =
      kind === 'offer' ? Object.hasOwn(offers, id) : funnels.some((funnel) => funnel.id === id);
    if (!inCatalog && !(await isPaused()))
      throw new Problem('not_in_catalog', { detail: `The catalog in force has no ${kind} ${id}.` });
    await audited(
      deps,
      res,
      { command: `${paused ? 'pause' : 'unpause'}_${kind}`, subject: id, reason },
      async () => ({ paused: await isPaused() }),
      () =>
        paused
          ? ledger.pause({ kind, id, pausedAt: now().toISOString(), actor: keyOf(res), reason })
          : ledger.unpause(kind, id),
    );
  }

  /** Evaluates a purchase once more that ended without an offer, on what Dodo and the catalog say now. */
  async function evaluateAgain(res: Response, view: PurchaseView, reason: string): Promise<void> {
    const { purchaseId } = view.purchase;
    await audited(
      deps,
      res,
      { command: 'evaluate_again', subject: purchaseId, reason },
      () => stateOfPurchase(purchaseId),
      () => startAgain(view, reason, keyOf(res)),
    );
  }

  async function startAgain(
    { purchase, presentations, outcome, status }: PurchaseView,
    reason: string,
    by: string,
  ) {
    const { purchaseId, workflowId, trigger, paymentId, checkoutSessionId } = purchase;
    if (trigger !== 'purchase' || paymentId === undefined)
      throw notEvaluable(
        'Only a purchase that was paid can be evaluated again. Send a trigger once more under a new eventId.',
      );
    if (presentations.length > 0) throw notEvaluable('An offer was made for this purchase already.');
    if ((await runs.status(workflowId)) === 'running') throw notEvaluable('Its run is still under way.');
    const payment = await deps.dodo.payments.retrieve(paymentId).catch((error: unknown) => {
      throw temporarilyUnavailable(`Dodo could not be read: ${classify(error).message}`, error);
    });
    if (!(await ledger.reopenPurchase(purchaseId)))
      throw notEvaluable(`The purchase ended as ${outcome ?? status}, not as ineligible.`);
    await ledger.note(purchaseId, [
      { at: now().toISOString(), type: 'evaluated_again', detail: { reason, by } },
    ]);
    await runs
      .evaluateAgain(workflowId, {
        purchaseId,
        event: toPaymentEvent(payment, deps.proofs),
        ...(checkoutSessionId !== undefined && { checkoutSessionId }),
      })
      .catch((error: unknown) => {
        throw temporarilyUnavailable('Temporal could not be reached. Please give the command again.', error);
      });
  }

  return {
    withdraw,
    extend,
    resolve,
    resolvePresentation,
    close,
    retryNotification,
    setPaused,
    evaluateAgain,
  };
}

function notEvaluable(detail: string): Problem {
  return new Problem('not_evaluable', { detail });
}
